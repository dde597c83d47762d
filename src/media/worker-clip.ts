// hot path
// Owns: a clip in a worker: linear samples in memory that all workers share, and its G.711 forms, made as far ahead as
// somebody has played it and then shared by every session. Sessions keep an offset only.
import { encodeG711, silenceByte } from './g711.ts';
import type { AudioCodec } from './sdp.ts';

/** One second at a time: encoding a long clip whole would hold up every packet of the worker. */
const aheadSamples = 8000;

export class Clip {
  readonly length: number;
  readonly #samples: Int16Array;
  #ulaw: Uint8Array | null = null;
  #ulawEnd = 0;
  #alaw: Uint8Array | null = null;
  #alawEnd = 0;

  constructor(samples: Int16Array) {
    this.#samples = samples;
    this.length = samples.length;
  }

  /** The clip in `codec`; good up to `end`, silence behind. */
  encoded(codec: AudioCodec, end: number): Uint8Array {
    if (codec === 'PCMU') {
      if (this.#ulaw === null) this.#ulaw = new Uint8Array(this.length).fill(silenceByte(codec));
      if (end > this.#ulawEnd) this.#ulawEnd = this.#encode(codec, this.#ulaw, this.#ulawEnd, end);
      return this.#ulaw;
    }
    if (this.#alaw === null) this.#alaw = new Uint8Array(this.length).fill(silenceByte(codec));
    if (end > this.#alawEnd) this.#alawEnd = this.#encode(codec, this.#alaw, this.#alawEnd, end);
    return this.#alaw;
  }

  #encode(codec: AudioCodec, into: Uint8Array, from: number, end: number): number {
    const to = Math.min(this.length, Math.max(end, from + aheadSamples));
    // a start far into the clip leaves no gap: from `from` on everything is encoded
    encodeG711(codec, this.#samples, from, to - from, into, from);
    return to;
  }
}
