// Owns: the webhook that a request names (URL, method, fallback, credentials) as a destination of the common form, as
// destination.ts does for those of documents.
import * as build from '../../../flow/build.ts';
import type { Destination } from '../../../flow/node.ts';
import { keepCredentials } from '../../credentials.ts';
import { tagVariable } from '../destination.ts';
import { addressOf } from './body.ts';

export interface Webhook {
  /** The vendor's name of what is told. */
  readonly event: string;
  readonly url: string;
  readonly method: 'POST' | 'GET' | undefined;
  readonly fallbackUrl?: string | undefined;
  readonly fallbackMethod?: 'POST' | 'GET' | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly fallbackUsername?: string | undefined;
  readonly fallbackPassword?: string | undefined;
  readonly timeoutMs: number;
  readonly extra?: Readonly<Record<string, string>>;
}

export function webhook(named: Webhook): Destination {
  const { event, url, method = 'POST', fallbackUrl, fallbackMethod = 'POST', timeoutMs, extra = {} } = named;
  const to = addressOf(url);
  const fallback = fallbackUrl === undefined ? null : addressOf(fallbackUrl);
  const own = nameOf(named.username, named.password) ?? to.credentials;
  const others =
    fallback === null ? null : (nameOf(named.fallbackUsername, named.fallbackPassword) ?? fallback.credentials);
  return build.destination(to.url, {
    method,
    fallbackUrl: fallback?.url ?? null,
    timeoutMs,
    extra: {
      event,
      tag: tagVariable,
      ...extra,
      ...(own === null ? {} : { credentials: own }),
      ...(fallback === null ? {} : { fallbackMethod }),
      ...(others === null ? {} : { fallbackCredentials: others }),
    },
  });
}

function nameOf(username: string | undefined, password: string | undefined): string | null {
  if (username === undefined && password === undefined) return null;
  return keepCredentials({ username: username ?? '', password: password ?? '' });
}
