// Owns: `dial`: other legs, rung together or one by one; the first that answers is joined with the caller, the others are
// let go. The dialled side's hang-up lets the flow go on; the caller's ends the call (create-run.ts).
import type { LegName } from '../call/event.ts';
import type { DialTarget, NodeOf } from '../flow/node.ts';
import type { ReportedLeg } from '../flow/report.ts';
import { answered } from './answered.ts';
import { afterAnswer, askApplication } from './ask-application.ts';
import { type CalledDocumentEnd, calledDocument } from './called-document.ts';
import { takeKey } from './listeners.ts';
import type { CallState } from './state.ts';
import { substitute, substituteDestination } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

type Node = NodeOf<'dial'>;

export function* dial(node: Node, state: CallState): Steps<Outcome> {
  const rings = node.answers === 'at-once' || state.answered;
  if (rings) yield* answered(state);
  const { targets } = node;
  const groups = node.order === 'together' ? [targets] : targets.map((target) => [target]);
  const ringback = state.name('prompt');
  const mine = new Map<LegName, ReportedLeg>();
  let ringing = rings;
  let target = targets.at(-1)?.address ?? '';
  let outcome: Outcome;
  try {
    const sound = { kind: 'progress', name: 'ringback', durationMs: null } as const;
    if (rings) yield { type: 'prompt.start', prompt: ringback, to: 'caller', sound, times: null, stopKeys: '' };
    let winner: LegName | null = null;
    let why = 'no answer';
    for (const group of groups) {
      const end: Ringing = yield* ring(node, state, group, mine);
      if (end.winner === null) why = end.why;
      winner = end.winner;
      if (winner !== null) break;
    }
    const called = winner === null ? null : targets[[...mine.keys()].indexOf(winner)]!;
    target = called?.address ?? target;
    const left = winner !== null && called !== null && (yield* askFor(state, mine.get(winner)!, called)) === 'left';
    ringing = false;
    if (rings) yield { type: 'prompt.stop', prompt: ringback };
    if (left) outcome = failed('hung up');
    else if (winner === null) outcome = failed(`${why} ${targets.length}/${targets.length}`);
    else outcome = succeeded(yield* talk(node, state, winner));
  } finally {
    if (ringing) yield { type: 'prompt.stop', prompt: ringback };
    for (const leg of mine.keys()) yield* letGo(state, leg);
  }
  if (node.report === null) return outcome;
  const { success, reason } = outcome;
  const answer = yield* askApplication(state, {
    kind: 'dial',
    destination: node.report,
    history: [...state.history],
    success,
    reason,
    target: substitute(state, target),
    callerId: node.callerId === null ? null : substitute(state, node.callerId),
  });
  return afterAnswer(answer, outcome);
}

export function* letGo(state: CallState, leg: LegName, why = 'cancelled'): Steps<void> {
  const was = state.legs.get(leg);
  if (was === undefined || was === 'leaving') return;
  const watched = state.watched.get(leg);
  if (watched !== undefined) watched.leftBecause = was === 'live' ? 'completed' : why;
  state.legs.set(leg, 'leaving');
  yield { type: 'leg.hangup', leg };
}

type Ringing = { readonly winner: LegName } | { readonly winner: null; readonly why: string };

/** What the leg that answered is to hear before it is joined. */
function* askFor(state: CallState, leg: ReportedLeg, called: DialTarget): Steps<CalledDocumentEnd> {
  const asked = called.alone ?? called.answer;
  if (asked === undefined) return 'done';
  return yield* calledDocument(state, { ...leg, answeredMs: state.now }, called, asked);
}

function* ring(
  node: Node,
  state: CallState,
  targets: readonly DialTarget[],
  mine: Map<LegName, ReportedLeg>,
): Steps<Ringing> {
  const callerId = node.callerId === null ? null : substitute(state, node.callerId);
  const hoping = new Set<LegName>();
  for (const target of targets) {
    const leg = state.nextLeg();
    state.legs.set(leg, 'dialled');
    hoping.add(leg);
    const { kind, notify, displayName } = target;
    const headers = headersOf(target, state);
    const named: DialTarget = {
      ...{ kind, address: substitute(state, target.address) },
      ...(displayName === undefined ? {} : { displayName: oneLine(substitute(state, displayName)) }),
      ...(headers.length === 0 ? {} : { headers }),
    };
    mine.set(leg, { leg, target: named.address, callerId, dialledMs: state.now, answeredMs: state.now });
    if (notify !== undefined) {
      const told = substituteDestination(state, notify);
      state.watched.set(leg, {
        notify: told,
        target: named,
        callerId,
        dialledMs: state.now,
        answeredMs: null,
        leftBecause: null,
      });
    }
    yield { type: 'leg.dial', leg, target: named, callerId };
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
        why = event.type === 'leg.failed' ? wordsOfStatus(event.sipStatus, event.reason) : event.reason;
      }
      if (event.type === 'timer.fired' && event.timer === timer) {
        armed = false;
        why = 'no answer';
        for (const leg of hoping) yield* letGo(state, leg, why);
        hoping.clear();
      }
    }
    return { winner: null, why };
  } finally {
    if (armed) yield { type: 'timer.cancel', timer };
  }
}

/** What a phone wrote may stand in a variable: it must not begin another header. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, '');

function headersOf({ headers = [] }: DialTarget, state: CallState): NonNullable<DialTarget['headers']> {
  const filled = headers.map(({ name, value }) => ({ name, value: oneLine(substitute(state, value)).trim() }));
  return filled.filter(({ value }) => value !== '');
}

/** Answers a caller whose phone still rings; the reason, if the other side does not wait for it. */
function* answeredBeside(state: CallState, leg: LegName): Steps<string | null> {
  if (state.answered) return null;
  if (!state.answerAsked) {
    state.answerAsked = true;
    yield { type: 'call.answer' };
  }
  while (!state.answered) {
    const { event } = yield* nextLine();
    if ((event.type === 'leg.ended' || event.type === 'leg.failed') && event.leg === leg) return 'completed';
  }
  return null;
}

/** From the answer to the end of the talk. Keys pressed meanwhile are for the other side, not for a later gather. */
function* talk(node: Node, state: CallState, leg: LegName): Steps<string> {
  const left = yield* answeredBeside(state, leg);
  if (left !== null) return left;
  yield { type: 'bridge.join', leg };
  const timer = node.timeLimitMs === null ? null : state.name('timer');
  let armed = timer !== null;
  let why: string | null = null;
  try {
    if (timer !== null && node.timeLimitMs !== null) yield { type: 'timer.arm', timer, delayMs: node.timeLimitMs };
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type === 'digit' && event.leg === 'caller') takeKey(state, event.press);
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

export function wordsOfStatus(sipStatus: number, reason: string): string {
  if (sipStatus === 486 || sipStatus === 600) return 'busy';
  if (sipStatus === 408 || sipStatus === 480 || sipStatus === 487) return 'no answer';
  if (sipStatus === 403 || sipStatus === 603 || sipStatus === 607) return 'declined';
  if (sipStatus === 404 || sipStatus === 604 || sipStatus === 410) return 'unknown number';
  return reason;
}
