// hot path
// Owns: the eight frequencies in one hop of 2.5 ms: a Goertzel recurrence each, its result turned back to a phase that
// counts from sample 0 of the stream, so that hops that follow each other may simply be added to look at a longer time.
// Does not: weigh, decide.
import { columnsHz, rowsHz } from './keypad.ts';
import { cosine, rateHz, sine } from './wave-table.ts';

export const hopSamples = 20;
export const tones = 8;

const hz = [...rowsHz, ...columnsHz];
const twiceCosine = Float64Array.from(hz, (f) => 2 * cosine[f]!);

/**
 * Writes the eight sums of y[n] e^(-jwn) over samples[from, from + 20) to re and im at `offset`. `hop` is the number of
 * the hop in the stream.
 */
export function addHop(
  samples: Float64Array,
  from: number,
  hop: number,
  re: Float64Array,
  im: Float64Array,
  offset: number,
): void {
  for (let group = 0; group < tones; group += 4) {
    const ca = twiceCosine[group]!;
    const cb = twiceCosine[group + 1]!;
    const cc = twiceCosine[group + 2]!;
    const cd = twiceCosine[group + 3]!;
    let a1 = 0;
    let a2 = 0;
    let b1 = 0;
    let b2 = 0;
    let c1 = 0;
    let c2 = 0;
    let d1 = 0;
    let d2 = 0;
    for (let i = 0; i < hopSamples; i++) {
      const x = samples[from + i]!;
      const a0 = x + ca * a1 - a2;
      a2 = a1;
      a1 = a0;
      const b0 = x + cb * b1 - b2;
      b2 = b1;
      b1 = b0;
      const c0 = x + cc * c1 - c2;
      c2 = c1;
      c1 = c0;
      const d0 = x + cd * d1 - d2;
      d2 = d1;
      d1 = d0;
    }
    place(group, a1, a2, hop, re, im, offset);
    place(group + 1, b1, b2, hop, re, im, offset);
    place(group + 2, c1, c2, hop, re, im, offset);
    place(group + 3, d1, d2, hop, re, im, offset);
  }
}

/** s1 - s2 e^(-jw) is the sum seen from the last sample; turned by e^(-jw last) it is seen from the first of the stream. */
function place(
  tone: number,
  s1: number,
  s2: number,
  hop: number,
  re: Float64Array,
  im: Float64Array,
  offset: number,
): void {
  const f = hz[tone]!;
  const real = s1 - s2 * cosine[f]!;
  const imaginary = s2 * sine[f]!;
  // whole seconds are left out first: the products stay exact
  const last = ((hop % 400) * hopSamples + hopSamples - 1) % rateHz;
  const turn = (f * last) % rateHz;
  const c = cosine[turn]!;
  const s = sine[turn]!;
  re[offset + tone] = real * c + imaginary * s;
  im[offset + tone] = imaginary * c - real * s;
}
