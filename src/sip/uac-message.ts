// Owns: a MESSAGE from our side (RFC 3428 sections 4 and 8), outside of any dialog: the next address when one is dead, challenges.
// Does not: take messages that come in, or send one that is longer than section 8 allows.
import { createDigestClient } from './digest-client.ts';
import type { OutgoingMessage } from './endpoint.ts';
import type { AgentContext } from './invite-usage.ts';
import type { Header, Peer, SipResponse } from './message.ts';
import { formatNameAddress } from './name-address.ts';
import type { ResponseOrigin } from './transaction.ts';
import { challengesOf, sign } from './uac-in-dialog.ts';

const maxRounds = 6;
/** Section 8: larger ones may not leave outside of a session. */
export const messageMaxBytes = 1300;

/** Resolves with the final status; 408 when nobody answered, 503 when there is no address, 413 when it is too long. */
export function sendMessage(context: AgentContext, message: OutgoingMessage): Promise<number> {
  const { uri, text, credentials, outboundProxy } = message;
  const body = Buffer.from(text, 'utf8');
  if (body.length > messageMaxBytes) return Promise.resolve(413);
  const digest = credentials === undefined ? null : createDigestClient(credentials);
  const callId = context.newId();
  const tag = context.newId();

  return new Promise((resolve) => {
    let rounds = 0;
    let rest: readonly Peer[] = [];

    function attempt(peer: Peer): void {
      rounds += 1;
      const { address } = context.layer.localFor(peer);
      const from = typeof message.from === 'function' ? message.from(address) : message.from;
      const headers: Header[] = [
        { name: 'Max-Forwards', value: '70' },
        { name: 'From', value: formatNameAddress({ uri: from, params: [{ name: 'tag', value: tag }] }) },
        { name: 'To', value: formatNameAddress({ uri }) },
        { name: 'Call-ID', value: callId },
        { name: 'CSeq', value: `${rounds} MESSAGE` },
        { name: 'User-Agent', value: context.options.userAgent },
        { name: 'Content-Type', value: 'text/plain;charset=UTF-8' },
      ];
      const request = sign(digest, { kind: 'request', method: 'MESSAGE', uri, headers, body });
      context.layer.request(request, peer, { onResponse: (response, origin) => receive(peer, response, origin) });
    }

    function receive(peer: Peer, response: SipResponse, origin: ResponseOrigin): void {
      const { status } = response;
      if (status < 200) return;
      const [next, ...others] = rest;
      if (origin !== 'wire' && next !== undefined) {
        rest = others;
        attempt(next);
        return;
      }
      const challenged = origin === 'wire' && (status === 401 || status === 407) && rounds < maxRounds;
      if (challenged && digest?.take(challengesOf(response))) attempt(peer);
      else resolve(status);
    }

    function begin([first, ...others]: readonly Peer[]): void {
      rest = others;
      if (first === undefined) resolve(503);
      else attempt(first);
    }
    if (outboundProxy !== undefined) begin([outboundProxy]);
    else context.resolver.resolve(uri, 'udp', begin);
  });
}
