// hot path
// Owns: the decision whether a window of samples is a key: how far off its two frequencies are, twist, level, how evenly the
// tones fill the window, and that there is nothing beside them but noise (ITU-T Q.24, values of its table of practice).
// Seldom runs: only for what the tone bank takes for a key. Does not: know time, remember anything.
import { gainAt } from './high-pass.ts';
import { columnsHz, peakOfDbm0, rowsHz } from './keypad.ts';
import { strongestTone } from './third-tone.ts';
import { hopSamples } from './tone-bank.ts';
import { ToneFit } from './tone-fit.ts';
import { cosine, hannWindow, rateHz, sine } from './wave-table.ts';

export const limits = {
  /** Parts of the nominal frequency. 1.5 % must pass and 3.5 % must not; a G is 1.8 % above the second row. */
  deviation: 0.018,
  /** So far off no key is, whatever noise and echo add to 1.5 %: a tone that glides through a key was there before. */
  strange: 0.023,
  /** Power ratios: the column's tone weaker than the row's, and stronger. */
  normalTwist: 10 ** 0.95,
  reverseTwist: 10 ** 0.62,
  /** Of the weaker tone. -36 must pass with its twist, -55 must not. */
  weakestPeak: peakOfDbm0(-46),
  /** Of the energy, what is neither tone. 10 dB of white noise is 0.09. */
  residual: 0.125,
  /** Of the energy, the strongest third tone. Noise of 10 dB puts as much into one place by chance. */
  third: 0.0115,
  thirdClipped: 0.06,
  /**
   * The same when it makes up so much of what is left that chance is no excuse. A telephone's own distortion is 20 dB
   * below its tones (Q.23), which is 0.005.
   */
  thirdAlone: 0.0075,
  alone: 0.4,
  /** Of the flat tones, in every 5 ms and in the first and the last 2.5 ms. */
  fill: 0.55,
  fillEdge: 0.4,
  growth: 0.7,
  /** Energy below the high-pass, as a part of the tones', that needs a dial tone to explain it; and what may stay of it. */
  low: 0.3,
  lowLeft: 0.3,
} as const;

export type Verdict =
  | 'key'
  | 'nothing'
  | 'deviation'
  | 'strange'
  | 'level'
  | 'twist'
  | 'residual'
  | 'growth'
  | 'fill'
  | 'third'
  | 'low';

const rowGain = Float64Array.from(rowsHz, gainAt);
const columnGain = Float64Array.from(columnsHz, gainAt);
const clippedAt = 32_000;

export class CloseLook {
  /** Peaks on the line. */
  rowPeak = 0;
  columnPeak = 0;
  readonly fit = new ToneFit();
  readonly #start = new Float64Array(6);

  /** `filtered` and `raw`: the same samples behind and before the high-pass. */
  judge(filtered: Float64Array, raw: Float64Array, count: number, key: number): Verdict {
    const { fit } = this;
    const row = key >> 2;
    const column = key & 3;
    const rowHz = rowsHz[row]!;
    const columnHz = columnsHz[column]!;
    const long = count >= 10 * hopSamples;
    const startRow = long ? this.#firstGuess(filtered, count, rowHz) : rowHz;
    const startColumn = long ? this.#firstGuess(filtered, count, columnHz) : columnHz;
    if (!fit.fit(filtered, count, startRow, startColumn)) return 'nothing';
    if (fit.residualEnergy > limits.residual * fit.energy) return 'residual';
    const deviation = Math.max(Math.abs(fit.hz[0]! / rowHz - 1), Math.abs(fit.hz[1]! / columnHz - 1));
    if (deviation > limits.deviation) return deviation > limits.strange ? 'strange' : 'deviation';
    const rowPeak = fit.amplitude[0]! / rowGain[row]!;
    const columnPeak = fit.amplitude[1]! / columnGain[column]!;
    this.rowPeak = rowPeak;
    this.columnPeak = columnPeak;
    if (Math.min(rowPeak, columnPeak) < limits.weakestPeak) return 'level';
    const twist = (rowPeak * rowPeak) / (columnPeak * columnPeak);
    if (twist > limits.normalTwist || twist * limits.reverseTwist < 1) return 'twist';
    if (Math.abs(fit.growth[0]!) > limits.growth || Math.abs(fit.growth[1]!) > limits.growth) return 'growth';
    if (!this.#fills(filtered, count)) return 'fill';
    let rawEnergy = 0;
    let loudest = 0;
    for (let i = 0; i < count; i++) {
      const x = raw[i]!;
      rawEnergy += x * x;
      if (x > loudest) loudest = x;
      else if (-x > loudest) loudest = -x;
    }
    if (this.#hasThird(count, loudest >= clippedAt)) return 'third';
    const toneEnergy = ((rowPeak * rowPeak + columnPeak * columnPeak) * count) / 2;
    if (rawEnergy - toneEnergy - fit.residualEnergy > limits.low * toneEnergy) {
      const left = Math.min(fit.unexplained(raw, count, 350, 440), fit.unexplained(raw, count, 400, 450));
      if (left > limits.lowLeft * toneEnergy) return 'low';
    }
    return 'key';
  }

  #hasThird(count: number, isClipped: boolean): boolean {
    const { fit } = this;
    const enough = (isClipped ? limits.thirdClipped : limits.third) * fit.energy;
    const third = strongestTone(fit.residual, count, fit.hz[0]!, fit.hz[1]!, enough);
    if (third > enough) return true;
    return !isClipped && third > limits.thirdAlone * fit.energy && third > limits.alone * fit.residualEnergy;
  }

  /** From how the phase moves over three overlapping halves of the window: unambiguous to 66 Hz for 30 ms. */
  #firstGuess(samples: Float64Array, count: number, nominalHz: number): number {
    const half = count >> 1;
    const shift = count >> 2;
    const start = this.#start;
    const hann = hannWindow(half);
    for (let k = 0; k < 3; k++) {
      const from = k * shift;
      let re = 0;
      let im = 0;
      for (let i = 0, turn = (nominalHz * from) % rateHz; i < half; i++) {
        const x = samples[from + i]! * hann[i]!;
        re += x * cosine[turn]!;
        im -= x * sine[turn]!;
        turn += nominalHz;
        if (turn >= rateHz) turn -= rateHz;
      }
      start[2 * k] = re;
      start[2 * k + 1] = im;
    }
    const re = start[2]! * start[0]! + start[3]! * start[1]! + start[4]! * start[2]! + start[5]! * start[3]!;
    const im = start[3]! * start[0]! - start[2]! * start[1]! + start[5]! * start[2]! - start[4]! * start[3]!;
    return nominalHz + ((Math.atan2(im, re) / shift) * rateHz) / (2 * Math.PI);
  }

  /** The tones are there from the first hop to the last, and between. */
  #fills(samples: Float64Array, count: number): boolean {
    const block = 2 * hopSamples;
    for (let from = 0; from + block <= count; from += block) {
      if (this.#share(samples, from, block) < limits.fill) return false;
    }
    return (
      this.#share(samples, 0, hopSamples) >= limits.fillEdge &&
      this.#share(samples, count - hopSamples, hopSamples) >= limits.fillEdge
    );
  }

  #share(samples: Float64Array, from: number, count: number): number {
    const { model } = this.fit;
    let both = 0;
    let own = 1e-9;
    for (let i = from; i < from + count; i++) {
      both += samples[i]! * model[i]!;
      own += model[i]! * model[i]!;
    }
    return both / own;
  }
}
