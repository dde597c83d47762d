// Owns: the other side of a session's bridge: what is heard of it, and whom our peer's audio and keys go to.
// Does not: know where the partner is (bridge.ts), mix, or decide which keys are passed on.
import { BridgeInput, type BridgePeer, type Heard } from './bridge.ts';

export interface SessionPartnerHost {
  /** The partner's key goes to our peer. */
  relay(digit: string): void;
  /** The partner's audio, which we pass on, holds this key. */
  passingOn(digit: string): void;
}

export class SessionPartner {
  /** What is heard of it; null without a bridge. */
  input: Heard | null = null;
  /** Whom to tell what our peer says; null without a bridge. */
  side: BridgePeer | null = null;
  readonly #host: SessionPartnerHost;

  constructor(host: SessionPartnerHost) {
    this.#host = host;
  }

  /** `join` gets our input and returns the partner's, or what leads to it. */
  join(join: (input: BridgePeer) => BridgePeer): void {
    this.leave();
    const host = this.#host;
    const input: BridgeInput = new BridgeInput(
      (digit) => host.relay(digit),
      (digit) => host.passingOn(digit),
      () => {
        if (this.input !== input) return;
        this.input = null;
        this.side = null;
      },
    );
    this.input = input;
    this.side = join(input);
  }

  /** In a room: what is heard of the others and what leads to them is one. */
  sit(sit: (onSounds: (digit: string) => void) => BridgePeer & Heard): void {
    this.leave();
    const seat = sit((digit) => this.#host.passingOn(digit));
    this.input = seat;
    this.side = seat;
  }

  leave(): void {
    const { side } = this;
    this.input = null;
    this.side = null;
    side?.gone();
  }
}
