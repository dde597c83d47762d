// hot path
// Owns: the last 160 ms of what was heard, in hops of 2.5 ms: the samples before and behind the high-pass, their energy, what
// the tone bank made of them, and which of them stand together without a loss between.
// Does not: weigh, decide.
import { HighPass } from './high-pass.ts';
import { addHop, hopSamples, tones } from './tone-bank.ts';

export const keptHops = 64;
const mask = keptHops - 1;

export class HopHistory {
  /** Hops done, lost ones too. */
  done = 0;
  /** How many of the newest stand together, and whether a loss stands before those. */
  together = 0;
  afterLoss = false;
  /** Lost hops in a row. */
  lost = 0;
  readonly #highPass = new HighPass();
  readonly #quietEnergy: number;
  /** The samples of all hops kept; those of the next hop are put where `next` says before `add` is told. */
  readonly raw = new Float64Array(keptHops * hopSamples);
  readonly #filtered = new Float64Array(keptHops * hopSamples);
  readonly #energy = new Float64Array(keptHops);
  readonly #re = new Float64Array(keptHops * tones);
  readonly #im = new Float64Array(keptHops * tones);

  /** `quietEnergy`: a hop with less holds no tone worth looking for. */
  constructor(quietEnergy: number) {
    this.#quietEnergy = quietEnergy;
  }

  reset(): void {
    this.#highPass.reset();
    this.done = this.together = this.lost = 0;
    this.afterLoss = false;
  }

  /** Where in `raw` the samples of the next hop belong. */
  get next(): number {
    return (this.done & mask) * hopSamples;
  }

  /** The next hop is whole. */
  add(): void {
    const slot = this.done & mask;
    const from = slot * hopSamples;
    const bank = slot * tones;
    const energy = this.#highPass.run(this.raw, from, hopSamples, this.#filtered);
    this.#energy[slot] = energy;
    if (energy < this.#quietEnergy) {
      this.#re.fill(0, bank, bank + tones);
      this.#im.fill(0, bank, bank + tones);
    } else {
      addHop(this.#filtered, from, this.done, this.#re, this.#im, bank);
    }
    this.done++;
    if (this.lost > 0) this.afterLoss = true;
    this.lost = 0;
    if (this.together < keptHops) this.together++;
    else this.afterLoss = false;
  }

  /** One hop did not arrive, or not whole. */
  lose(): void {
    if (this.lost === 0) this.#highPass.reset();
    this.#energy[this.done & mask] = 0;
    this.done++;
    this.lost++;
    this.together = 0;
  }

  energyOf(hop: number): number {
    return this.#energy[hop & mask]!;
  }

  /** Power of one of the eight tones over the hops from `first` to the newest, as one stretch. */
  power(tone: number, first: number): number {
    let re = 0;
    let im = 0;
    for (let hop = first; hop < this.done; hop++) {
      const at = (hop & mask) * tones + tone;
      re += this.#re[at]!;
      im += this.#im[at]!;
    }
    return re * re + im * im;
  }

  /** Copies the samples of the hops [from, to). */
  copy(from: number, to: number, filtered: Float64Array, raw: Float64Array): void {
    for (let hop = from; hop < to; hop++) {
      const source = (hop & mask) * hopSamples;
      const target = (hop - from) * hopSamples;
      for (let i = 0; i < hopSamples; i++) {
        raw[target + i] = this.raw[source + i]!;
        filtered[target + i] = this.#filtered[source + i]!;
      }
    }
  }
}
