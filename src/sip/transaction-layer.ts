// Owns: the transaction layer (RFC 3261 8.2.2.2, 9.2, 17, 18; RFC 6026): matching, shedding, answers to malformed requests.
// Memory is bounded by `maxTransactions`; beyond it requests get a 503 that leaves nothing behind.
// Does not: know dialogs. The machines are invite-*.ts and non-invite-*.ts; a record of each runs them.
import { createHash } from 'node:crypto';
import { newId } from '../base/ids.ts';
import { formatMessage } from './format.ts';
import { addHeader, getHeader, getHeaders } from './header.ts';
import type { Header, MessageFault, Peer, SipMessage, SipRequest, SipResponse } from './message.ts';
import { createResponse, reasonPhrase, toTag } from './response.ts';
import type { TransactionLayer, TransactionLayerOptions } from './transaction.ts';
import { type ClientRecord, createClientRecord } from './transaction-client.ts';
import { clientKey, clientKeyOf, mergeKey, serverKey } from './transaction-key.ts';
import { createServerRecord, type ServerRecord } from './transaction-server.ts';
import { defaultTimes } from './transaction-times.ts';
import { createTransport, type SipTransport, type SipTransportOptions } from './transport.ts';
import { BRANCH_COOKIE, formatVia, markReceived, parseVia, responseTarget, type Via } from './via.ts';

/** At a thousand calls a second, what lingers for timers J and L comes to this. */
const DEFAULT_MAX_TRANSACTIONS = 65_536;

/** `openTransport` is for tests and the testkit, which put a wire of their own below. */
export function createTransactionLayer(
  options: TransactionLayerOptions,
  openTransport: (options: SipTransportOptions) => SipTransport = createTransport,
): TransactionLayer {
  const { clock, log, user } = options;
  const id = options.newId ?? newId;
  const times = { ...defaultTimes, ...options.times };
  const maxTransactions = options.maxTransactions ?? DEFAULT_MAX_TRANSACTIONS;
  const clients = new Map<string, ClientRecord>();
  const servers = new Map<string, ServerRecord>();
  const merges = new Set<string>();
  let shed = 0;
  let faults = 0;
  const transport = openTransport({
    listen: options.listen,
    clock,
    log,
    ...(options.limits && { limits: options.limits }),
    onMessage,
  });

  function onMessage(message: SipMessage | MessageFault, source: Peer, local: Peer): void {
    try {
      if (message.kind === 'request') onRequest(message, source, local);
      else if (message.kind === 'response') onResponse(message, source);
      else onFault(message, source, local);
    } catch (error) {
      // Ours: it costs this one message, never the process.
      log.error(
        { error, callId: message.kind === 'fault' ? undefined : getHeader(message, 'Call-ID') },
        'sip message handling failed',
      );
    }
  }

  function onFault(message: MessageFault, source: Peer, local: Peer): void {
    faults += 1;
    log.debug({ peer: source.address, reason: message.reason, status: message.status }, 'malformed sip message');
    const { partial, status } = message;
    if (partial === null || status === null) return;
    const reason = status === 400 ? `Bad Request - ${message.reason}` : reasonPhrase(status);
    const via = parseVia(getHeader(partial, 'Via') ?? '');
    const request = via === null ? partial : withTopVia(partial, markReceived(via, source));
    answer(createResponse(request, status, reason, { toTag: statelessTag(request) }), source, local);
  }

  function onRequest(received: SipRequest, source: Peer, local: Peer): void {
    const topVia = parseVia(getHeader(received, 'Via')!);
    if (topVia === null) return;
    const request = withTopVia(received, markReceived(topVia, source));
    const { method } = request;
    if (method === 'ACK') {
      const acked = servers.get(serverKey(request, topVia, 'INVITE'));
      if (acked) acked.acknowledged(request);
      else user.onAck(request, source);
      return;
    }
    if (method === 'CANCEL') {
      // Answered without a transaction: the same again for every retransmission, and nothing to keep.
      const target = servers.get(serverKey(request, topVia, 'INVITE'));
      const tag = target?.toTag ?? statelessTag(request);
      answer(createResponse(request, target ? 200 : 481, undefined, { toTag: tag }), source, local);
      target?.cancelled(request);
      return;
    }
    const key = serverKey(request, topVia, method);
    const existing = servers.get(key);
    if (existing) {
      existing.retransmitted();
      return;
    }
    const merge = mergeKeyOf(request);
    const verdict = admit(request, source, merge);
    if (verdict === 'accept') open(request, source, local, key, merge);
    else if (verdict === 482)
      answer(createResponse(request, 482, undefined, { toTag: statelessTag(request) }), source, local);
    else {
      shed += 1;
      if (verdict === 503) refuse(request, source, local);
    }
  }

  /** `merge`: null inside a dialog. */
  function admit(request: SipRequest, source: Peer, merge: string | null): 'accept' | 'drop' | 482 | 503 {
    // Calls that stand may use what new ones may not.
    if (servers.size >= (merge === null ? 2 * maxTransactions : maxTransactions)) return 503;
    if (merge === null) return 'accept';
    const admitted = options.admit?.(request, source) ?? true;
    if (admitted !== true) return admitted === 'drop' ? 'drop' : 503;
    return merges.has(merge) ? 482 : 'accept';
  }

  function open(request: SipRequest, source: Peer, local: Peer, key: string, merge: string | null): void {
    let remembered = merge;
    if (merge !== null) merges.add(merge);
    const forgetMerge = () => {
      if (remembered !== null) merges.delete(remembered);
      remembered = null;
    };
    const send = route(request, source, local);
    const { record, transaction } = createServerRecord(request, source, local, toTag(request) ?? id(), {
      clock,
      machine: { times, reliable: source.transport === 'tcp' },
      send,
      passAck: (ack) => user.onAck(ack, source),
      onFinal(status) {
        // Some peers answer a challenge without raising CSeq.
        if (status === 401 || status === 407) forgetMerge();
      },
      onTerminated() {
        servers.delete(key);
        forgetMerge();
      },
    });
    servers.set(key, record);
    try {
      user.onRequest(transaction);
    } catch (error) {
      log.error(
        { error, method: request.method, callId: getHeader(request, 'Call-ID') },
        'sip request handling failed',
      );
      transaction.respond(createResponse(request, 500, undefined, { toTag: transaction.toTag }));
    }
  }

  function refuse(request: SipRequest, source: Peer, local: Peer): void {
    const retry = { name: 'Retry-After', value: String(options.retryAfterSeconds ?? 5) };
    answer(createResponse(request, 503, undefined, { toTag: statelessTag(request), headers: [retry] }), source, local);
  }

  function onResponse(response: SipResponse, source: Peer): void {
    // More than one Via: it was never ours (8.1.3.3).
    if (getHeaders(response, 'Via').length > 1) return;
    const key = clientKeyOf(response);
    const record = key === null ? undefined : clients.get(key);
    if (record) record.received(response);
    else user.onStrayResponse?.(response, source);
  }

  function answer(response: SipResponse, source: Peer, local: Peer | null): void {
    route(response, source, local)(formatMessage(response));
  }

  /** RFC 3261 18.2.2: by the connection or socket that the request came by; a lost connection is opened anew. */
  function route(routed: SipRequest | SipResponse, source: Peer, local: Peer | null): (bytes: Buffer) => void {
    const via = parseVia(getHeader(routed, 'Via') ?? '');
    const byVia = via === null ? source : responseTarget(via, source.transport);
    const onError = (error: Error) =>
      log.debug({ peer: source.address, error: error.message }, 'sip response not sent');
    const how = source.transport === 'tcp' ? { fallback: byVia, onError } : { onError, ...(local && { from: local }) };
    const to = source.transport === 'tcp' ? source : byVia;
    return (bytes) => transport.send(bytes, to, how);
  }

  function localFor(peer: Peer): Peer {
    const local = transport.localFor(peer);
    return options.advertisedHost === null ? local : { ...local, address: options.advertisedHost };
  }

  function ownVia(to: Peer, branch: string): Via {
    const { address, port } = localFor(to);
    const params = [
      { name: 'branch', value: branch },
      { name: 'rport', value: null },
    ];
    return { protocol: 'SIP/2.0', transport: to.transport.toUpperCase(), host: address, port, params };
  }

  function start(
    request: SipRequest,
    branch: string,
    to: Peer,
    handler: { onResponse: ClientRecordHandler },
  ): ClientRecord {
    const key = clientKey(branch, request.method);
    const record = createClientRecord(request, branch, to, handler, {
      clock,
      machine: { times, reliable: to.transport === 'tcp' },
      send: (bytes, onError) => transport.send(bytes, to, { onError }),
      startCancel: (cancel) => start(cancel, branch, to, { onResponse() {} }),
      onTerminated: () => clients.delete(key),
    });
    clients.set(key, record);
    return record;
  }

  return {
    start: () => transport.start(),
    get local() {
      return transport.local;
    },
    localFor,
    request(request, to, handler) {
      const branch = BRANCH_COOKIE + id();
      const sent = addHeader(request, 'Via', formatVia(ownVia(to, branch)), 'first');
      return start(sent, branch, to, handler).transaction;
    },
    sendRequest(request, to) {
      const sent = addHeader(request, 'Via', formatVia(ownVia(to, BRANCH_COOKIE + id())), 'first');
      const onError = (error: Error) => log.debug({ peer: to.address, error: error.message }, 'sip request not sent');
      transport.send(formatMessage(sent), to, { onError });
    },
    sendResponse: (response, source) => answer(response, source, null),
    counters: {
      get client() {
        return clients.size;
      },
      get server() {
        return servers.size;
      },
      get shed() {
        return shed;
      },
      get faults() {
        return faults;
      },
    },
    async close() {
      for (const record of clients.values()) record.drop();
      for (const record of servers.values()) record.drop();
      clients.clear();
      servers.clear();
      merges.clear();
      await transport.close();
    },
  };
}

type ClientRecordHandler = Parameters<typeof createClientRecord>[3]['onResponse'];

function withTopVia(request: SipRequest, via: Via): SipRequest {
  let done = false;
  const headers: Header[] = request.headers.map((header) => {
    if (done || header.name !== 'Via') return header;
    done = true;
    return { name: 'Via', value: formatVia(via) };
  });
  return { ...request, headers };
}

function mergeKeyOf(request: SipRequest): string | null {
  return toTag(request) === undefined ? mergeKey(request) : null;
}

/** The same for each retransmission (8.2.7), though nothing is remembered. */
function statelessTag(request: SipRequest): string {
  const text = `${getHeader(request, 'Via')} ${getHeader(request, 'Call-ID')} ${getHeader(request, 'CSeq')}`;
  return createHash('sha1').update(text).digest('base64url').slice(0, 16);
}
