// hot path
// Owns: audio that comes in pieces while it is spoken, and is mixed into what a session sends: a queue of samples, emptied at
// the pace of the call. Does not: know where it comes from, or repair what comes too late.

/** Who speaks faster than that far ahead is not heard whole: 5 minutes. */
const mostSamples = 5 * 60 * 8000;

export class LiveVoice {
  readonly #pieces: Int16Array[] = [];
  #offset = 0;
  #waiting = 0;

  get speaking(): boolean {
    return this.#waiting > 0;
  }

  /** False when there is no room for it. */
  say(samples: Int16Array): boolean {
    if (this.#waiting + samples.length > mostSamples) return false;
    if (samples.length > 0) this.#pieces.push(samples);
    this.#waiting += samples.length;
    return true;
  }

  hush(): void {
    this.#pieces.length = 0;
    this.#offset = 0;
    this.#waiting = 0;
  }

  /** Adds the next `count` samples to `mixed`. */
  take(mixed: Int16Array, count: number): void {
    let done = 0;
    while (done < count && this.#pieces.length > 0) {
      const piece = this.#pieces[0]!;
      const taken = Math.min(count - done, piece.length - this.#offset);
      for (let i = 0; i < taken; i++) {
        const sum = mixed[done + i]! + piece[this.#offset + i]!;
        mixed[done + i] = Math.max(-32768, Math.min(32767, sum));
      }
      done += taken;
      this.#offset += taken;
      if (this.#offset < piece.length) break;
      this.#pieces.shift();
      this.#offset = 0;
    }
    this.#waiting -= done;
  }
}
