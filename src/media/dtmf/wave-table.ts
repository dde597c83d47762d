// Owns: what the hot paths would otherwise compute for each sample: one second of a 1 Hz wave, and windows.
// Does not: interpolate; only whole frequencies are found here.
import { longestFit } from './tone-fit.ts';

export const rateHz = 8000;

/** At 8 kHz every whole frequency at every sample is an index into these. */
export const cosine = new Float64Array(rateHz);
export const sine = new Float64Array(rateHz);
for (let i = 0; i < rateHz; i++) {
  cosine[i] = Math.cos((2 * Math.PI * i) / rateHz);
  sine[i] = Math.sin((2 * Math.PI * i) / rateHz);
}

/** Windows of half a hop, one hop, one and a half … up to the longest fit. */
const stepSamples = 10;
const hannWindows = Array.from({ length: longestFit / stepSamples + 1 }, (_, steps) => {
  const count = steps * stepSamples;
  return Float64Array.from({ length: count }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / count));
});

/** A Hann window; `count` is a multiple of ten. */
export function hannWindow(count: number): Float64Array {
  return hannWindows[count / stepSamples]!;
}
