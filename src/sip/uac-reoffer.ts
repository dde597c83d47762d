// Owns: re-INVITE and UPDATE from our side (RFC 3261 section 14.1, RFC 3311): a new offer, and the refresh of a session
// timer (RFC 4028 section 10). The peer's are uas-reoffer.ts. A crossing of offers (491) is retried by the timer of 14.1.
import { sdpOf } from './capabilities.ts';
import { refreshTarget } from './dialog.ts';
import { getHeader, parseCSeq } from './header.ts';
import { abandon, abilityHeaders, endUsage, type InviteUsage, learnAbilities, saveUsage } from './invite-usage.ts';
import type { SipResponse } from './message.ts';
import {
  defaultSessionS,
  minSessionS,
  parseMinSession,
  readSessionTimer,
  requestSessionTimer,
} from './session-timer.ts';
import type { ResponseOrigin } from './transaction.ts';
import { sendAck, sendInDialog } from './uac-in-dialog.ts';

export interface ReofferResult {
  readonly status: number;
  readonly sdp: string | null;
}

const maxTries = 12;
const busyDelayMs = 200;

export function reofferUsage(usage: InviteUsage, sdp: string): Promise<ReofferResult> {
  return new Promise((resolve) => {
    const over = () => resolve({ status: 481, sdp: null });
    if (usage.state !== 'confirmed') return over();
    usage.atEnd.add(over);
    offer(usage, 'INVITE', sdp, 1, (result) => {
      usage.atEnd.delete(over);
      resolve(result);
    });
  });
}

/** Keeps the session alive when the refresher is us. */
export function refreshSession(usage: InviteUsage): void {
  const update = usage.peerTakesUpdate;
  if (!update && usage.localSdp === null) return;
  offer(usage, update ? 'UPDATE' : 'INVITE', update ? null : usage.localSdp, 1, () => {});
}

function offer(
  usage: InviteUsage,
  method: 'INVITE' | 'UPDATE',
  sdp: string | null,
  tries: number,
  done: (result: ReofferResult) => void,
  sessionS = usage.countdown.interval?.expiresS ?? defaultSessionS,
): void {
  const { dialog } = usage;
  if (usage.state !== 'confirmed' || dialog === null) {
    done({ status: 481, sdp: null });
    return;
  }
  const later = (delayMs: number, expiresS = sessionS) => {
    if (tries >= maxTries) return done({ status: 491, sdp: null });
    const timer = usage.context.options.clock.after(delayMs, () => {
      usage.atEnd.delete(stop);
      offer(usage, method, sdp, tries + 1, done, expiresS);
    });
    const stop = () => timer.cancel();
    usage.atEnd.add(stop);
  };
  // Our own open exchange, or one of the peer's, comes first.
  if (usage.offering || usage.answering || usage.ackWait !== null) {
    later(busyDelayMs);
    return;
  }
  usage.offering = true;
  const timerRole = usage.countdown.interval?.refresher;
  const timer =
    timerRole === undefined
      ? []
      : requestSessionTimer(sessionS, sessionS > defaultSessionS ? sessionS : minSessionS, timerRole);
  let settled = false;
  sendInDialog(
    usage,
    dialog,
    method,
    {
      contact: true,
      headers: [...abilityHeaders, ...timer],
      body: sdp === null ? null : { type: 'application/sdp', text: sdp },
    },
    (response, origin) => {
      const accepted = response.status < 300;
      if (accepted && method === 'INVITE') {
        const cseq = parseCSeq(getHeader(response, 'CSeq'))?.number ?? dialog.localCSeq;
        sendAck(usage, dialog, cseq, null);
      }
      if (settled) return;
      settled = true;
      usage.offering = false;
      if (accepted) {
        refreshTarget(dialog, response);
        learnAbilities(usage, response);
        if (sdp !== null) usage.localSdp = sdp;
        if (timerRole !== undefined) usage.countdown.restart(readSessionTimer(response));
        saveUsage(usage);
        return done({ status: response.status, sdp: sdpOf(response) });
      }
      if (method === 'UPDATE' && (response.status === 405 || response.status === 501)) {
        // Its Allow promised too much; a re-INVITE does the same (RFC 4028 section 7.4).
        usage.peerTakesUpdate = false;
        usage.updateRefused = true;
        const described = sdp ?? usage.localSdp;
        if (described !== null) return offer(usage, 'INVITE', described, tries + 1, done, sessionS);
      }
      if (response.status === 491) return later(glareDelayMs(usage.direction));
      if (response.status === 422 && tries < 3) return later(0, parseMinSession(response));
      if (dialogIsGone(response, origin)) {
        done({ status: response.status, sdp: null });
        // 12.2.1.2: no dialog is left; after silence a BYE is still owed.
        if (response.status === 481)
          endUsage(usage, { by: 'peer', status: 0, q850Cause: null, reason: 'dialog unknown to the peer' });
        else abandon(usage, 408, 'no answer inside the dialog');
        return;
      }
      done({ status: response.status, sdp: null });
    },
  );
}

function dialogIsGone(response: SipResponse, origin: ResponseOrigin): boolean {
  return response.status === 481 || response.status === 408 || origin === 'timeout';
}

/** 14.1: the side that chose the Call-ID waits longer, so that the two do not meet again. */
function glareDelayMs(direction: 'incoming' | 'outgoing'): number {
  const units = direction === 'outgoing' ? 210 + Math.floor(Math.random() * 191) : Math.floor(Math.random() * 201);
  return units * 10;
}
