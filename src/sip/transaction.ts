// Owns: the face of the transaction layer, as the user agent sees it (RFC 3261 sections 8, 9, 17 and 18; RFC 6026).
// The layer binds the sockets, parses, answers malformed requests, absorbs retransmissions, matches CANCEL and ACK.
// Does not: know a dialog, resolve names, or decide what a request means. The parts are created by transaction-layer.ts.
import type { Clock } from '../base/clock.ts';
import type { NewId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { ListenOptions } from './endpoint.ts';
import type { Header, Peer, SipRequest, SipResponse } from './message.ts';

/** Milliseconds. RFC 3261 table 4; the defaults are 500, 4000, 5000. */
export interface TransactionTimes {
  readonly t1Ms: number;
  readonly t2Ms: number;
  readonly t4Ms: number;
}

export interface TransactionLayerOptions {
  readonly listen: readonly ListenOptions[];
  /** Host put in Via; null: the local address that the peer is reached from. */
  readonly advertisedHost: string | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly user: TransactionUser;
  readonly newId?: NewId;
  readonly times?: Partial<TransactionTimes>;
  /** Requests beyond this many live server transactions get a stateless 503. Default 65536. */
  readonly maxTransactions?: number;
  /** Asked before a transaction is made for an out-of-dialog request (no To tag; never ACK or CANCEL), once for each, and
   * with the very request that the transaction then has. */
  readonly admit?: (request: SipRequest, source: Peer) => Admission;
  /** Resolves when what came so far outlives the process: a 100 waits for it, for it stops the peer's repeats. */
  readonly kept?: () => Promise<void>;
  /** Put into the stateless 503. Default 5. */
  readonly retryAfterSeconds?: number;
  readonly limits?: Partial<TransportLimits>;
}

/** `false`: a stateless 503 with Retry-After; a refusal: that answer, as stateless; `'drop'`: silence. */
export type Admission = boolean | 'drop' | { readonly status: number; readonly headers: readonly Header[] };

export interface TransportLimits {
  readonly maxMessageBytes: number;
  readonly maxConnections: number;
  /** A started message must be complete by then, or the connection closes. */
  readonly messageWaitMs: number;
  /** A connection without any traffic closes after this. */
  readonly idleMs: number;
  readonly connectMs: number;
}

export interface TransactionLayer {
  /** Binds all listeners; rejects with the address that failed. */
  start(): Promise<void>;
  /** Requests of peers wait, in order, until `release`: up to 20,000, for 64*T1; what is more is lost. Responses do not wait. */
  hold(): void;
  release(): void;
  /**
   * Opens the server transaction of an INVITE that an earlier process had: copies of it, its CANCEL and ACK are matched.
   * Undefined: there is one already. The user's `onRequest` is not called.
   */
  reopen(invite: SipRequest, source: Peer, local: Peer, tag: string): ServerTransaction | undefined;
  /** The client transaction of an INVITE that an earlier process had sent and got a 1xx for; sends nothing by itself. */
  resume(invite: SipRequest, to: Peer, handler: ClientHandler): ClientTransaction | undefined;
  /** The addresses bound, with real ports. */
  readonly local: readonly Peer[];
  /** What Via and Contact should say to this peer: the advertised or reachable host (IPv6 bare), and the listener's port. */
  localFor(peer: Peer): Peer;
  /**
   * Sends a request in a new client transaction; the layer puts its own Via on top. Any method but ACK and CANCEL
   * (for those: `sendRequest`, `ClientTransaction.cancel`). The handler is never called before this returns.
   */
  request(request: SipRequest, to: Peer, handler: ClientHandler): ClientTransaction;
  /** Sends without a transaction, with a Via of its own on top: the ACK to a 2xx. */
  sendRequest(request: SipRequest, to: Peer): void;
  /** Sends without a transaction, routed by the top Via: when no `ServerTransaction` is at hand. */
  sendResponse(response: SipResponse, source: Peer): void;
  readonly counters: {
    readonly client: number;
    readonly server: number;
    readonly shed: number;
    readonly faults: number;
  };
  /** Forgets all transactions without a word and closes the sockets. */
  close(): Promise<void>;
}

/** wire: from the peer; timeout: made here as 408; transport: made here as 503, nothing could be sent. */
export type ResponseOrigin = 'wire' | 'timeout' | 'transport';

export interface ClientHandler {
  /** Every 1xx, one final response; for INVITE also every further 2xx, retransmitted or forked (each wants an ACK). */
  onResponse(response: SipResponse, origin: ResponseOrigin): void;
}

export interface ClientTransaction {
  readonly branch: string;
  /** As sent, with our Via. */
  readonly request: SipRequest;
  readonly to: Peer;
  /** INVITE only: sends CANCEL as soon as a provisional response allows it; harmless after a final one. 64*T1 after the
   * CANCEL without a final response, the handler gets a 408 (RFC 3261 9.1). */
  cancel(headers?: readonly Header[]): void;
}

export interface ServerTransaction {
  /** Its top Via carries `received` and `rport` already (RFC 3581). */
  readonly request: SipRequest;
  readonly source: Peer;
  /** The listener that it came in by: bound address and port. */
  readonly local: Peer;
  /** The tag for our To in every response to this request (the request's own, when it has one). */
  readonly toTag: string;
  /**
   * Sends a response; retransmissions are the layer's affair. INVITE: after a 2xx, the same 2xx may be handed in again
   * and again until its ACK came (RFC 6026: the layer passes it on for 64*T1). Anything else after a final is dropped.
   */
  respond(response: SipResponse): void;
  /** INVITE only. The peer's CANCEL (answered 200 already); not called after a final response. Answer 487. */
  onCancel: ((cancel: SipRequest) => void) | null;
  /** INVITE only. The ACK to our 3xx-6xx. */
  onAck: (() => void) | null;
  /** INVITE only. No ACK to our 3xx-6xx within 64*T1 (timer H). */
  onTimeout: (() => void) | null;
}

export interface TransactionUser {
  /** A new request, never ACK or CANCEL. Every one must be answered with `respond` at some time. */
  onRequest(transaction: ServerTransaction): void;
  /** An ACK that belongs to no transaction of ours in the 3xx-6xx case: the ACK to a 2xx, or a stray. */
  onAck(request: SipRequest, source: Peer): void;
  /** A response without a transaction, e.g. a 2xx to INVITE later than timer M. */
  onStrayResponse?(response: SipResponse, source: Peer): void;
}
