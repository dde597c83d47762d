// Owns: what a call asks of its application and tells it, and the events that say what came of it. What leaves must not be
// unknown to us after a restart, so it waits until the tape is kept, and its name is the same when it is sent again.
// What is told arrives in order at each receiver (notice-lines.ts); nothing else waits for that.
// Does not: word or send requests (hooks/), decide what follows (run/).
import type { CallFacts, Report } from '../flow/report.ts';
import type { CallParts, Failure } from './call-parts.ts';
import type { WorldEvent } from './event.ts';
import { createNoticeLines } from './notice-lines.ts';

export interface ApplicationRequests {
  /** → document.fetched | document.failed */
  ask(request: string, report: Report): void;
  /** → http.answered | document.failed */
  send(request: string, report: Report): void;
  /** → notice.told | notice.failed */
  notify(notice: string, report: Report): void;
}

export interface ApplicationRequestsOptions {
  /** The call's. */
  readonly id: string;
  readonly parts: Pick<CallParts, 'ask' | 'notify' | 'durable' | 'log'>;
  readonly facts: () => CallFacts;
  readonly put: (event: WorldEvent) => void;
  readonly onFault: (error: unknown) => void;
}

export function createApplicationRequests(options: ApplicationRequestsOptions): ApplicationRequests {
  const { id, parts, facts, put, onFault } = options;

  const lines = createNoticeLines();

  async function sent<Result>(
    name: string,
    report: Report,
    how: (report: Report, call: CallFacts, id: string) => Promise<Result>,
    told = facts(),
  ): Promise<Result> {
    await parts.durable();
    return how(report, told, `${id}/${name}`);
  }

  function notTold(notice: string, report: Report, { code, message }: Failure): void {
    parts.log.warn({ code, what: report.kind }, message);
    put({ type: 'notice.failed', notice, code, message });
  }

  return {
    ask(request, report) {
      sent(request, report, parts.ask).then((answer) => {
        if (answer.ok) put({ type: 'document.fetched', request, flow: answer.flow, httpStatus: answer.httpStatus });
        else put({ type: 'document.failed', request, code: answer.code, message: answer.message });
      }, onFault);
    },
    send(request, report) {
      sent(request, report, parts.notify).then((told) => {
        if (told.ok) {
          const { httpStatus, variables } = told;
          put({ type: 'http.answered', request, httpStatus, ...(variables !== undefined && { variables }) });
        } else put({ type: 'document.failed', request, code: told.code, message: told.message });
      }, onFault);
    },
    notify(notice, report) {
      const now = facts();
      const send = () =>
        sent(notice, report, parts.notify, now).then((told) => {
          if (told.ok) put({ type: 'notice.told', notice, httpStatus: told.httpStatus });
          else notTold(notice, report, told);
        }, onFault);
      if (lines.add(report.destination.url, send)) return;
      const message = 'Too much waits to be told to the same receiver, which is slow or gone.';
      notTold(notice, report, { ok: false, code: 'notice-too-many', message });
    },
  };
}
