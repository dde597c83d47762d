// Owns: where a live call comes from: somebody calls us, we call somebody, or a killed process left it; who takes part in it,
// and the leg that its run belongs to. Does not: carry out anything once that leg is there (live-call.ts).
import type { CallPlan } from '../flow/plan.ts';
import type { CallFacts } from '../flow/report.ts';
import type { IncomingLeg, LegHandlers } from '../sip/endpoint.ts';
import { requestUserOf } from '../sip/uas-invite.ts';
import type { CallParts } from './call-parts.ts';
import { createCalledLeg } from './called-leg.ts';
import { createCallerLeg } from './caller-leg.ts';
import type { CutCall } from './cut-call.ts';
import type { WorldEvent } from './event.ts';
import type { FirstLeg } from './first-leg.ts';
import type { LegOptions } from './leg.ts';
import { type PlaceOrder, placedEvent } from './place-order.ts';
import type { Turn } from './place-queue.ts';
import { attachCaller } from './resume-call.ts';
import { signallingOf } from './signalling.ts';

export type Origin =
  /** Without a plan its app is asked for a document. */
  | { readonly leg: IncomingLeg; readonly app: string; readonly plan?: CallPlan }
  | { readonly order: PlaceOrder; readonly turn: Turn }
  /** `turn`: of a call that waited for its own. */
  | { readonly cut: CutCall; readonly turn: Turn | null };

/** What of its facts never changes. */
export type LastingFacts = Omit<CallFacts, 'state' | 'answeredAt'>;

export interface First {
  readonly caller: FirstLeg;
  /** Calls when it is its turn; does nothing on a call that waits for none. */
  ring(): void;
}

type OtherLegOptions = Omit<LegOptions, 'name' | 'keyWay' | 'saved'> & { readonly parts: CallParts };

export function lastingFacts(origin: Origin, { newId, clock }: Pick<CallParts, 'newId' | 'clock'>): LastingFacts {
  if ('cut' in origin) {
    const { id, app, from, to, startedAt, placed } = origin.cut;
    const direction = placed === null ? 'inbound' : 'outbound';
    return { id, app, direction, from, to, startedAt, ...enqueued(placed?.enqueuedAt ?? null) };
  }
  const startedAt = new Date(clock.wall()).toISOString();
  if ('leg' in origin) {
    const { leg, app } = origin;
    const [from, to] = [requestUserOf(leg.remote.uri), leg.requestUser];
    return { id: newId(), app, direction: 'inbound', from, to, startedAt };
  }
  const { order, turn } = origin;
  const { id = newId(), app, from, to } = order;
  const waits = enqueued(turn.waits ? startedAt : null);
  return { id, app, direction: 'outbound', from, to: to.address, startedAt, ...waits };
}

function enqueued(at: string | null): Pick<CallFacts, 'enqueuedAt'> {
  return at === null ? {} : { enqueuedAt: at };
}

/** Its first line; null when it has one. */
export function firstEvent(origin: Origin, { id, app, from, to, enqueuedAt }: LastingFacts): WorldEvent | null {
  if ('cut' in origin) return null;
  if ('order' in origin) return placedEvent(origin.order, id, enqueuedAt ?? null);
  const { leg, plan } = origin;
  const signalling = signallingOf(leg);
  return { type: 'call.incoming', call: id, app, from, to, signalling, ...(plan !== undefined && { plan }) };
}

/** Throws when the leg of a killed process cannot be taken up. */
export function createFirst(origin: Origin, options: OtherLegOptions): First {
  if ('leg' in origin) return { caller: incoming(origin.leg, options), ring() {} };
  if ('order' in origin) return placed(origin.order, origin.turn, options);
  const { cut, turn } = origin;
  return cut.placed === null ? { caller: incomingBefore(cut, options), ring() {} } : placedBefore(cut, turn, options);
}

function incoming(leg: IncomingLeg, options: OtherLegOptions): FirstLeg {
  const attach = (handlers: LegHandlers): IncomingLeg => {
    leg.handlers = handlers;
    return leg;
  };
  return createCallerLeg({ ...options, keyWay: options.parts.keyWayOf(leg), attach });
}

function incomingBefore(cut: CutCall, options: OtherLegOptions): FirstLeg {
  const { parts } = options;
  const { caller: who, answeredAt, outstanding } = cut;
  const saved = cut.callerMedia();
  return createCallerLeg({
    ...options,
    keyWay: parts.keyWayOf(who),
    attach: (handlers) => attachCaller(cut, parts.restore, handlers),
    was: { answeredAt, gone: outstanding.caller === 'gone' },
    ...(saved === null ? {} : { saved }),
  });
}

function placed(order: PlaceOrder, turn: Turn, options: OtherLegOptions): First {
  const { to: target, from, displayName, headers } = order;
  const caller = createCalledLeg({
    ...{ ...options, target, from },
    ...(displayName === undefined ? {} : { displayName }),
    ...(headers === undefined ? {} : { headers }),
  });
  return { caller, ring: () => caller.begin(turn) };
}

function placedBefore(cut: CutCall, turn: Turn | null, options: OtherLegOptions): First {
  const { answeredAt, outstanding, downMs } = cut;
  const { to: target, from, displayName, headers } = cut.placed!.order;
  const state = outstanding.caller;
  const saved = state === 'live' ? cut.saved('caller') : null;
  if (state === 'live' && saved?.sip.state !== 'confirmed')
    throw new Error('not all was kept of the leg that we called');
  const caller = createCalledLeg({
    ...{ ...options, target, from },
    ...(displayName === undefined ? {} : { displayName }),
    ...(headers === undefined ? {} : { headers }),
    ...(saved === null ? {} : { saved }),
    was: {
      answeredAt,
      // What rang is let go of, and its end is among what has happened meanwhile.
      gone: state === 'gone' || state === 'called',
      dialog: saved === null ? null : { saved: saved.sip, downMs },
    },
  });
  return { caller, ring: () => turn !== null && caller.begin(turn) };
}
