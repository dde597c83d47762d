// hot path
// Owns: the cheap first look, every 2.5 ms: which key the newest 12.5 ms resemble, and since when they have. A row and a
// column that stand out among their four and hold much of the energy make a belief; one hop that disagrees does not end it.
// Does not: tell keys. What is believed long enough gets the close look.
import type { HopHistory } from './hop-history.ts';
import { hopSamples, tones } from './tone-bank.ts';

const windowHops = 5;
export const fewestHops = 3;
/** Of the energy, both tones at least. A key beside 10 dB of noise holds more; the rest is for the close look to weigh. */
const share = 0.42;
/** The strongest of four against the next: power. */
const dominance = 2;
const doubtsAllowed = 1;

export class Belief {
  /** What is believed, or -1. */
  key = -1;
  /** Since which hop. */
  from = 0;
  #doubts = 0;
  readonly #power = new Float64Array(tones);
  readonly #quietEnergy: number;

  constructor(quietEnergy: number) {
    this.#quietEnergy = quietEnergy;
  }

  forget(): void {
    this.key = -1;
    this.#doubts = 0;
  }

  /**
   * Begins to believe in a key, from the newest hop on; shortly behind a loss from the first heard, which may be in the
   * middle of a tone that the edge of the loss has blurred until now.
   */
  take(key: number, hops: HopHistory): void {
    this.forget();
    this.key = key;
    this.from = hops.done - (hops.together <= windowHops ? hops.together : 1);
  }

  /** Whether what the newest hops say leaves the belief standing. */
  survives(key: number): boolean {
    if (this.key < 0) return false;
    if (key === this.key) {
      this.#doubts = 0;
      return true;
    }
    return ++this.#doubts <= doubtsAllowed;
  }

  /** The key of the newest hops, or -1. */
  classify(hops: HopHistory): number {
    const count = Math.min(windowHops, hops.together);
    const first = hops.done - count;
    let energy = 0;
    for (let hop = first; hop < hops.done; hop++) energy += hops.energyOf(hop);
    if (energy < this.#quietEnergy * 2) return -1;
    const power = this.#power;
    for (let tone = 0; tone < 4; tone++) power[tone] = hops.power(tone, first);
    const row = strongest(power, 0);
    if (row < 0) return -1;
    for (let tone = 4; tone < tones; tone++) power[tone] = hops.power(tone, first);
    const column = strongest(power, 4);
    if (column < 0) return -1;
    const both = power[row]! + power[column]!;
    if (2 * both < share * energy * count * hopSamples) return -1;
    return row * 4 + column - 4;
  }
}

/** Index of the strongest of four powers, or -1 when it does not stand out. */
function strongest(power: Float64Array, from: number): number {
  let best = from;
  for (let i = from + 1; i < from + 4; i++) if (power[i]! > power[best]!) best = i;
  const threshold = power[best]! / dominance;
  for (let i = from; i < from + 4; i++) if (i !== best && power[i]! > threshold) return -1;
  return best;
}
