// Owns: the way a response goes back (RFC 3261 18.2.2), and answers that leave no transaction behind (8.2.7): to malformed
// requests, and to what is refused before a transaction is made. Their To tag is the same for each retransmission.
// Does not: decide what to refuse.
import { createHash } from 'node:crypto';
import type { Log } from '../base/log.ts';
import { formatMessage } from './format.ts';
import { getHeader } from './header.ts';
import type { Header, MessageFault, Peer, SipRequest, SipResponse } from './message.ts';
import { createResponse, reasonPhrase } from './response.ts';
import type { SipTransport } from './transport.ts';
import { formatVia, markReceived, parseVia, responseTarget, type Via } from './via.ts';

export interface StatelessAnswers {
  /** By the connection or socket that the request came by; a lost connection is opened anew. */
  route(via: Via | null, source: Peer, local: Peer | null): (bytes: Buffer) => void;
  send(response: SipResponse, source: Peer, local: Peer | null): void;
  fault(message: MessageFault, source: Peer, local: Peer): void;
  /** Returns what sends the same answer again. */
  refuse(request: SipRequest, status: number, headers: readonly Header[], source: Peer, local: Peer): () => void;
}

export function createStatelessAnswers(transport: SipTransport, log: Log): StatelessAnswers {
  const onError = (error: Error) => log.debug({ error: error.message }, 'sip response not sent');

  function route(via: Via | null, source: Peer, local: Peer | null): (bytes: Buffer) => void {
    const byVia = via === null ? source : responseTarget(via, source.transport);
    const how = source.transport === 'tcp' ? { fallback: byVia, onError } : { onError, ...(local && { from: local }) };
    const to = source.transport === 'tcp' ? source : byVia;
    return (bytes) => transport.send(bytes, to, how);
  }

  function send(response: SipResponse, source: Peer, local: Peer | null): void {
    route(topVia(response), source, local)(formatMessage(response));
  }

  return {
    route,
    send,
    fault({ partial, status, reason }, source, local) {
      if (partial === null || status === null) return;
      const phrase = status === 400 ? `Bad Request - ${reason}` : reasonPhrase(status);
      const via = parseVia(getHeader(partial, 'Via') ?? '');
      const request = via === null ? partial : withTopVia(partial, markReceived(via, source));
      send(createResponse(request, status, phrase, { toTag: statelessTag(request) }), source, local);
    },
    refuse(request, status, headers, source, local) {
      const response = createResponse(request, status, undefined, { toTag: statelessTag(request), headers });
      const bytes = formatMessage(response);
      const way = route(topVia(request), source, local);
      way(bytes);
      return () => way(bytes);
    },
  };
}

function topVia(message: SipRequest | SipResponse): Via | null {
  return parseVia(getHeader(message, 'Via') ?? '');
}

export function withTopVia(request: SipRequest, via: Via): SipRequest {
  let done = false;
  const headers: Header[] = request.headers.map((header) => {
    if (done || header.name !== 'Via') return header;
    done = true;
    return { name: 'Via', value: formatVia(via) };
  });
  return { ...request, headers };
}

/** The same for each retransmission, though nothing is remembered. */
export function statelessTag(request: SipRequest): string {
  const text = `${getHeader(request, 'Via')} ${getHeader(request, 'Call-ID')} ${getHeader(request, 'CSeq')}`;
  return createHash('sha1').update(text).digest('base64url').slice(0, 16);
}
