// hot path
// Owns: a room in its worker: every 20 ms the voices of all members are summed once, and each member hears that sum without
// its own share of it ("mix minus one"), so that a room costs as much as it has members, not as it has pairs of them.
//
//   a member's packets → its Ear (put in order, delayed) → the sum, and what it gave to it   (this clock)
//   the sum − what it gave + who whispers to it          → its session, when that is due     (the session's clock)
//
// Both clocks are the pacer's and keep step, so that between them there is a ring of what was summed and no second jitter
// buffer. A member in another worker is at the far end of a MessagePort, and its session hears us as it hears any bridge.
// What is played to the room is in the sum. Does not: know calls, choose who may hear whom.
import type { BridgePeer } from './bridge.ts';
import { decodeG711 } from './g711.ts';
import type { Paced } from './pacer.ts';
import type { MediaEvent, RoomSeat } from './plane.ts';
import { Player } from './player.ts';
import { frame, ring, Seat } from './room-seat.ts';
import { SessionRecordings } from './session-recording.ts';

export interface RoomHost {
  emit(room: number, event: MediaEvent): void;
  failed(room: number, error: unknown): void;
  now(): number;
}

export class RoomMixer implements Paced {
  everyMs = 20;
  readonly pacer: Paced['pacer'] = { next: null, phase: 0, state: 'idle' };
  readonly number: number;
  readonly player: Player;
  readonly recordings: SessionRecordings;
  /** Samples summed so far. */
  written = 0;
  readonly sum = new Int32Array(ring);
  readonly #host: RoomHost;
  readonly #seats: Seat[] = [];
  readonly #voice = new Int16Array(frame);
  readonly #bytes = new Uint8Array(frame);

  constructor(number: number, host: RoomHost) {
    this.number = number;
    this.#host = host;
    this.player = new Player({
      started: (id) => host.emit(number, { type: 'play-started', id }),
      finished: (id, why, playedMs) => host.emit(number, { type: 'play-finished', id, why, playedMs }),
    });
    this.recordings = new SessionRecordings(
      (event) => host.emit(number, event),
      () => host.now(),
    );
  }

  get members(): number {
    return this.#seats.length;
  }

  /** `onSounds`: what the member hears holds this key. */
  sit(options: RoomSeat, onSounds: (digit: string) => void): Seat {
    const seat = new Seat(this, options, onSounds);
    this.#seats.push(seat);
    this.#arrange();
    return seat;
  }

  /** The member is in another worker, where `there` leads to. */
  sitFarAway(options: RoomSeat, join: (seat: BridgePeer) => BridgePeer): Seat {
    const seat: Seat = this.sit(options, (digit) => seat.there?.sounds(digit));
    seat.there = join(seat);
    return seat;
  }

  /** Of a member that is there already. */
  change(options: RoomSeat): void {
    const seat = this.#seats.find(({ options: { name } }) => name === options.name);
    if (seat === undefined) return;
    seat.options = options;
    this.#arrange();
  }

  leave(seat: Seat): void {
    const at = this.#seats.indexOf(seat);
    if (at < 0) return;
    this.#seats.splice(at, 1);
    this.#arrange();
  }

  /** A member's audio holds this key: those who hear it are told. */
  sounds(from: Seat, digit: string): void {
    for (const seat of this.#seats) {
      const hears = from.voice === 'all' ? seat !== from : seat.whisperers.includes(from);
      if (hears && !seat.options.hold) seat.onSounds(digit);
    }
  }

  async close(): Promise<void> {
    this.player.stopAll();
    for (const seat of [...this.#seats]) seat.end();
    this.#seats.length = 0;
    await this.recordings.close();
  }

  onDue(): void {
    try {
      this.#mix();
    } catch (error) {
      this.#host.failed(this.number, error);
    }
  }

  /** Those who listen count on it. */
  onSkipped(): void {
    this.onDue();
  }

  #mix(): void {
    const from = this.written;
    // One that waits for its first member costs nothing.
    if (this.#seats.length === 0 && !this.player.playing && !this.recordings.active) {
      this.written = from + frame;
      return;
    }
    const { sum } = this;
    const voice = this.#voice;
    const filled = this.player.fill('PCMU', this.#bytes, 0, frame);
    if (filled > 0) decodeG711('PCMU', this.#bytes, 0, filled, voice, 0);
    const at0 = from % ring;
    for (let i = 0; i < frame; i++) sum[at0 + i] = i < filled ? voice[i]! : 0;
    const seats = this.#seats;
    for (let at = 0; at < seats.length; at++) seats[at]!.give(voice, at0);
    this.written = from + frame;
    if (this.recordings.active) {
      for (let i = 0; i < frame; i++) voice[i] = Math.max(-32768, Math.min(32767, sum[at0 + i]!));
      this.recordings.tick(voice, frame, false);
    }
    for (let at = 0; at < seats.length; at++) seats[at]!.deliver(voice);
  }

  /** Who is heard by whom, anew. */
  #arrange(): void {
    for (const seat of this.#seats) {
      const { mute, hold, coach } = seat.options;
      seat.voice = mute || hold ? 'nobody' : coach === null ? 'all' : 'some';
    }
    for (const seat of this.#seats) {
      const { name } = seat.options;
      seat.whisperers = this.#seats.filter(
        (other) => other !== seat && other.voice === 'some' && other.options.coach?.includes(name) === true,
      );
    }
  }
}
