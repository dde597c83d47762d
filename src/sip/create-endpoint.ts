// Owns: the endpoint that call/ sees, put together: transaction layer below, dialogs by key, digest, registrar, limits;
// and what a request outside a dialog gets (RFC 3261 section 8.2, 10.3, 11.2, 22). Inside: uas-in-dialog.ts.
// Does not: answer differently for users that exist and users that do not.
import { newId } from '../base/ids.ts';
import {
  acceptHeader,
  allowHeader,
  checkRequest,
  type Refusal,
  recvInfoHeader,
  supportedHeader,
} from './capabilities.ts';
import { keyOfRequest } from './dialog.ts';
import { createDigestServer } from './digest-server.ts';
import type { SipEndpoint, SipEndpointOptions } from './endpoint.ts';
import { getHeader, getHeaders, parseCSeq } from './header.ts';
import { type AgentContext, abandon, guard, saveUsage } from './invite-usage.ts';
import type { Header, Peer, SipRequest } from './message.ts';
import { parseNameAddress } from './name-address.ts';
import { createOverload, type OverloadLimits } from './overload.ts';
import { checkRegister, createRegistrar, registeredUri } from './registrar.ts';
import { createResolver, type Resolver } from './resolver.ts';
import { createResponse, toTag } from './response.ts';
import { acknowledgeStray, restoreLeg } from './restored-leg.ts';
import type { Admission, ServerTransaction, TransactionLayer, TransactionLayerOptions } from './transaction.ts';
import { createTransactionLayer } from './transaction-layer.ts';
import { createOutgoingLeg } from './uac-invite.ts';
import { sendMessage } from './uac-message.ts';
import { receiveInDialog } from './uas-in-dialog.ts';
import { createIncomingLeg, type EarlyCount, requestUserOf } from './uas-invite.ts';
import { receiveMessage } from './uas-message.ts';
import { unescapeUri } from './uri-compare.ts';

/** What tests and the testkit replace. */
export interface EndpointParts {
  readonly createLayer?: (options: TransactionLayerOptions) => TransactionLayer;
  readonly resolver?: Resolver;
  readonly limits?: OverloadLimits;
}

/** What was found out about an INVITE before it got its transaction. */
interface Screened {
  readonly request: SipRequest;
  readonly refusal: Refusal | null;
  readonly login: string | null;
}

const dialogOnly = new Set(['BYE', 'INFO', 'UPDATE', 'PRACK']);

export function createSipEndpoint(options: SipEndpointOptions, parts: EndpointParts = {}): SipEndpoint {
  const { clock, log } = options;
  const { realm, credentials, digestHashes } = options;
  const digest = createDigestServer({
    realm,
    credentials,
    now: () => clock.now(),
    ...(digestHashes === undefined ? {} : { hashes: digestHashes }),
  });
  const registrar = createRegistrar({
    clock,
    log,
    ...(options.registrations === undefined ? {} : { durable: options.registrations }),
  });
  const overload = createOverload(clock, parts.limits);
  let earlyIncoming = 0;
  const early: EarlyCount = {
    opened: () => {
      earlyIncoming += 1;
    },
    settled: () => {
      earlyIncoming -= 1;
    },
  };
  let screened: Screened | null = null;
  const layer = (parts.createLayer ?? createTransactionLayer)({
    listen: options.listen,
    advertisedHost: options.advertisedHost,
    clock,
    log,
    ...(options.kept !== undefined && { kept: options.kept }),
    user: { onRequest, onAck, onStrayResponse: (response) => acknowledgeStray(context, response) },
    admit(request, source) {
      const invite = request.method === 'INVITE';
      const room = overload.admit(invite, earlyIncoming, context.legs.size);
      return room === true && invite ? screen(request, source) : room;
    },
  });
  const context: AgentContext = {
    options,
    layer,
    resolver: parts.resolver ?? createResolver(),
    newId,
    dialogs: new Map(),
    legs: new Set(),
  };

  function onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (toTag(request) !== undefined && request.method !== 'REGISTER') {
      const found = context.dialogs.get(keyOfRequest(request) ?? '');
      if (found !== undefined) {
        receiveInDialog(found.usage, found.dialog, transaction);
        return;
      }
      respond(transaction, ...refusalOutside(request, 481));
      return;
    }
    const screening = screened?.request === request ? screened : null;
    screened = null;
    if (request.method === 'MESSAGE' && options.onMessage !== undefined) {
      const answered = receiveMessage(
        request,
        transaction.source,
        { ...options, onMessage: options.onMessage },
        digest,
      );
      respond(transaction, answered.status, answered.headers);
      return;
    }
    const refusal = screening === null ? checkRequest(request, false) : screening.refusal;
    if (refusal !== null) {
      respond(transaction, refusal.status, refusal.headers);
      return;
    }
    if (dialogOnly.has(request.method)) {
      respond(transaction, 481);
      return;
    }
    if (request.method === 'INVITE') {
      receiveInvite(transaction, screening?.login ?? null);
      return;
    }
    if (request.method === 'REGISTER') {
      receiveRegister(transaction);
      return;
    }
    respond(transaction, 200, [allowHeader, acceptHeader, supportedHeader, recvInfoHeader]);
  }

  /** A dialog we do not know: what is wrong with the request itself comes first. */
  function refusalOutside(request: SipRequest, status: number): [number, readonly Header[]] {
    const refusal = checkRequest(request, true);
    return refusal === null ? [status, []] : [refusal.status, refusal.headers];
  }

  function respond(transaction: ServerTransaction, status: number, headers: readonly Header[] = []): void {
    transaction.respond(createResponse(transaction.request, status, undefined, { toTag: transaction.toTag, headers }));
  }

  function challenge(stale: boolean): readonly Header[] {
    return digest.challenge(stale).map((value) => ({ name: 'WWW-Authenticate', value }));
  }

  /** The policy is asked before there is a transaction: a call that it refuses, or challenges, leaves none behind. */
  function screen(request: SipRequest, source: Peer): Admission {
    const refusal = checkRequest(request, false);
    if (refusal !== null) {
      screened = { request, refusal, login: null };
      return true;
    }
    const verdict = digest.check('INVITE', getHeaders(request, 'Authorization'));
    const login = verdict.kind === 'accepted' ? verdict.login : null;
    let decision: ReturnType<SipEndpointOptions['policy']>;
    try {
      const from = parseNameAddress(getHeader(request, 'From') ?? '')?.uri ?? '';
      decision = options.policy({ from, requestUser: requestUserOf(request.uri), source, login });
    } catch (error) {
      log.error({ err: error }, 'sip: the policy failed');
      return { status: 500, headers: [] };
    }
    if (decision.kind === 'accept') {
      screened = { request, refusal, login };
      return true;
    }
    if (decision.kind === 'challenge')
      return login === null
        ? { status: 401, headers: challenge(verdict.kind === 'stale') }
        : { status: 403, headers: [] };
    const retry = decision.retryAfterSeconds;
    const headers = retry === undefined ? [] : [{ name: 'Retry-After', value: String(retry) }];
    return { status: decision.status, headers };
  }

  function receiveInvite(transaction: ServerTransaction, login: string | null): void {
    const made = createIncomingLeg(context, transaction, login, early);
    if (made === null) return;
    guard(made.usage, () => options.onInvite(made.leg));
    // Its handlers are known only now.
    if (made.usage.state === 'early') saveUsage(made.usage);
  }

  function receiveRegister(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (!checkRegister(request)) {
      respond(transaction, 400);
      return;
    }
    const verdict = digest.check('REGISTER', getHeaders(request, 'Authorization'));
    if (verdict.kind !== 'accepted') {
      respond(transaction, 401, challenge(verdict.kind === 'stale'));
      return;
    }
    // A user registers for itself only.
    if (unescapeUri(registeredUri(request)?.user ?? '') !== verdict.login) {
      respond(transaction, 403);
      return;
    }
    const result = registrar.register(verdict.login, request, transaction.source);
    respond(transaction, result.status, result.headers);
  }

  function onAck(request: SipRequest, _source: Peer): void {
    const found = context.dialogs.get(keyOfRequest(request) ?? '');
    const cseq = parseCSeq(getHeader(request, 'CSeq'));
    if (found === undefined || cseq === null || found.usage.ackWait?.cseq !== cseq.number) return;
    try {
      found.usage.ackWait.acknowledged(request);
    } catch (error) {
      log.error({ err: error }, 'sip: an ACK could not be taken');
      abandon(found.usage, 500, 'internal error', 41);
    }
  }

  return {
    async start({ hold = false } = {}) {
      if (hold) layer.hold();
      registrar.load();
      await layer.start();
    },
    release: () => layer.release(),
    restore: (saved, handlers, how = {}) => restoreLeg(context, saved, handlers, early, how),
    get local() {
      return layer.local;
    },
    invite: (invite, handlers) => createOutgoingLeg(context, invite, handlers),
    message: (message) => sendMessage(context, message),
    contacts(login) {
      return registrar
        .bindings(login)
        .map(({ uri, expiresAt, source }) => ({ uri, expiresInMs: Math.max(0, expiresAt - clock.now()), source }));
    },
    counters: {
      get transactions() {
        return layer.counters.client + layer.counters.server;
      },
      get legs() {
        return context.legs.size;
      },
      get shed() {
        return layer.counters.shed;
      },
    },
    close() {
      for (const usage of context.legs) {
        usage.countdown.close();
        usage.order?.close();
      }
      for (const { usage } of context.dialogs.values()) usage.ackWait?.close();
      return layer.close();
    },
  };
}
