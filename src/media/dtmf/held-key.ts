// hot path
// Owns: the key that was told and still sounds: where it began and ends, how loud it is, and which silence is a dropout and
// which its end. Does not: find keys, count samples at any rate but 8 kHz.
import type { CloseLook } from './close-look.ts';
import type { HopHistory } from './hop-history.ts';
import { keptHops } from './hop-history.ts';
import { dbm0OfPeak } from './keypad.ts';
import { hopSamples } from './tone-bank.ts';

/** A tone is over when it was silent so long; a shorter silence is a dropout. */
const endHops = 8;
/** Against the tone as it was accepted: 8 dB down. */
const present = 0.4;
/** How fast the level that this is measured against follows the tone. */
const following = 0.05;

export class HeldKey {
  /** Index of the key, or -1. */
  key = -1;
  startSample = 0;
  levelDbm0 = 0;
  #end = 0;
  #row = 0;
  #column = 0;
  #absent = 0;

  get durationSamples(): number {
    return Math.max(0, Math.round(this.#end) - this.startSample);
  }

  /** Holds what the close look has just found in the hops [from, to); `since` is where the belief in it began. */
  take(key: number, look: CloseLook, hops: HopHistory, from: number, to: number, since: number): void {
    const { fit } = look;
    this.key = key;
    this.startSample = startOf(hops, from, since, fit.energy / (to - from));
    this.#end = to * hopSamples;
    this.#row = fit.amplitude[0]!;
    this.#column = fit.amplitude[1]!;
    this.levelDbm0 = dbm0OfPeak(Math.sqrt(look.rowPeak * look.columnPeak));
    this.#absent = 0;
  }

  /** Whether the tone goes on, now that a hop was added. */
  follows(hops: HopHistory): boolean {
    if (hops.together < 2) return true;
    const row = newest(hops, this.key >> 2);
    const column = newest(hops, 4 + (this.key & 3));
    const weaker = Math.min(row / this.#row, column / this.#column);
    if (weaker < present) return ++this.#absent < endHops;
    this.#absent = 0;
    this.#end = (hops.done - 2 * Math.max(0, 1 - weaker)) * hopSamples;
    this.#row += following * (row - this.#row);
    this.#column += following * (column - this.#column);
    return true;
  }
}

/** Amplitude of a tone in the newest 5 ms. */
function newest(hops: HopHistory, tone: number): number {
  return Math.sqrt(hops.power(tone, hops.done - 2)) / hopSamples;
}

/** Goes back from the window to where the tone began: whole hops, then the part of one. */
function startOf(hops: HopHistory, from: number, since: number, usualEnergy: number): number {
  const earliest = Math.max(since - 2, hops.done - 1 - hops.together, hops.done - keptHops, 0);
  let start = from * hopSamples;
  for (let hop = from - 1; hop >= earliest; hop--) {
    const part = Math.min(1, hops.energyOf(hop) / usualEnergy);
    if (part < 0.1) break;
    start -= part * hopSamples;
    if (part < 0.4) break;
  }
  return Math.round(start);
}
