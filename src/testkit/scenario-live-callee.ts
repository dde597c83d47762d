// Owns: a phone that a story dials, on a real line: it rings, answers, refuses or hangs up as its script says. Its virtual
// twin is simulate-legs.ts.
import type { Clock } from '../base/clock.ts';
import type { IncomingPhoneCall } from './phone-incoming.ts';
import type { CalleeScript } from './scenario.ts';
import { pressesAfterMs, refusesAfterMs } from './simulate-legs.ts';

/** No script: nobody is there. */
export function playCallee(call: IncomingPhoneCall, script: CalleeScript | undefined, clock: Clock): void {
  if (script === undefined) {
    call.refuse(404);
    return;
  }
  const { answerAfterMs, refuse, hangUpAfterMs, press } = script;
  call.ring();
  if (refuse !== undefined) clock.after(refuse.afterMs ?? refusesAfterMs, () => call.refuse(refuse.sipStatus));
  if (answerAfterMs === undefined) return;
  clock.after(answerAfterMs, () => {
    void call.answer().then((answered) => {
      if (!answered) return;
      if (press !== undefined) void call.press([{ waitMs: pressesAfterMs }, { press }]);
      if (hangUpAfterMs !== undefined) clock.after(hangUpAfterMs, () => call.hangUp());
    });
  });
}
