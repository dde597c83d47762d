// hot path
// Owns: the second, close look at a key that the bank believes in: the two sines that explain the samples best, by least
// squares, with their frequencies, how they grow, and what is left of the samples without them. The model is linear:
// (a + a't) cos wt + (b + b't) sin wt for each tone, where the slopes tell by how much w is off (Gauss-Newton) and how the
// tone swells. Does not: know thresholds.

/** Longest window, in samples. */
export const longestFit = 320;
const unknowns = 8;
const maximumSteps = 3;

export class ToneFit {
  /** Index: 0 the row's tone, 1 the column's. */
  readonly hz = new Float64Array(2);
  readonly amplitude = new Float64Array(2);
  /** Change of amplitude from one end of the window to the other, as a part of the amplitude. */
  readonly growth = new Float64Array(2);
  /** What is not explained, sample by sample; and the two tones without their slopes. */
  readonly residual = new Float64Array(longestFit);
  readonly model = new Float64Array(longestFit);
  energy = 0;
  residualEnergy = 0;

  readonly #columns = new Float64Array(unknowns * longestFit);
  readonly #matrix = new Float64Array(unknowns * unknowns);
  readonly #right = new Float64Array(unknowns);
  readonly #weights = new Float64Array(unknowns);

  /** Fits samples[0, count), beginning at the two frequencies given. False when the samples decide nothing. */
  fit(samples: Float64Array, count: number, rowHz: number, columnHz: number): boolean {
    const { hz } = this;
    hz[0] = rowHz;
    hz[1] = columnHz;
    let energy = 0;
    for (let i = 0; i < count; i++) energy += samples[i]! * samples[i]!;
    this.energy = energy;
    for (let step = 1; ; step++) {
      this.#build(count);
      if (!this.#solve(samples, count, unknowns)) return false;
      if (!this.#improve(count) || step === maximumSteps) break;
      if (!(Math.abs(hz[0]! - rowHz) < 100 && Math.abs(hz[1]! - columnHz) < 150)) return false;
    }
    this.#explain(samples, count);
    return true;
  }

  /**
   * What part of samples[0, count) is neither these two tones (as fitted) nor two or three steady tones of a dial tone.
   * Takes the raw samples, since the high-pass leaves no dial tone.
   */
  unexplained(samples: Float64Array, count: number, lowHz: number, highHz: number): number {
    this.#wave(0, count, this.hz[0]!);
    this.#wave(2, count, this.hz[1]!);
    this.#wave(4, count, lowHz);
    this.#wave(6, count, highHz);
    if (!this.#solve(samples, count, unknowns)) return Number.POSITIVE_INFINITY;
    let left = 0;
    for (let i = 0; i < count; i++) left += samples[i]! * samples[i]!;
    for (let k = 0; k < unknowns; k++) left -= this.#weights[k]! * this.#right[k]!;
    return left;
  }

  #build(count: number): void {
    const columns = this.#columns;
    const middle = (count - 1) / 2;
    for (let tone = 0; tone < 2; tone++) {
      const first = tone * 4;
      this.#wave(first, count, this.hz[tone]!);
      const c = first * longestFit;
      const s = c + longestFit;
      for (let i = 0; i < count; i++) {
        const t = (i - middle) / middle;
        columns[s + longestFit + i] = t * columns[c + i]!;
        columns[s + 2 * longestFit + i] = t * columns[s + i]!;
      }
    }
  }

  /** Cosine and sine of one frequency, phase 0 in the middle of the window. */
  #wave(column: number, count: number, frequencyHz: number): void {
    const columns = this.#columns;
    const w = (2 * Math.PI * frequencyHz) / 8000;
    const stepRe = Math.cos(w);
    const stepIm = Math.sin(w);
    let re = Math.cos((-w * (count - 1)) / 2);
    let im = Math.sin((-w * (count - 1)) / 2);
    const c = column * longestFit;
    const s = c + longestFit;
    for (let i = 0; i < count; i++) {
      columns[c + i] = re;
      columns[s + i] = im;
      const next = re * stepRe - im * stepIm;
      im = re * stepIm + im * stepRe;
      re = next;
    }
  }

  /** Normal equations by Cholesky. */
  #solve(samples: Float64Array, count: number, size: number): boolean {
    const columns = this.#columns;
    const a = this.#matrix;
    const right = this.#right;
    const x = this.#weights;
    for (let i = 0; i < size; i++) {
      const p = i * longestFit;
      for (let j = 0; j <= i; j++) {
        const q = j * longestFit;
        let sum = 0;
        for (let n = 0; n < count; n++) sum += columns[p + n]! * columns[q + n]!;
        a[i * size + j] = sum;
      }
      let sum = 0;
      for (let n = 0; n < count; n++) sum += columns[p + n]! * samples[n]!;
      right[i] = sum;
    }
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = a[i * size + j]!;
        for (let k = 0; k < j; k++) sum -= a[i * size + k]! * a[j * size + k]!;
        if (i === j) {
          if (!(sum > 1e-6)) return false;
          a[i * size + i] = Math.sqrt(sum);
        } else {
          a[i * size + j] = sum / a[j * size + j]!;
        }
      }
    }
    for (let i = 0; i < size; i++) {
      let sum = right[i]!;
      for (let k = 0; k < i; k++) sum -= a[i * size + k]! * x[k]!;
      x[i] = sum / a[i * size + i]!;
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = x[i]!;
      for (let k = i + 1; k < size; k++) sum -= a[k * size + i]! * x[k]!;
      x[i] = sum / a[i * size + i]!;
    }
    return true;
  }

  /** Reads amplitudes and growth, moves the frequencies; true when they moved so far that it is worth another step. */
  #improve(count: number): boolean {
    const x = this.#weights;
    const middle = (count - 1) / 2;
    let far = false;
    for (let tone = 0; tone < 2; tone++) {
      const a = x[tone * 4]!;
      const b = x[tone * 4 + 1]!;
      const slopeA = x[tone * 4 + 2]!;
      const slopeB = x[tone * 4 + 3]!;
      const power = a * a + b * b + 1e-9;
      // radians from the middle to an end
      const turn = (slopeA * b - slopeB * a) / power;
      this.amplitude[tone] = Math.sqrt(power);
      this.growth[tone] = (2 * (slopeA * a + slopeB * b)) / power;
      this.hz[tone] = this.hz[tone]! + ((turn / middle) * 8000) / (2 * Math.PI);
      if (Math.abs(turn) > 0.1) far = true;
    }
    return far;
  }

  #explain(samples: Float64Array, count: number): void {
    const { model, residual } = this;
    const columns = this.#columns;
    const x = this.#weights;
    let left = 0;
    for (let i = 0; i < count; i++) {
      let steady = 0;
      let slope = 0;
      for (let k = 0; k < unknowns; k += 4) {
        const p = k * longestFit + i;
        steady += x[k]! * columns[p]! + x[k + 1]! * columns[p + longestFit]!;
        slope += x[k + 2]! * columns[p + 2 * longestFit]! + x[k + 3]! * columns[p + 3 * longestFit]!;
      }
      const rest = samples[i]! - steady - slope;
      model[i] = steady;
      residual[i] = rest;
      left += rest * rest;
    }
    this.residualEnergy = left;
  }
}
