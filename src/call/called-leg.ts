// Owns: the leg of whom we call: its turn, its ringing, his answer or refusal, the end. Told to the tape once each. It is the
// counterpart of caller-leg.ts.
// Does not: decide how long it rings (run/), order those that wait (place-queue.ts).
import type { DialTarget } from '../flow/node.ts';
import type { OutgoingInvite, SavedLeg } from '../sip/endpoint.ts';
import type { CallParts, Route } from './call-parts.ts';
import { createDialledLeg, type LegEnd } from './dialled-leg.ts';
import { type FirstLeg, stateOf } from './first-leg.ts';
import type { LegOptions } from './leg.ts';
import type { Turn } from './place-queue.ts';

export interface CalledLeg extends FirstLeg {
  /** Calls as soon as it is its turn. */
  begin(turn: Turn): void;
}

export interface CalledLegOptions extends Omit<LegOptions, 'name' | 'keyWay'> {
  readonly parts: CallParts;
  readonly target: DialTarget;
  /** The number that is shown. */
  readonly from: string;
  readonly displayName?: string;
  readonly headers?: OutgoingInvite['headers'];
  /** Of a call that is taken up; `dialog` of one that is talked to. */
  readonly was?: { readonly answeredAt: string | null; readonly gone: boolean; readonly dialog: DialogBefore | null };
}

interface DialogBefore {
  readonly saved: SavedLeg;
  readonly downMs: number;
}

export function createCalledLeg(options: CalledLegOptions): CalledLeg {
  const { parts, put, target, from, displayName, headers, was } = options;
  let answeredAt: string | null = was?.answeredAt ?? null;
  let gone = was?.gone ?? false;
  let turn: Turn | null = null;
  const route = parts.route(target, from);
  const one = createDialledLeg({
    ...options,
    name: 'caller',
    keyWay: route.ok ? route.keyWay : null,
    answered: answeredAt !== null,
    onAnswered() {
      answeredAt = new Date(parts.clock.wall()).toISOString();
      put({ type: 'leg.answered', leg: 'caller' });
    },
    onEnd(event) {
      gone = true;
      put(event);
    },
  });
  const { leg } = one;
  if (was?.dialog) one.restore(was.dialog.saved, { downMs: was.dialog.downMs, ...credentialsOf(route) });

  function ring(): void {
    turn = null;
    const callId = parts.newId();
    put({ type: 'leg.invited', leg: 'caller', sipCallId: callId });
    // While it waited, its phone may have registered somewhere else.
    const now = parts.route(target, from);
    if (!now.ok) {
      one.end({ type: 'leg.failed', leg: 'caller', sipStatus: now.sipStatus, reason: now.reason });
      return;
    }
    const shown = displayName === undefined ? now.invite.from : { ...now.invite.from, displayName };
    // After a restart nobody must be called whom the tape does not know as called.
    one.call({ ...now.invite, from: shown, callId, ...(headers === undefined ? {} : { headers }) }, parts.durable);
  }

  function hangUp(reason: string, q850Cause: number): void {
    if (gone) return;
    turn?.leave();
    turn = null;
    const end: LegEnd = {
      ...{ type: 'leg.ended', leg: 'caller', q850Cause, reason },
      by: reason === 'fault' ? 'fault' : 'us',
    };
    one.end(end);
    leg.sip?.hangup({ q850Cause });
  }

  return {
    leg,
    get state() {
      return turn === null ? stateOf({ gone, answeredAt }) : 'queued';
    },
    get answeredAt() {
      return answeredAt;
    },
    get gone() {
      return gone;
    },
    begin(mine) {
      turn = mine;
      mine.take(ring);
    },
    // He answers, not we.
    async answer() {},
    reject: (sipStatus) => hangUp(`refused with ${sipStatus}`, 21),
    hangUp,
    close: () => leg.close(),
  };
}

function credentialsOf(route: Route): Pick<OutgoingInvite, 'credentials'> {
  return route.ok && route.invite.credentials !== undefined ? { credentials: route.invite.credentials } : {};
}
