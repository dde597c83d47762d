// Owns: the live calls: which there are, joining two, and the drain, in which they end. Does not: admit (server/ asks
// before), keep calls that are over (the store does).
import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Flow } from '../flow/node.ts';
import type { CallPlan } from '../flow/plan.ts';
import type { CallFacts } from '../flow/report.ts';
import type { IncomingLeg } from '../sip/endpoint.ts';
import type { CallParts } from './call-parts.ts';
import { type CutCall, readCutCall, type UnfinishedCall } from './cut-call.ts';
import { createLiveCall, type LiveCall, type LiveCallOptions } from './live-call.ts';
import { accountOf, checkOrder, type PlaceOrder, priorityOf } from './place-order.ts';
import { createPlaceQueue, type PlaceQueue, type Turn } from './place-queue.ts';

export interface NotResumed {
  readonly call: UnfinishedCall;
  readonly error: unknown;
}

export interface Calls {
  /** Takes a call that was admitted; its first event is on the tape when this returns. */
  accept(leg: IncomingLeg, app: string, plan?: CallPlan): void;
  /**
   * Calls somebody, when it is the account's turn; its first event is on the tape when this returns, and it rings once that
   * outlives the process. Throws CodedError `call-not-placed`, `call-queue-full`.
   */
  place(order: PlaceOrder): LiveCall;
  /** How many calls of an account wait for their turn, and how many may. */
  queue(account: string): ReturnType<PlaceQueue['of']>;
  /** Takes up calls of a killed process; resolves with those that could not be, when the others go on. */
  resume(calls: readonly UnfinishedCall[], aliveAt: number | null): Promise<readonly NotResumed[]>;
  readonly size: number;
  get(id: string): LiveCall | undefined;
  list(): readonly CallFacts[];
  /** Resolves when the last call is over. Those that are still up after `patienceMs` are given `farewell` to run. */
  drain(options: { readonly patienceMs: number; readonly farewell: Flow }): Promise<void>;
  /** Hangs up what is left; resolves when nothing is. */
  close(): Promise<void>;
}

/** A farewell is a sentence; who has not heard it by then is hung up. */
const farewellMs = 10_000;

export function createCalls(parts: CallParts): Calls {
  const { clock } = parts;
  const waiting = createPlaceQueue({ clock, rateOf: parts.callsPerSecond });
  const calls = new Map<string, LiveCall>();
  /** `told`: whether its flow waits for the end. */
  const joined = new Map<LiveCall, { readonly other: LiveCall; readonly told: boolean }>();
  /** Calls that are being joined, by whom: their flow may wait for the end before it has begun. */
  const joining = new Map<LiveCall, string>();
  let whenEmpty: (() => void)[] = [];

  function join(call: LiveCall, id: string, target?: Flow, waits = false): { code: string; message: string } | null {
    const other = calls.get(id);
    const isOurs = other !== undefined && parts.accountOf(other.facts.app) === parts.accountOf(call.facts.app);
    if (!isOurs || other === call) return { code: 'call-not-found', message: `There is no other live call ${id}.` };
    if (call.session === null || other.session === null)
      return { code: 'call-not-answered', message: `Call ${id} is not answered yet.` };
    if (joined.has(call) || joined.has(other))
      return { code: 'call-already-bridged', message: `Call ${id} is bridged already.` };
    if (target !== undefined) {
      joining.set(other, call.id);
      other.command({ kind: 'run', flow: target });
      joining.delete(other);
    }
    joined.set(call, { other, told: true });
    joined.set(other, { other: call, told: waits || target !== undefined });
    call.session.bridge(other.session);
    return null;
  }

  const isJoinedBy = (call: LiveCall, other: string): boolean =>
    joining.get(call) === other || joined.get(call)?.other.id === other;

  /** The one that asked for the bridge waits for its end; the other one's flow may have gone on all the time. */
  function split(call: LiveCall): void {
    const was = joined.get(call);
    if (was === undefined) return;
    const { other } = was;
    const theirs = joined.get(other);
    joined.delete(call);
    joined.delete(other);
    call.session?.unbridge();
    other.session?.unbridge();
    if (theirs?.told === true) other.put({ type: 'bridge.ended', call: call.id });
  }

  function onOver(call: LiveCall): void {
    calls.delete(call.id);
    if (calls.size > 0) return;
    const waiting = whenEmpty;
    whenEmpty = [];
    for (const resolve of waiting) resolve();
  }

  const empty = (): Promise<void> =>
    calls.size === 0 ? Promise.resolve() : new Promise((resolve) => whenEmpty.push(resolve));

  async function close(): Promise<void> {
    for (const call of [...calls.values()]) call.hangUp('the server stops', 'stopping');
    await empty();
  }

  function begin(from: LiveCallOptions['from']): LiveCall {
    let begun: LiveCall | null = null;
    let ended = false;
    const call = createLiveCall({
      parts,
      from,
      join,
      isJoinedBy,
      split,
      onOver(over) {
        ended = true;
        if (begun !== null) onOver(over);
      },
    });
    begun = call;
    if (!ended) calls.set(call.id, call);
    return call;
  }

  /** Both sides must be there again. */
  function rejoin(cuts: readonly CutCall[]): void {
    const waitsFor = new Map(cuts.map(({ id, outstanding }) => [id, outstanding.joinedBy]));
    for (const { id, outstanding } of cuts) {
      const call = calls.get(id);
      if (call === undefined || outstanding.joined === null) continue;
      const { call: other, target } = outstanding.joined;
      // What the other one was to run may not have reached its tape.
      const waits = waitsFor.get(other) === id;
      if (join(call, other, waits ? undefined : target, waits) !== null)
        call.put({ type: 'bridge.ended', call: other });
    }
    for (const [id, other] of waitsFor) {
      const call = calls.get(id);
      if (call !== undefined && other !== null && !isJoinedBy(call, other))
        call.put({ type: 'bridge.ended', call: other });
    }
  }

  function place(order: PlaceOrder): LiveCall {
    checkOrder(order);
    const why = parts.refusesPlaced();
    if (why !== null) throw new CodedError('call-not-placed', why);
    if (order.id !== undefined && calls.has(order.id))
      throw new CodedError('call-not-placed', `There is a call ${order.id} already.`);
    const turn = waiting.join(accountOf(order), priorityOf(order));
    if (turn === null) {
      const { size } = waiting.of(accountOf(order));
      throw new CodedError('call-queue-full', `${size} calls wait for their turn.`);
    }
    return begin({ order, turn });
  }

  /** Those that waited for a turn wait on, as they stood: whoever joins first may have it at once. */
  function turnsOf(cuts: readonly CutCall[]): Map<CutCall, Turn> {
    const turns = new Map<CutCall, Turn>();
    const queued = cuts.flatMap((cut) =>
      cut.placed !== null && cut.outstanding.caller === 'queued' ? [{ cut, order: cut.placed.order }] : [],
    );
    queued.sort((a, b) => priorityOf(a.order) - priorityOf(b.order) || a.cut.startedAt.localeCompare(b.cut.startedAt));
    for (const { cut, order } of queued)
      turns.set(cut, waiting.join(accountOf(order), priorityOf(order), { promised: true })!);
    return turns;
  }

  async function resume(unfinished: readonly UnfinishedCall[], aliveAt: number | null): Promise<NotResumed[]> {
    const lost: NotResumed[] = [];
    const read = new Map<CutCall, UnfinishedCall>();
    for (const call of unfinished) {
      try {
        read.set(readCutCall(call, parts.createInterpreter(call.row.app), { aliveAt, clock }), call);
      } catch (error) {
        lost.push({ call, error });
      }
    }
    const cuts: CutCall[] = [];
    const taking: Promise<void>[] = [];
    const turns = turnsOf([...read.keys()]);
    for (const [cut, call] of read) {
      const turn = turns.get(cut) ?? null;
      try {
        taking.push(begin({ cut, turn }).ready.catch((error: unknown) => void lost.push({ call, error })));
        cuts.push(cut);
      } catch (error) {
        turn?.leave();
        lost.push({ call, error });
      }
    }
    await Promise.all(taking);
    rejoin(cuts);
    return lost;
  }

  return {
    accept: (leg, app, plan) => void begin({ leg, app, ...(plan !== undefined && { plan }) }),
    place,
    queue: waiting.of,
    resume,
    get size() {
      return calls.size;
    },
    get: (id) => calls.get(id),
    list: () => [...calls.values()].map(({ facts }) => facts),
    async drain({ patienceMs, farewell }) {
      for (const call of [...calls.values()])
        if (call.facts.state === 'queued') call.hangUp('the server stops', 'stopping');
      if (await within(clock, empty(), patienceMs)) return;
      for (const call of [...calls.values()]) call.command({ kind: 'run', flow: farewell });
      if (await within(clock, empty(), farewellMs)) return;
      await close();
    },
    close,
  };
}

/** Whether `done` resolves in that time. */
function within(clock: Clock, done: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, () => resolve(false));
    void done.then(() => {
      timer.cancel();
      resolve(true);
    });
  });
}
