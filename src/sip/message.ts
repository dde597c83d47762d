// Owns: what a SIP message is once parsed (RFC 3261 section 7). Header values are kept as text in arrival order;
// structured views (Via, CSeq, name-addr, URI) are parsed on demand by the functions of parse-*.ts.
// Does not: know a body's meaning.

export type Transport = 'udp' | 'tcp';

/** Where a message came from or goes to. IPv6 addresses carry no brackets. */
export interface Peer {
  readonly transport: Transport;
  readonly address: string;
  readonly port: number;
}

export interface Header {
  /** Canonical long form, e.g. `Call-ID` for `i`. Unknown names keep the spelling they came with. */
  readonly name: string;
  readonly value: string;
}

interface MessageBase {
  /**
   * In order; comma-joined lists of the list headers (Via, Route, Record-Route, Contact …) are already split. Lists of
   * words (Supported, Allow, Require …) stay as they came: `listTokens` reads them.
   */
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}
export interface SipRequest extends MessageBase {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
}
export interface SipResponse extends MessageBase {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
}
export type SipMessage = SipRequest | SipResponse;

/** What a malformed message deserves: the response to send (request headers kept for it), or silence. */
export interface MessageFault {
  readonly kind: 'fault';
  /** 400, 505 …; null: discard. */
  readonly status: number | null;
  readonly reason: string;
  /** As much of the request as could be read, to build the response from. */
  readonly partial: SipRequest | null;
}
