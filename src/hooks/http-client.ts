// Owns: every outbound HTTP request: documents, callbacks, sounds, speech engines. One face over undici with the
// address policy, redirects followed by hand (each hop is checked anew), one deadline, and a size limit.
// Does not: use a proxy, speak HTTP/2, keep cookies, retry (application.ts decides that).
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';
import { type Clock, systemClock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type AddressPolicy, createAddressChecker, isLocallyTrusted, type Trust } from './address-policy.ts';
import { createConnector } from './connector.ts';
import { describeFault, publicUrl } from './fault.ts';
import { type Redirect, redirect, requestHeaders } from './redirect.ts';
import { createResolver, type Lookup } from './resolver.ts';

export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
  /** From now until the last byte of the answer, redirects included. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  readonly trust: Trust;
  /** `return`: an answer that redirects is an answer like any other. */
  readonly redirects?: 'follow' | 'return';
  readonly signal?: AbortSignal | undefined;
}
export interface FetchReply {
  readonly status: number;
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Where the answer came from in the end. May hold credentials and digits: for resolving references, not for logs. */
  readonly url: string;
}
export interface HttpClient {
  /** Any status resolves. Rejects with CodedError fetch-*. */
  fetch(request: FetchRequest): Promise<FetchReply>;
  /** Opens sockets under the same policy: for a websocket. */
  dispatcherFor(url: URL, trust: Trust): Dispatcher;
  close(): Promise<void>;
}

export interface HttpClientOptions {
  readonly policy: AddressPolicy;
  readonly log: Log;
  readonly clock?: Clock;
  readonly lookup?: Lookup;
  readonly connectTimeoutMs?: number;
}

export const documentMaxBytes = 64 * 1024;
export const defaultTimeoutMs = 10_000;
const maxRedirects = 5;

const inflaters: Readonly<Record<string, (data: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>>> =
  {
    gzip: promisify(gunzip),
    'x-gzip': promisify(gunzip),
    deflate: promisify(inflate),
    br: promisify(brotliDecompress),
  };

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { log } = options;
  const clock = options.clock ?? systemClock;
  const checker = createAddressChecker(options.policy);
  const lookup = createResolver(clock, options.lookup);

  // Two sets of sockets: one opened for an origin that the operator wrote must never serve a request that may not go there.
  const agentFor = (local: boolean) =>
    new Agent({
      connect: createConnector({ checker, lookup, local, connectTimeoutMs: options.connectTimeoutMs ?? 5000 }),
      connections: 64,
      maxOrigins: 2000,
      pipelining: 1,
      keepAliveTimeout: 4000,
      keepAliveMaxTimeout: 60_000,
      maxHeaderSize: 32 * 1024,
      headersTimeout: 120_000,
      bodyTimeout: 120_000,
    });
  const guarded = agentFor(false);
  const local = agentFor(true);

  async function read(reply: Dispatcher.ResponseData, url: URL, maxBytes: number): Promise<Uint8Array> {
    const tooLarge = () =>
      new CodedError('fetch-too-large', `${publicUrl(url)} sent more than the ${maxBytes} bytes that are allowed.`);
    if (Number(reply.headers['content-length'] ?? 0) > maxBytes) {
      reply.body.destroy();
      throw tooLarge();
    }
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > maxBytes) {
        reply.body.destroy();
        throw tooLarge();
      }
      chunks.push(chunk);
    }
    const raw = Buffer.concat(chunks, length);
    const unpack = inflaters[String(reply.headers['content-encoding'] ?? '').toLowerCase()];
    if (unpack === undefined || length === 0) return raw;
    try {
      return await unpack(raw, { maxOutputLength: maxBytes });
    } catch (fault) {
      throw (fault as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : fault;
    }
  }

  async function exchange(hop: Redirect, trusted: readonly string[], maxBytes: number, signal: AbortSignal) {
    const { url } = hop;
    const agent = isLocallyTrusted(url, { origin: 'document', trustedOrigins: trusted }) ? local : guarded;
    const pending = agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: hop.method as Dispatcher.HttpMethod,
      headers: { ...hop.headers },
      body: hop.body,
      signal,
    });
    // A request that still waits for its connection does not hear the signal, so the signal is heard here too.
    const reply = await untilAborted(pending, signal, (late) => late.body.destroy());
    return { reply, body: await read(reply, url, maxBytes) };
  }

  async function follow(first: Redirect, request: FetchRequest, signal: AbortSignal): Promise<FetchReply> {
    const trusted = [...request.trust.trustedOrigins];
    if (request.trust.origin === 'configured') trusted.push(first.url.origin);
    let hop = first;
    for (let hops = 0; ; hops += 1) {
      try {
        const { reply, body } = await exchange(hop, trusted, request.maxBytes ?? documentMaxBytes, signal);
        const headers = flatten(reply.headers);
        const next = request.redirects === 'return' ? null : redirect(hop, reply.statusCode, headers['location']);
        if (next === null) return { status: reply.statusCode, headers, body, url: hop.url.href };
        if (hops === maxRedirects)
          throw new CodedError(
            'fetch-too-many-redirects',
            `${publicUrl(first.url)} redirected more than ${maxRedirects} times.`,
          );
        hop = next;
      } catch (fault) {
        throw signal.aborted ? signal.reason : describeFault(fault, hop.url);
      }
    }
  }

  return {
    async fetch(request) {
      const url = URL.parse(request.url);
      if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
        throw new CodedError('fetch-bad-url', `"${publicUrl(request.url)}" is not an http or https URL.`);
      if (request.signal?.aborted === true) throw aborted(url);

      const controller = new AbortController();
      const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
      const timer = clock.after(timeoutMs, () =>
        controller.abort(
          new CodedError('fetch-timeout', `${publicUrl(url)} did not answer completely within ${timeoutMs} ms.`),
        ),
      );
      const giveUp = () => controller.abort(aborted(url));
      request.signal?.addEventListener('abort', giveUp, { once: true });
      const startedAt = clock.now();
      const name = publicUrl(url);
      try {
        const first: Redirect = {
          url,
          method: request.method.toUpperCase(),
          headers: requestHeaders(request.headers ?? {}, url),
          body: request.body ?? null,
        };
        const reply = await follow(first, request, controller.signal);
        log.debug({ url: name, status: reply.status, ms: Math.round(clock.now() - startedAt) }, 'request answered');
        return reply;
      } catch (error) {
        const { code, message } = error as CodedError;
        log.debug({ url: name, code, reason: message }, 'request failed');
        throw error;
      } finally {
        timer.cancel();
        request.signal?.removeEventListener('abort', giveUp);
      }
    },
    dispatcherFor(url, trust) {
      const asked = new URL(url);
      asked.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
      return isLocallyTrusted(asked, trust) ? local : guarded;
    },
    async close() {
      await Promise.all([guarded.destroy(), local.destroy()]);
    },
  };
}

function aborted(url: URL): CodedError {
  return new CodedError('fetch-aborted', `The request to ${publicUrl(url)} was given up.`);
}

function untilAborted<T>(pending: Promise<T>, signal: AbortSignal, discard: (late: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => {
      pending.then(discard, () => {});
      reject(signal.reason);
    };
    if (signal.aborted) return give();
    signal.addEventListener('abort', give, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
