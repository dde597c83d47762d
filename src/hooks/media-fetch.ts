// Owns: the bytes of sounds by URL: an HTTP cache (RFC 9111, the rules by http-cache-semantics) in memory, bounded by
// bytes; one fetch for any number of waiting calls; files inside the media folders.
// Does not: decode; `key` names the content, so that who decodes can keep the result under it.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import CachePolicy from 'http-cache-semantics';
import { type Clock, systemClock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { isLocallyTrusted } from './address-policy.ts';
import { type AppTrust, fileInside } from './app-trust.ts';
import { createBriefMemo } from './brief-memo.ts';
import { publicUrl } from './fault.ts';
import type { HttpClient } from './http-client.ts';

export interface Fetched {
  readonly bytes: Uint8Array;
  /** null for a file; the URL's extension is all there is then. */
  readonly contentType: string | null;
  /** The same for the same bytes. */
  readonly key: string;
}
export interface MediaFetch {
  /** Rejects with CodedError fetch-* or media-*. Aborting lets go of the wait; others may still wait for the same. */
  fetch(url: string, trust: AppTrust, signal?: AbortSignal): Promise<Fetched>;
  readonly cachedBytes: number;
}
export interface MediaFetchOptions {
  readonly http: HttpClient;
  readonly log: Log;
  readonly clock?: Clock;
  /** Absolute folders whose files every app may name by `file:` URLs, beside those of its own trust. */
  readonly folders?: readonly string[];
  readonly cacheBytes?: number;
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
}

interface Entry extends Fetched {
  readonly policy: CachePolicy;
}

export function createMediaFetch(options: MediaFetchOptions): MediaFetch {
  const { http, log, folders = [] } = options;
  const clock = options.clock ?? systemClock;
  const cacheBytes = options.cacheBytes ?? 64 * 1024 * 1024;
  const maxBytes = options.maxBytes ?? 20 * 1024 * 1024;
  const timeoutMs = options.timeoutMs ?? 15_000;
  const entries = new Map<string, Entry>();
  const pending = new Map<string, Promise<Fetched>>();
  const files = createBriefMemo<Fetched>(clock);
  let cachedBytes = 0;

  class TimedPolicy extends CachePolicy {
    // Not in its type, but what the package documents for this.
    now(): number {
      return clock.wall();
    }
  }

  function drop(key: string): void {
    const old = entries.get(key);
    if (old === undefined) return;
    entries.delete(key);
    cachedBytes -= old.bytes.length;
  }

  function keep(key: string, entry: Entry): void {
    drop(key);
    if (entry.bytes.length > cacheBytes) return;
    entries.set(key, entry);
    cachedBytes += entry.bytes.length;
    while (cachedBytes > cacheBytes) drop(entries.keys().next().value!);
  }

  async function load(cacheKey: string, url: string, trust: AppTrust): Promise<Fetched> {
    const origin = URL.parse(url)?.origin ?? '';
    const authorization = trust.authorization[origin];
    const request = { url, method: 'GET', headers: authorization === undefined ? {} : { authorization } };
    const old = entries.get(cacheKey);
    if (old !== undefined) {
      entries.delete(cacheKey);
      entries.set(cacheKey, old);
      if (old.policy.satisfiesWithoutRevalidation(request)) return old;
    }
    const headers = old === undefined ? request.headers : stringsOf(old.policy.revalidationHeaders(request));
    try {
      const reply = await http.fetch({
        method: 'GET',
        url,
        headers,
        timeoutMs,
        maxBytes,
        trust: { origin: 'document', trustedOrigins: trust.origins },
      });
      if (old !== undefined && reply.status === 304) {
        const { policy } = old.policy.revalidatedPolicy(
          { ...request, headers },
          { status: 304, headers: reply.headers },
        );
        const renewed = { ...old, policy };
        keep(cacheKey, renewed);
        return renewed;
      }
      if (reply.status !== 200)
        throw new CodedError('media-http-status', `${publicUrl(url)} answered ${reply.status}.`);
      // A private cache: nothing of it is ever sent to anybody else, and its key holds the credentials.
      const policy = new TimedPolicy(request, { status: 200, headers: reply.headers }, { shared: false });
      const bytes = reply.body;
      const entry = { bytes, contentType: reply.headers['content-type'] ?? null, key: digest(bytes), policy };
      if (policy.storable()) keep(cacheKey, entry);
      else drop(cacheKey);
      return entry;
    } catch (error) {
      if (old === undefined || !mayBeStale(old.policy)) throw error;
      log.warn({ url: publicUrl(url), code: (error as CodedError).code }, 'sound not renewed; the kept one is played');
      return old;
    }
  }

  async function readMedia(url: string, trust: AppTrust): Promise<Fetched> {
    const path = await fileInside(url, [...folders, ...trust.folders], {
      refused: 'media-file-refused',
      unreadable: 'media-file-unreadable',
    });
    try {
      const { size, mtimeMs, ino } = await stat(path);
      if (size > maxBytes)
        throw new CodedError('fetch-too-large', `${publicUrl(url)} has more than the ${maxBytes} bytes allowed.`);
      return { bytes: await readFile(path), contentType: null, key: `file ${path} ${ino} ${size} ${mtimeMs}` };
    } catch (fault) {
      if (fault instanceof CodedError) throw fault;
      throw new CodedError('media-file-unreadable', `${publicUrl(url)} cannot be read.`, { cause: fault });
    }
  }

  /**
   * Apps that may reach a local origin share nothing with those that may not, nor do apps with different credentials or
   * folders.
   */
  function keyOf(url: URL, trust: AppTrust): string {
    if (url.protocol === 'file:') return JSON.stringify([url.href, ...trust.folders]);
    const local = isLocallyTrusted(url, { origin: 'document', trustedOrigins: trust.origins });
    return `${local ? 'local' : 'open'} ${digest(Buffer.from(trust.authorization[url.origin] ?? ''))} ${url.href}`;
  }

  return {
    async fetch(text, trust, signal) {
      const url = URL.parse(text);
      if (url === null) throw new CodedError('fetch-bad-url', 'The address of a sound is not a URL.');
      url.hash = '';
      let shared: Promise<Fetched> | undefined;
      if (url.protocol === 'file:') shared = files.get(keyOf(url, trust), () => readMedia(text, trust));
      else {
        const key = keyOf(url, trust);
        shared = pending.get(key);
        if (shared === undefined) {
          shared = load(key, url.href, trust).finally(() => pending.delete(key));
          pending.set(key, shared);
        }
      }
      return signal === undefined ? shared : orAborted(shared, signal, url);
    },
    get cachedBytes() {
      return cachedBytes;
    },
  };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

function stringsOf(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/** RFC 9111 §4.2.4: without connection a stale answer may stand in, unless the server forbade it. */
function mayBeStale(policy: CachePolicy): boolean {
  return !/must-revalidate|no-cache|no-store/i.test(String(policy.responseHeaders()['cache-control'] ?? ''));
}

function orAborted<T>(shared: Promise<T>, signal: AbortSignal, url: URL): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(new CodedError('fetch-aborted', `Waiting for ${publicUrl(url)} was given up.`));
    signal.addEventListener('abort', give, { once: true });
    if (signal.aborted) give();
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}
