// Owns: what a peer may ask inside a dialog (RFC 3261 section 12.2.2, 15.1.2; RFC 6086; RFC 3262; RFC 3515) and the order
// of its requests. Offers are uas-reoffer.ts.
import { acceptHeader, allowHeader, checkRequest, recvInfoHeader, supportedHeader } from './capabilities.ts';
import { type Dialog, takeRemoteCSeq } from './dialog.ts';
import { getHeader } from './header.ts';
import { abandon, endUsage, forgetDialogs, type InviteUsage } from './invite-usage.ts';
import type { Header } from './message.ts';
import { parseNameAddress } from './name-address.ts';
import { parseQ850Cause, parseReasonText } from './reason-header.ts';
import { createResponse } from './response.ts';
import type { ServerTransaction } from './transaction.ts';
import { receiveReoffer } from './uas-reoffer.ts';

export function receiveInDialog(usage: InviteUsage, dialog: Dialog, transaction: ServerTransaction): void {
  const { request } = transaction;
  const respond = (status: number, headers: readonly Header[] = []) =>
    transaction.respond(createResponse(request, status, undefined, { toTag: transaction.toTag, headers }));
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
    if (!takeRemoteCSeq(dialog, request)) {
      respond(500);
      return;
    }
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
        respond(...receiveInfo(usage, transaction));
        return;
      case 'INVITE':
      case 'UPDATE':
        receiveReoffer(usage, dialog, transaction);
        return;
      case 'PRACK':
        respond(usage.prack?.(request) ? 200 : 481);
        return;
      case 'REFER':
        respond(receiveRefer(usage, transaction));
        return;
      default:
        respond(200, [allowHeader, acceptHeader, supportedHeader, recvInfoHeader]);
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
  respond(200);
  // An INVITE that is still open is over too: 487 as called side, CANCEL as calling side.
  if (usage.state === 'early') usage.sayGoodbye({ status: 487 });
  usage.ackWait?.close();
  usage.ackWait = null;
  endUsage(usage, {
    by: 'peer',
    status: 0,
    q850Cause: parseQ850Cause(request),
    reason: parseReasonText(request),
  });
  forgetDialogs(usage);
}

function receiveInfo(usage: InviteUsage, transaction: ServerTransaction): [number, readonly Header[]] {
  const { request } = transaction;
  if (getHeader(request, 'Info-Package') !== undefined) return [469, [recvInfoHeader]];
  const type = getHeader(request, 'Content-Type');
  // An empty INFO asks whether we are there.
  if (type === undefined && request.body.length === 0) return [200, []];
  const media = (type ?? '').split(';')[0]!.trim().toLowerCase();
  const status = usage.handlers.onInfo?.(media, Buffer.from(request.body).toString('utf8')) ?? 415;
  // RFC 3261 21.4.13: say what would be taken.
  const accepted = 'application/dtmf-relay, application/dtmf, audio/telephone-event';
  return [status, status === 415 ? [{ name: 'Accept', value: accepted }] : []];
}

function receiveRefer(usage: InviteUsage, transaction: ServerTransaction): number {
  const target = parseNameAddress(getHeader(transaction.request, 'Refer-To') ?? '');
  if (target === null) return 400;
  return usage.handlers.onRefer?.(target.uri) ?? 603;
}
