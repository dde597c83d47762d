// Owns: `send-digits`: keys sent to the caller or to the other leg.
import type { NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import type { CallState } from './state.ts';
import { substitute } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

export function* sendDigits(node: NodeOf<'send-digits'>, state: CallState): Steps<Outcome> {
  yield* answered(state);
  const request = state.name('request');
  const { to, toneMs, gapMs } = node;
  yield { type: 'digits.send', request, to, digits: substitute(state, node.digits), toneMs, gapMs };
  for (;;) {
    const { event } = yield* nextLine();
    if (event.type === 'digits.sent' && event.request === request) return succeeded('sent');
    if (event.type === 'digits.failed' && event.request === request) return failed(event.message);
  }
}
