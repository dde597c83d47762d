// Owns: the leg of whoever called: ringing, the answer with its description, the end. Told to the tape once each.
// Does not: decide when to answer or whether; whom we call is in called-leg.ts.
import type { IncomingLeg, LegHandlers } from '../sip/endpoint.ts';
import type { Described } from './audio-line.ts';
import { causeOfStatus } from './cause.ts';
import { type FirstLeg, stateOf } from './first-leg.ts';
import { createLeg, type LegOptions } from './leg.ts';

/** A phone that hears nothing for so long is told that it rings; most documents answer sooner. */
const ringingAfterMs = 300;
const normalClearing = 16;
const incompatibleDestination = 88;

export interface CallerLegOptions extends Omit<LegOptions, 'name'> {
  /** Takes the handlers of the dialog, which tell nothing before this returns. */
  readonly attach: (handlers: LegHandlers) => IncomingLeg;
  /** Of a call that is taken up. */
  readonly was?: { readonly answeredAt: string | null; readonly gone: boolean };
}

export function createCallerLeg(options: CallerLegOptions): FirstLeg {
  const { put, parts } = options;
  const { clock, log } = parts;
  const leg = createLeg({ ...options, name: 'caller' });
  let answeredAt: string | null = options.was?.answeredAt ?? null;
  let gone = options.was?.gone ?? false;
  /** Why we end it, for the line that says so. */
  let farewell = '';
  let refusedWith: number | null = null;

  function hangUp(reason: string, q850Cause: number, sipStatus: number): void {
    farewell = reason;
    sip.hangup({ q850Cause, status: sipStatus });
  }

  function refuse(sipStatus: number, why: string, headers: Parameters<IncomingLeg['refuse']>[1] = []): void {
    farewell = why;
    refusedWith = sipStatus;
    sip.refuse(sipStatus, headers);
  }

  const handlers: LegHandlers = {
    ...leg.inDialog,
    onConfirmed(sdp) {
      const wrong = sip.offer !== null ? null : sdp === null ? 'no answer to our offer' : leg.accept(sdp);
      if (wrong !== null) {
        log.warn({ wrong }, 'the description in the ACK cannot be used');
        hangUp('no common audio', incompatibleDestination, 488);
        return;
      }
      // Its ACK came again, to a 200 that was repeated behind a restart.
      if (answeredAt !== null) return;
      answeredAt = new Date(clock.wall()).toISOString();
      put({ type: 'leg.answered', leg: 'caller' });
    },
    onEnded({ by, q850Cause, reason }) {
      gone = true;
      const words = by === 'us' ? farewell : reason;
      const usual = by === 'peer' && answeredAt === null ? 'cancelled' : 'hung up';
      put({
        type: 'leg.ended',
        leg: 'caller',
        by: farewell === 'fault' ? 'fault' : by,
        q850Cause: q850Cause ?? (refusedWith === null ? normalClearing : causeOfStatus(refusedWith)),
        reason: words === '' ? usual : words,
      });
      return parts.durable();
    },
  };
  const sip = options.attach(handlers);
  leg.sip = sip;
  // It stops the repeats of the INVITE, which must not be forgotten then.
  const ringing = clock.after(ringingAfterMs, () => void parts.durable().then(() => sip.progress(180)));

  return {
    leg,
    get state() {
      return stateOf({ gone, answeredAt });
    },
    get answeredAt() {
      return answeredAt;
    },
    get gone() {
      return gone;
    },
    async answer() {
      try {
        // One that is taken up before its 200 has a session, which the peer may know: it is described as before.
        if (leg.session === null) {
          await leg.open();
          if (gone) return;
          leg.face(sip.localAddress);
        }
      } catch (err) {
        log.warn({ err }, 'no session for the caller');
        refuse(503, 'no session for the caller');
        return;
      }
      const answered: Described = sip.offer === null ? { ok: true, sdp: leg.offer() } : leg.answer(sip.offer);
      // What a 200 says must not be unknown to us after a restart.
      await parts.durable();
      if (gone) return;
      if (answered.ok) sip.answer(answered.sdp);
      else refuse(answered.status, answered.reason, [{ name: 'Warning', value: `399 keytone "${answered.reason}"` }]);
    },
    reject(sipStatus) {
      refuse(sipStatus, `refused with ${sipStatus}`);
    },
    hangUp,
    close() {
      ringing.cancel();
      leg.close();
    },
  };
}
