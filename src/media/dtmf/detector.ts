// hot path
// Owns: hearing keys in the audio of one direction (ITU-T Q.23, Q.24), in a stream of any block size, at 8 or 16 kHz, with
// gaps where packets were lost. Every 2.5 ms the tone bank says what it believes; a belief that lasts 30 ms is looked at
// closely, once or a few times. What was lost neither proves a key nor ends one.
// Does not: conceal, merge with telephone-events, decide when to listen.
import { Belief, fewestHops } from './belief.ts';
import { CloseLook, limits, type Verdict } from './close-look.ts';
import { HalfBand, halfBandDelay } from './half-band.ts';
import { HeldKey } from './held-key.ts';
import { HopHistory } from './hop-history.ts';
import { keys } from './keypad.ts';
import { hopSamples } from './tone-bank.ts';

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
/** A key must be heard so long; beside a loss, so long at least. */
const neededHops = 12;
const neededBesideLoss = 5;
/** A stream that was interrupted so long has no memory of before. */
const longestLoss = 40;
/** Closer looks after these many in vain come less often, and none when it has lasted so long: that is music, not a key. */
const eagerLooks = 6;
const patience = 4;
const lastLookHops = 60;
/** At both ends of what stands beside a loss: a hop with less of the loudest one's energy is not the tone's. */
const edgeEnergy = 0.3;
const quietEnergy = (hopSamples * limits.weakestPeak ** 2) / 4;

export class DtmfDetector {
  readonly #sink: DtmfSink;
  readonly #twice: boolean;
  readonly #halfBand = new HalfBand();
  readonly #hops = new HopHistory(quietEnergy);
  readonly #belief = new Belief(quietEnergy);
  readonly #look = new CloseLook();
  readonly #held = new HeldKey();
  readonly #raw = new Float64Array(neededHops * hopSamples);
  readonly #filtered = new Float64Array(neededHops * hopSamples);

  /** Samples of the hop that is being filled. */
  #filled = 0;
  #hopLost = false;
  /** At 16 kHz: the first of two samples. */
  #odd = false;
  #first = 0;
  /** Close looks in vain at what is believed, and the hop before which there is no other. */
  #looks = 0;
  #nextLook = 0;
  /** What is believed was seen to be something else. */
  #isRefuted = false;

  constructor(rateHz: 8000 | 16_000, sink: DtmfSink) {
    this.#twice = rateHz === 16_000;
    this.#sink = sink;
  }

  /** Takes samples[from, from + count). */
  hear(samples: Int16Array, from: number, count: number): void {
    const end = from + count;
    if (this.#twice) {
      for (let i = from; i < end; i++) this.#takeHalf(samples[i]!);
      return;
    }
    const { raw } = this.#hops;
    let at = from;
    while (at < end) {
      const take = Math.min(end - at, hopSamples - this.#filled);
      const into = this.#hops.next + this.#filled;
      for (let i = 0; i < take; i++) raw[into + i] = samples[at + i]!;
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
    this.#hops.reset();
    this.#filled = 0;
    this.#hopLost = this.#odd = false;
  }

  #takeHalf(sample: number): void {
    if (!this.#odd) {
      this.#first = sample;
      this.#odd = true;
      return;
    }
    this.#odd = false;
    this.#hops.raw[this.#hops.next + this.#filled++] = this.#halfBand.step(this.#first, sample);
    if (this.#filled === hopSamples) this.#close();
  }

  #close(): void {
    this.#filled = 0;
    if (this.#hopLost) {
      this.#hopLost = false;
      this.#loseHop();
      return;
    }
    this.#hops.add();
    if (this.#held.key >= 0 && !this.#held.follows(this.#hops)) {
      this.#release();
      this.#forgetBelief();
    }
    this.#believe();
  }

  #loseHop(): void {
    const hops = this.#hops;
    if (hops.lost === 0 && this.#belief.key >= 0) this.#lookBesideLoss(hops.done, true);
    hops.lose();
    if (hops.lost === longestLoss) {
      this.#release();
      this.#forgetBelief();
    }
  }

  /** What the newest hops look like; then whether that has lasted long enough for a closer look. */
  #believe(): void {
    const hops = this.#hops;
    const belief = this.#belief;
    if (hops.together < fewestHops) return;
    const now = hops.done - 1;
    const key = belief.classify(hops);
    const stands = belief.survives(key);
    if (stands && key !== belief.key) return;
    if (!stands) {
      if (belief.key >= 0) this.#lookBesideLoss(now, false);
      this.#forgetBelief();
      if (key < 0) return;
      belief.take(key, hops);
    }
    if (belief.key === this.#held.key) return;
    const since = Math.max(belief.from, hops.done - hops.together);
    const heard = hops.done - since;
    if (heard < neededHops || heard > lastLookHops || now < this.#nextLook || this.#isRefuted) return;
    const verdict = this.#lookAt(hops.done - neededHops, hops.done);
    if (verdict === 'key') return;
    this.#isRefuted = verdict === 'strange';
    this.#nextLook = now + (++this.#looks < eagerLooks ? 1 : patience);
  }

  #forgetBelief(): void {
    this.#belief.forget();
    this.#looks = 0;
    this.#nextLook = 0;
    this.#isRefuted = false;
  }

  /** A belief that ends at hop `until`, too short alone, counts when a loss stands before or behind it. */
  #lookBesideLoss(until: number, lossFollows: boolean): void {
    const hops = this.#hops;
    const belief = this.#belief;
    if (belief.key === this.#held.key || this.#isRefuted) return;
    const start = hops.done - hops.together;
    let from = Math.max(belief.from, start);
    let to = until;
    let most = 0;
    for (let hop = from; hop < to; hop++) most = Math.max(most, hops.energyOf(hop));
    while (to > from && hops.energyOf(to - 1) < edgeEnergy * most) to--;
    while (to > from && hops.energyOf(from) < edgeEnergy * most) from++;
    const lossBefore = hops.afterLoss && from <= start;
    const lossBehind = lossFollows && to === until;
    if ((!lossBefore && !lossBehind) || to - from < neededBesideLoss) return;
    this.#lookAt(Math.max(from, to - neededHops), to);
  }

  #lookAt(from: number, to: number): Verdict {
    this.#hops.copy(from, to, this.#filtered, this.#raw);
    const key = this.#belief.key;
    const verdict = this.#look.judge(this.#filtered, this.#raw, (to - from) * hopSamples, key);
    if (verdict !== 'key') return verdict;
    this.#release();
    this.#held.take(key, this.#look, this.#hops, from, to, this.#belief.from);
    const start = this.#held.startSample;
    const startSample = this.#twice ? Math.max(0, 2 * start - halfBandDelay) : start;
    this.#sink.pressed(keys[key]!, startSample, this.#hops.done * hopSamples * (this.#twice ? 2 : 1));
    return verdict;
  }

  #release(): void {
    const held = this.#held;
    if (held.key < 0) return;
    const digit = keys[held.key]!;
    held.key = -1;
    this.#sink.released(digit, held.durationSamples * (this.#twice ? 2 : 1), held.levelDbm0);
  }
}
