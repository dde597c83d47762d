// Owns: `hangup`: the end of the call, by the document.
import type { NodeOf } from '../flow/node.ts';
import type { CallState } from './state.ts';
import { substitute } from './substitute.ts';
import { type Outcome, type Steps, succeeded } from './verb.ts';

export function* hangup(node: NodeOf<'hangup'>, state: CallState): Steps<Outcome> {
  // A leg that was dialled is let go by whoever dialled it.
  if (state.leg === null)
    yield { type: 'call.hangup', reason: node.reason === null ? null : substitute(state, node.reason) };
  return succeeded('hung up', { exit: 'end' });
}
