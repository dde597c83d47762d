// hot path
// Owns: where the peer of a session is: where its description says, and, once it is heard, where it proves to be (latch.ts).
// Does not: send, or know what a packet holds.
import { type LatchVerdict, SourceLatch } from './latch.ts';
import type { SavedSession } from './plane.ts';

export class SessionPeer {
  readonly #latch = new SourceLatch();
  #describedAddress = '';
  #describedPort = 0;
  #source: SavedSession['source'] = null;

  /** Where to send to, and whose RTCP to believe. */
  get address(): string {
    return this.#latch.latched ? this.#latch.address : this.#describedAddress;
  }

  get port(): number {
    return this.#latch.latched ? this.#latch.port : this.#describedPort;
  }

  get source(): SavedSession['source'] {
    return this.#source;
  }

  /** It is not where its description says: behind a NAT. */
  get isElsewhere(): boolean {
    return this.address !== this.#describedAddress || this.port !== this.#describedPort;
  }

  /** A new description. True when it may be another peer, of which nothing is known yet. */
  describe(address: string, port: number): boolean {
    if (address === this.#describedAddress && port === this.#describedPort) return false;
    this.#latch.reset(address, port);
    this.#describedAddress = address;
    this.#describedPort = port;
    this.#source = null;
    return true;
  }

  judge(address: string, port: number, ssrc: number, sequence: number, known: boolean): LatchVerdict {
    const verdict = this.#latch.judge(address, port, ssrc, sequence, known);
    if (verdict === 'first') this.#source = { address, port, ssrc };
    return verdict;
  }

  /** The source that was known before a restart. */
  recall(source: NonNullable<SavedSession['source']>): void {
    this.#latch.restore(this.#describedAddress, this.#describedPort, source.address, source.port);
    this.#source = source;
  }
}
