// Owns: `pause`: time that passes. It does not answer: a flow may let the phone ring for a while first.
import type { NodeOf } from '../flow/node.ts';
import { takeKey } from './listeners.ts';
import { isOwnKey } from './own-leg.ts';
import type { CallState } from './state.ts';
import { nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

export function* pause(node: NodeOf<'pause'>, state: CallState): Steps<Outcome> {
  const why = yield* sleep(state, node.durationMs, node.stopKeys);
  return succeeded(why);
}

export function* sleep(state: CallState, delayMs: number, stopKeys: string): Steps<'end' | 'key'> {
  const timer = state.name('timer');
  let armed = true;
  try {
    yield { type: 'timer.arm', timer, delayMs };
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type === 'timer.fired' && event.timer === timer) {
        armed = false;
        return 'end';
      }
      if (isOwnKey(event, state) && stopKeys.includes(event.digit)) {
        // Not there: it was the habitual end of the entry before this.
        if (takeKey(state, event.press)) return 'key';
      }
    }
  } finally {
    if (armed) yield { type: 'timer.cancel', timer };
  }
}
