// Owns: asking an application for the next document and telling it things, in its dialect's words: one request, tried again
// for as long as a caller bears (patient-tries.ts), then the fallback URL, then a coded failure.
// Does not: deliver events durably (an outbox does), decide what a call does when no document comes (run/ does).
import { type Clock, systemClock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { basicAuthorization } from '../dialects/credentials.ts';
import type { Compiled, Dialect, HttpPlan } from '../dialects/dialect.ts';
import type { DialectName, Flow } from '../flow/node.ts';
import type { CallFacts, Report } from '../flow/report.ts';
import type { AppTrust } from './app-trust.ts';
import { createDocumentFiles } from './document-file.ts';
import { publicUrl } from './fault.ts';
import { defaultTimeoutMs, type FetchReply, type HttpClient } from './http-client.ts';
import { briefPausesMs, patientPausesMs, tryPatiently } from './patient-tries.ts';
import { decodeText } from './text.ts';

export interface Failure {
  readonly ok: false;
  /** A code of base/codes.ts. */
  readonly code: string;
  readonly message: string;
}
/** `httpStatus` is null for a document that is a file. */
export type Answer = { readonly ok: true; readonly flow: Flow; readonly httpStatus: number | null } | Failure;
export type Delivery = { readonly ok: true; readonly httpStatus: number } | Failure;

export interface Sending {
  /** Goes out as the header `webhook-id`, the same in every try: who has answered one need not act on it again. */
  readonly id?: string;
  readonly signal?: AbortSignal;
}

export interface Application {
  /** The document that answers `report`; an empty reply is an empty flow, except at the start of a call. */
  ask(report: Report, call: CallFacts, dialect: DialectName, sending?: Sending): Promise<Answer>;
  /** Sends `report`; any 2xx is success and the reply's body is not looked at. */
  notify(report: Report, call: CallFacts, dialect: DialectName, sending?: Sending): Promise<Delivery>;
}

export interface ApplicationOptions {
  readonly dialects: (name: DialectName) => Dialect;
  readonly http: HttpClient;
  readonly log: Log;
  /** What the operator granted the app; app-trust.ts makes it from the configured URLs. */
  readonly trustOf: (app: string) => AppTrust;
  readonly clock?: Clock;
  /** Where a destination names none. */
  readonly timeoutMs?: number;
  /** More headers for each request, e.g. a signature over it. */
  readonly sign?: (plan: HttpPlan, app: string) => Readonly<Record<string, string>>;
}

export function createApplication(options: ApplicationOptions): Application {
  const { http, log, trustOf } = options;
  const clock = options.clock ?? systemClock;
  const files = createDocumentFiles(clock);

  async function send(report: Report, call: CallFacts, dialect: Dialect, { id, signal }: Sending) {
    const { destination } = report;
    const plan = dialect.request(report, call);
    if (plan.url === '') return null;
    const trust = trustOf(call.app);
    const origin = URL.parse(plan.url)?.origin ?? '';
    const authorization = trust.authorization[origin];
    const named = Object.keys(plan.headers).some((name) => name.toLowerCase() === 'authorization');
    const headers = {
      ...plan.headers,
      ...(id !== undefined && { 'webhook-id': id }),
      ...(authorization !== undefined && !named ? { authorization } : {}),
      ...options.sign?.(plan, call.app),
    };
    const deadline = clock.now() + (destination.timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs);
    const once = (more: Readonly<Record<string, string>> = {}) =>
      http.fetch({
        method: plan.method,
        url: plan.url,
        headers: { ...headers, ...more },
        body: plan.body,
        timeoutMs: Math.max(1, Math.ceil(deadline - clock.now())),
        trust: { origin: 'document', trustedOrigins: trust.origins },
        signal,
      });
    const pausesMs = destination.fallbackUrl === null ? patientPausesMs : briefPausesMs;
    let reply = await tryPatiently(once, { pausesMs, deadline, clock, signal });
    const challenged = authorization === undefined && !named && isChallenge(reply, origin);
    if (challenged && plan.credentials !== undefined && signal?.aborted !== true)
      reply = await once({ authorization: basicAuthorization(plan.credentials) });
    if (reply.status < 200 || reply.status > 299)
      throw new CodedError('document-http-status', `${publicUrl(plan.url)} answered ${reply.status}.`);
    return { reply, plan };
  }

  async function document(report: Report, call: CallFacts, dialect: Dialect, sending: Sending): Promise<Answer> {
    const { url } = report.destination;
    if (/^file:/i.test(url)) {
      const compiled = await files.compile(url, dialect, trustOf(call.app).folders);
      return { ok: true, flow: flowOf(compiled, url, call), httpStatus: null };
    }
    const sent = await send(report, call, dialect, sending);
    if (sent === null) throw new CodedError('document-missing', 'There is no address to ask for a document.');
    const { reply, plan } = sent;
    const source = sourceOf(report.destination.url, plan.url, reply.url);
    const text = decodeText(reply.body, reply.headers['content-type']);
    if (text.trim() === '') {
      if (report.kind === 'call-start')
        throw new CodedError('document-missing', `${publicUrl(source)} answered ${reply.status} with an empty body.`);
      return { ok: true, flow: { dialect: dialect.name, source, body: [] }, httpStatus: reply.status };
    }
    return { ok: true, flow: flowOf(dialect.compile(text, source), source, call), httpStatus: reply.status };
  }

  function flowOf({ flow, problems }: Compiled, source: string, call: CallFacts): Flow {
    const told = problems.map((problem) => ({
      ...problem,
      at: `${publicUrl(problem.source === '' ? source : problem.source)}:${problem.line}:${problem.column}`,
    }));
    for (const { at, code, severity, message } of told)
      log[severity === 'error' ? 'warn' : 'debug']({ call: call.id, app: call.app, at, code }, message);
    if (flow !== null) return flow;
    const first = told.find(({ severity }) => severity === 'error');
    throw new DocumentFault(
      first?.code ?? 'flow-invalid',
      first === undefined
        ? `${publicUrl(source)} is not a document of this dialect.`
        : `${first.at}: ${first.message}${first.hint === null ? '' : ` ${first.hint}`}`,
    );
  }

  /** Runs `step` for the destination and, when that fails, for its fallback. */
  async function withFallback<T>(
    report: Report,
    call: CallFacts,
    signal: AbortSignal | undefined,
    step: (report: Report) => Promise<T>,
  ): Promise<T | Failure> {
    const { fallbackUrl } = report.destination;
    try {
      return await step(report);
    } catch (error) {
      const failure = failureOf(error, report, call);
      if (fallbackUrl === null || signal?.aborted === true) return failure;
      // The tape shows the answer of the fallback only; whoever runs the application must learn of this all the same.
      log.warn({ call: call.id, app: call.app, code: failure.code }, `${failure.message} The fallback is asked.`);
      try {
        const { destination } = report;
        // Words may differ there, e.g. its method and credentials.
        const extra = { ...destination.extra, fallback: 'true' };
        return await step({ ...report, destination: { ...destination, url: fallbackUrl, fallbackUrl: null, extra } });
      } catch (second) {
        const { code, message } = failureOf(second, report, call);
        return { ok: false, code, message: `${failure.message} Then the fallback: ${message}` };
      }
    }
  }

  function failureOf(error: unknown, report: Report, call: CallFacts): Failure {
    if (error instanceof CodedError || error instanceof DocumentFault)
      return { ok: false, code: error.code, message: error.message };
    log.error({ call: call.id, app: call.app, error }, 'asking the application failed for a reason of our own');
    return { ok: false, code: 'fetch-failed', message: `The request to ${publicUrl(report.destination.url)} failed.` };
  }

  return {
    ask(report, call, dialect, sending = {}) {
      const { signal } = sending;
      return withFallback(report, call, signal, (asked) => document(asked, call, options.dialects(dialect), sending));
    },
    notify(report, call, dialect, sending = {}) {
      return withFallback(report, call, sending.signal, async (told) => {
        const sent = await send(told, call, options.dialects(dialect), sending);
        return { ok: true as const, httpStatus: sent?.reply.status ?? nobodyToldStatus };
      });
    },
  };
}

/** As if somebody had taken note. */
const nobodyToldStatus = 204;

/** RFC 7617. Whoever a redirect led to is not given what the document named for the address that it wrote. */
function isChallenge({ status, headers, url }: FetchReply, origin: string): boolean {
  const asks = /(^|,)\s*basic\b/i.test(headers['www-authenticate'] ?? '');
  return status === 401 && asks && URL.parse(url)?.origin === origin;
}

/** A document that was fetched and is wrong; its code is a problem's. */
class DocumentFault extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * What the document is called, and what its relative references are resolved against. The parameters that the request
 * added are taken out: they hold digits, and this text is written on the tape.
 */
function sourceOf(written: string, asked: string, answered: string): string {
  const bare = URL.parse(written);
  const final = URL.parse(answered);
  if (bare === null || final === null) return publicUrl(answered);
  for (const name of URL.parse(asked)?.searchParams.keys() ?? [])
    if (!bare.searchParams.has(name)) final.searchParams.delete(name);
  final.username = '';
  final.password = '';
  final.hash = '';
  return final.href;
}
