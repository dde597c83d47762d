// hot path
// Owns: a member's place in a room: what it says, put in order and given to the sum, and what of the sum it hears.
// Does not: sum (room-mixer.ts), choose who may hear whom.
import { type BridgePeer, Ear, type Heard } from './bridge.ts';
import type { RoomSeat } from './plane.ts';

/** 20 ms. */
export const frame = 160;
/** Of whole frames, so that none goes round its end; a third of a second. */
export const ring = frame * 16;
/** Who is this much behind was away, and goes on with what is said now. */
const mostBehind = 640;

/** What a seat needs of its room. */
export interface SeatRoom {
  readonly number: number;
  /** Samples summed so far. */
  readonly written: number;
  readonly sum: Int32Array;
  leave(seat: Seat): void;
  /** A member's audio holds this key. */
  sounds(from: Seat, digit: string): void;
}

/** A member's place in a room: the partner of its session's bridge. */
export class Seat implements BridgePeer, Heard {
  options: RoomSeat;
  voice: 'all' | 'some' | 'nobody' = 'nobody';
  whisperers: readonly Seat[] = [];
  /** Set when the member is in another worker. */
  there: BridgePeer | null = null;
  readonly onSounds: (digit: string) => void;
  readonly #room: SeatRoom;
  readonly #ear = new Ear();
  /** What of the sum is its own, and what it said to some only. */
  readonly #given = new Int16Array(ring);
  readonly #whispered = new Int16Array(ring);
  /** How many frames of each still hold something. */
  #givenFrames = 0;
  #whisperedFrames = 0;
  #reading: number;
  #sequence = 0;
  #gone = false;

  constructor(room: SeatRoom, options: RoomSeat, onSounds: (digit: string) => void) {
    this.#room = room;
    this.options = options;
    this.onSounds = onSounds;
    this.#reading = room.written;
  }

  audio(ssrc: number, sequence: number, timestamp: number, samples: Int16Array, count: number): void {
    this.#ear.put(ssrc, sequence, timestamp, samples, count);
  }

  /** Keys that are not in the audio are the call's and nobody else's. */
  key(): void {}

  sounds(digit: string): void {
    this.#room.sounds(this, digit);
  }

  gone(): void {
    this.#gone = true;
    this.#room.leave(this);
  }

  /** The room is over. */
  end(): void {
    this.#gone = true;
    this.there?.gone();
  }

  /** Puts what the member said into the sum, of which the frame begins at `at`. `scratch` has room for it. */
  give(scratch: Int16Array, at: number): void {
    const { voice } = this;
    this.#ear.take(scratch, frame);
    if (voice === 'all') {
      const { sum } = this.#room;
      const given = this.#given;
      for (let i = 0; i < frame; i++) {
        const said = scratch[i]!;
        sum[at + i] = sum[at + i]! + said;
        given[at + i] = said;
      }
      this.#givenFrames = ring / frame;
    } else if (this.#givenFrames > 0) {
      this.#given.fill(0, at, at + frame);
      this.#givenFrames--;
    }
    if (voice === 'some') {
      for (let i = 0; i < frame; i++) this.#whispered[at + i] = scratch[i]!;
      this.#whisperedFrames = ring / frame;
    } else if (this.#whisperedFrames > 0) {
      this.#whispered.fill(0, at, at + frame);
      this.#whisperedFrames--;
    }
  }

  /** What the member hears next. */
  take(into: Int16Array, count: number): void {
    const { written, sum } = this.#room;
    if (written - this.#reading > count + mostBehind) this.#reading = written - count;
    const there = this.#gone ? 0 : Math.min(count, written - this.#reading);
    // The first time only: then the other clock is ahead.
    into.fill(0, 0, count - there);
    if (this.options.hold) into.fill(0, count - there, count);
    else this.#hear(into, count - there, there, sum);
    this.#reading += there;
  }

  /** The next frame goes to the other worker. */
  deliver(scratch: Int16Array): void {
    if (this.there === null) return;
    this.take(scratch, frame);
    this.there.audio(this.#room.number, this.#sequence & 0xffff, (this.#sequence * frame) >>> 0, scratch, frame);
    this.#sequence++;
  }

  #hear(into: Int16Array, offset: number, count: number, sum: Int32Array): void {
    const given = this.#given;
    const { whisperers } = this;
    const whispers = whisperers.length;
    const end = offset + count;
    let at = this.#reading % ring;
    for (let i = offset; i < end; i++) {
      let heard = sum[at]! - given[at]!;
      for (let w = 0; w < whispers; w++) heard += whisperers[w]!.#whispered[at]!;
      into[i] = heard > 32767 ? 32767 : heard < -32768 ? -32768 : heard;
      if (++at === ring) at = 0;
    }
  }
}
