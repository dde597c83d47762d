// Owns: the state of one dialog and requests made from it (RFC 3261 section 12): tags, CSeq numbers, route set, remote
// target. Early and confirmed dialogs look alike here; what an INVITE makes of them is invite-usage.ts.
// Does not: send, or know transactions.
import { getHeader, getHeaders, parseCSeq } from './header.ts';
import { paramValue, withParam } from './header-params.ts';
import type { Header, Peer, SipRequest, SipResponse } from './message.ts';
import { formatNameAddress, parseNameAddress, tagOf } from './name-address.ts';
import { formatUri, parseUri } from './uri.ts';

export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  /** '' for a peer of RFC 2543 that sends none. */
  readonly remoteTag: string;
  /** From and To values as our requests carry them, tags included. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly localUri: string;
  readonly remoteUri: string;
  readonly remoteName: string;
  routeSet: readonly string[];
  remoteTarget: string;
  localCSeq: number;
  /** null until the peer's first request. */
  remoteCSeq: number | null;
  /** Where the peer's messages come from: reached when its Contact is not. */
  source: Peer;
}

export function dialogKey(callId: string, localTag: string, remoteTag: string): string {
  return `${callId}\n${localTag}\n${remoteTag}`;
}

/** 12.1.1. null when From or To cannot be read, or (`strict`) when the Contact is missing or no SIP URI. */
export function dialogOfRequest(request: SipRequest, localTag: string, source: Peer): Dialog | null {
  const from = parseNameAddress(getHeader(request, 'From') ?? '');
  const to = parseNameAddress(getHeader(request, 'To') ?? '');
  const callId = getHeader(request, 'Call-ID');
  const cseq = parseCSeq(getHeader(request, 'CSeq'));
  if (from === null || to === null || callId === undefined || cseq === null) return null;
  return {
    callId,
    localTag,
    remoteTag: paramValue(from.params, 'tag') ?? '',
    localAddress: formatNameAddress({ ...to, params: withParam(to.params, 'tag', localTag) }),
    remoteAddress: formatNameAddress(from),
    localUri: to.uri,
    remoteUri: from.uri,
    remoteName: from.displayName,
    routeSet: getHeaders(request, 'Record-Route'),
    remoteTarget: contactUri(request) ?? from.uri,
    localCSeq: 0,
    remoteCSeq: cseq.number,
    source,
  };
}

/** 12.1.2. The response to our INVITE opens a dialog when it has a To tag. */
export function dialogOfResponse(request: SipRequest, response: SipResponse, source: Peer): Dialog | null {
  const to = parseNameAddress(getHeader(response, 'To') ?? '');
  const from = parseNameAddress(getHeader(request, 'From') ?? '');
  const cseq = parseCSeq(getHeader(request, 'CSeq'));
  if (to === null || from === null || cseq === null) return null;
  return {
    callId: getHeader(request, 'Call-ID') ?? '',
    localTag: paramValue(from.params, 'tag') ?? '',
    remoteTag: paramValue(to.params, 'tag') ?? '',
    localAddress: formatNameAddress(from),
    remoteAddress: formatNameAddress(to),
    localUri: from.uri,
    remoteUri: to.uri,
    remoteName: to.displayName,
    routeSet: getHeaders(response, 'Record-Route').reverse(),
    remoteTarget: contactUri(response) ?? request.uri,
    localCSeq: cseq.number,
    remoteCSeq: null,
    source,
  };
}

/** 13.2.2.4: the 2xx decides the route set and target that a 1xx only announced. */
export function confirmDialog(dialog: Dialog, response: SipResponse): void {
  dialog.routeSet = getHeaders(response, 'Record-Route').reverse();
  refreshTarget(dialog, response);
}

/** A target refresh (12.2): Contact of INVITE, UPDATE and their 2xx. */
export function refreshTarget(dialog: Dialog, message: SipRequest | SipResponse): void {
  dialog.remoteTarget = contactUri(message) ?? dialog.remoteTarget;
}

/** 12.2.2. Takes the number of a request from the peer; false: it is out of order, which deserves a 500. */
export function takeRemoteCSeq(dialog: Dialog, request: SipRequest): boolean {
  const cseq = parseCSeq(getHeader(request, 'CSeq'));
  if (cseq === null || (dialog.remoteCSeq !== null && cseq.number <= dialog.remoteCSeq)) return false;
  dialog.remoteCSeq = cseq.number;
  return true;
}

export interface RequestParts {
  readonly contact: string | null;
  readonly headers?: readonly Header[];
  readonly body?: { readonly type: string; readonly text: string } | null;
  /** Only for ACK, which repeats the INVITE's number. */
  readonly cseq?: number;
  readonly userAgent: string;
}

/** 12.2.1.1. `hop` is the URI to send to: the first route, or the target. */
export function createDialogRequest(
  dialog: Dialog,
  method: string,
  parts: RequestParts,
): { readonly request: SipRequest; readonly hop: string } {
  const number = parts.cseq ?? ++dialog.localCSeq;
  const first = dialog.routeSet[0];
  let uri = dialog.remoteTarget;
  let routes = dialog.routeSet;
  let hop = uri;
  if (first !== undefined) {
    const route = parseNameAddress(first);
    const routeUri = route === null ? null : parseUri(route.uri);
    hop = route?.uri ?? first;
    if (routeUri?.kind === 'sip' && paramValue(routeUri.params, 'lr') === undefined) {
      // A strict router: it wants itself in the Request-URI and the target as the last route.
      uri = formatUri({ ...routeUri, headers: null, params: routeUri.params.filter(({ name }) => name !== 'method') });
      routes = [...dialog.routeSet.slice(1), `<${dialog.remoteTarget}>`];
    }
  }
  const headers: Header[] = [
    ...routes.map((value) => ({ name: 'Route', value })),
    { name: 'Max-Forwards', value: '70' },
    { name: 'From', value: dialog.localAddress },
    { name: 'To', value: dialog.remoteAddress },
    { name: 'Call-ID', value: dialog.callId },
    { name: 'CSeq', value: `${number} ${method}` },
  ];
  if (parts.contact !== null) headers.push({ name: 'Contact', value: parts.contact });
  headers.push({ name: 'User-Agent', value: parts.userAgent }, ...(parts.headers ?? []));
  const body = parts.body ?? null;
  if (body !== null) headers.push({ name: 'Content-Type', value: body.type });
  return { request: { kind: 'request', method, uri, headers, body: Buffer.from(body?.text ?? '', 'utf8') }, hop };
}

function contactUri(message: SipRequest | SipResponse): string | null {
  const value = getHeader(message, 'Contact');
  const contact = value === undefined ? null : parseNameAddress(value);
  return contact !== null && parseUri(contact.uri)?.kind === 'sip' ? contact.uri : null;
}

/** The key that a request from the peer names; undefined when it has no To tag, so no dialog. */
export function keyOfRequest(request: SipRequest): string | undefined {
  const localTag = tagOf(getHeader(request, 'To'));
  if (localTag === undefined) return undefined;
  return dialogKey(getHeader(request, 'Call-ID') ?? '', localTag, tagOf(getHeader(request, 'From')) ?? '');
}
