// Owns: the peer's re-INVITE and UPDATE (RFC 3261 section 14.2, RFC 3311 section 5.2, RFC 4028 section 9): glare, the
// handler's verdict, the 2xx repeated until its ACK. Ours are uac-reoffer.ts.
import { acceptHeader, recvInfoAnswer, sdpOf } from './capabilities.ts';
import { type Dialog, refreshTarget } from './dialog.ts';
import { getHeader, parseCSeq } from './header.ts';
import {
  abandon,
  abilityHeaders,
  contactFor,
  guard,
  type InviteUsage,
  learnAbilities,
  saveUsage,
} from './invite-usage.ts';
import type { Header } from './message.ts';
import { repeatUntil } from './repeat-until.ts';
import { createResponse } from './response.ts';
import { answerSessionTimer } from './session-timer.ts';
import type { ServerTransaction } from './transaction.ts';

export function receiveReoffer(usage: InviteUsage, dialog: Dialog, transaction: ServerTransaction): void {
  const { request, source } = transaction;
  const { context } = usage;
  const invite = request.method === 'INVITE';
  const offered = sdpOf(request);
  const cseq = parseCSeq(getHeader(request, 'CSeq'))?.number ?? 0;
  const respond = (status: number, headers: readonly Header[] = [], body = '') => {
    const response = createResponse(request, status, undefined, { toTag: transaction.toTag, headers, body });
    usage.last = { cseq, method: request.method, status };
    saveUsage(usage);
    transaction.respond(response);
    return response;
  };

  const exchange = invite || offered !== null;
  // The initial offer is not settled yet: the peer may try again soon.
  if (exchange && usage.state === 'early' && usage.direction === 'incoming')
    return void respond(500, [{ name: 'Retry-After', value: String(Math.floor(Math.random() * 11)) }]);
  if (exchange && (usage.offering || usage.answering || (invite && usage.ackWait !== null))) return void respond(491);
  const timer = answerSessionTimer(request);
  if (timer.kind === 'too-small') return void respond(422, timer.headers);

  let sdp: string | null = null;
  if (exchange) {
    const verdict = usage.handlers.onOffer?.(offered) ?? { status: 488 };
    // The handler may have hung up.
    if (usage.state === 'ended') return void respond(481);
    if ('status' in verdict) return void respond(verdict.status);
    sdp = verdict.sdp;
    usage.localSdp = sdp;
  }
  refreshTarget(dialog, request);
  learnAbilities(usage, request);
  const contact: Header = { name: 'Contact', value: contactFor(context, source) };
  const headers: Header[] = [contact, ...abilityHeaders, ...recvInfoAnswer(request), acceptHeader];
  if (usage.state === 'confirmed') {
    headers.push(...timer.headers);
    usage.countdown.restart(timer.interval);
  }
  if (sdp !== null) headers.push({ name: 'Content-Type', value: 'application/sdp' });
  const response = respond(200, headers, sdp ?? '');
  if (!invite) return;

  usage.answering = offered === null;
  let first = true;
  const repeat = repeatUntil(
    context,
    () => {
      if (!first) transaction.respond(response);
      first = false;
    },
    () => {
      usage.ackWait = null;
      usage.answering = false;
      abandon(usage, 408, 'no ACK');
    },
  );
  usage.ackWait = {
    cseq,
    holdsBye: false,
    acknowledged(ack) {
      repeat.stop();
      usage.ackWait = null;
      usage.answering = false;
      const answer = sdpOf(ack);
      if (offered === null && answer !== null) guard(usage, () => usage.handlers.onAnswer?.(answer));
    },
    close() {
      repeat.stop();
      usage.answering = false;
    },
  };
}
