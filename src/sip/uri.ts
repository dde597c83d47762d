// Owns: SIP and SIPS URIs, and the scheme of any other (RFC 3261 19.1, 25.1; RFC 5118 for IPv6 hosts).
// The user part and parameters stay escaped; `unescapeUri` (uri-compare.ts) is applied once, on demand, never before splitting.
// Does not: look names up.
import { isDigit, isTokenCode, parseUnsigned } from './header.ts';
import { type Param, type Params, paramValue } from './header-params.ts';

export interface SipUri {
  readonly kind: 'sip';
  readonly secure: boolean;
  /** Escaped; null: no user part. */
  readonly user: string | null;
  readonly password: string | null;
  /** As written; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
  /** What follows `?`, unparsed; null: none. */
  readonly headers: string | null;
}
export interface OtherUri {
  readonly kind: 'other';
  /** Lower case. */
  readonly scheme: string;
  readonly rest: string;
}
export type Uri = SipUri | OtherUri;

/** null: not a URI, or a sip: URI that breaks its grammar. */
export function parseUri(text: string): Uri | null {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon > 32) return null;
  const head = text.slice(0, colon);
  const scheme = head === 'sip' ? head : head.toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips') return parseOther(text, scheme, colon);

  const at = text.indexOf('@', colon);
  let user: string | null = null;
  let password: string | null = null;
  if (at >= 0) {
    const split = text.indexOf(':', colon + 1);
    const userEnd = split >= 0 && split < at ? split : at;
    user = text.slice(colon + 1, userEnd);
    if (user === '' || !allOf(user, userTable)) return null;
    if (userEnd < at) {
      password = text.slice(userEnd + 1, at);
      if (!allOf(password, passwordTable)) return null;
    }
  }
  const hostPort = parseHostPort(text, at >= 0 ? at + 1 : colon + 1);
  if (hostPort === null) return null;
  let here = hostPort.end;
  const params: Param[] = [];
  while (text.charCodeAt(here) === 59) {
    const end = endOfParam(text, here + 1);
    const piece = text.slice(here + 1, end);
    const equals = piece.indexOf('=');
    const name = equals < 0 ? piece : piece.slice(0, equals);
    const value = equals < 0 ? null : piece.slice(equals + 1);
    if (name === '' || !allOf(name, paramTable) || (value !== null && !allOf(value, paramTable))) return null;
    params.push({ name, value });
    here = end;
  }
  let headers: string | null = null;
  if (text.charCodeAt(here) === 63) {
    headers = text.slice(here + 1);
    if (!allOf(headers, headerTable)) return null;
    here = text.length;
  }
  if (here < text.length) return null;
  return {
    kind: 'sip',
    secure: scheme === 'sips',
    user,
    password,
    host: hostPort.host,
    port: hostPort.port,
    params,
    headers,
  };
}

function parseOther(text: string, scheme: string, colon: number): OtherUri | null {
  const first = scheme.charCodeAt(0);
  if (first < 97 || first > 122) return null;
  for (let at = 1; at < scheme.length; at += 1) {
    const code = scheme.charCodeAt(at);
    const fits = (code >= 97 && code <= 122) || isDigit(code) || code === 43 || code === 45 || code === 46;
    if (!fits) return null;
  }
  const rest = text.slice(colon + 1);
  for (let at = 0; at < rest.length; at += 1) {
    const code = rest.charCodeAt(at);
    if (code <= 32 || code === 127 || code === 60 || code === 62 || code === 34) return null;
  }
  return rest === '' ? null : { kind: 'other', scheme, rest };
}

export interface HostPort {
  readonly host: string;
  readonly port: number | null;
  /** Index behind what was read. */
  readonly end: number;
}

/** `host[:port]` at `at`. White space around the colon is the caller's to allow (Via) or not (URI). */
export function parseHostPort(text: string, at: number): HostPort | null {
  let here = at;
  let host: string;
  if (text.charCodeAt(here) === 91) {
    const close = text.indexOf(']', here);
    if (close < 0 || close - here > 64) return null;
    host = text.slice(here + 1, close);
    if (!isIpv6Text(host)) return null;
    here = close + 1;
  } else {
    while (isHostCode(text.charCodeAt(here))) here += 1;
    host = text.slice(at, here);
    if (host === '' || host.length > 255) return null;
  }
  if (text.charCodeAt(here) !== 58) return { host, port: null, end: here };
  const portStart = here + 1;
  here = portStart;
  while (isDigit(text.charCodeAt(here))) here += 1;
  const port = parseUnsigned(text.slice(portStart, here), 65535);
  if (port === null) return null;
  return { host, port, end: here };
}

/** Characters and shape only; `:::` is let through, as RFC 5118 4.10 asks. */
function isIpv6Text(text: string): boolean {
  let colons = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 58) colons += 1;
    else if (code === 37) return at > 0;
    else if (!isDigit(code) && code !== 46 && !((code | 32) >= 97 && (code | 32) <= 102)) return false;
  }
  return colons >= 2;
}

function isHostCode(code: number): boolean {
  // Underscore is no host character, but names with it exist.
  return isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 122) || code === 45 || code === 46 || code === 95;
}

function endOfParam(text: string, at: number): number {
  let here = at;
  while (here < text.length) {
    const code = text.charCodeAt(here);
    if (code === 59 || code === 63) break;
    here += 1;
  }
  return here;
}

export function formatUri(uri: Uri): string {
  if (uri.kind === 'other') return `${uri.scheme}:${uri.rest}`;
  const user = uri.user === null ? '' : `${uri.user}${uri.password === null ? '' : `:${uri.password}`}@`;
  let text = `${uri.secure ? 'sips' : 'sip'}:${user}${formatHostPort(uri.host, uri.port)}`;
  for (const { name, value } of uri.params) text += value === null ? `;${name}` : `;${name}=${value}`;
  return uri.headers === null ? text : `${text}?${uri.headers}`;
}

export function formatHostPort(host: string, port: number | null): string {
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return port === null ? bracketed : `${bracketed}:${port}`;
}

/** The transport parameter in lower case, or undefined. */
export function uriTransport(uri: SipUri): string | undefined {
  return paramValue(uri.params, 'transport')?.toLowerCase();
}

/** Escapes what a user part may not hold. */
export function escapeUser(text: string): string {
  let escaped = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const plain = byte < 128 && byte !== 37 && userTable[byte] === 1;
    escaped += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

// What each part may hold, escapes (%) included; everything above ASCII is taken in user parts, as peers send it.
function table(extra: string): Uint8Array {
  const codes = new Uint8Array(128);
  for (let code = 0; code < 128; code += 1) {
    const alphanumeric = isTokenCode(code) && code !== 43 && code !== 96;
    if (alphanumeric || extra.includes(String.fromCharCode(code))) codes[code] = 1;
  }
  return codes;
}
const userTable = table("-_.!~*'()&=+$,;?/%#[]");
const passwordTable = table("-_.!~*'()&=+$,%");
const paramTable = table("-_.!~*'()[]/:&+$%");
const headerTable = table("-_.!~*'()[]/?:+$%=&@;,");

function allOf(text: string, allowed: Uint8Array): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 128 ? allowed[code] !== 1 : allowed !== userTable) return false;
  }
  return true;
}
