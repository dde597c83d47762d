// Owns: the transaction layer (RFC 3261 8.2.2.2, 9.2, 17, 18; RFC 6026): what peers send, matched and shed.
// Memory is bounded by `maxTransactions`; beyond it requests get a 503 that leaves next to nothing behind.
// Does not: know dialogs, or start requests (client-transactions.ts). The machines are invite-*.ts and non-invite-*.ts; a record of each runs them.
import { newId } from '../base/ids.ts';
import { createClientTransactions } from './client-transactions.ts';
import { getHeader } from './header.ts';
import type { MessageFault, Peer, SipMessage, SipRequest } from './message.ts';
import { createRefusedInvites } from './refused-invites.ts';
import { createResponse, toTag } from './response.ts';
import { createStatelessAnswers, statelessTag, withTopVia } from './stateless-answer.ts';
import type { Admission, ServerTransaction, TransactionLayer, TransactionLayerOptions } from './transaction.ts';
import { mergeKey, serverKey } from './transaction-key.ts';
import { createServerRecord, type ServerRecord } from './transaction-server.ts';
import { defaultTimes, longestMs } from './transaction-times.ts';
import { createTransport, type SipTransport, type SipTransportOptions } from './transport.ts';
import { markReceived, parseVia, type Via } from './via.ts';

/** At a thousand calls a second, what lingers for timers J and L comes to this. */
const DEFAULT_MAX_TRANSACTIONS = 65_536;
/** What 32 s of retransmissions of a thousand calls come to; beyond it, peers ask again. */
const MAX_HELD = 20_000;

/** `openTransport` is for tests and the testkit, which put a wire of their own below. */
export function createTransactionLayer(
  options: TransactionLayerOptions,
  openTransport: (options: SipTransportOptions) => SipTransport = createTransport,
): TransactionLayer {
  const { clock, log, user } = options;
  const id = options.newId ?? newId;
  const times = { ...defaultTimes, ...options.times };
  const maxTransactions = options.maxTransactions ?? DEFAULT_MAX_TRANSACTIONS;
  const servers = new Map<string, ServerRecord>();
  const merges = new Set<string>();
  const noRoom = { status: 503, headers: [{ name: 'Retry-After', value: String(options.retryAfterSeconds ?? 5) }] };
  let shed = 0;
  let faults = 0;
  let held: { readonly at: number; readonly serve: () => void }[] | null = null;
  const transport = openTransport({
    listen: options.listen,
    clock,
    log,
    ...(options.limits && { limits: options.limits }),
    onMessage,
  });
  const answers = createStatelessAnswers(transport, log);
  const refused = createRefusedInvites(clock);
  const clients = createClientTransactions({
    transport,
    clock,
    log,
    id,
    times,
    advertisedHost: options.advertisedHost,
  });

  function onMessage(message: SipMessage | MessageFault, source: Peer, local: Peer): void {
    if (held !== null && message.kind === 'request') {
      if (held.length < MAX_HELD) held.push({ at: clock.now(), serve: () => onMessage(message, source, local) });
      return;
    }
    try {
      if (message.kind === 'request') onRequest(message, source, local);
      else if (message.kind === 'response') {
        if (!clients.received(message)) user.onStrayResponse?.(message, source);
      } else onFault(message, source, local);
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
    answers.fault(message, source, local);
  }

  function onRequest(received: SipRequest, source: Peer, local: Peer): void {
    const topVia = parseVia(getHeader(received, 'Via')!);
    if (topVia === null) return;
    const { method } = received;
    const key = serverKey(received, topVia, method === 'ACK' || method === 'CANCEL' ? 'INVITE' : method);
    const existing = servers.get(key);
    if (method === 'ACK') {
      if (existing) existing.acknowledged(received);
      else if (refused.find(key) === undefined) user.onAck(received, source);
      return;
    }
    if (existing && method !== 'CANCEL') {
      existing.retransmitted();
      return;
    }
    const again = method === 'INVITE' ? refused.find(key) : undefined;
    if (again !== undefined) {
      again();
      return;
    }
    const via = markReceived(topVia, source);
    const request = via === topVia ? received : withTopVia(received, via);
    if (method === 'CANCEL') {
      // Answered without a transaction: the same again for every retransmission, and nothing to keep.
      const tag = existing?.toTag ?? statelessTag(request);
      answers.send(createResponse(request, existing ? 200 : 481, undefined, { toTag: tag }), source, local);
      existing?.cancelled(request);
      return;
    }
    const merge = toTag(request) === undefined ? mergeKey(request) : null;
    const verdict = admit(request, source, merge);
    if (verdict === true) open(request, via, source, local, key, merge);
    else if (verdict === false || verdict === 'drop' || verdict.status === 503) shed += 1;
    if (verdict === true || verdict === 'drop') return;
    const { status, headers } = verdict === false ? noRoom : verdict;
    const repeat = answers.refuse(request, status, headers, source, local);
    if (method === 'INVITE') refused.remember(key, repeat);
  }

  /** `merge`: null inside a dialog. */
  function admit(request: SipRequest, source: Peer, merge: string | null): Admission {
    // Calls that stand may use what new ones may not.
    if (servers.size >= (merge === null ? 2 * maxTransactions : maxTransactions)) return false;
    if (merge === null) return true;
    if (merges.has(merge)) return { status: 482, headers: [] };
    return options.admit?.(request, source) ?? true;
  }

  function open(request: SipRequest, via: Via, source: Peer, local: Peer, key: string, merge: string | null): void {
    const transaction = begin(request, via, source, local, key, merge, toTag(request) ?? id());
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

  function begin(
    request: SipRequest,
    via: Via,
    source: Peer,
    local: Peer,
    key: string,
    merge: string | null,
    tag: string,
  ): ServerTransaction {
    let remembered = merge;
    if (merge !== null) merges.add(merge);
    const forgetMerge = () => {
      if (remembered !== null) merges.delete(remembered);
      remembered = null;
    };
    const send = answers.route(via, source, local);
    const { record, transaction } = createServerRecord(request, source, local, tag, {
      clock,
      machine: { times, reliable: source.transport === 'tcp' },
      send,
      ...(options.kept !== undefined && { kept: options.kept }),
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
    return transaction;
  }

  return {
    start: () => transport.start(),
    hold() {
      held ??= [];
    },
    release() {
      const waiting = held ?? [];
      held = null;
      // Who has waited longer than that has given up (17.1.1.2, 17.1.2.2).
      const oldest = clock.now() - longestMs(times);
      for (const { at, serve } of waiting) if (at >= oldest) serve();
    },
    reopen(invite, source, local, tag) {
      const via = parseVia(getHeader(invite, 'Via') ?? '');
      const key = via === null ? '' : serverKey(invite, via, 'INVITE');
      if (via === null || servers.has(key)) return undefined;
      return begin(invite, via, source, local, key, mergeKey(invite), tag);
    },
    resume: clients.resume,
    get local() {
      return transport.local;
    },
    localFor: (peer) => clients.localFor(peer),
    request: clients.request,
    sendRequest: clients.sendRequest,
    sendResponse: (response, source) => answers.send(response, source, null),
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
      held = null;
      clients.close();
      for (const record of servers.values()) record.drop();
      servers.clear();
      merges.clear();
      refused.clear();
      await transport.close();
    },
  };
}
