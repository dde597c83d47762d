// Owns: what a scripted reply means to the call that asked: a flow, or a failure with the code that a live server tells.
import type { WorldEvent } from '../call/event.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Problem } from '../flow/problem.ts';
import type { Report } from '../flow/report.ts';
import type { ReplyInFull } from './scenario.ts';

type Answered = Extract<WorldEvent, { type: 'document.fetched' | 'document.failed' }>;
type WithoutRequest<Event> = Event extends unknown ? Omit<Event, 'request'> : never;

export interface ReadReply {
  readonly event: WithoutRequest<Answered>;
  readonly problems: readonly Problem[];
}

export function readReply(reply: ReplyInFull, report: Report, dialect: Pick<Dialect, 'compile'>): ReadReply {
  const httpStatus = reply.status ?? 200;
  const refused = readRefusal(reply, report);
  if (refused !== null) return { event: refused, problems: [] };
  const { flow, problems } =
    reply.flow === undefined
      ? dialect.compile(reply.body ?? '', report.destination.url)
      : { flow: reply.flow, problems: [] };
  if (flow === null) {
    const problem = problems.find(({ severity }) => severity === 'error');
    return failure(problem?.code ?? 'document-invalid', wordsOf(problem), problems);
  }
  if (flow.body.length === 0 && report.kind === 'call-start')
    return failure('document-missing', 'the application answered the start of a call with nothing', problems);
  return { event: { type: 'document.fetched', flow, httpStatus }, problems };
}

/** What is no answer, whatever was asked; null when it is one. */
export function readRefusal(
  reply: ReplyInFull,
  report: Report,
): Extract<ReadReply['event'], { type: 'document.failed' }> | null {
  const httpStatus = reply.status ?? 200;
  const failed = (code: string, message: string) => ({ type: 'document.failed', code, message }) as const;
  if (reply.refused === true) return failed('fetch-unreachable', 'the connection was refused');
  if (httpStatus < 300) return null;
  return failed('document-http-status', `${nameOf(report.destination.url)} answered ${httpStatus}.`);
}

/** Who is asked when that failed, as a live server asks; null when there is nobody else. */
export function fallbackOf(report: Report): Report | null {
  const { destination } = report;
  const { fallbackUrl: url, extra } = destination;
  if (url === null) return null;
  return { ...report, destination: { ...destination, url, fallbackUrl: null, extra: { ...extra, fallback: 'true' } } };
}

/** As a live server says it, with its place and what to write instead. */
function wordsOf(problem: Problem | undefined): string {
  if (problem === undefined) return 'the document is not valid';
  const { source, line, column, message, hint } = problem;
  return `${URL.canParse(source) ? nameOf(source) : source}:${line}:${column}: ${message}${hint === null ? '' : ` ${hint}`}`;
}

/** As a live server names it: a query holds the caller's digits. */
function nameOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function failure(code: string, message: string, problems: readonly Problem[] = []): ReadReply {
  return { event: { type: 'document.failed', code, message }, problems };
}
