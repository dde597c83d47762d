// Owns: `hold`: the caller waits on hold until the time is up or a command brings another document. Whatever ends the
// wait also ends the hold, so that the next verb is heard; of two at a time, the later end does.
import type { NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import { sleep } from './pause.ts';
import type { CallState } from './state.ts';
import { nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

export function* hold(node: NodeOf<'hold'>, state: CallState): Steps<Outcome> {
  // A hold has always ended before the next verb runs; there is nothing left to resume.
  if (node.action === 'resume') return succeeded('resumed');
  yield* answered(state);
  try {
    state.holds += 1;
    if (state.holds === 1) yield { type: 'hold.start' };
    if (node.timeoutMs !== null) yield* sleep(state, node.timeoutMs, '');
    else for (;;) yield* nextLine();
  } finally {
    state.holds -= 1;
    if (state.holds === 0) yield { type: 'hold.stop' };
  }
  return succeeded('timeout');
}
