// Owns: the called side of an INVITE (RFC 3261 sections 13.3 and 15, RFC 3262 section 3): progress, answer, refusal, the
// 2xx repeated until its ACK, CANCEL. The calling side is uac-invite.ts.
// Does not: decide whether to take the call.
import { acceptHeader, listTokens, recvInfoAnswer, sdpOf } from './capabilities.ts';
import { type Dialog, dialogOfRequest } from './dialog.ts';
import type { IncomingLeg, LegHandlers } from './endpoint.ts';
import { getHeader, getHeaders, parseCSeq } from './header.ts';
import {
  type AgentContext,
  abilityHeaders,
  contactFor,
  createUsage,
  endUsage,
  forgetDialogs,
  guard,
  type HangupOptions,
  type InviteUsage,
  learnAbilities,
  registerDialog,
  saveUsage,
} from './invite-usage.ts';
import type { Header, SipResponse } from './message.ts';
import { formatReason, parseQ850Cause, parseReasonText } from './reason-header.ts';
import { createReliableSender } from './reliable-provisional.ts';
import { repeatUntil } from './repeat-until.ts';
import { createResponse } from './response.ts';
import {
  describeConfirmed,
  describeInvite,
  type InviteInner,
  type InviteMemory,
  rememberInvite,
  requestText,
} from './saved-leg.ts';
import { answerSessionTimer } from './session-timer.ts';
import type { ServerTransaction } from './transaction.ts';
import { sendBye } from './uac-in-dialog.ts';
import { sendInfo } from './uac-info.ts';
import { refreshSession, reofferUsage } from './uac-reoffer.ts';
import { parseUri } from './uri.ts';
import { unescapeUri } from './uri-compare.ts';

/** What an earlier process left of this very INVITE. */
export interface ResumedInvite {
  readonly saved: InviteInner;
  readonly dialog: Dialog;
  readonly handlers: LegHandlers;
}

/** How many of them are there: counted by the endpoint. */
export interface EarlyCount {
  opened(): void;
  settled(): void;
}

/** Makes the leg; null when the INVITE was refused here (400, 422). */
export function createIncomingLeg(
  context: AgentContext,
  transaction: ServerTransaction,
  login: string | null,
  early: EarlyCount,
  resumed: ResumedInvite | null = null,
): { readonly leg: IncomingLeg; readonly usage: InviteUsage } | null {
  const { request, source } = transaction;
  const respondPlain = (status: number, headers: readonly Header[] = []) =>
    transaction.respond(createResponse(request, status, undefined, { toTag: transaction.toTag, headers }));
  const dialog = resumed?.dialog ?? dialogOfRequest(request, transaction.toTag, source);
  if (dialog === null) {
    respondPlain(400);
    return null;
  }
  const timer = answerSessionTimer(request);
  if (timer.kind === 'too-small') {
    respondPlain(422, timer.headers);
    return null;
  }
  const handlers = resumed?.handlers ?? { onEnded() {} };
  const usage = createUsage(context, 'incoming', handlers, null, refreshSession, resumed?.saved.id);
  usage.dialog = dialog;
  let isEarly = true;
  const settle = () => {
    if (isEarly) early.settled();
    isEarly = false;
  };
  early.opened();
  usage.atEnd.add(settle);
  learnAbilities(usage, request);
  registerDialog(usage, dialog);

  const offer = sdpOf(request);
  const cseq = parseCSeq(getHeader(request, 'CSeq'))!.number;
  const contact: Header = { name: 'Contact', value: contactFor(context, source) };
  const recordRoute = getHeaders(request, 'Record-Route').map((value) => ({ name: 'Record-Route', value }));
  const recvInfo = recvInfoAnswer(request);
  const needsReliable = listTokens(request, 'Require').includes('100rel');
  let answered = false;
  /** The answer already travelled in a reliable 183. */
  let answerSent = resumed?.saved.answerSent ?? false;
  let acknowledged = false;
  let progressed: InviteInner['progress'] = null;
  let finalSdp: string | null = null;

  function respond(status: number, sdp: string | null, extra: readonly Header[] = []): SipResponse {
    const headers: Header[] = [...recordRoute, contact, ...abilityHeaders, ...recvInfo, ...extra];
    if (sdp !== null) headers.push({ name: 'Content-Type', value: 'application/sdp' });
    const response = createResponse(request, status, undefined, { toTag: transaction.toTag, headers, body: sdp ?? '' });
    transaction.respond(response);
    return response;
  }

  const reliable = createReliableSender(
    context,
    {
      send: (status, sdp, headers) => void respond(status, sdp, headers),
      gaveUp: () =>
        guard(usage, () => refuseWith(504, [], { by: 'fault', status: 408, q850Cause: null, reason: 'no PRACK' })),
    },
    resumed?.saved.reliable,
  );
  usage.prack = (prack) => reliable.acknowledge(prack, cseq);
  usage.atEnd.add(() => reliable.close());

  function refuseWith(status: number, headers: readonly Header[], end: Parameters<LegHandlers['onEnded']>[0]): void {
    if (usage.state === 'ended' || answered) return;
    answered = true;
    respondPlain(status, headers);
    endUsage(usage, end);
  }

  function answer(sdp: string): void {
    if (usage.state !== 'early' || answered) return;
    answered = true;
    usage.localSdp = sdp;
    finalSdp = sdp;
    // RFC 3262 section 5: no 2xx while a description sent reliably is not acknowledged.
    reliable.whenSettled(() => guard(usage, () => sendAnswer(sdp)));
  }

  function sendAnswer(sdp: string): void {
    if (usage.state !== 'early' || timer.kind !== 'agreed') return;
    usage.state = 'confirmed';
    settle();
    const accept = [acceptHeader, ...timer.headers];
    saveUsage(usage);
    const response = respond(200, answerSent ? null : sdp, accept);
    let first = true;
    const repeat = repeatUntil(
      context,
      () => {
        if (!first) transaction.respond(response);
        first = false;
      },
      () => {
        usage.ackWait = null;
        sendBye(usage, dialog!, formatReason(102, 'no ACK'));
        if (usage.state === 'ended') forgetDialogs(usage);
        else endUsage(usage, { by: 'fault', status: 408, q850Cause: null, reason: 'no ACK' });
      },
    );
    usage.ackWait = {
      cseq,
      holdsBye: true,
      acknowledged(ack) {
        repeat.stop();
        usage.ackWait = null;
        if (usage.state === 'ended') {
          sendBye(usage, dialog!, goodbye);
          forgetDialogs(usage);
          return;
        }
        acknowledged = true;
        usage.countdown.restart(timer.interval);
        saveUsage(usage);
        guard(usage, () => usage.handlers.onConfirmed?.(sdpOf(ack)));
      },
      close: () => repeat.stop(),
    };
  }

  let goodbye: readonly Header[] = [];
  usage.sayGoodbye = (options: HangupOptions) => {
    const reason = formatReason(options.q850Cause, options.text);
    if (usage.state === 'confirmed') {
      // Section 15: the called side sends no BYE before the ACK, or before it gave up waiting for one.
      if (usage.ackWait?.holdsBye) goodbye = reason;
      else sendBye(usage, dialog, reason);
    } else respondPlain(options.status ?? 603, reason);
  };

  transaction.onCancel = (cancel) => {
    const end = {
      by: 'peer',
      status: 487,
      q850Cause: parseQ850Cause(cancel),
      reason: parseReasonText(cancel),
    } as const;
    if (usage.state !== 'early') return;
    answered = true;
    respondPlain(487);
    endUsage(usage, end);
  };

  const uri = parseUri(request.uri);
  const leg: IncomingLeg = {
    id: usage.id,
    callId: dialog.callId,
    direction: 'incoming',
    get state() {
      return usage.state;
    },
    remote: { uri: dialog.remoteUri, displayName: dialog.remoteName },
    local: { uri: dialog.localUri },
    localAddress: context.layer.localFor(source).address,
    requestUri: request.uri,
    requestUser: requestUserOf(request.uri, uri),
    source,
    login,
    offer,
    header: (name) => getHeader(request, name),
    get handlers() {
      return usage.handlers;
    },
    set handlers(handlers: LegHandlers) {
      usage.handlers = handlers;
    },
    progress(status, sdp) {
      if (usage.state !== 'early' || answered) return;
      if (needsReliable) {
        const carry = sdp !== undefined && !answerSent ? sdp : null;
        if (carry !== null && offer !== null) answerSent = true;
        reliable.queue(status, carry);
      } else {
        progressed = { status, sdp: sdp ?? null };
        respond(status, progressed.sdp);
      }
      saveUsage(usage);
    },
    answer,
    refuse: (status, headers = []) => refuseWith(status, headers, { by: 'us', status: 0, q850Cause: null, reason: '' }),
    hangup(options = {}) {
      if (usage.state === 'ended') return;
      if (usage.state === 'early') answered = true;
      usage.sayGoodbye(options);
      endUsage(usage, { by: 'us', status: 0, q850Cause: options.q850Cause ?? null, reason: options.text ?? '' });
    },
    reoffer: (sdp) => reofferUsage(usage, sdp),
    info: (contentType, body) => sendInfo(usage, contentType, body),
  };
  let memory: InviteMemory | null = null;
  let text: string | null = null;
  usage.describe = () => {
    if (acknowledged) {
      memory ??= rememberInvite(request, source, login);
      return describeConfirmed(usage, memory, null);
    }
    text ??= requestText(request, true);
    const { local, toTag } = transaction;
    const sent = { progress: progressed, reliable: reliable.saved, answer: finalSdp, answerSent };
    const state = usage.state === 'confirmed' ? 'answered' : 'early';
    return describeInvite(usage, state, { invite: text, source, local, toTag, login, ...sent });
  };
  if (resumed !== null) goOn(resumed.saved);
  return { leg, usage };

  /** The peer may have waited long, and what was sent last may be lost: it is said again. */
  function goOn(saved: InviteInner): void {
    progressed = saved.progress;
    if (saved.answer !== null) answer(saved.answer);
    else if (progressed !== null) respond(progressed.status, progressed.sdp);
  }
}

/** tel: URIs carry the number itself. */
export function requestUserOf(text: string, uri = parseUri(text)): string {
  if (uri === null) return '';
  if (uri.kind === 'other') return unescapeUri(uri.rest.split(';')[0]!);
  return unescapeUri(uri.user ?? '');
}
