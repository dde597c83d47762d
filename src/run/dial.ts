// Owns: `dial`: other legs, rung together or one by one; the first that answers is joined with the caller, the others are
// let go. The dialled side's hang-up lets the flow go on; the caller's ends the call (create-run.ts).
import type { LegName } from '../call/event.ts';
import type { DialTarget, NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import { afterAnswer, askApplication } from './ask-application.ts';
import type { CallState } from './state.ts';
import { substitute } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

type Node = NodeOf<'dial'>;

export function* dial(node: Node, state: CallState): Steps<Outcome> {
  yield* answered(state);
  const { targets } = node;
  const groups = node.order === 'together' ? [targets] : targets.map((target) => [target]);
  const ringback = state.name('prompt');
  const mine: LegName[] = [];
  let ringing = true;
  let outcome: Outcome;
  try {
    const sound = { kind: 'progress', name: 'ringback', durationMs: null } as const;
    yield { type: 'prompt.start', prompt: ringback, to: 'caller', sound, times: null, stopKeys: '' };
    let winner: LegName | null = null;
    let why = 'no answer';
    for (const group of groups) {
      const end: Ringing = yield* ring(node, state, group, mine);
      if (end.winner === null) why = end.why;
      winner = end.winner;
      if (winner !== null) break;
    }
    ringing = false;
    yield { type: 'prompt.stop', prompt: ringback };
    if (winner === null) outcome = failed(`${why} ${targets.length}/${targets.length}`);
    else outcome = succeeded(yield* talk(node, state, winner));
  } finally {
    if (ringing) yield { type: 'prompt.stop', prompt: ringback };
    for (const leg of mine) yield* letGo(state, leg);
  }
  if (node.report === null) return outcome;
  const { success, reason } = outcome;
  const answer = yield* askApplication(state, {
    kind: 'dial',
    destination: node.report,
    history: [...state.history],
    success,
    reason,
  });
  return afterAnswer(answer, outcome);
}

export function* letGo(state: CallState, leg: LegName): Steps<void> {
  const was = state.legs.get(leg);
  if (was === undefined || was === 'leaving') return;
  state.legs.set(leg, 'leaving');
  yield { type: 'leg.hangup', leg };
}

type Ringing = { readonly winner: LegName } | { readonly winner: null; readonly why: string };

function* ring(node: Node, state: CallState, targets: readonly DialTarget[], mine: LegName[]): Steps<Ringing> {
  const callerId = node.callerId === null ? null : substitute(state, node.callerId);
  const hoping = new Set<LegName>();
  for (const target of targets) {
    const leg = state.nextLeg();
    state.legs.set(leg, 'dialled');
    hoping.add(leg);
    mine.push(leg);
    yield { type: 'leg.dial', leg, target: { ...target, address: substitute(state, target.address) }, callerId };
  }
  const timer = state.name('timer');
  let armed = true;
  let why = 'no answer';
  try {
    yield { type: 'timer.arm', timer, delayMs: node.ringMs };
    while (hoping.size > 0) {
      const { event } = yield* nextLine();
      if (event.type === 'leg.answered' && hoping.has(event.leg)) {
        hoping.delete(event.leg);
        for (const other of hoping) yield* letGo(state, other);
        return { winner: event.leg };
      }
      if ((event.type === 'leg.failed' || event.type === 'leg.ended') && hoping.delete(event.leg)) {
        why = event.type === 'leg.failed' ? reasonOf(event.sipStatus, event.reason) : event.reason;
      }
      if (event.type === 'timer.fired' && event.timer === timer) {
        armed = false;
        why = 'no answer';
        for (const leg of hoping) yield* letGo(state, leg);
        hoping.clear();
      }
    }
    return { winner: null, why };
  } finally {
    if (armed) yield { type: 'timer.cancel', timer };
  }
}

/** From the answer to the end of the talk. Keys pressed meanwhile are for the other side, not for a later gather. */
function* talk(node: Node, state: CallState, leg: LegName): Steps<string> {
  yield { type: 'bridge.join', leg };
  const timer = node.timeLimitMs === null ? null : state.name('timer');
  let armed = timer !== null;
  let why: string | null = null;
  try {
    if (timer !== null && node.timeLimitMs !== null) yield { type: 'timer.arm', timer, delayMs: node.timeLimitMs };
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type === 'digit' && event.leg === 'caller') state.keys.take(event.press);
      if (event.type === 'timer.fired' && event.timer === timer) {
        armed = false;
        why = 'time limit';
        yield* letGo(state, leg);
      }
      if ((event.type === 'leg.ended' || event.type === 'leg.failed') && event.leg === leg) return why ?? 'completed';
    }
  } finally {
    if (armed && timer !== null) yield { type: 'timer.cancel', timer };
  }
}

function reasonOf(sipStatus: number, reason: string): string {
  if (sipStatus === 486 || sipStatus === 600) return 'busy';
  if (sipStatus === 408 || sipStatus === 480 || sipStatus === 487) return 'no answer';
  if (sipStatus === 403 || sipStatus === 603 || sipStatus === 607) return 'declined';
  if (sipStatus === 404 || sipStatus === 604 || sipStatus === 410) return 'unknown number';
  return reason;
}
