// hot path
// Owns: putting decoded audio back into order with a fixed delay, for recording and bridging, and saying which samples
// never came. Time is the RTP timestamp, so packets of any length mix. A reader that is faster or slower than the sender is
// followed: when the buffer stays too full for 5 s the surplus is dropped, when packets keep coming late it waits anew.
// Does not: conceal (what is missing is silence), choose the source (latch.ts), decode.
import { sequenceDistance, timestampDistance } from './rtp.ts';

/** A power of two; a second and a bit at 8 kHz. */
const capacity = 8192;
const mask = capacity - 1;
const lateBeforeWaiting = 5;

const absent = 0;
const present = 1;

export interface JitterBufferOptions {
  readonly delayMs?: number;
  readonly clockRateHz?: number;
}

export class JitterBuffer {
  /** Samples that never came, or came too late, of all that were taken. */
  missingSamples = 0;
  /** Packets that came too late or twice. */
  latePackets = 0;

  private readonly samples = new Int16Array(capacity);
  private readonly state = new Uint8Array(capacity);
  private readonly delay: number;
  private readonly slack: number;
  private readonly window: number;
  private started = false;
  /** Samples of the delay before the first packet that are still to be taken: silent, not missing. */
  private lead = 0;
  /** Timestamp of the next sample to be taken. */
  private reading = 0;
  private lastSequence = 0;
  /** Timestamp after the newest sample. */
  private lastEnd = 0;
  private lateInARow = 0;
  /** The least fill seen in this window, and how many samples were put in it. */
  private leastAhead = capacity;
  private windowSamples = 0;

  constructor({ delayMs = 40, clockRateHz = 8000 }: JitterBufferOptions = {}) {
    this.delay = Math.min(capacity / 2, Math.round((delayMs * clockRateHz) / 1000));
    this.slack = clockRateHz / 50;
    this.window = clockRateHz * 5;
  }

  /** Forgets everything: another source or SSRC. The next packet starts the delay again. */
  reset(): void {
    this.started = false;
    this.state.fill(absent);
    this.lateInARow = 0;
    this.leastAhead = capacity;
    this.windowSamples = 0;
  }

  /** A packet of the stream without audio (an event), so that its number is not taken for a lost packet. */
  pass(sequence: number): void {
    if (this.started && sequenceDistance(sequence, this.lastSequence) === 1) this.lastSequence = sequence;
  }

  /** Takes in samples[from, from + count); false when they came too late or twice. */
  put(sequence: number, timestamp: number, samples: Int16Array, from: number, count: number): boolean {
    if (count <= 0 || count > capacity / 2) return false;
    const end = (timestamp + count) >>> 0;
    if (!this.started) this.start(sequence, timestamp);
    let ahead = timestampDistance(timestamp, this.reading);
    if (ahead + count > capacity || ahead < -capacity) {
      // The sender's timestamp jumped.
      this.state.fill(absent);
      this.start(sequence, timestamp);
      ahead = this.delay;
    }
    if (ahead + count <= 0) {
      this.latePackets++;
      if (++this.lateInARow < lateBeforeWaiting) return false;
      this.state.fill(absent);
      this.start(sequence, timestamp);
    } else {
      this.lateInARow = 0;
    }
    if (this.state[(end - 1) & mask] === present && ahead + count > 0) {
      this.latePackets++;
      return false;
    }
    const first = Math.max(0, -timestampDistance(timestamp, this.reading));
    for (let i = first; i < count; i++) {
      const at = (timestamp + i) & mask;
      this.samples[at] = samples[from + i]!;
      this.state[at] = present;
    }
    this.follow(sequence, timestamp, end, count);
    return true;
  }

  /**
   * Writes the next `count` samples to into[offset, offset + count), silence where there is nothing. Returns how many were
   * missing; what lies before the first packet is not.
   */
  take(into: Int16Array, offset: number, count: number): number {
    if (!this.started) {
      into.fill(0, offset, offset + count);
      return 0;
    }
    let taken = 0;
    for (let i = 0; i < count; i++) {
      const at = (this.reading + i) & mask;
      if (this.state[at] === present) {
        into[offset + i] = this.samples[at]!;
        this.state[at] = absent;
        taken++;
      } else {
        into[offset + i] = 0;
      }
    }
    const before = Math.min(this.lead, count);
    this.lead -= before;
    this.reading = (this.reading + count) >>> 0;
    const missing = Math.max(0, count - taken - before);
    this.missingSamples += missing;
    return missing;
  }

  private start(sequence: number, timestamp: number): void {
    this.started = true;
    this.reading = (timestamp - this.delay) >>> 0;
    this.lead = this.delay;
    this.lastSequence = (sequence - 1) & 0xffff;
    this.lastEnd = timestamp;
    this.lateInARow = 0;
    this.leastAhead = capacity;
    this.windowSamples = 0;
  }

  private follow(sequence: number, timestamp: number, end: number, count: number): void {
    const step = sequenceDistance(sequence, this.lastSequence);
    if (step > 0) {
      // Numbers follow but time leaps: the sender was silent, and nothing is missing.
      if (step === 1) this.fillSilence(this.lastEnd, timestampDistance(timestamp, this.lastEnd));
      this.lastSequence = sequence;
      this.lastEnd = end;
    }
    this.leastAhead = Math.min(this.leastAhead, timestampDistance(end, this.reading));
    this.windowSamples += count;
    if (this.windowSamples < this.window) return;
    const surplus = this.leastAhead - this.delay - count - this.slack;
    if (surplus > 0) this.drop(surplus);
    this.leastAhead = capacity;
    this.windowSamples = 0;
  }

  private fillSilence(from: number, count: number): void {
    const skip = Math.max(0, -timestampDistance(from, this.reading));
    for (let i = skip; i < count; i++) {
      const at = (from + i) & mask;
      if (this.state[at] === present) continue;
      this.samples[at] = 0;
      this.state[at] = present;
    }
  }

  private drop(count: number): void {
    for (let i = 0; i < count; i++) this.state[(this.reading + i) & mask] = absent;
    this.reading = (this.reading + count) >>> 0;
  }
}
