// hot path
// Owns: hearing keys in the audio of one direction (ITU-T Q.23, Q.24), in a stream of any block size, at 8 or 16 kHz, with
// gaps where packets were lost. Every 2.5 ms the tone bank says what it believes; a belief that lasts 30 ms is looked at
// closely, once or a few times. What was lost neither proves a key nor ends one.
// Does not: conceal, merge with telephone-events, decide when to listen.
import { CloseLook, limits, type Verdict } from './close-look.ts';
import { HalfBand, halfBandDelay } from './half-band.ts';
import { HighPass } from './high-pass.ts';
import { dbm0OfPeak, keys } from './keypad.ts';
import { addHop, hopSamples, tones } from './tone-bank.ts';

export interface DtmfSink {
  /**
   * A key is heard. `startSample`: where its tone began, as far as it was heard; `emitSample`: how many samples had been
   * taken when that was sure. Both count from the first sample of the stream, lost ones too.
   */
  pressed(digit: string, startSample: number, emitSample: number): void;
  /** The tone is over. The level is the mean of its two tones'. */
  released(digit: string, durationSamples: number, levelDbm0: number): void;
}

/** All times are hops of 2.5 ms. */
const kept = 64;
const keptMask = kept - 1;
const windowHops = 5;
const fewestHops = 3;
/** A key must be heard so long; beside a loss, so long at least. */
const neededHops = 12;
const neededBesideLoss = 6;
/** A stream that was interrupted so long has no memory of before. */
const longestLoss = 40;
/** A tone is over when it was silent so long; a shorter silence is a dropout. */
const endHops = 8;
/** Closer looks after these many in vain come less often. */
const eagerLooks = 6;
const patience = 4;

const share = 0.42;
const dominance = 2;
/** Against the tone as it was accepted: 8 dB down. */
const present = 0.4;
const quietEnergy = (hopSamples * limits.weakestPeak ** 2) / 4;

export class DtmfDetector {
  readonly #sink: DtmfSink;
  readonly #twice: boolean;
  readonly #halfBand = new HalfBand();
  readonly #highPass = new HighPass();
  readonly #look = new CloseLook();

  /** The hop that is being filled. */
  readonly #hop = new Float64Array(hopSamples);
  #filled = 0;
  #hopLost = false;
  /** At 16 kHz: the first of two samples. */
  #odd = false;
  #first = 0;

  /** Hops done, and how many of the newest stand together without a loss between. */
  #hops = 0;
  #together = 0;
  #lost = 0;
  /** Whether a loss stands before those together. */
  #afterLoss = false;
  readonly #raw = new Float64Array(kept * hopSamples);
  readonly #filtered = new Float64Array(kept * hopSamples);
  readonly #energy = new Float64Array(kept);
  readonly #re = new Float64Array(kept * tones);
  readonly #im = new Float64Array(kept * tones);
  readonly #power = new Float64Array(tones);
  readonly #rawWindow = new Float64Array(neededHops * hopSamples);
  readonly #filteredWindow = new Float64Array(neededHops * hopSamples);

  /** What the bank believes: a key, since which hop, and how many hops in a row did not agree. */
  #belief = -1;
  #beliefFrom = 0;
  #doubts = 0;
  #looks = 0;
  #nextLook = 0;

  #key = -1;
  #keyStart = 0;
  #keyEnd = 0;
  #keyRow = 0;
  #keyColumn = 0;
  #levelSum = 0;
  #levelCount = 0;
  #absent = 0;

  constructor(rateHz: 8000 | 16_000, sink: DtmfSink) {
    this.#twice = rateHz === 16_000;
    this.#sink = sink;
  }

  /** Takes samples[from, from + count). */
  hear(samples: Int16Array, from: number, count: number): void {
    const hop = this.#hop;
    const end = from + count;
    if (this.#twice) {
      for (let i = from; i < end; i++) this.#takeHalf(samples[i]!);
      return;
    }
    let at = from;
    while (at < end) {
      const take = Math.min(end - at, hopSamples - this.#filled);
      for (let i = 0; i < take; i++) hop[this.#filled + i] = samples[at + i]!;
      at += take;
      this.#filled += take;
      if (this.#filled === hopSamples) this.#close();
    }
  }

  /** `count` samples did not arrive; whatever stands in their place is not to be given to `hear`. */
  lost(count: number): void {
    let left = count;
    if (this.#twice) {
      // The half-band filter is in the middle of something that is gone: let it see silence.
      for (; left > 0 && (this.#odd || this.#filled > 0); left--) {
        this.#hopLost = true;
        this.#takeHalf(0);
      }
      this.#halfBand.reset();
    }
    const each = this.#twice ? 2 : 1;
    while (left >= each) {
      const take = Math.min(Math.floor(left / each), hopSamples - this.#filled);
      this.#hop.fill(0, this.#filled, this.#filled + take);
      this.#filled += take;
      this.#hopLost = true;
      left -= take * each;
      if (this.#filled === hopSamples) this.#close();
    }
    for (; left > 0; left--) {
      this.#hopLost = true;
      this.#takeHalf(0);
    }
  }

  /** Forgets the stream, and starts counting anew. A key that sounds is released. */
  reset(): void {
    this.#release();
    this.#forgetBelief();
    this.#halfBand.reset();
    this.#highPass.reset();
    this.#filled = 0;
    this.#hopLost = this.#odd = this.#afterLoss = false;
    this.#hops = this.#together = this.#lost = 0;
  }

  #takeHalf(sample: number): void {
    if (!this.#odd) {
      this.#first = sample;
      this.#odd = true;
      return;
    }
    this.#odd = false;
    this.#hop[this.#filled++] = this.#halfBand.step(this.#first, sample);
    if (this.#filled === hopSamples) this.#close();
  }

  #close(): void {
    this.#filled = 0;
    const slot = this.#hops & keptMask;
    if (this.#hopLost) {
      this.#hopLost = false;
      this.#hops++;
      this.#energy[slot] = 0;
      this.#loseHop();
      return;
    }
    const from = slot * hopSamples;
    this.#raw.set(this.#hop, from);
    const energy = this.#highPass.run(this.#hop, hopSamples, this.#filtered, from);
    this.#energy[slot] = energy;
    const bank = slot * tones;
    if (energy < quietEnergy) {
      this.#re.fill(0, bank, bank + tones);
      this.#im.fill(0, bank, bank + tones);
    } else {
      addHop(this.#filtered, from, this.#hops, this.#re, this.#im, bank);
    }
    this.#hops++;
    if (this.#lost > 0) this.#afterLoss = true;
    this.#lost = 0;
    if (this.#together < kept) this.#together++;
    else this.#afterLoss = false;
    if (this.#key >= 0) this.#follow();
    this.#believe();
  }

  #loseHop(): void {
    this.#lost++;
    if (this.#lost === 1) {
      if (this.#belief >= 0) this.#lookBesideLoss(this.#hops - 1, true);
      this.#highPass.reset();
    }
    this.#together = 0;
    if (this.#lost === longestLoss) {
      this.#release();
      this.#forgetBelief();
    }
  }

  /** What the newest hops look like; then whether that has lasted long enough for a closer look. */
  #believe(): void {
    if (this.#together < fewestHops) return;
    const now = this.#hops - 1;
    const key = this.#classify();
    if (key >= 0 && key === this.#belief) {
      this.#doubts = 0;
    } else if (this.#belief >= 0 && ++this.#doubts < 2) {
      return;
    } else {
      if (this.#belief >= 0) this.#lookBesideLoss(now, false);
      this.#forgetBelief();
      if (key < 0) return;
      this.#belief = key;
      const isFirst = this.#together === fewestHops;
      this.#beliefFrom = isFirst ? this.#hops - fewestHops : now;
    }
    if (this.#belief === this.#key) return;
    const since = Math.max(this.#beliefFrom, this.#hops - this.#together);
    if (this.#hops - since < neededHops || now < this.#nextLook) return;
    if (this.#lookAt(this.#hops - neededHops, this.#hops) !== 'key') {
      this.#nextLook = now + (++this.#looks < eagerLooks ? 1 : patience);
    }
  }

  #forgetBelief(): void {
    this.#belief = -1;
    this.#doubts = 0;
    this.#looks = 0;
    this.#nextLook = 0;
  }

  /** The key of the newest hops, or -1. */
  #classify(): number {
    const count = Math.min(windowHops, this.#together);
    const power = this.#power;
    power.fill(0);
    let energy = 0;
    const first = this.#hops - count;
    for (let hop = first; hop < this.#hops; hop++) energy += this.#energy[hop & keptMask]!;
    if (energy < quietEnergy * 2) return -1;
    for (let tone = 0; tone < tones; tone++) {
      let re = 0;
      let im = 0;
      for (let hop = first; hop < this.#hops; hop++) {
        const at = (hop & keptMask) * tones + tone;
        re += this.#re[at]!;
        im += this.#im[at]!;
      }
      power[tone] = re * re + im * im;
    }
    const row = strongest(power, 0);
    const column = strongest(power, 4);
    if (row < 0 || column < 0) return -1;
    const both = power[row]! + power[column]!;
    if (2 * both < share * energy * count * hopSamples) return -1;
    return row * 4 + column - 4;
  }

  /** A belief that ends at `until`, too short alone, counts when a loss stands before or behind it. */
  #lookBesideLoss(until: number, lossFollows: boolean): void {
    if (this.#belief === this.#key) return;
    const start = this.#hops - (lossFollows ? 1 : 0) - this.#together;
    let from = Math.max(this.#beliefFrom, start);
    let to = until;
    let most = 0;
    for (let hop = from; hop < to; hop++) most = Math.max(most, this.#energy[hop & keptMask]!);
    while (to > from && this.#energy[(to - 1) & keptMask]! < 0.3 * most) to--;
    while (to > from && this.#energy[from & keptMask]! < 0.3 * most) from++;
    const before = this.#afterLoss && from <= start;
    const behind = lossFollows && to === until;
    if ((!before && !behind) || to - from < neededBesideLoss) return;
    this.#lookAt(Math.max(from, to - neededHops), to);
  }

  #lookAt(from: number, to: number): Verdict {
    const count = (to - from) * hopSamples;
    for (let hop = from; hop < to; hop++) {
      const source = (hop & keptMask) * hopSamples;
      const target = (hop - from) * hopSamples;
      for (let i = 0; i < hopSamples; i++) {
        this.#rawWindow[target + i] = this.#raw[source + i]!;
        this.#filteredWindow[target + i] = this.#filtered[source + i]!;
      }
    }
    const verdict = this.#look.judge(this.#filteredWindow, this.#rawWindow, count, this.#belief);
    if (verdict === 'key') this.#press(from, to);
    return verdict;
  }

  #press(from: number, to: number): void {
    this.#release();
    const { fit } = this.#look;
    const usual = fit.energy / (to - from);
    // back to where the tone began: whole hops, then the part of one
    const earliest = Math.max(this.#beliefFrom - 2, this.#hops - 1 - this.#together, this.#hops - kept, 0);
    let start = from * hopSamples;
    for (let hop = from - 1; hop >= earliest; hop--) {
      const part = Math.min(1, this.#energy[hop & keptMask]! / usual);
      if (part < 0.1) break;
      start -= part * hopSamples;
      if (part < 0.4) break;
    }
    this.#key = this.#belief;
    this.#keyStart = Math.round(start);
    this.#keyEnd = to * hopSamples;
    this.#keyRow = fit.amplitude[0]!;
    this.#keyColumn = fit.amplitude[1]!;
    this.#levelSum = dbm0OfPeak(Math.sqrt(this.#look.rowPeak * this.#look.columnPeak));
    this.#levelCount = 1;
    this.#absent = 0;
    this.#sink.pressed(keys[this.#key]!, this.#outside(this.#keyStart), this.#taken());
  }

  /** Goes on hearing the key that was told, until it has been silent for long enough. */
  #follow(): void {
    if (this.#together < 2) return;
    const now = this.#hops - 1;
    const row = this.#newest(this.#key >> 2);
    const column = this.#newest(4 + (this.#key & 3));
    const weaker = Math.min(row / this.#keyRow, column / this.#keyColumn);
    if (weaker >= present) {
      this.#absent = 0;
      this.#keyEnd = (now + 1 - 2 * Math.max(0, 1 - weaker)) * hopSamples;
      this.#keyRow += 0.05 * (row - this.#keyRow);
      this.#keyColumn += 0.05 * (column - this.#keyColumn);
    } else if (++this.#absent >= endHops) {
      this.#release();
      this.#forgetBelief();
    }
  }

  /** Amplitude of a tone in the newest 5 ms. */
  #newest(tone: number): number {
    const a = ((this.#hops - 1) & keptMask) * tones + tone;
    const b = ((this.#hops - 2) & keptMask) * tones + tone;
    return Math.hypot(this.#re[a]! + this.#re[b]!, this.#im[a]! + this.#im[b]!) / hopSamples;
  }

  #release(): void {
    if (this.#key < 0) return;
    const digit = keys[this.#key]!;
    this.#key = -1;
    const duration = Math.max(0, Math.round(this.#keyEnd) - this.#keyStart);
    this.#sink.released(digit, this.#twice ? 2 * duration : duration, this.#levelSum / this.#levelCount);
  }

  #outside(sample: number): number {
    return this.#twice ? Math.max(0, 2 * sample - halfBandDelay) : sample;
  }

  #taken(): number {
    return this.#hops * hopSamples * (this.#twice ? 2 : 1);
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
