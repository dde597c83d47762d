// Owns: one attempt to deliver one event: the URL of the application, then its fallback when the first refuses.
// Standard Webhooks: 2xx is success and nothing else is, a redirect is a failure, 410 means never again.
import { type Clock, systemClock } from '../../base/clock.ts';
import { CodedError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { publicUrl } from '../fault.ts';
import type { HttpClient } from '../http-client.ts';
import { parseRetryAfter } from './schedule.ts';
import { signedHeaders } from './signature.ts';

export interface EndpointOptions {
  readonly app: string;
  readonly url: string;
  readonly fallbackUrl: string | null;
  readonly keys: readonly Uint8Array[];
}

export type Outcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** null when nobody answered. */
      readonly httpStatus: number | null;
      readonly fault: string;
      /** How long the receiver wants to be left alone. */
      readonly retryAfterMs: number | null;
    };

export interface Endpoint {
  /** Never rejects. */
  attempt(message: { readonly id: string; readonly body: string }, signal: AbortSignal): Promise<Outcome>;
  /** Every URL answered 410: nothing is sent there until the server starts anew. */
  readonly gone: boolean;
}

export const attemptTimeoutMs = 15_000;
/** What a receiver answers beside its status is not looked at; it may be as long as it likes within reason. */
const maxReplyBytes = 1024 * 1024;

export function createEndpoint(
  { app, url, fallbackUrl, keys }: EndpointOptions,
  { http, log, clock = systemClock }: { readonly http: HttpClient; readonly log: Log; readonly clock?: Clock },
): Endpoint {
  const urls = fallbackUrl === null ? [url] : [url, fallbackUrl];
  const closed = new Set<string>();

  async function send(to: string, message: { id: string; body: string }, signal: AbortSignal): Promise<Outcome> {
    const wallMs = clock.wall();
    try {
      const { status, headers } = await http.fetch({
        method: 'POST',
        url: to,
        headers: { 'content-type': 'application/json', ...signedHeaders(message, wallMs, keys) },
        body: message.body,
        timeoutMs: attemptTimeoutMs,
        maxBytes: maxReplyBytes,
        trust: { origin: 'configured', trustedOrigins: [] },
        redirects: 'return',
        signal,
      });
      if (status >= 200 && status <= 299) return { ok: true };
      if (status === 410 && !closed.has(to)) {
        closed.add(to);
        log.warn(
          { app, url: publicUrl(to) },
          'The receiver of events is gone for good (410); nothing is sent there until the server starts anew',
        );
      }
      const asked = status === 429 || status === 503;
      const retryAfterMs = asked ? parseRetryAfter(headers['retry-after'], clock.wall()) : null;
      return { ok: false, httpStatus: status, fault: `${publicUrl(to)} answered ${status}.`, retryAfterMs };
    } catch (error) {
      // A fault of ours is no reason to lose an event either.
      const fault = error instanceof CodedError ? error.message : `The request to ${publicUrl(to)} failed.`;
      if (!(error instanceof CodedError)) log.error({ app, err: error }, 'a fault of ours while delivering an event');
      return { ok: false, httpStatus: null, fault, retryAfterMs: null };
    }
  }

  return {
    async attempt(message, signal) {
      let last: Outcome | null = null;
      for (const to of urls) {
        if (closed.has(to)) continue;
        last = await send(to, message, signal);
        // Who asks for patience has not refused.
        if (last.ok || last.retryAfterMs !== null || signal.aborted) return last;
      }
      return last ?? { ok: false, httpStatus: 410, fault: 'The receiver is gone.', retryAfterMs: null };
    },
    get gone() {
      return urls.every((one) => closed.has(one));
    },
  };
}
