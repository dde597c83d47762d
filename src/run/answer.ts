// Owns: `answer`: answers after a delay, in which the caller hears it ring.
import type { NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import { sleep } from './pause.ts';
import type { CallState } from './state.ts';
import { type Outcome, type Steps, succeeded } from './verb.ts';

export function* answer(node: NodeOf<'answer'>, state: CallState): Steps<Outcome> {
  if (node.delayMs > 0) yield* sleep(state, node.delayMs, '');
  yield* answered(state);
  return succeeded('answered');
}
