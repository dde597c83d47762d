// hot path
// Owns: which telephone-event packets are one press of a key (RFC 4733 2.5.2, and what senders in the field do instead).
// A press is told at its first packet of any kind, because any one packet may be the only one that arrives; it is released
// at its end, at the next press, when audio resumes, or after a silence. A press that was told is never told again: late,
// repeated and redundant packets find it in the memory below. Does not: choose the source (latch.ts), hear tones.
import { createRedBlocks, decodeRed } from './red.ts';
import { sequenceDistance, timestampDistance } from './rtp.ts';
import { TelephoneEventClock } from './telephone-event-clock.ts';
import { digitOfEvent, eventBlockBytes, flashEvent, longestDuration } from './telephone-event-payload.ts';

/** Told synchronously, in the order of the keys. At most one press is down at a time. */
export interface TelephoneEventSink {
  /** `levelDbm0` as the sender says; some say 0 whatever it is. */
  pressed(digit: string, levelDbm0: number): void;
  /** `lost`: packets missing between the first and the last one that were heard of the press. */
  released(durationMs: number, lost: number): void;
  flash(): void;
}

/** No packet of the press for this long: it is over (RFC 4733 2.5.2.2: three update intervals of 50 ms, and some jitter). */
const silenceMs = 200;
/** The same when audio arrives meanwhile; a sender may keep its audio running under the event. */
const resumedAudioMs = 100;
/** A packet up to this far behind is late; further behind, the sender began to count anew (RFC 3550 A.1). */
const latestLateness = 100;
/** Packets behind the newest one of which is remembered whether they came. */
const rememberedPackets = 32;
/** Distance given to the first packet of another SSRC: nothing is known about what lies between. */
const unknownDistance = 0x4000;
const memory = 8;
/** The end is sent so often (RFC 4733 2.5.1.4). */
const endsSent = 3;

export class TelephoneEventReceiver {
  private readonly sink: TelephoneEventSink;
  private readonly red = createRedBlocks();
  private readonly clock: TelephoneEventClock;
  /** Start timestamps and events of the last presses, a ring. */
  private readonly pastTimestamp = new Uint32Array(memory);
  private readonly pastEvent = new Uint8Array(memory).fill(255);
  private pastNext = 0;

  private known = false;
  /** Between key-down and release. */
  private down = false;
  private ended = false;
  private endSequence = 0;
  private event = 0;
  private ssrc = 0;
  private arrivingSsrc = 0;
  private pressSsrc = 0;
  private sequence = 0;
  /** Of the press, or of its newest segment. */
  private timestamp = 0;
  private duration = 0;
  /** Clock units of the segments before this one. */
  private segmentsDuration = 0;
  private lastMs = 0;

  /** Of the packet that is being read. */
  private arriving = 0;
  /** The press's packets: the newest number, how many numbers there are, which of the newest came, how many did not. */
  private newest = 0;
  private span = 0;
  private came = 0;
  private missing = 0;

  constructor(sink: TelephoneEventSink, clockRateHz = 8000) {
    this.sink = sink;
    this.clock = new TelephoneEventClock(clockRateHz);
  }

  /** Forgets every press: for a new source after a new offer/answer. Releases the one that is down. */
  reset(clockRateHz: number): void {
    this.release();
    this.known = false;
    this.pastEvent.fill(255);
    this.clock.reset(clockRateHz);
  }

  /** The last press that was told, of which more packets may come. */
  get told(): { readonly ssrc: number; readonly timestamp: number; readonly event: number } | null {
    return this.known ? { ssrc: this.pressSsrc, timestamp: this.timestamp, event: this.event } : null;
  }

  /** After `reset`: what was told as a press before a restart. More of it, and its end, are no press and tell nothing. */
  recall({
    ssrc,
    timestamp,
    event,
  }: {
    readonly ssrc: number;
    readonly timestamp: number;
    readonly event: number;
  }): void {
    this.known = true;
    this.ended = false;
    this.ssrc = ssrc;
    this.pressSsrc = ssrc;
    this.timestamp = timestamp;
    this.event = event;
    this.duration = 0;
    this.pastTimestamp[0] = timestamp;
    this.pastEvent[0] = event;
    this.pastNext = 1;
  }

  get isDown(): boolean {
    return this.down;
  }

  /** One packet of the telephone-event payload type; its payload is bytes[offset, offset + length). */
  packet(
    sequence: number,
    timestamp: number,
    marker: boolean,
    ssrc: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    nowMs: number,
  ): void {
    this.arriving = sequence;
    this.arrivingSsrc = ssrc;
    this.blocks(this.distance(sequence, ssrc), timestamp, marker, bytes, offset, length, nowMs, true);
    this.heard(sequence, ssrc);
  }

  /** One packet of an RFC 2198 payload type; blocks that are not of `eventPayloadType` are passed over. */
  redundantPacket(
    eventPayloadType: number,
    sequence: number,
    timestamp: number,
    marker: boolean,
    ssrc: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    nowMs: number,
  ): void {
    const { red } = this;
    if (!decodeRed(bytes, offset, length, red)) return;
    const distance = this.distance(sequence, ssrc);
    this.arriving = sequence;
    this.arrivingSsrc = ssrc;
    for (let i = 0; i < red.count; i++) {
      if (red.payloadType[i] !== eventPayloadType) continue;
      const primary = i === red.count - 1;
      const then = (timestamp - red.timestampOffset[i]!) >>> 0;
      this.blocks(distance, then, marker && primary, bytes, red.offset[i]!, red.length[i]!, nowMs, primary);
    }
    this.heard(sequence, ssrc);
  }

  /** An audio packet of the same source. */
  audio(sequence: number, nowMs: number): void {
    if (!this.down) return;
    if (nowMs - this.lastMs >= resumedAudioMs && sequenceDistance(sequence, this.sequence) > 0) this.release();
    // Audio that runs on under the event shares its numbers.
    else this.count(sequence);
  }

  /** Any time; every 20 ms is often enough. */
  tick(nowMs: number): void {
    if (this.down && nowMs - this.lastMs >= silenceMs) this.release();
  }

  private distance(sequence: number, ssrc: number): number {
    return this.known && ssrc === this.ssrc ? sequenceDistance(sequence, this.sequence) : unknownDistance;
  }

  private heard(sequence: number, ssrc: number): void {
    const distance = this.distance(sequence, ssrc);
    if (distance > 0 || distance < -latestLateness) this.sequence = sequence;
    this.ssrc = ssrc;
  }

  /** The contiguous events of one payload (RFC 4733 2.5.1.5). */
  private blocks(
    distance: number,
    timestamp: number,
    marker: boolean,
    bytes: Uint8Array,
    offset: number,
    length: number,
    nowMs: number,
    primary: boolean,
  ): void {
    const last = offset + length - eventBlockBytes;
    let start = timestamp;
    for (let at = offset; at <= last; at += eventBlockBytes) {
      const event = bytes[at]!;
      const end = (bytes[at + 1]! & 0x80) !== 0;
      const duration = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      // Four zero bytes beside a real block are a sender's padding, not key 0.
      const padding = length >= 8 && duration === 0 && event === 0 && bytes[at + 1] === 0;
      if (padding) continue;
      if (event <= flashEvent)
        this.block(distance, start, marker, event, end, bytes[at + 1]! & 0x3f, duration, nowMs, primary);
      // Only a finished event can be followed by another in one payload.
      if (!end) return;
      start = (start + duration) >>> 0;
    }
  }

  private block(
    distance: number,
    timestamp: number,
    marker: boolean,
    event: number,
    end: boolean,
    volume: number,
    duration: number,
    nowMs: number,
    primary: boolean,
  ): void {
    if (this.known) {
      const ahead = timestampDistance(timestamp, this.timestamp);
      const same = event === this.event;
      const late = distance <= 0 && distance >= -latestLateness;
      if (ahead === 0 && same) {
        if (late || !primary || !this.isPressedAgain(distance, marker, duration, nowMs)) {
          if (!late || duration >= this.duration) this.extend(end, duration, nowMs);
          else if (this.down) this.count(this.arriving);
          return;
        }
      } else {
        if (ahead <= 0 && (late || !primary)) return;
        if (ahead < 0 && this.isPast(timestamp, event)) return;
        if (same && this.isContinued(distance, ahead, marker, duration, nowMs)) {
          if (ahead > 0) this.timestamp = timestamp;
          this.extend(end, duration, nowMs);
          return;
        }
      }
    }
    this.begin(timestamp, event, end, volume, duration, nowMs);
  }

  /** The sender used the timestamp of the last press again, for a press of the same key. */
  private isPressedAgain(distance: number, marker: boolean, duration: number, nowMs: number): boolean {
    if (duration < this.duration) {
      if (!this.ended && this.duration - duration > 0x8000) return false;
      return marker || distance > 1;
    }
    // The repeated ends may come as late as they like: the line stood still, or we did.
    const behindEnd = sequenceDistance(this.arriving, this.endSequence);
    if (this.ended && !marker && behindEnd > 0 && behindEnd < endsSent) return false;
    // A press that lasts grows; one that was over half a second ago and did not grow is a new one.
    return !this.down && duration === this.duration && nowMs - this.lastMs > 500;
  }

  /** The same press although its timestamp moved. Adds a finished segment to what lies behind. */
  private isContinued(distance: number, ahead: number, marker: boolean, duration: number, nowMs: number): boolean {
    const inSequence = distance >= 1 && distance <= 3;
    if (this.ended) {
      // Ends that a relay stamped anew.
      if (marker || !inSequence || nowMs - this.lastMs > silenceMs) return false;
      return distance === 1 ? duration >= this.duration : duration === this.duration;
    }
    if (ahead <= 0) return false;
    // The timestamp runs along with the duration: the sender stamps every packet with its own time.
    if (ahead === duration - this.duration) return distance <= 10;
    // The next segment of a long press begins where the last one ends.
    if (ahead === longestDuration || (ahead === this.duration && distance === 1 && !marker)) {
      this.segmentsDuration += ahead;
      this.duration = 0;
      return true;
    }
    return false;
  }

  private begin(timestamp: number, event: number, end: boolean, volume: number, duration: number, nowMs: number): void {
    this.release();
    this.known = true;
    this.down = true;
    this.ended = false;
    this.event = event;
    this.pressSsrc = this.arrivingSsrc;
    this.timestamp = timestamp;
    this.duration = duration;
    this.segmentsDuration = 0;
    this.lastMs = nowMs;
    this.clock.begin(duration, nowMs);
    this.pastTimestamp[this.pastNext] = timestamp;
    this.pastEvent[this.pastNext] = event;
    this.pastNext = (this.pastNext + 1) % memory;
    this.newest = this.arriving;
    this.span = 1;
    this.came = 1;
    this.missing = 0;
    if (event === flashEvent) this.sink.flash();
    else this.sink.pressed(digitOfEvent(event), 0 - volume);
    if (end) this.finish();
  }

  private extend(end: boolean, duration: number, nowMs: number): void {
    if (this.ended) return;
    if (this.duration - duration > 0x8000) {
      // RFC 2833 had no segments: the duration wrapped.
      this.segmentsDuration += 0x10000;
      this.duration = duration;
    } else if (duration < this.duration) {
      if (!end) return;
    } else {
      this.duration = duration;
    }
    this.lastMs = nowMs;
    this.count(this.arriving);
    if (end) this.finish();
  }

  private count(sequence: number): void {
    const ahead = sequenceDistance(sequence, this.newest);
    if (ahead > latestLateness) {
      // Another stream of numbers.
      this.newest = sequence;
      this.span = 1;
      this.came = 1;
    } else if (ahead > 0) {
      this.missing += ahead - 1;
      this.newest = sequence;
      this.span += ahead;
      this.came = ahead < rememberedPackets ? (this.came << ahead) | 1 : 1;
    } else if (-ahead < Math.min(this.span, rememberedPackets) && ((this.came >>> -ahead) & 1) === 0) {
      this.missing--;
      this.came |= 1 << -ahead;
    }
  }

  private finish(): void {
    this.ended = true;
    this.endSequence = this.arriving;
    this.release();
  }

  private release(): void {
    if (!this.down) return;
    this.down = false;
    const durationMs = this.clock.end(this.segmentsDuration + this.duration, this.lastMs);
    if (this.event !== flashEvent) this.sink.released(durationMs, this.missing);
  }

  private isPast(timestamp: number, event: number): boolean {
    for (let i = 0; i < memory; i++) {
      if (this.pastEvent[i] === event && this.pastTimestamp[i] === timestamp) return true;
    }
    return false;
  }
}
