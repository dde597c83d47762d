// Owns: where the events of a call go: its callback as it was asked for, and the destinations made of it. A callback may be
// changed while the call is up, so each destination carries the variables that hold the newer address.
// Does not: word events (words.ts). Passwords travel by name only (../credentials.ts).
import * as build from '../../flow/build.ts';
import type { Destination, FlowNode } from '../../flow/node.ts';
import { encodeTag, withoutCredentials } from '../bandwidth/destination.ts';
import { byDefault } from './decisions.ts';

export interface CallbackOrder {
  /** May hold a user and a password; '' when nobody is to be told. */
  readonly url: string;
  readonly fallbackUrl?: string | null;
  readonly method?: 'GET' | 'POST';
  readonly timeoutMs?: number | null;
  readonly tag?: string;
}

/** A destination that events of a call are made from with `tell`. */
export type Callback = Destination;

const urlVariable = 'callbackUrl';
const credentialsVariable = 'callbackCredentials';

export function callbackOf(order: CallbackOrder): Callback {
  const own = splitAddress(order.url);
  const other = order.fallbackUrl ? splitAddress(order.fallbackUrl) : null;
  return build.destination(own.url, {
    method: order.method ?? 'POST',
    fallbackUrl: other?.url ?? null,
    timeoutMs: order.timeoutMs ?? byDefault.callbackMs,
    extra: {
      now: `{{${urlVariable}}}`,
      nowCredentials: `{{${credentialsVariable}}}`,
      ...(own.credentials === null ? {} : { credentials: own.credentials }),
      ...(other === null || other.credentials === null ? {} : { fallbackCredentials: other.credentials }),
      ...(order.tag === undefined || order.tag === '' ? {} : { tag: encodeTag(order.tag) }),
    },
  });
}

/** `more` are words of the event; `tag` takes the place of the call's own. */
export function tell(callback: Callback, event: string, more: Readonly<Record<string, string>> = {}): Destination {
  return { ...callback, extra: { ...callback.extra, ...more, event } };
}

/** What makes all later events go to another address. */
export function redirectCallback(url: string): readonly FlowNode[] {
  const { url: address, credentials } = splitAddress(url);
  return [build.set(urlVariable, address), build.set(credentialsVariable, credentials ?? '')];
}

/** To wherever the call's events go at that time, by GET: documents do not know the callback of their call. */
export const leavingCallback = (event: string, more: Readonly<Record<string, string>>): Destination =>
  build.destination('', {
    method: 'GET',
    timeoutMs: byDefault.callbackMs,
    extra: { now: `{{${urlVariable}}}`, nowCredentials: `{{${credentialsVariable}}}`, ...more, event },
  });

/** Before the first document of a call. */
export const documentsKnow = (callback: Callback): readonly FlowNode[] => [
  build.set(urlVariable, callback.url),
  build.set(credentialsVariable, callback.extra['credentials'] ?? ''),
];

export interface Address {
  readonly url: string;
  readonly credentials: string | null;
}

/** An address as it may be written down: braces would be filled in, and passwords belong on no tape. */
export function splitAddress(url: string): Address {
  const written = url.replaceAll('{', '%7B');
  return URL.canParse(written) ? withoutCredentials(written) : { url: written, credentials: null };
}
