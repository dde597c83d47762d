// hot path
// Owns: turning keys into telephone-event packets in step with an audio stream (RFC 4733 2.5.1): M on the first packet,
// one timestamp for all packets of a key, a duration that grows, three end packets, segments where a duration passes 0xFFFF.
// Time is the audio stream's timestamp, so that a packet that was skipped changes no length. Keys wait in a queue.
// A pause (key-script.ts) replaces the gap beside it.
// Does not: number, address or send packets; send tones inside the audio.
import { parseKeys, shortestKeyMs } from './key-script.ts';
import { addTimestamp, timestampDistance } from './rtp.ts';
import { encodeEventBlock, eventOfDigit, longestDuration } from './telephone-event-payload.ts';

/** -10 dBm0. */
const volume = 10;
const endPackets = 3;

interface Job {
  readonly id: string;
  /** Event codes; a negative number is a pause in milliseconds. */
  readonly steps: Int16Array;
  readonly toneMs: number;
  readonly gapMs: number;
}

export class TelephoneEventSender {
  /** Of the packet that `next` wrote. */
  marker = false;
  timestamp = 0;

  private readonly sent: (id: string, ok: boolean) => void;
  private readonly audioRateHz: number;
  private eventRateHz: number;
  private readonly queue: Job[] = [];
  private step = 0;

  private state: 'waiting' | 'tone' | 'ends' = 'waiting';
  private cancelled = false;
  private started = false;
  private event = 0;
  /** Audio timestamp at which the tone, or its newest segment, began, and at which it is to end. */
  private segmentAt = 0;
  private endAt = 0;
  /** The last packet said all that a segment can: the next one begins another. */
  private segmentFull = false;
  private endsLeft = 0;
  private lastDuration = 0;
  /** Audio timestamp before which nothing begins; in force while `held`. */
  private holdUntil = 0;
  private held = false;

  /** `sent` is told when the last end packet of a request was written, or when the request was cancelled. */
  constructor(sent: (id: string, ok: boolean) => void, eventRateHz = 8000, audioRateHz = 8000) {
    this.sent = sent;
    this.eventRateHz = eventRateHz;
    this.audioRateHz = audioRateHz;
  }

  /** The clock of the peer's telephone-event payload type. */
  configure(eventRateHz: number): void {
    this.eventRateHz = eventRateHz;
  }

  /** Something is sent or waits to be. */
  get busy(): boolean {
    return this.queue.length > 0 || this.state !== 'waiting';
  }

  /** Queues keys and pauses; false, and nothing is queued, when a character is neither or there are none. */
  send(id: string, digits: string, toneMs: number, gapMs: number): boolean {
    const parsed = parseKeys(digits);
    if (parsed === null) return false;
    const steps = Int16Array.from(parsed, (step) => ('digit' in step ? eventOfDigit(step.digit) : -step.pauseMs));
    this.queue.push({ id, steps, toneMs: Math.max(shortestKeyMs, toneMs), gapMs: Math.max(shortestKeyMs, gapMs) });
    return true;
  }

  /** Ends the request; a key that sounds is ended properly by the packets that follow. */
  cancel(id: string): void {
    const index = this.queue.findIndex((job) => job.id === id);
    if (index < 0) return;
    if (index === 0 && this.state !== 'waiting') {
      this.cancelled = true;
      return;
    }
    this.queue.splice(index, 1);
    if (index === 0) this.step = 0;
    this.sent(id, false);
  }

  /** Gives up everything at once: the session closes or the peer takes no events any more. */
  clear(): void {
    this.state = 'waiting';
    this.held = false;
    this.segmentFull = false;
    this.cancelled = false;
    this.step = 0;
    for (const job of this.queue.splice(0)) this.sent(job.id, false);
  }

  /**
   * What to send for the audio at `now` (its timestamp), which lasts `units`: true when an event packet takes its place.
   * Then 4 payload bytes stand at `offset`, and `marker` and `timestamp` are those of the packet.
   */
  next(now: number, units: number, into: Uint8Array, offset: number): boolean {
    if (this.state === 'ends') return this.writeEnd(into, offset);
    if (this.state === 'waiting' && !this.begin(now)) return false;
    return this.writeTone(addTimestamp(now, units), into, offset);
  }

  private begin(now: number): boolean {
    for (;;) {
      if (this.held && timestampDistance(now, this.holdUntil) < 0) return false;
      const job = this.queue[0];
      if (job === undefined) {
        this.held = false;
        return false;
      }
      if (this.step === job.steps.length) {
        this.finishJob(true);
        continue;
      }
      const step = job.steps[this.step++]!;
      if (step >= 0) {
        this.state = 'tone';
        this.started = false;
        this.held = false;
        this.event = step;
        this.timestamp = now;
        this.segmentAt = now;
        this.endAt = addTimestamp(now, this.units(job.toneMs));
        return true;
      }
      const inStep = this.held && timestampDistance(now, this.holdUntil) < this.units(100);
      this.hold(inStep ? this.holdUntil : now, -step);
    }
  }

  private writeTone(until: number, into: Uint8Array, offset: number): boolean {
    if (this.segmentFull) {
      const full = Math.round((longestDuration * this.audioRateHz) / this.eventRateHz);
      this.segmentFull = false;
      this.segmentAt = addTimestamp(this.segmentAt, full);
      this.timestamp = addTimestamp(this.timestamp, full);
    }
    if (this.cancelled && timestampDistance(this.endAt, until) > 0) this.endAt = until;
    const ended = timestampDistance(until, this.endAt) >= 0;
    const elapsed = timestampDistance(ended ? this.endAt : until, this.segmentAt);
    const duration = Math.round((elapsed * this.eventRateHz) / this.audioRateHz);
    this.marker = !this.started;
    this.started = true;
    if (duration > longestDuration) {
      encodeEventBlock(into, offset, this.event, false, volume, longestDuration);
      this.segmentFull = true;
      return true;
    }
    encodeEventBlock(into, offset, this.event, ended, volume, duration);
    if (ended) {
      this.lastDuration = duration;
      this.endsLeft = endPackets - 1;
      this.state = 'ends';
    }
    return true;
  }

  private writeEnd(into: Uint8Array, offset: number): boolean {
    this.marker = false;
    encodeEventBlock(into, offset, this.event, true, volume, this.lastDuration);
    if (--this.endsLeft === 0) this.finishTone();
    return true;
  }

  private finishTone(): void {
    this.state = 'waiting';
    const job = this.queue[0]!;
    const pauseFollows = this.step < job.steps.length && job.steps[this.step]! < 0;
    this.hold(this.endAt, pauseFollows ? 0 : job.gapMs);
    if (this.cancelled) this.finishJob(false);
    else if (this.step === job.steps.length) this.finishJob(true);
  }

  private finishJob(ok: boolean): void {
    const job = this.queue.shift()!;
    this.step = 0;
    this.cancelled = false;
    this.sent(job.id, ok);
  }

  private hold(from: number, forMs: number): void {
    this.held = true;
    this.holdUntil = addTimestamp(from, this.units(forMs));
  }

  private units(ms: number): number {
    return Math.round((ms * this.audioRateHz) / 1000);
  }
}
