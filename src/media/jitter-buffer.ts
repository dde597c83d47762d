// hot path
// Owns: putting a stream's audio back into order with a fixed delay, for recording and bridging, and saying which samples
// never came. Time is the RTP timestamp, so packets of any length mix. A reader that is faster or slower than the sender is
// followed: when the buffer stays too full for 5 s the surplus is dropped, when packets keep coming late it waits anew.
// Does not: conceal (what is missing is silence), choose the source (latch.ts).
import { decodeG711 } from './g711.ts';
import { sequenceDistance, timestampDistance } from './rtp.ts';
import type { AudioCodec } from './sdp.ts';

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
  /** How many samples of the last `take` never came, or came too late; and of all of them. */
  missing = 0;
  missingSamples = 0;
  /** Packets that came too late or twice. */
  latePackets = 0;

  private readonly samples = new Int16Array(capacity);
  private readonly decoded = new Int16Array(capacity / 2);
  private readonly state = new Uint8Array(capacity);
  private readonly delay: number;
  private readonly slack: number;
  private readonly window: number;
  private started = false;
  private ssrc = 0;
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

  /** Forgets everything; another SSRC does the same. The next packet starts the delay again. */
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

  /** Takes in a packet's payload bytes[offset, offset + count); false when it came too late or twice. */
  put(
    codec: AudioCodec,
    sequence: number,
    timestamp: number,
    ssrc: number,
    bytes: Uint8Array,
    offset: number,
    count: number,
  ): boolean {
    if (count <= 0 || count > capacity / 2) return false;
    if (ssrc !== this.ssrc) this.reset();
    this.ssrc = ssrc;
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
    decodeG711(codec, bytes, offset, count, this.decoded, 0);
    for (let i = first; i < count; i++) {
      const at = (timestamp + i) & mask;
      this.samples[at] = this.decoded[i]!;
      this.state[at] = present;
    }
    this.follow(sequence, timestamp, end, count);
    return true;
  }

  /** Writes the next `count` samples to the start of `into`, silence where there is nothing; returns how many there were. */
  take(into: Int16Array, count: number): number {
    this.missing = 0;
    if (!this.started) {
      into.fill(0, 0, count);
      return 0;
    }
    let taken = 0;
    for (let i = 0; i < count; i++) {
      const at = (this.reading + i) & mask;
      if (this.state[at] === present) {
        into[i] = this.samples[at]!;
        this.state[at] = absent;
        taken++;
      } else {
        into[i] = 0;
      }
    }
    const before = Math.min(this.lead, count);
    this.lead -= before;
    this.reading = (this.reading + count) >>> 0;
    this.missing = Math.max(0, count - taken - before);
    this.missingSamples += this.missing;
    return taken;
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
