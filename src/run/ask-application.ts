// Owns: one question to the application and its answer, as every verb that reports asks it. An answer without any verb is
// an acknowledgement: the flow goes on where it was.
import type { Flow } from '../flow/node.ts';
import type { Report } from '../flow/report.ts';
import { aboutLeg } from './notice.ts';
import type { CallState } from './state.ts';
import { substituteDestination } from './substitute.ts';
import { nextLine, type Outcome, type Steps } from './verb.ts';

export type Answer =
  | { readonly kind: 'flow'; readonly flow: Flow }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly reason: string };

export function* askApplication(state: CallState, report: Report): Steps<Answer> {
  const request = state.name('request');
  const destination = substituteDestination(state, report.destination);
  yield { type: 'document.ask', request, report: { ...report, destination, ...aboutLeg(state) } };
  for (;;) {
    const { event } = yield* nextLine();
    if (event.type === 'document.failed' && event.request === request) {
      state.lost = true;
      state.fault = event.code;
      return { kind: 'failed', reason: event.message };
    }
    if (event.type !== 'document.fetched' || event.request !== request) continue;
    state.fault = null;
    return event.flow.body.length === 0 ? { kind: 'nothing' } : { kind: 'flow', flow: event.flow };
  }
}

/** What the answer to a report makes of a verb that had come to `outcome`. */
export function afterAnswer(answer: Answer, outcome: Outcome): Outcome {
  if (answer.kind === 'failed') return { success: false, reason: answer.reason, next: null, exit: 'go-on' };
  if (answer.kind === 'flow') return { ...outcome, next: null, exit: { replaceWith: answer.flow } };
  return outcome;
}
