// Owns: `tell-keys`: whom keys are told to from now on. Does not: tell them (last-words.ts).
import type { NodeOf } from '../flow/node.ts';
import type { CallState } from './state.ts';
import { type Outcome, type Steps, succeeded } from './verb.ts';

// biome-ignore lint/correctness/useYield: nothing to be done and nothing to wait for, but a verb like any other
export function* tellKeys(node: NodeOf<'tell-keys'>, state: CallState): Steps<Outcome> {
  state.keysTo = node.destination;
  return succeeded(node.destination === null ? 'no more' : 'from now on');
}
