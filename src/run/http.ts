// Owns: `notify` (told, not waited for) and `http` (a request of the document's own making).
import type { NodeOf } from '../flow/node.ts';
import type { Report } from '../flow/report.ts';
import { afterAnswer, askApplication } from './ask-application.ts';
import { noticeOf } from './notice.ts';
import type { CallState } from './state.ts';
import { substitute, substituteDestination } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

export function* notify(node: NodeOf<'notify'>, state: CallState): Steps<Outcome> {
  yield noticeOf(state, { kind: 'notify', destination: node.destination, history: [...state.history] });
  return succeeded('told');
}

export function* http(node: NodeOf<'http'>, state: CallState): Steps<Outcome> {
  const body = node.body === null ? null : substitute(state, node.body);
  const destination = substituteDestination(state, node.destination);
  const { headers } = node;
  const report: Report = { kind: 'http', destination, history: [...state.history], headers, body };
  if (node.replyIs === 'flow') return afterAnswer(yield* askApplication(state, report), succeeded('answered'));

  const request = state.name('request');
  yield { type: 'http.send', request, report };
  for (;;) {
    const { event } = yield* nextLine();
    if (event.type === 'document.failed' && event.request === request) return failed(event.message);
    if (event.type !== 'http.answered' || event.request !== request) continue;
    const { httpStatus, variables = {} } = event;
    for (const [name, value] of Object.entries(variables)) state.variables.set(name, value);
    return httpStatus < 400 ? succeeded(`answered ${httpStatus}`) : failed(`answered ${httpStatus}`);
  }
}
