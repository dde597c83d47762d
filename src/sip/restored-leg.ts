// Owns: legs of a process that was killed, taken up by the next one (RFC 3261 section 12.2: a dialog is its state, whoever
// holds it). Confirmed ones go on as they were; a call that came in and was not answered is uas-invite.ts with what was
// saved; a call that we placed and nobody answered is cancelled.
// Does not: know where it was saved, or wait for packets of the dead time: peers send them again.
import { CodedError } from '../base/errors.ts';
import { confirmDialog, type Dialog, dialogKey } from './dialog.ts';
import { createDigestClient } from './digest-client.ts';
import type { IncomingLeg, LegHandlers, OutgoingLeg, SavedLeg, SipEndpoint, SipLeg } from './endpoint.ts';
import { getHeader, parseCSeq } from './header.ts';
import { type AgentContext, createUsage, endUsage, type InviteUsage, registerDialog } from './invite-usage.ts';
import type { SipRequest, SipResponse } from './message.ts';
import { parseNameAddress } from './name-address.ts';
import { readSavedLeg } from './read-saved-leg.ts';
import { formatReason } from './reason-header.ts';
import { createRequestOrder, longestRepeatMs } from './request-order.ts';
import { fromTag, toTag } from './response.ts';
import { type CallingInner, type ConfirmedInner, describeConfirmed, type SavedUsage } from './saved-leg.ts';
import { createFork, dismissBranch } from './uac-fork.ts';
import { sendAck, sendBye } from './uac-in-dialog.ts';
import { sendInfo } from './uac-info.ts';
import { refreshSession, reofferUsage } from './uac-reoffer.ts';
import { createIncomingLeg, type EarlyCount, requestUserOf } from './uas-invite.ts';

type RestoreOptions = NonNullable<Parameters<SipEndpoint['restore']>[2]>;
/** A request that was sent d before, and repeated after T1, 2*T1 …, comes again within d + T1. */
const t1Ms = 500;

export function restoreLeg(
  context: AgentContext,
  saved: SavedLeg,
  handlers: LegHandlers,
  early: EarlyCount,
  { credentials, downMs = longestRepeatMs }: RestoreOptions,
): IncomingLeg | OutgoingLeg {
  const known = readSavedLeg(saved);
  if (known.state === 'calling') return cancelCall(context, known, handlers);
  const dialog = resumeDialog(known.inner.dialog, known.inner.at, context.options.clock.wall());
  if (context.dialogs.has(dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag))) return liveAlready();
  if (known.state === 'confirmed') {
    const digest = credentials === undefined ? null : createDigestClient(credentials, known.inner.realms);
    const usage = createUsage(context, known.direction, handlers, digest, refreshSession, known.inner.id);
    usage.dialog = dialog;
    takeUp(usage, known.inner, downMs);
    return restoreConfirmed(usage, known.inner, dialog);
  }
  const { inner, request } = known;
  const transaction = context.layer.reopen(request, inner.source, inner.local, inner.toTag);
  if (transaction === undefined) return liveAlready();
  const made = createIncomingLeg(context, transaction, inner.login, early, { saved: inner, dialog, handlers });
  if (made === null) throw new CodedError('sip-leg-unreadable', 'what was saved of a SIP leg cannot be used: invite');
  takeUp(made.usage, inner, downMs);
  return made.leg;
}

function liveAlready(): never {
  throw new CodedError('sip-leg-unreadable', 'this SIP leg is live already');
}

const headStart = 1000;
const maxElapsedMs = 2 ** 29;
const maxCSeq = 2 ** 31 - 2 ** 16;

/**
 * Our next number must be higher than any that was used (12.2.1.1), also by requests after the last saving: it goes up by
 * one for each millisecond since then, which is more than a dialog can send, and by a head start against a clock that was
 * set back. A gap is allowed (12.2.2).
 */
export function resumeDialog(dialog: Dialog, at: number, now: number): Dialog {
  const elapsedMs = Math.min(Math.max(0, now - at), maxElapsedMs);
  return { ...dialog, localCSeq: Math.min(dialog.localCSeq + headStart + Math.ceil(elapsedMs), maxCSeq) };
}

function takeUp(usage: InviteUsage, inner: SavedUsage, downMs: number): void {
  usage.localSdp = inner.localSdp;
  usage.peerTakesUpdate = inner.takesUpdate;
  usage.updateRefused = inner.updateRefused;
  usage.last = inner.last;
  usage.replay = inner.last?.cseq === inner.dialog.remoteCSeq ? inner.last : null;
  const order = createRequestOrder(usage.context.options.clock, Math.max(0, downMs) + t1Ms);
  usage.order = order;
  usage.atEnd.add(() => order.release());
}

function restoreConfirmed(usage: InviteUsage, inner: ConfirmedInner, dialog: Dialog): IncomingLeg | OutgoingLeg {
  usage.state = 'confirmed';
  usage.lateAckSdp = inner.ackSdp;
  registerDialog(usage, dialog);
  usage.sayGoodbye = (how) => sendBye(usage, dialog, formatReason(how.q850Cause, how.text));
  usage.describe = () => describeConfirmed(usage, inner.invite, inner.ackSdp);
  if (inner.timer !== null) usage.countdown.resume(inner.timer, inner.timer.since);

  const { invite } = inner;
  const shared = {
    ...faceOf(usage),
    callId: dialog.callId,
    local: { uri: dialog.localUri },
    localAddress: usage.context.layer.localFor(dialog.source).address,
  };
  if (invite === null)
    return {
      ...shared,
      direction: 'outgoing',
      get state() {
        return usage.state;
      },
      remote: { uri: dialog.remoteUri, displayName: '' },
    };
  return {
    ...shared,
    direction: 'incoming',
    get state() {
      return usage.state;
    },
    remote: { uri: dialog.remoteUri, displayName: dialog.remoteName },
    requestUri: invite.uri,
    requestUser: requestUserOf(invite.uri),
    source: invite.source,
    login: invite.login,
    offer: null,
    header: (name) => getHeader(invite, name),
    get handlers() {
      return usage.handlers;
    },
    set handlers(next: LegHandlers) {
      usage.handlers = next;
    },
    progress() {},
    answer() {},
    refuse() {},
  };
}

function faceOf(usage: InviteUsage): Pick<SipLeg, 'id' | 'hangup' | 'reoffer' | 'info'> {
  return {
    id: usage.id,
    hangup(how = {}) {
      if (usage.state === 'ended') return;
      usage.sayGoodbye(how);
      endUsage(usage, { by: 'us', status: 0, q850Cause: how.q850Cause ?? null, reason: how.text ?? '' });
    },
    reoffer: (sdp) => reofferUsage(usage, sdp),
    info: (contentType, body) => sendInfo(usage, contentType, body),
  };
}

/**
 * What was dialled cannot go on: who dialled waits for events that only this leg's first process had. Where the peer has
 * answered meanwhile, or its 200 crosses the CANCEL, the answer is acknowledged and ended by BYE (9.1, 13.2.2.4).
 */
function cancelCall(
  context: AgentContext,
  { inner, request }: { readonly inner: CallingInner; readonly request: SipRequest },
  handlers: LegHandlers,
): OutgoingLeg {
  const usage = createUsage(context, 'outgoing', handlers, null, () => {}, inner.id);
  const fork = createFork();
  const transaction = context.layer.resume(request, inner.to, {
    onResponse(response: SipResponse) {
      if (response.status < 200 || response.status > 299) return;
      const branch = fork.branchOf(request, response, inner.to);
      if (branch === null) return;
      confirmDialog(branch.dialog, response);
      dismissBranch(usage, branch, response);
    },
  });
  if (transaction === undefined) {
    context.legs.delete(usage);
    return liveAlready();
  }
  transaction.cancel(formatReason(41, 'restart'));
  const reason = 'the server was started again before the call was answered';
  context.options.clock.after(0, () => endUsage(usage, { by: 'fault', status: 503, q850Cause: null, reason }));
  return {
    ...faceOf(usage),
    callId: getHeader(request, 'Call-ID') ?? '',
    direction: 'outgoing',
    get state() {
      return usage.state;
    },
    remote: { uri: request.uri, displayName: '' },
    local: { uri: parseNameAddress(getHeader(request, 'From') ?? '')?.uri ?? '' },
    localAddress: context.layer.localFor(inner.to).address,
  };
}

/** A 2xx whose transaction went with the process that had it: without an ACK the peer would end the call (13.2.2.4). */
export function acknowledgeStray(context: AgentContext, response: SipResponse): void {
  const cseq = parseCSeq(getHeader(response, 'CSeq'));
  if (cseq?.method !== 'INVITE' || response.status < 200 || response.status > 299) return;
  const callId = getHeader(response, 'Call-ID') ?? '';
  const found = context.dialogs.get(dialogKey(callId, fromTag(response) ?? '', toTag(response) ?? ''));
  if (found?.usage.state !== 'confirmed' || cseq.number > found.dialog.localCSeq) return;
  sendAck(found.usage, found.dialog, cseq.number, found.usage.lateAckSdp);
}
