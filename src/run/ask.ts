// Owns: `ask`: the next document, which takes the place of this one.
import type { NodeOf } from '../flow/node.ts';
import { afterAnswer, askApplication } from './ask-application.ts';
import type { CallState } from './state.ts';
import { type Outcome, type Steps, succeeded } from './verb.ts';

export function* ask(node: NodeOf<'ask'>, state: CallState): Steps<Outcome> {
  const answer = yield* askApplication(state, {
    kind: 'ask',
    destination: node.destination,
    history: [...state.history],
  });
  return afterAnswer(answer, succeeded('answered'));
}
