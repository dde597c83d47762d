// Owns: `bridge`: this call's caller with another live call's, until either ends it; on the other
// side, where the bridge took the place of a document, the wait for that end.
import type { Flow, NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import { takeKey } from './listeners.ts';
import type { CallState } from './state.ts';
import { substitute } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

export function* bridge(node: NodeOf<'bridge'>, state: CallState): Steps<Outcome> {
  if (node.joined !== true) yield* answered(state);
  const call = substitute(state, node.callId);
  const target = targetOf(node, state);
  let joined = true;
  try {
    if (node.joined === true) yield { type: 'bridge.await', call };
    else yield { type: 'bridge.call', call, ...(target === null ? {} : { target }) };
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type === 'digit' && event.leg === 'caller') takeKey(state, event.press);
      if (event.type === 'bridge.failed' && event.call === call) {
        joined = false;
        return failed(event.message, event.code);
      }
      if (event.type === 'bridge.ended' && event.call === call) {
        joined = false;
        return succeeded('completed');
      }
    }
  } finally {
    if (joined) yield { type: 'bridge.split', leg: 'caller' };
  }
}

/** What the other call runs: it waits until this one has left. */
function targetOf({ target, at }: NodeOf<'bridge'>, state: CallState): Flow | null {
  if (target === undefined) return null;
  const wait: NodeOf<'bridge'> = { kind: 'bridge', at, callId: state.facts.id, joined: true, onFailed: null };
  return { ...target, body: [wait, ...target.body] };
}
