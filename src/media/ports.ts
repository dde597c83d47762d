// Owns: which RTP/RTCP port pair is handed out next (RFC 3550 11: RTP even, RTCP the odd port above it). The pair that has
// been unused for longest comes first, so a port just given back, still receiving a former caller's packets, is the last
// to be used again; the first order is shuffled, so that ports are not guessed from one another. Pairs of calls that a
// restart takes up again are reserved: only who names such a port gets it.
// Does not: bind anything.
import { randomInt } from 'node:crypto';

export class PortPool {
  /** A ring: as many places as pairs. */
  readonly #free: number[];
  #head = 0;
  #count: number;
  readonly #last: number;
  readonly #first: number;
  readonly #reserved = new Set<number>();

  constructor(range: readonly [first: number, last: number], random: (below: number) => number = randomInt) {
    this.#first = range[0] + (range[0] % 2);
    this.#last = range[1];
    this.#free = [];
    for (let port = this.#first; port + 1 <= range[1]; port += 2) this.#free.push(port);
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
    // It may be of a range that was configured before a restart.
    if (!this.#has(port)) return;
    this.#free[(this.#head + this.#count) % this.#free.length] = port;
    this.#count++;
  }

  /** Keeps these for `claim`, as far as they are free. */
  reserve(ports: readonly number[]): void {
    const wanted = new Set(ports);
    const kept: number[] = [];
    for (let left = this.#count; left > 0; left--) {
      const port = this.take()!;
      if (wanted.has(port)) this.#reserved.add(port);
      else kept.push(port);
    }
    for (const port of kept) this.giveBack(port);
  }

  release(ports: readonly number[]): void {
    for (const port of ports) if (this.#reserved.delete(port)) this.giveBack(port);
  }

  /** Takes this very port: false when it is in use. One that is not of the range is nobody else's. */
  claim(port: number): boolean {
    if (!this.#has(port)) return true;
    if (!this.#reserved.has(port)) this.reserve([port]);
    return this.#reserved.delete(port);
  }

  #has(port: number): boolean {
    return port >= this.#first && port + 1 <= this.#last && port % 2 === 0;
  }
}
