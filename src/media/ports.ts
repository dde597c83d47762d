// Owns: which RTP/RTCP port pair is handed out next (RFC 3550 11: RTP even, RTCP the odd port above it). The pair that has
// been unused for longest comes first, so a port just given back, still receiving a former caller's packets, is the last
// to be used again; the first order is shuffled, so that ports are not guessed from one another.
// Does not: bind anything.
import { randomInt } from 'node:crypto';

export class PortPool {
  /** A ring: as many places as pairs. */
  readonly #free: number[];
  #head = 0;
  #count: number;

  constructor(range: readonly [first: number, last: number], random: (below: number) => number = randomInt) {
    const first = range[0] + (range[0] % 2);
    this.#free = [];
    for (let port = first; port + 1 <= range[1]; port += 2) this.#free.push(port);
    for (let i = this.#free.length - 1; i > 0; i--) {
      const j = random(i + 1);
      const kept = this.#free[i]!;
      this.#free[i] = this.#free[j]!;
      this.#free[j] = kept;
    }
    this.#count = this.#free.length;
  }

  get free(): number {
    return this.#count;
  }

  /** The RTP port of a free pair. */
  take(): number | null {
    if (this.#count === 0) return null;
    const port = this.#free[this.#head]!;
    this.#head = (this.#head + 1) % this.#free.length;
    this.#count--;
    return port;
  }

  giveBack(port: number): void {
    this.#free[(this.#head + this.#count) % this.#free.length] = port;
    this.#count++;
  }
}
