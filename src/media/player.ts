// hot path
// Owns: what a session plays: a queue of clips, each so many times, with the keys that stop it. Items follow one another
// without a gap, inside one packet if need be. Does not: know packets, codecs beyond asking the clip for its bytes, keys' origin.
import type { AudioCodec } from './sdp.ts';
import type { Clip } from './worker-clip.ts';

export interface PlayerOutput {
  started(id: string): void;
  finished(id: string, why: 'end' | 'stopped' | 'key', playedMs: number): void;
}

interface Item {
  readonly id: string;
  readonly clip: Clip;
  timesLeft: number;
  readonly stopKeys: string;
  offset: number;
  played: number;
  started: boolean;
}

export interface PlayerItem {
  readonly id: string;
  readonly clip: Clip;
  readonly times: number | null;
  readonly stopKeys: string;
  readonly startMs: number;
}

const samplesPerMs = 8;

export class Player {
  readonly #queue: Item[] = [];
  readonly #output: PlayerOutput;

  constructor(output: PlayerOutput) {
    this.#output = output;
  }

  get playing(): boolean {
    return this.#queue.length > 0;
  }

  play(item: PlayerItem): void {
    const offset = Math.max(0, Math.floor(item.startMs * samplesPerMs));
    const timesLeft = item.clip.length === 0 ? 1 : (item.times ?? Number.POSITIVE_INFINITY);
    this.#queue.push({ ...item, timesLeft, offset, played: 0, started: false });
  }

  stop(id: string): void {
    const index = this.#queue.findIndex((item) => item.id === id);
    if (index >= 0) this.#finish(index, 'stopped');
  }

  stopAll(): void {
    while (this.#queue.length > 0) this.#finish(0, 'stopped');
  }

  /** A key went down: what plays ends if the key is one of its own, and so does all that waits behind it for the same key. */
  key(digit: string): void {
    while (this.#queue.length > 0 && this.#queue[0]!.stopKeys.includes(digit)) this.#finish(0, 'key');
  }

  /** Copies up to `count` bytes to into[at…]; returns how many came, fewer when the queue ran dry. */
  fill(codec: AudioCodec, into: Uint8Array, at: number, count: number): number {
    let done = 0;
    while (done < count && this.#queue.length > 0) {
      const item = this.#queue[0]!;
      if (!item.started) {
        item.started = true;
        this.#output.started(item.id);
        // the listener may have stopped it in this very turn
        if (this.#queue[0] !== item) continue;
      }
      if (item.timesLeft <= 0 || item.clip.length === 0) {
        this.#finish(0, 'end');
        continue;
      }
      if (item.offset < item.clip.length) {
        const take = Math.min(count - done, item.clip.length - item.offset);
        const bytes = item.clip.encoded(codec, item.offset + take);
        for (let i = 0; i < take; i++) into[at + done + i] = bytes[item.offset + i]!;
        item.offset += take;
        item.played += take;
        done += take;
      }
      if (item.offset >= item.clip.length) {
        item.timesLeft--;
        item.offset = 0;
        if (item.timesLeft <= 0) this.#finish(0, 'end');
      }
    }
    return done;
  }

  #finish(index: number, why: 'end' | 'stopped' | 'key'): void {
    const item = this.#queue[index]!;
    this.#queue.splice(index, 1);
    this.#output.finished(item.id, why, Math.round(item.played / samplesPerMs));
  }
}
