// Owns: what callers of the benchmarks say: as loud and as uneven as speech, which is what listening for tones costs most in.
import { ulawCode } from '../src/media/g711.ts';

/** 10 s of G.711: a buzz of 100 to 200 Hz through two wandering resonances, four syllables a second. */
export function speechLike(): Buffer {
  let phase = 0;
  let seed = 1;
  const low = [0, 0];
  const high = [0, 0];
  const resonate = (state: number[], input: number, hz: number): number => {
    const out = input + 1.9 * Math.cos((2 * Math.PI * hz) / 8000) * state[0]! - 0.9025 * state[1]!;
    state[1] = state[0]!;
    state[0] = out;
    return out;
  };
  return Buffer.from(
    Array.from({ length: 80_160 }, (_, i) => {
      const seconds = i / 8000;
      phase += (130 + 40 * Math.sin(2 * seconds)) / 8000;
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      const buzz = phase % 1 < 0.1 ? 1 : (0.1 * seed) / 2 ** 31;
      const loud = Math.max(0, Math.sin(2 * Math.PI * 4 * seconds)) * 900;
      const sample =
        resonate(low, buzz, 500 + 250 * Math.sin(5 * seconds)) +
        resonate(high, buzz, 1400 + 500 * Math.sin(3 * seconds));
      return ulawCode(Math.max(-32_000, Math.min(32_000, Math.round(loud * sample))));
    }),
  );
}
