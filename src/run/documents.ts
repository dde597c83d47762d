// Owns: the documents of a call, one at a time: the first, those that take its place, and what is heard when there is none.
// A call that we place has its first once somebody answers.
import type { Flow } from '../flow/node.ts';
import { apology } from './apology.ts';
import { askApplication } from './ask-application.ts';
import type { RunOptions } from './run.ts';
import type { CallState } from './state.ts';
import { nextLine, type Steps } from './verb.ts';

/** From its first line on: a document that was planned, or the one that the app answers with. */
export function* wholeCall(state: CallState, options: RunOptions): Steps<void> {
  if (state.plan !== null) return yield* onceAnswered(state, state.plan.flow);
  const { signalling = {} } = state.facts;
  const answer = yield* askApplication(state, {
    ...{ kind: 'call-start', destination: options.first, history: [] },
    ...(Object.keys(signalling).length === 0 ? {} : { signalling }),
  });
  if (answer.kind === 'flow') return yield* follow(state, answer.flow);
  if (answer.kind === 'failed') return yield* follow(state, apology(state.language, options.first.url));
  yield { type: 'call.hangup', reason: null };
}

/** A document that comes while nobody has answered yet waits for that. */
export function* onceAnswered(state: CallState, flow: Flow): Steps<void> {
  if (state.direction === 'outbound' && !(yield* answeredInTime(state))) return;
  yield* follow(state, flow);
}

const noAnswer = 19;

/**
 * Whether somebody answered a call that we placed, before it had rung for too long; otherwise it is hung up. What it
 * waited for its turn does not count.
 */
function* answeredInTime(state: CallState): Steps<boolean> {
  let timer: string | null = null;
  try {
    while (!state.answered) {
      if (timer === null && state.invitedAt !== null && state.plan !== null) {
        timer = state.name('timer');
        yield { type: 'timer.arm', timer, delayMs: Math.max(0, state.invitedAt + state.plan.ringMs - state.now) };
      }
      const { event } = yield* nextLine();
      if (event.type !== 'timer.fired' || event.timer !== timer) continue;
      timer = null;
      yield { type: 'call.hangup', reason: 'no answer', q850Cause: noAnswer };
      return false;
    }
    return true;
  } finally {
    if (timer !== null) yield { type: 'timer.cancel', timer };
  }
}

/** A document and those that take its place; at the end of the last one the call is hung up. */
export function* follow(state: CallState, first: Flow): Steps<void> {
  let flow = first;
  for (;;) {
    state.source = flow.source;
    yield { type: 'note', event: { type: 'flow.started', source: flow.source } };
    const exit = yield* state.block(flow.body);
    if (exit === 'end') return;
    if (exit !== 'go-on') flow = exit.replaceWith;
    // The document counted on another one: without it the caller would hear nothing but the end.
    else if (state.lost) flow = apology(state.language, flow.source);
    else break;
  }
  yield { type: 'call.hangup', reason: null };
}
