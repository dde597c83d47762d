// Owns: what this user agent can do, as headers say it, and the checks that follow from it in the order of RFC 3261
// section 8.2: method (405, 501), scheme (416), Require (420), body type and encoding (415), Accept (406).
// Does not: look at users, so that no answer made here tells which of them exist.
import { getHeader, getHeaders } from './header.ts';
import type { Header, SipRequest } from './message.ts';
import { parseUri } from './uri.ts';

export const allowHeader: Header = {
  name: 'Allow',
  value: 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REGISTER',
};
export const acceptHeader: Header = { name: 'Accept', value: 'application/sdp' };
export const supportedHeader: Header = { name: 'Supported', value: '100rel, timer' };
/** We take part in no INFO package (RFC 6086 section 4.2.1). */
export const recvInfoHeader: Header = { name: 'Recv-Info', value: '' };

/** A peer that says which packages it takes is told which we take (RFC 6086 section 5.2.3). */
export function recvInfoAnswer(request: SipRequest): readonly Header[] {
  return getHeader(request, 'Recv-Info') === undefined ? [] : [recvInfoHeader];
}

const supported = new Set(['100rel', 'timer']);
const ours = new Set(['INVITE', 'BYE', 'OPTIONS', 'INFO', 'UPDATE', 'PRACK', 'REGISTER']);
/** Known to SIP and refused: 405. Anything else is 501. */
const refused = new Set(['SUBSCRIBE', 'NOTIFY', 'MESSAGE', 'PUBLISH', 'REFER', 'ACK', 'CANCEL']);
const schemes = new Set(['tel']);

export interface Refusal {
  readonly status: number;
  readonly headers: readonly Header[];
}

/** The refusal a request earns before anybody looks at its meaning, or null. REFER inside a dialog is let through. */
export function checkRequest(request: SipRequest, inDialog: boolean): Refusal | null {
  const { method } = request;
  if (!ours.has(method) && !(inDialog && method === 'REFER')) {
    return { status: refused.has(method) ? 405 : 501, headers: [allowHeader] };
  }
  const uri = parseUri(request.uri);
  if (uri === null) return { status: 400, headers: [] };
  if (uri.kind === 'other' && !schemes.has(uri.scheme)) return { status: 416, headers: [] };
  const unknown = listTokens(request, 'Require').filter((tag) => !supported.has(tag));
  if (unknown.length > 0) return { status: 420, headers: [{ name: 'Unsupported', value: unknown.join(', ') }] };
  return method === 'INVITE' || method === 'UPDATE' ? checkBody(request) : null;
}

function checkBody(request: SipRequest): Refusal | null {
  if (request.body.length > 0) {
    const type = mediaType(getHeader(request, 'Content-Type'));
    const encoding = getHeader(request, 'Content-Encoding');
    const optional = /;\s*handling\s*=\s*optional/i.test(getHeader(request, 'Content-Disposition') ?? '');
    if (encoding !== undefined && encoding.trim() !== '' && encoding.trim().toLowerCase() !== 'identity' && !optional)
      return { status: 415, headers: [{ name: 'Accept-Encoding', value: 'identity' }] };
    if (type !== 'application/sdp' && !optional) return { status: 415, headers: [acceptHeader] };
  }
  const accepts = getHeaders(request, 'Accept').flatMap((value) => value.split(','));
  const takesSdp = accepts.some((range) => ['application/sdp', 'application/*', '*/*'].includes(mediaType(range)));
  if (accepts.length > 0 && !takesSdp)
    return { status: 406, headers: [{ name: 'Warning', value: '399 keytone "Only application/sdp can be offered"' }] };
  return null;
}

function mediaType(value: string | undefined): string {
  return (value ?? '').split(';')[0]!.trim().toLowerCase();
}

/** All comma-separated tokens of a list header, in lower case. */
export function listTokens(message: { readonly headers: readonly Header[] }, name: string): string[] {
  const tokens: string[] = [];
  for (const value of getHeaders(message, name)) {
    for (const piece of value.split(',')) {
      const token = piece.trim().toLowerCase();
      if (token !== '') tokens.push(token);
    }
  }
  return tokens;
}

/** The body when it is SDP, else null. */
export function sdpOf(message: { readonly headers: readonly Header[]; readonly body: Uint8Array }): string | null {
  if (message.body.length === 0) return null;
  const type = mediaType(getHeader(message, 'Content-Type'));
  // A peer of RFC 2543 may leave the type out; it can only be SDP.
  return type === 'application/sdp' || type === '' ? Buffer.from(message.body).toString('utf8') : null;
}
