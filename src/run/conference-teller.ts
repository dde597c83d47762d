// Owns: what a conference tells its application, one thing after the other: an application that keeps a list of who is there
// must not hear of an exit before the entry, however long it thinks about the one before. Once the conference is over,
// nobody waits for documents any more, and those that are told it are told it all the same.
// Does not: decide what is told (create-conference-run.ts).
import type { Effect } from '../call/effect.ts';
import type { WorldEvent } from '../call/event.ts';
import type { Flow } from '../flow/node.ts';
import type { Report } from '../flow/report.ts';
import { noticeOf } from './notice.ts';
import type { CallState } from './state.ts';
import { substituteDestination } from './substitute.ts';

export interface ConferenceTeller {
  /** `asks`: the answer may be a document. */
  tell(report: Report, asks: boolean, effects: Effect[]): void;
  /** The document that this line brings, and what is told next. */
  observe(event: WorldEvent, effects: Effect[]): Flow | null;
  /** From here on nothing is asked, only told, and not for longer than `patienceMs`. */
  close(effects: Effect[]): void;
  readonly idle: boolean;
}

interface Job {
  readonly report: Report;
  readonly asks: boolean;
}

/** An application that is well has answered by then. */
const patienceMs = 15_000;

export function createConferenceTeller(state: CallState): ConferenceTeller {
  const waiting: Job[] = [];
  /** The name of what is being told. */
  let telling: string | null = null;
  let closed = false;
  let timer: string | null = null;

  function next(effects: Effect[]): void {
    const job = telling === null ? waiting.shift() : undefined;
    if (job === undefined) return;
    const report: Report = { ...job.report, history: [...state.history] };
    if (job.asks && !closed) {
      telling = state.name('request');
      const destination = substituteDestination(state, report.destination);
      effects.push({ type: 'document.ask', request: telling, report: { ...report, destination } });
      return;
    }
    const effect = noticeOf(state, report);
    telling = effect.notice;
    effects.push(effect);
  }

  return {
    tell(report, asks, effects) {
      waiting.push({ report, asks });
      next(effects);
    },
    observe(event, effects) {
      if (event.type === 'timer.fired' && event.timer === timer) {
        timer = null;
        telling = null;
        waiting.length = 0;
        return null;
      }
      const name = 'request' in event ? event.request : 'notice' in event ? event.notice : null;
      if (name === null || name !== telling) return null;
      telling = null;
      next(effects);
      if (closed && telling === null && timer !== null) {
        effects.push({ type: 'timer.cancel', timer });
        timer = null;
      }
      return event.type === 'document.fetched' && event.flow.body.length > 0 && !closed ? event.flow : null;
    },
    close(effects) {
      closed = true;
      if (telling === null) return;
      timer = state.name('timer');
      effects.push({ type: 'timer.arm', timer, delayMs: patienceMs });
    },
    get idle() {
      return telling === null && waiting.length === 0;
    },
  };
}
