// Owns: the document of a leg that was dialled and has answered: it runs for that leg alone, before it is joined with the
// caller. What of the common form belongs to a whole call fails there. Does not: dial (dial.ts).
import type { LegName } from '../call/event.ts';
import type { Block, Destination, DialTarget, Flow } from '../flow/node.ts';
import type { ReportedLeg } from '../flow/report.ts';
import { askApplication } from './ask-application.ts';
import type { CallState } from './state.ts';
import { closing, nextLine, type Steps } from './verb.ts';

/** `left`: it hung up, or was to. */
export type CalledDocumentEnd = 'done' | 'left';

export function* calledDocument(
  state: CallState,
  leg: ReportedLeg,
  target: DialTarget,
  answer: Destination | Block,
): Steps<CalledDocumentEnd> {
  const name = leg.leg as LegName;
  const own = state.ofLeg(leg, target.variables ?? {});
  const steps = run(own, answer);
  let running = true;
  try {
    let result = steps.next(undefined);
    for (;;) {
      if (result.done === true) {
        running = false;
        return result.value;
      }
      if (result.value !== null) {
        yield result.value;
        result = steps.next(undefined);
        continue;
      }
      const line = yield* nextLine();
      const { event } = line;
      if ((event.type === 'leg.ended' || event.type === 'leg.failed') && event.leg === name) return 'left';
      if (event.type === 'digit' && event.leg === name) {
        own.listeners.keyPressed();
        own.keys.push({ press: event.press, digit: event.digit, at: state.now });
      }
      result = steps.next(line);
    }
  } finally {
    if (running) yield* closing(steps);
  }
}

function* run(own: CallState, answer: Destination | Block): Steps<CalledDocumentEnd> {
  if (!('url' in answer)) {
    const exit = yield* own.block(answer);
    return exit === 'go-on' ? 'done' : exit === 'end' ? 'left' : yield* runDocuments(own, exit.replaceWith);
  }
  const first = yield* askApplication(own, { kind: 'leg-answer', destination: answer, history: [...own.history] });
  if (first.kind === 'nothing') return 'done';
  // Whoever was to be told what to say to it has nothing to say; it is joined all the same, as the caller waits for that.
  if (first.kind === 'failed') return 'done';
  return yield* runDocuments(own, first.flow);
}

function* runDocuments(own: CallState, first: Flow): Steps<CalledDocumentEnd> {
  let flow = first;
  for (;;) {
    if (asksForNothing(flow)) return 'done';
    yield { type: 'note', event: { type: 'flow.started', source: flow.source } };
    const exit = yield* own.block(flow.body);
    if (exit === 'end') return 'left';
    if (exit === 'go-on') return 'done';
    flow = exit.replaceWith;
  }
}

/** The end of an empty document was written by nobody: it ends a call that has nothing else to do, and no leg that is waited for. */
const asksForNothing = ({ body }: Flow): boolean => body.every(({ kind, at }) => kind === 'hangup' && at.path === '');
