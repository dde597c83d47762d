// Owns: what identifies a transaction (RFC 3261 17.1.3, 17.2.3) and a merged request (8.2.2.2), as map keys.
// Every key is one string lookup; nothing is searched.
import { getHeader, parseCSeq } from './header.ts';
import type { SipRequest, SipResponse } from './message.ts';
import { fromTag } from './response.ts';
import { BRANCH_COOKIE, parseVia, type Via, viaBranch } from './via.ts';

/** Responses carry the branch and the method that they answer. */
export function clientKey(branch: string, method: string): string {
  return `${branch} ${method}`;
}

export function clientKeyOf(response: SipResponse): string | null {
  const via = parseVia(getHeader(response, 'Via') ?? '');
  const branch = via === null ? undefined : viaBranch(via);
  const cseq = parseCSeq(getHeader(response, 'CSeq'));
  return branch === undefined || cseq === null ? null : clientKey(branch, cseq.method);
}

/**
 * `method`: INVITE for its ACK and CANCEL too. A branch without the cookie, or with nothing behind it (RFC 4475 3.2.1), is no
 * identifier: such peers are told apart as RFC 2543 did, without the To tag, which the ACK has and the INVITE had not.
 */
export function serverKey(request: SipRequest, via: Via, method: string): string {
  const branch = viaBranch(via);
  if (branch !== undefined && branch.length > BRANCH_COOKIE.length && branch.startsWith(BRANCH_COOKIE)) {
    return `${branch} ${via.host.toLowerCase()}:${via.port ?? ''} ${method}`;
  }
  const cseq = parseCSeq(getHeader(request, 'CSeq'))?.number;
  const sentBy = `${via.transport} ${via.host.toLowerCase()}:${via.port ?? ''} ${branch ?? ''}`;
  return `2543 ${method} ${cseq} ${sentBy} ${request.uri} ${fromTag(request) ?? ''} ${getHeader(request, 'Call-ID')}`;
}

/** The same for all copies of one request, whatever way they came. Only for requests without a To tag. */
export function mergeKey(request: SipRequest): string {
  return `${getHeader(request, 'CSeq')} ${fromTag(request) ?? ''} ${getHeader(request, 'Call-ID')}`;
}
