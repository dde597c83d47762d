// Owns: `reject`: refuses a call that was not answered. An answered call can only be hung up.
import type { NodeOf } from '../flow/node.ts';
import type { CallState } from './state.ts';
import { type Outcome, type Steps, succeeded } from './verb.ts';

export function* reject(node: NodeOf<'reject'>, state: CallState): Steps<Outcome> {
  const refusable = state.direction === 'inbound' && !state.answered && !state.answerAsked;
  if (refusable) yield { type: 'call.reject', sipStatus: node.sipStatus };
  else yield { type: 'call.hangup', reason: 'rejected' };
  return succeeded('rejected', { exit: 'end' });
}
