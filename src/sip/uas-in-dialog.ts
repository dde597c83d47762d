// Owns: what a peer may ask inside a dialog (RFC 3261 section 12.2.2, 15.1.2; RFC 6086; RFC 3262; RFC 3515) and the order
// of its requests. Offers are uas-reoffer.ts. What a restart needs is saved before an answer leaves, so that a request that
// was answered is not taken for a new one afterwards.
import { acceptHeader, allowHeader, checkRequest, recvInfoHeader, supportedHeader } from './capabilities.ts';
import { type Dialog, takeRemoteCSeq } from './dialog.ts';
import { getHeader, parseCSeq } from './header.ts';
import { abandon, endUsage, forgetDialogs, type InviteUsage, saveUsage } from './invite-usage.ts';
import type { Header } from './message.ts';
import { parseNameAddress } from './name-address.ts';
import { parseQ850Cause, parseReasonText } from './reason-header.ts';
import { createResponse } from './response.ts';
import type { ServerTransaction } from './transaction.ts';
import { receiveReoffer } from './uas-reoffer.ts';

/** An answer that is put off leaves by then: the peer's own timers run (RFC 3261 17.1.2.2). */
const slowAnswerMs = 2000;

export function receiveInDialog(usage: InviteUsage, dialog: Dialog, transaction: ServerTransaction): void {
  const { order } = usage;
  if (order === null) {
    serve(usage, dialog, transaction);
    return;
  }
  const number = parseCSeq(getHeader(transaction.request, 'CSeq'))?.number ?? 0;
  if (order.keeps(number, dialog.remoteCSeq, () => serve(usage, dialog, transaction))) return;
  serve(usage, dialog, transaction);
  order.advance(() => dialog.remoteCSeq);
}

function serve(usage: InviteUsage, dialog: Dialog, transaction: ServerTransaction): void {
  const { request } = transaction;
  const respond = (status: number, headers: readonly Header[] = []) =>
    transaction.respond(createResponse(request, status, undefined, { toTag: transaction.toTag, headers }));
  const answer = (status: number, headers: readonly Header[] = []) => {
    const cseq = parseCSeq(getHeader(request, 'CSeq'))?.number ?? 0;
    usage.last = { cseq, method: request.method, status };
    saveUsage(usage);
    respond(status, headers);
  };
  try {
    const refusal = checkRequest(request, true);
    if (refusal !== null) {
      respond(refusal.status, refusal.headers);
      return;
    }
    if (request.method === 'REGISTER') {
      respond(405, [allowHeader]);
      return;
    }
    const number = parseCSeq(getHeader(request, 'CSeq'))?.number ?? 0;
    const { replay } = usage;
    if (replay !== null && number === replay.cseq && request.method === replay.method) {
      // Its answer was lost with the process that gave it. An offer, and a BYE, are taken again: they come to the same.
      if (request.method !== 'INVITE' && request.method !== 'UPDATE' && request.method !== 'BYE') {
        respond(replay.status);
        return;
      }
    } else if (!takeRemoteCSeq(dialog, request)) {
      respond(500);
      return;
    }
    usage.replay = null;
    dialog.source = transaction.source;
    // Told as ended, but its BYE still waits for the ACK.
    if (usage.state === 'ended' && request.method !== 'BYE') {
      respond(481);
      return;
    }
    switch (request.method) {
      case 'BYE':
        receiveBye(usage, transaction, respond);
        return;
      case 'INFO':
        receiveInfo(usage, transaction, answer, respond);
        return;
      case 'INVITE':
      case 'UPDATE':
        receiveReoffer(usage, dialog, transaction);
        return;
      case 'PRACK':
        answer(usage.prack?.(request) ? 200 : 481);
        return;
      case 'REFER':
        answer(receiveRefer(usage, transaction));
        return;
      default:
        answer(200, [allowHeader, acceptHeader, supportedHeader, recvInfoHeader]);
        return;
    }
  } catch (error) {
    usage.log.error({ err: error }, 'sip: a leg handler failed');
    respond(500);
    abandon(usage, 500, 'internal error', 41);
  }
}

function receiveBye(usage: InviteUsage, transaction: ServerTransaction, respond: (status: number) => void): void {
  const { request } = transaction;
  // An INVITE that is still open is over too: 487 as called side, CANCEL as calling side.
  if (usage.state === 'early') usage.sayGoodbye({ status: 487 });
  usage.ackWait?.close();
  usage.ackWait = null;
  const kept = endUsage(usage, {
    by: 'peer',
    status: 0,
    q850Cause: parseQ850Cause(request),
    reason: parseReasonText(request),
  });
  forgetDialogs(usage);
  if (kept === null) respond(200);
  else
    answerOnce(
      usage,
      kept.then(() => 200),
      respond,
    );
}

type Answer = (status: number, headers?: readonly Header[]) => void;

function receiveInfo(usage: InviteUsage, transaction: ServerTransaction, answer: Answer, respond: Answer): void {
  const { request } = transaction;
  if (getHeader(request, 'Info-Package') !== undefined) return void answer(469, [recvInfoHeader]);
  const type = getHeader(request, 'Content-Type');
  // An empty INFO asks whether we are there.
  if (type === undefined && request.body.length === 0) return void answer(200);
  const media = (type ?? '').split(';')[0]!.trim().toLowerCase();
  const status = usage.handlers.onInfo?.(media, Buffer.from(request.body).toString('utf8')) ?? 415;
  if (typeof status === 'number') answer(status, status === 415 ? [takenInInfo] : []);
  else answerLater(usage, status, respond, parseCSeq(getHeader(request, 'CSeq'))?.number ?? 0);
}

/** RFC 3261 21.4.13: say what would be taken. */
const takenInInfo: Header = {
  name: 'Accept',
  value: 'application/dtmf-relay, application/dtmf, audio/telephone-event',
};

/** Saved at once, as what the INFO told is: durable together, and only then answered. */
function answerLater(usage: InviteUsage, status: Promise<number>, respond: Answer, cseq: number): void {
  usage.last = { cseq, method: 'INFO', status: 200 };
  saveUsage(usage);
  answerOnce(usage, status, (code) => respond(code, code === 415 ? [takenInInfo] : []));
}

/** Answers when it is known how, or with 200 when that takes too long. */
function answerOnce(usage: InviteUsage, status: Promise<number>, respond: (status: number) => void): void {
  let open = true;
  const once = (code: number) => {
    if (!open) return;
    open = false;
    timer.cancel();
    respond(code);
  };
  const timer = usage.context.options.clock.after(slowAnswerMs, () => once(200));
  status.then(once, (error) => {
    usage.log.error({ err: error }, 'sip: a leg handler failed');
    once(500);
    abandon(usage, 500, 'internal error', 41);
  });
}

function receiveRefer(usage: InviteUsage, transaction: ServerTransaction): number {
  const target = parseNameAddress(getHeader(transaction.request, 'Refer-To') ?? '');
  if (target === null) return 400;
  return usage.handlers.onRefer?.(target.uri) ?? 603;
}
