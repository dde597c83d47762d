// Owns: how requests of ours leave (RFC 3261 8.1.1.7, 18.1.1): the Via on top, a client transaction for each, TCP for large
// ones; and the table in which responses find theirs (17.1.3). What peers send is transaction-layer.ts.
import type { Clock } from '../base/clock.ts';
import type { NewId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { formatMessage } from './format.ts';
import { addHeader, getHeader, getHeaders } from './header.ts';
import { createLargeRequests } from './large-request.ts';
import type { Peer, SipRequest, SipResponse } from './message.ts';
import type { ClientHandler, ClientTransaction, TransactionLayer, TransactionTimes } from './transaction.ts';
import { type ClientRecord, createClientRecord, type SentRequest } from './transaction-client.ts';
import { clientKey, clientKeyOf } from './transaction-key.ts';
import type { SipTransport } from './transport.ts';
import { BRANCH_COOKIE, formatVia, parseVia, type Via, viaBranch } from './via.ts';

export interface ClientTransactions extends Pick<TransactionLayer, 'localFor' | 'request' | 'sendRequest' | 'resume'> {
  /** False: it belongs to no transaction. One with a second Via was never ours (8.1.3.3) and belongs to nobody. */
  received(response: SipResponse): boolean;
  readonly size: number;
  close(): void;
}

export interface ClientTransactionsOptions {
  readonly transport: SipTransport;
  readonly clock: Clock;
  readonly log: Log;
  readonly id: NewId;
  readonly times: TransactionTimes;
  readonly advertisedHost: string | null;
}

export function createClientTransactions(options: ClientTransactionsOptions): ClientTransactions {
  const { transport, clock, log, id, times, advertisedHost } = options;
  const clients = new Map<string, ClientRecord>();
  const large = createLargeRequests(clock, () => transport.local.some((local) => local.transport === 'tcp'));

  function received(response: SipResponse): boolean {
    // More than one Via: it was never ours (8.1.3.3).
    if (getHeaders(response, 'Via').length > 1) return true;
    const key = clientKeyOf(response);
    const record = key === null ? undefined : clients.get(key);
    record?.received(response);
    return record !== undefined;
  }

  function localFor(peer: Peer): Peer {
    const local = transport.localFor(peer);
    return advertisedHost === null ? local : { ...local, address: advertisedHost };
  }

  function ownVia(to: Peer, branch: string): Via {
    const { address, port } = localFor(to);
    const params = [
      { name: 'branch', value: branch },
      { name: 'rport', value: null },
    ];
    return { protocol: 'SIP/2.0', transport: to.transport.toUpperCase(), host: address, port, params };
  }

  function stamp(request: SipRequest, to: Peer): SentRequest {
    const branch = BRANCH_COOKIE + id();
    const sent = addHeader(request, 'Via', formatVia(ownVia(to, branch)), 'first');
    return { request: sent, branch, bytes: formatMessage(sent) };
  }

  function start(sent: SentRequest, to: Peer, handler: ClientHandler, proceeding = false): ClientTransaction {
    const key = clientKey(sent.branch, sent.request.method);
    const context = {
      clock,
      machine: { times, reliable: to.transport === 'tcp' },
      send: (bytes: Buffer, onError: (error: Error) => void) => transport.send(bytes, to, { onError }),
      startCancel: (cancel: SipRequest) =>
        start({ request: cancel, branch: sent.branch, bytes: formatMessage(cancel) }, to, { onResponse() {} }),
      onTerminated: () => clients.delete(key),
    };
    const record = createClientRecord(sent, to, handler, context, proceeding);
    clients.set(key, record);
    return record.transaction;
  }

  /** 18.1.1: over TCP first, and over UDP with a Via of its own when no connection can be had. */
  function startLarge(request: SipRequest, to: Peer, hop: Peer, handler: ClientHandler): ClientTransaction {
    let cancelled = false;
    let current = start(stamp(request, hop), hop, {
      onResponse(response, origin) {
        if (origin !== 'transport') return handler.onResponse(response, origin);
        large.refused(to);
        if (cancelled) return handler.onResponse(response, origin);
        current = start(stamp(request, to), to, handler);
      },
    });
    return {
      get branch() {
        return current.branch;
      },
      get request() {
        return current.request;
      },
      get to() {
        return current.to;
      },
      cancel(headers) {
        cancelled = true;
        current.cancel(headers);
      },
    };
  }

  return {
    received,
    localFor,
    request(request, to, handler) {
      const sent = stamp(request, to);
      const hop = large.firstHop(sent.bytes.length, to);
      return hop === to ? start(sent, to, handler) : startLarge(request, to, hop, handler);
    },
    resume(invite, to, handler) {
      const via = parseVia(getHeader(invite, 'Via') ?? '');
      const branch = via === null ? undefined : viaBranch(via);
      if (branch === undefined || clients.has(clientKey(branch, 'INVITE'))) return undefined;
      return start({ request: invite, branch, bytes: formatMessage(invite) }, to, handler, true);
    },
    sendRequest(request, to) {
      const { bytes } = stamp(request, to);
      const hop = large.firstHop(bytes.length, to);
      const onError = (error: Error) => log.debug({ peer: to.address, error: error.message }, 'sip request not sent');
      if (hop === to) return transport.send(bytes, to, { onError });
      transport.send(stamp(request, hop).bytes, hop, {
        onError() {
          large.refused(to);
          transport.send(bytes, to, { onError });
        },
      });
    },
    get size() {
      return clients.size;
    },
    close() {
      for (const record of clients.values()) record.drop();
      clients.clear();
    },
  };
}
