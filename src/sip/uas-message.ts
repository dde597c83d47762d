// Owns: a MESSAGE that comes in outside of any dialog (RFC 3428 section 7): whether it may, whether it can be read, what it is
// answered. Who may call may also write. Does not: keep messages, or take any inside of a dialog.
import { checkRequest, type Refusal } from './capabilities.ts';
import type { createDigestServer } from './digest-server.ts';
import type { IncomingMessage, SipEndpointOptions } from './endpoint.ts';
import { getHeader, getHeaders } from './header.ts';
import type { Peer, SipRequest } from './message.ts';
import { parseNameAddress } from './name-address.ts';
import { requestUserOf } from './uas-invite.ts';

interface Options extends Pick<SipEndpointOptions, 'policy'> {
  readonly onMessage: (message: IncomingMessage) => number;
}

const accept = { name: 'Accept', value: 'text/plain' } as const;

export function receiveMessage(
  request: SipRequest,
  source: Peer,
  { policy, onMessage }: Options,
  digest: ReturnType<typeof createDigestServer>,
): Refusal {
  // Its method is the one that is not among ours; the rest is asked as of any request.
  const refusal = checkRequest({ ...request, method: 'OPTIONS' }, false);
  if (refusal !== null) return refusal;
  const type = (getHeader(request, 'Content-Type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (type !== 'text/plain') return { status: 415, headers: [accept] };
  const verdict = digest.check('MESSAGE', getHeaders(request, 'Authorization'));
  const login = verdict.kind === 'accepted' ? verdict.login : null;
  const from = parseNameAddress(getHeader(request, 'From') ?? '')?.uri ?? '';
  const facts = { from, requestUser: requestUserOf(request.uri), source, login };
  const decision = policy(facts);
  if (decision.kind === 'challenge') {
    if (login !== null) return { status: 403, headers: [] };
    const challenges = digest.challenge(verdict.kind === 'stale');
    return { status: 401, headers: challenges.map((value) => ({ name: 'WWW-Authenticate', value })) };
  }
  if (decision.kind === 'refuse') {
    const retry = decision.retryAfterSeconds;
    return {
      status: decision.status,
      headers: retry === undefined ? [] : [{ name: 'Retry-After', value: String(retry) }],
    };
  }
  return { status: onMessage({ ...facts, text: Buffer.from(request.body).toString('utf8') }), headers: [] };
}
