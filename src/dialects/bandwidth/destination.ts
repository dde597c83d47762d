// Owns: the webhooks that a verb names: its URL, method, fallback, credentials and tag, as a destination of the common form.
// What only this dialect's words need travels in `extra`; passwords never do (credentials.ts).
import * as build from '../../flow/build.ts';
import type { Destination, FlowNode } from '../../flow/node.ts';
import { keepCredentials } from '../credentials.ts';
import { resolveAddress } from '../xml/address.ts';
import type { Fields } from '../xml/fields.ts';
import { byDefault } from './decisions.ts';
import { positionOf, type Scope } from './scope.ts';

/** Words that travel with a request: `event` is the vendor's name of it. */
export const tagVariable = '{{tag}}';

interface Names {
  /** `gather` for `gatherUrl`, `gatherMethod`, … */
  readonly prefix: string;
  readonly event: string;
  readonly fallback: boolean;
  /** More words for the request. */
  readonly extra?: Readonly<Record<string, string>>;
  /** In place of the call's. */
  readonly tag?: string;
}

/** null when the verb names no URL. */
export function destinationOf(fields: Fields, scope: Scope, names: Names): Destination | null {
  const { prefix, event, fallback, extra = {}, tag = tagVariable } = names;
  const method = fields.choice(`${prefix}Method`, ['POST', 'GET'], 'POST');
  const url = addressIn(fields, `${prefix}Url`, scope);
  const fallbackUrl = fallback ? addressIn(fields, `${prefix}FallbackUrl`, scope) : null;
  const fallbackMethod = fallback ? fields.choice(`${prefix}FallbackMethod`, ['POST', 'GET'], 'POST') : null;
  const own = credentialsIn(fields, 'username', 'password', scope) ?? url?.credentials ?? null;
  const others = fallback
    ? (credentialsIn(fields, 'fallbackUsername', 'fallbackPassword', scope) ?? fallbackUrl?.credentials ?? null)
    : null;
  if (url === null) {
    if (fallbackUrl !== null)
      scope.problems.warn(
        'attribute-missing',
        fields.attribute(`${prefix}FallbackUrl`)!.at,
        `${prefix}FallbackUrl has no effect without ${prefix}Url.`,
        `Add ${prefix}Url.`,
      );
    return null;
  }
  return build.destination(url.url, {
    method,
    fallbackUrl: fallbackUrl?.url ?? null,
    timeoutMs: byDefault.webhookMs,
    extra: {
      event,
      tag,
      ...extra,
      ...(own === null ? {} : { credentials: own }),
      ...(fallbackUrl === null ? {} : { fallbackMethod: fallbackMethod ?? 'POST' }),
      ...(fallbackUrl === null || others === null ? {} : { fallbackCredentials: others }),
    },
  });
}

interface Webhook {
  readonly url: string;
  /** Those that stood in the URL: it is written on the tape, so they may not stay there. */
  readonly credentials: string | null;
}

function addressIn(fields: Fields, name: string, scope: Scope): Webhook | null {
  const attribute = fields.attribute(name);
  if (attribute === null || attribute.value.trim() === '') return null;
  const address = resolveAddress(attribute.value.trim(), scope.source);
  if ('url' in address) return withoutCredentials(address.url.replaceAll('{', '%7B'));
  scope.problems.error('address-invalid', attribute.at, `${name}: ${address.fault}`, address.hint);
  return null;
}

/** An address as it may be written on the tape, and the name of what stood in it. */
export function withoutCredentials(written: string): Webhook {
  const url = new URL(written);
  const { username, password } = url;
  if (username === '' && password === '') return { url: written, credentials: null };
  url.username = '';
  url.password = '';
  const kept = keepCredentials({ username: decode(username), password: decode(password) });
  return { url: url.href, credentials: kept };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function credentialsIn(fields: Fields, user: string, secret: string, scope: Scope): string | null {
  const [username, password] = [fields.attribute(user), fields.attribute(secret)];
  if (username !== null && password !== null)
    return keepCredentials({ username: username.value, password: password.value });
  const alone = username ?? password;
  if (alone !== null)
    scope.problems.warn(
      'attribute-missing',
      alone.at,
      `${alone.name} has no effect alone.`,
      `Write both ${user} and ${secret}.`,
    );
  return null;
}

/** As the interpreter may keep it: no braces, which it would fill in, and no lone halves of characters. */
export const encodeTag = (tag: string): string => tag.toWellFormed().replaceAll('%', '%25').replaceAll('{', '%7B');
export const decodeTag = (kept: string): string => kept.replaceAll('%7B', '{').replaceAll('%25', '%');

/** The text of a tag that fits, or null after a warning. */
export function tagText(written: string, at: { line: number; column: number }, scope: Scope): string | null {
  const text = written.trim();
  if (text.length <= byDefault.tagLength) return text;
  scope.problems.warn(
    'attribute-invalid',
    at,
    `A tag of ${text.length} characters is too long; it is ignored.`,
    `Allowed: ${byDefault.tagLength} characters.`,
  );
  return null;
}

/** What a verb's own `tag` does before the verb: it stays for every webhook from there on. */
export function tagNodes(fields: Fields, scope: Scope): readonly FlowNode[] {
  const attribute = fields.attribute('tag');
  const text = attribute === null ? null : tagText(attribute.value, attribute.at, scope);
  if (text === null) return [];
  const at = positionOf(fields.element);
  return [build.set('tag', encodeTag(text), { ...at, path: `${at.path}/tag` })];
}
