// Owns: answering at the last moment. The first verb that needs sound, keys, a recording or another leg answers; a flow that
// only rejects or pauses never does. A call that we placed waits for the other side instead.
import type { CallState } from './state.ts';
import { nextLine, type Steps } from './verb.ts';

export function* answered(state: CallState): Steps<void> {
  if (!state.answered && !state.answerAsked && state.direction === 'inbound') {
    state.answerAsked = true;
    yield { type: 'call.answer' };
  }
  while (!state.answered) yield* nextLine();
}
