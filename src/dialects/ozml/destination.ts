// Owns: the addresses that a command names for notifications, as destinations of the common form. What only this dialect's
// words need travels in `extra`; passwords never do (credentials.ts).
import * as build from '../../flow/build.ts';
import type { Destination } from '../../flow/node.ts';
import { keepCredentials } from '../credentials.ts';
import { resolveAddress } from '../xml/address.ts';
import type { Parameters } from './parameters.ts';
import { withVariablesInAddress } from './variables.ts';

/** `event` is the vendor's name of the notification. */
export function destinationTo(url: string, event: string, extra: Readonly<Record<string, string>> = {}): Destination {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.username === '' && parsed.password === ''))
    return build.destination(url, { method: 'POST', extra: { event, ...extra } });
  const { username, password } = parsed;
  parsed.username = '';
  parsed.password = '';
  const credentials = keepCredentials({ username: decode(username), password: decode(password) });
  return build.destination(parsed.href, { method: 'POST', extra: { event, ...extra, credentials } });
}

/** null when it is absent or empty, or wrong, which is a fault. */
export function destinationOf(
  given: Parameters,
  name: string,
  event: string,
  source: string,
  extra: Readonly<Record<string, string>> = {},
): Destination | null {
  const url = addressIn(given, name, source);
  return url === null ? null : destinationTo(url, event, extra);
}

export function addressIn(given: Parameters, name: string, source: string): string | null {
  const written = given.text(name);
  if (written === null || written === '') return null;
  const address = resolveAddress(written, source);
  if ('url' in address) return withVariablesInAddress(address.url);
  given.wrong(name, `${name}: ${address.fault}`, address.hint);
  return null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
