// Owns: the face of the SIP stack. call/ sees this file and nothing else of sip/. Bodies are opaque text (SDP).
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { DigestHash } from './digest.ts';
import type { Peer, Transport } from './message.ts';

export interface ListenOptions {
  readonly transport: Transport;
  /** 0.0.0.0, ::, or one address. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
}

export interface SipEndpointOptions {
  readonly listen: readonly ListenOptions[];
  /** Host put in Contact and Via; null: the local address that the peer is reached from. */
  readonly advertisedHost: string | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent: string;
  readonly realm: string;
  /** What challenges offer, the preferred one first; SHA-256, then MD5. */
  readonly digestHashes?: readonly DigestHash[];
  /** Users that may register and authenticate; null for an unknown login. */
  readonly credentials: (login: string) => { readonly password: string } | null;
  /** Asked before an out-of-dialog INVITE: take it, challenge it, or refuse it with a status. */
  readonly policy: (request: InviteFacts) => { readonly kind: 'accept' } | { readonly kind: 'challenge' } | { readonly kind: 'refuse'; readonly status: number; readonly retryAfterSeconds?: number };
  /** Resolves when what was told so far outlives the process, and soon in any case; a 100 to an INVITE waits for it. */
  readonly kept?: () => Promise<void>;
  /** Called for every INVITE that the policy accepted. The handlers must be set on the leg before it returns. */
  readonly onInvite: (leg: IncomingLeg) => void;
  /**
   * A text outside of any dialog that the policy accepted (RFC 3428); returns the status to answer. Without it such are
   * refused with 405.
   */
  readonly onMessage?: (message: IncomingMessage) => number;
  /** Where registered contacts outlive the process; without it phones must register again after a restart. */
  readonly registrations?: SavedRegistrations;
}

export interface InviteFacts {
  readonly from: string;
  readonly requestUser: string;
  readonly source: Peer;
  /** The login that answered a challenge, or null. */
  readonly login: string | null;
}

export interface IncomingMessage extends InviteFacts {
  readonly text: string;
}

export interface SipEndpoint {
  /**
   * Binds all listeners; rejects with the address that failed. `hold`: requests of peers wait in order until `release()`,
   * because a dialog that is not restored yet would get a 481, which ends it.
   */
  start(options?: { readonly hold?: boolean }): Promise<void>;
  /** All legs are restored: what was held is served now. Harmless without `hold`. */
  release(): void;
  /** The addresses bound, with real ports. */
  readonly local: readonly Peer[];
  /** Places a call. Events come to `handlers`; the first cannot come before this returns. */
  invite(options: OutgoingInvite, handlers: LegHandlers): OutgoingLeg;
  /**
   * Takes up a leg of a process that was killed; after `start`. What comes then goes by `saved.state`:
   * confirmed: nothing. answered: the 200 is repeated, `onConfirmed` comes with its ACK. early: the leg may be answered,
   * refused or cancelled as before. calling: cannot go on; a CANCEL is sent and `onEnded` comes (fault, 503).
   * `credentials`: those of the `OutgoingInvite`, which are never saved. `downMs`: how long nobody listened; requests of
   * that time are put in order for about as long again (default and at most 4 s), as they are repeated in any order.
   * No event comes before this returns.
   * Throws CodedError `sip-leg-unreadable`: not of this version, damaged, or live already.
   */
  restore(saved: SavedLeg, handlers: LegHandlers, options?: { readonly credentials?: { readonly username: string; readonly password: string }; readonly downMs?: number }): IncomingLeg | OutgoingLeg;
  /**
   * Contacts registered for a login, best first. `source`: where the REGISTER came from; when it is another address than
   * the contact's host, the phone stands behind a NAT and is reached there (as `outboundProxy`).
   */
  contacts(login: string): readonly { readonly uri: string; readonly expiresInMs: number; readonly source: Peer }[];
  /** RFC 3428. Resolves with the final status: 408 when nobody answered, 503 when there is no address, 413 when it is too long. */
  message(message: OutgoingMessage): Promise<number>;
  readonly counters: { readonly transactions: number; readonly legs: number; readonly shed: number };
  /** Ends nothing by itself: closes sockets. Call after all legs are over. */
  close(): Promise<void>;
}

/** Asked once, with the address of ours that the peer will see; it is known when the URI is resolved. */
export type OfFacing = (localAddress: string) => string;

export interface OutgoingInvite {
  /** Request-URI, e.g. `sip:1000@192.0.2.1:5060;transport=tcp`. Numeric host addresses and DNS names. */
  readonly uri: string;
  readonly from: { readonly uri: string | OfFacing; readonly displayName?: string };
  /** A new one unless given; of nobody else's call. */
  readonly callId?: string;
  readonly sdp: string | null | OfFacing;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
  /** Answers 401/407 challenges of this realm's peer. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Sends here instead of resolving the URI. */
  readonly outboundProxy?: Peer;
}

/** A text outside of any call, at most 1,300 bytes of it. */
export interface OutgoingMessage extends Pick<OutgoingInvite, 'uri' | 'credentials' | 'outboundProxy'> {
  readonly from: string | OfFacing;
  readonly text: string;
}

/** One INVITE dialog usage. All methods are harmless once `ended`. */
export interface SipLeg {
  readonly id: string;
  readonly callId: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly state: 'early' | 'confirmed' | 'ended';
  /** Peer's URI and display name, our URI: as in From/To; ours is empty until the peer's address is known. */
  readonly remote: { readonly uri: string; readonly displayName: string };
  readonly local: { readonly uri: string };
  /** The address our side is reached at by this peer: what SDP should say. */
  readonly localAddress: string;
  /** Ends the leg in the way its state demands: CANCEL, BYE, or a refusal with `status` (default 603). */
  hangup(options?: { readonly status?: number; readonly q850Cause?: number; readonly text?: string }): void;
  /** Re-INVITE. Resolves with the peer's answer, or its refusal. Handles 491 by retrying (RFC 3261 14.1). */
  reoffer(sdp: string): Promise<{ readonly status: number; readonly sdp: string | null }>;
  /** In-dialog INFO; resolves with the final status. */
  info(contentType: string, body: string): Promise<number>;
}

export interface OutgoingLeg extends SipLeg {
  readonly direction: 'outgoing';
}

/** Of a confirmed leg that was restored, `offer` is null, and `header` knows only what no later request repeats. */
export interface IncomingLeg extends SipLeg {
  readonly direction: 'incoming';
  readonly requestUri: string;
  /** User part of the Request-URI, unescaped. */
  readonly requestUser: string;
  readonly source: Peer;
  /** The login that authenticated, or null. */
  readonly login: string | null;
  readonly offer: string | null;
  header(name: string): string | undefined;
  handlers: LegHandlers;
  /** 180 or 183; sent reliably (100rel) when the peer requires it. */
  progress(status: 180 | 183, sdp?: string): void;
  /** 200. `sdp` is the answer, or the offer when the INVITE had none (its answer then comes by onAnswer). */
  answer(sdp: string): void;
  refuse(status: number, headers?: readonly { readonly name: string; readonly value: string }[]): void;
}

/** What a restart needs of a leg: plain JSON, at most some KB; what is inside is nobody else's to read. */
export interface SavedLeg {
  readonly version: 1;
  readonly direction: 'incoming' | 'outgoing';
  /** calling: placed, not answered. early: came in, not answered. answered: 200 sent, no ACK yet. */
  readonly state: 'calling' | 'early' | 'answered' | 'confirmed';
  readonly callId: string;
  /** No passwords, no digests of them. */
  readonly inner: object;
}

/** Registered contacts in a place that outlives the process. A contact is known by `login` and `uri` together. */
export interface SavedRegistrations {
  /** Asked once, at `start`. Contacts that have expired meanwhile, or cannot be read, are passed over. */
  load(): readonly SavedBinding[];
  /** Also replaces. */
  save(binding: SavedBinding): void;
  drop(login: string, uri: string): void;
}

export interface SavedBinding {
  readonly login: string;
  readonly uri: string;
  readonly displayName: string;
  readonly params: readonly { readonly name: string; readonly value: string | null }[];
  readonly q: number;
  /** Wall clock, ms. */
  readonly expiresAt: number;
  readonly callId: string;
  readonly cseq: number;
  readonly source: Peer;
}

export interface LegHandlers {
  /**
   * What a restart needs has changed: replaces what was saved before. At most once for each request in the dialog, before
   * the answer to it leaves and in the same turn as the event that it told (after it): put both into one transaction,
   * for an INFO that is saved as handled is not told again. The last one is void when the leg has ended.
   */
  onSaved?(saved: SavedLeg): void;
  /** 1xx above 100 on a call we placed. */
  onProgress?(status: number, sdp: string | null): void;
  /** The dialog is confirmed: 2xx received (sdp: its body) or ACK received (sdp: the ACK's, after a delayed offer). */
  onConfirmed?(sdp: string | null): void;
  /** Re-INVITE or UPDATE. null offer: the peer asks for ours. Answer with SDP or a refusal status (488). */
  onOffer?(sdp: string | null): { readonly sdp: string } | { readonly status: number };
  /** The peer's answer to an offer we made in a 200 to its offerless re-INVITE. */
  onAnswer?(sdp: string): void;
  /**
   * In-dialog INFO. Returns the status to answer (200, 415 …). A promise puts the answer off, so that what it told can be
   * made durable first: for 2 s at most, then it is answered 200. Other requests do not wait for it.
   */
  onInfo?(contentType: string, body: string): number | Promise<number>;
  /** In-dialog REFER; returns the status (202 is not offered yet: 603 by default). */
  onRefer?(target: string): number;
  /**
   * Exactly once. A promise puts off the 200 to the BYE that ended it, for 2 s at most, so that an end which was answered is
   * not forgotten by a restart. `status` is the refusal on a call we placed, 487 for CANCEL, 408 for no answer, else 0.
   */
  onEnded(end: { readonly by: 'peer' | 'us' | 'fault'; readonly status: number; readonly q850Cause: number | null; readonly reason: string }): void | Promise<void>;
}
