// hot path
// Owns: listening for keys in the audio that a peer sends (ITU-T Q.24): its packets put into the order of their numbers, what
// was lost told apart from what was never said, and the time at which a tone began, for the detector knows samples only.
// A packet that is ahead of its turn waits for one other, no longer: a loss is more common than two packets changing places
// with more than their neighbour. Does not: judge tones (dtmf/detector.ts), decide what is one press (key-machine.ts).
import { DtmfDetector } from './dtmf/detector.ts';
import { sequenceDistance, timestampDistance } from './rtp.ts';

export interface ToneSink {
  /** A key sounds, and began to `sinceMs` ago. */
  tone(digit: string, sinceMs: number): void;
  /** The level is null where the end is only supposed. */
  toneOver(durationMs: number, levelDbm0: number | null): void;
}

const samplesPerMs = 8;
const longestPacket = 960;
/** What is this far behind its turn is late or came twice; further behind, the sender began to count anew. */
const latestLateness = 100;
/** A leap of the sender's time beyond this is a new time, not a pause or a loss. */
const longestLeap = 4000;
/** A pause so long ends every tone, and nothing of before matters. */
const longestPause = 800;
/** A packet that waits is heard by then, whatever is still missing before it. */
const longestWaitMs = 60;
/** Nothing came for so long: the tone is over, as far as anyone can tell. */
const silenceMs = 200;
/** Of these looks too: after a standstill of ours the packets that came meanwhile are read behind the first look. */
const silentLooks = 8;

export class ToneEar {
  readonly #sink: ToneSink;
  readonly #detector: DtmfDetector;
  #ssrc = -1;
  /** Of the packet whose turn it is, and of its first sample. */
  #sequence = 0;
  #timestamp = 0;
  /** Samples that the detector was given or told to miss, and how many it will have been with this packet. */
  #taken = 0;
  #through = 0;
  /** The end of the newest audio that came: what a packet that waited lies behind. */
  #newestEnd = 0;
  #lastMs = 0;
  #looks = 0;
  /** A tone sounds, since this sample. */
  #down = false;
  #downFrom = 0;

  readonly #held = new Int16Array(longestPacket);
  #heldCount = 0;
  #heldSequence = 0;
  #heldTimestamp = 0;
  #heldMs = 0;
  readonly #silence = new Int16Array(longestPause);

  constructor(sink: ToneSink) {
    this.#sink = sink;
    this.#detector = new DtmfDetector(8000, {
      pressed: (digit, startSample) => {
        this.#down = true;
        this.#downFrom = startSample;
        this.#sink.tone(digit, (this.#through - startSample) / samplesPerMs);
      },
      released: (_, durationSamples, levelDbm0) => {
        if (!this.#down) return;
        this.#down = false;
        this.#sink.toneOver(Math.round(durationSamples / samplesPerMs), Math.round(levelDbm0));
      },
    });
  }

  /** An audio packet. */
  hear(ssrc: number, sequence: number, timestamp: number, samples: Int16Array, count: number, nowMs: number): void {
    if (count <= 0 || count > longestPacket) return;
    const ahead = ssrc === this.#ssrc ? sequenceDistance(sequence, this.#sequence) : latestLateness + 1;
    if (ahead < 0 && ahead >= -latestLateness) return;
    this.#lastMs = nowMs;
    this.#looks = 0;
    if (ahead < 0 || ahead > latestLateness) {
      this.close();
      this.#ssrc = ssrc;
      this.#sequence = sequence;
      this.#timestamp = timestamp;
      this.#newestEnd = timestamp;
    }
    const end = (timestamp + count) >>> 0;
    if (timestampDistance(end, this.#newestEnd) > 0) this.#newestEnd = end;
    if (this.#heldCount > 0) {
      const before = sequenceDistance(sequence, this.#heldSequence);
      if (before === 0) return;
      if (before > 0) this.#hearHeld();
    }
    if (this.#sequence === sequence || this.#heldCount > 0) {
      this.#feed(sequence, timestamp, samples, count);
      if (this.#heldCount > 0 && this.#sequence === this.#heldSequence) this.#hearHeld();
      return;
    }
    for (let i = 0; i < count; i++) this.#held[i] = samples[i]!;
    this.#heldCount = count;
    this.#heldSequence = sequence;
    this.#heldTimestamp = timestamp;
    this.#heldMs = nowMs;
  }

  /** A packet of the stream without audio: comfort noise, or what is not known. */
  pass(ssrc: number, sequence: number): void {
    if (ssrc !== this.#ssrc || sequence !== this.#sequence) return;
    this.#sequence = (sequence + 1) & 0xffff;
    if (this.#heldCount > 0 && this.#sequence === this.#heldSequence) this.#hearHeld();
  }

  /** Any time; every 20 ms is often enough. */
  tick(nowMs: number): void {
    if (this.#heldCount > 0 && nowMs - this.#heldMs >= longestWaitMs) this.#hearHeld();
    if (this.#down && ++this.#looks >= silentLooks && nowMs - this.#lastMs >= silenceMs) {
      // Only supposed: when the stream goes on where it was, and the tone with it, that is no other press.
      this.#down = false;
      this.#sink.toneOver(Math.round((this.#taken - this.#downFrom) / samplesPerMs), null);
    }
  }

  /** Forgets the stream. A tone that sounds is over. */
  close(): void {
    this.#detector.reset();
    this.#ssrc = -1;
    this.#heldCount = 0;
    this.#taken = 0;
    this.#through = 0;
  }

  #hearHeld(): void {
    const count = this.#heldCount;
    this.#heldCount = 0;
    this.#feed(this.#heldSequence, this.#heldTimestamp, this.#held, count);
  }

  #feed(sequence: number, timestamp: number, samples: Int16Array, count: number): void {
    const leap = timestampDistance(timestamp, this.#timestamp);
    if (leap > longestLeap || leap < -longestLeap) {
      this.#detector.reset();
      this.#taken = 0;
    } else if (leap > 0) {
      // Numbers follow but time leaps: nothing was said, and nothing is missing.
      if (sequence === this.#sequence) this.#pause(leap);
      else this.#miss(leap);
    }
    const end = (timestamp + count) >>> 0;
    this.#through = this.#taken + count + Math.max(0, Math.min(longestLeap, timestampDistance(this.#newestEnd, end)));
    this.#detector.hear(samples, 0, count);
    this.#taken += count;
    this.#sequence = (sequence + 1) & 0xffff;
    this.#timestamp = end;
  }

  #pause(count: number): void {
    if (count >= longestPause) {
      this.#detector.reset();
      this.#taken = 0;
      return;
    }
    this.#through = this.#taken + count;
    this.#detector.hear(this.#silence, 0, count);
    this.#taken += count;
  }

  #miss(count: number): void {
    this.#through = this.#taken + count;
    this.#detector.lost(count);
    this.#taken += count;
  }
}
