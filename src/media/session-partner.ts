// Owns: the other side of a session's bridge: what is heard of it, and whom our peer's audio and keys go to.
// Does not: know where the partner is (bridge.ts), mix, or decide which keys are passed on.
import { BridgeInput, type BridgePeer } from './bridge.ts';

export interface SessionPartnerHost {
  /** The partner's key goes to our peer. */
  relay(digit: string): void;
  /** The partner's audio, which we pass on, holds this key. */
  passingOn(digit: string): void;
}

export class SessionPartner {
  /** What is heard of it; null without a bridge. */
  input: BridgeInput | null = null;
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

  leave(): void {
    const { side } = this;
    this.input = null;
    this.side = null;
    side?.gone();
  }
}
