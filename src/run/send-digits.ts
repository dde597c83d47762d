// Owns: `send-digits`: keys sent to the caller, to the other leg or to both. What is not sent yet when the verb is ended is not sent.
import type { NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import { partyOf } from './own-leg.ts';
import type { CallState } from './state.ts';
import { substitute } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

export function* sendDigits(node: NodeOf<'send-digits'>, state: CallState): Steps<Outcome> {
  yield* answered(state);
  const request = state.name('request');
  const { toneMs, gapMs } = node;
  const to = partyOf(state, node.to);
  let sending = true;
  try {
    yield { type: 'digits.send', request, to, digits: substitute(state, node.digits), toneMs, gapMs };
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type === 'digits.sent' && event.request === request) {
        sending = false;
        return succeeded('sent');
      }
      if (event.type === 'digits.failed' && event.request === request) {
        sending = false;
        return failed(event.message);
      }
    }
  } finally {
    if (sending) yield { type: 'digits.cancel', request };
  }
}
