// Owns: `bridge`: this call's caller with another live call's, until either ends it.
import type { NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import { takeKey } from './listeners.ts';
import type { CallState } from './state.ts';
import { substitute } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

export function* bridge(node: NodeOf<'bridge'>, state: CallState): Steps<Outcome> {
  yield* answered(state);
  const call = substitute(state, node.callId);
  let joined = true;
  try {
    yield { type: 'bridge.call', call };
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type === 'digit' && event.leg === 'caller') takeKey(state, event.press);
      if (event.type === 'bridge.failed' && event.call === call) {
        joined = false;
        return failed(event.message);
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
