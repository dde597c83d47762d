// hot path
// Owns: 16 kHz to 8 kHz for the detector: a half-band filter of 19 taps. What would fold onto a key's frequencies or their
// harmonics below 3 kHz is 26 dB down, and most of it 50 dB. Does not: serve listeners (src/media/resample.ts does).

/** Taps at odd distances from the middle, of a Kaiser window; the middle is 0.5 and the even ones are zero. */
const tap1 = 0.309763;
const tap3 = -0.0823;
const tap5 = 0.030286;
const tap7 = -0.009157;
const tap9 = 0.001299;
const length = 19;
/** By how many samples at 16 kHz the output is late. */
export const halfBandDelay = 9;

export class HalfBand {
  /** The last samples, written twice so that they always stand in a row. */
  readonly #past = new Float64Array(2 * (length + 1));
  #at = 0;

  reset(): void {
    this.#past.fill(0);
    this.#at = 0;
  }

  /** Takes two samples, the older first, and returns one. */
  step(first: number, second: number): number {
    const past = this.#past;
    const size = length + 1;
    let at = this.#at;
    past[at] = past[at + size] = first;
    past[at + 1] = past[at + 1 + size] = second;
    at = (at + 2) % size;
    this.#at = at;
    // past[at] is the oldest of twenty; the nineteen newest begin behind it
    const m = at + 1 + halfBandDelay;
    return (
      0.5 * past[m]! +
      tap1 * (past[m - 1]! + past[m + 1]!) +
      tap3 * (past[m - 3]! + past[m + 3]!) +
      tap5 * (past[m - 5]! + past[m + 5]!) +
      tap7 * (past[m - 7]! + past[m + 7]!) +
      tap9 * (past[m - 9]! + past[m + 9]!)
    );
  }
}
