// Owns: header names (compact forms, list headers) and access to the headers of a message (RFC 3261 7.3, 20).
// Does not: parse values, except the two that are a number and a word (CSeq) or a number.
import type { Header } from './message.ts';

interface NameEntry {
  readonly name: string;
  /** Comma-joined values are several headers. */
  readonly list: boolean;
  /** Must not appear twice. */
  readonly single: boolean;
}

const lists =
  'Alert-Info Call-Info Contact Error-Info P-Asserted-Identity P-Preferred-Identity Path Reason Record-Route Route ' +
  'Security-Client Security-Server Security-Verify Service-Route Via Warning';
// Lists of words stay joined: their readers want all words at once (listTokens), and a header each would be many.
const wordLists =
  'Accept Accept-Encoding Accept-Language Allow Allow-Events Content-Encoding Content-Language In-Reply-To Proxy-Require ' +
  'Require Supported Unsupported';
const singles =
  'Call-ID Content-Disposition Content-Length Content-Type CSeq Date Event Expires From Max-Forwards MIME-Version Min-Expires ' +
  'Min-SE Organization Priority RAck Refer-To Referred-By Replaces Reply-To RSeq Retry-After Server Session-Expires Subject ' +
  'Subscription-State Timestamp To User-Agent';
const others =
  'Authentication-Info Authorization Diversion Geolocation History-Info Privacy Proxy-Authenticate Proxy-Authorization WWW-Authenticate';
const compact: Record<string, string> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
};

const names = new Map<string, NameEntry>();
for (const name of lists.split(' ')) names.set(name.toLowerCase(), { name, list: true, single: false });
for (const name of singles.split(' ')) names.set(name.toLowerCase(), { name, list: false, single: true });
for (const name of [...wordLists.split(' '), ...others.split(' ')])
  names.set(name.toLowerCase(), { name, list: false, single: false });
for (const [short, name] of Object.entries(compact)) {
  names.set(short, names.get(name.toLowerCase()) ?? { name, list: false, single: false });
}
// The spellings seen on the wire, so that the usual ones need no lower-casing.
const spellings = new Map<string, NameEntry>();
for (const [lower, entry] of names) {
  spellings.set(lower, entry);
  spellings.set(entry.name, entry);
  if (lower.length === 1) spellings.set(lower.toUpperCase(), entry);
}

/** What is known of a header name; undefined for an extension header. */
export function knownHeader(name: string): NameEntry | undefined {
  return spellings.get(name) ?? names.get(name.toLowerCase());
}

interface HasHeaders {
  readonly headers: readonly Header[];
}

function sameName(have: string, want: string): boolean {
  return have === want || (have.length === want.length && have.toLowerCase() === want.toLowerCase());
}

/** The first value, or undefined. `name` in its long form, in any case. */
export function getHeader(message: HasHeaders, name: string): string | undefined {
  for (const header of message.headers) if (sameName(header.name, name)) return header.value;
  return undefined;
}

/** All values in order. */
export function getHeaders(message: HasHeaders, name: string): string[] {
  const values: string[] = [];
  for (const header of message.headers) if (sameName(header.name, name)) values.push(header.value);
  return values;
}

/** The message with the named header set to exactly these values, at the place of the first one or at the end. */
export function withHeader<M extends HasHeaders>(message: M, name: string, ...values: readonly string[]): M {
  const headers: Header[] = [];
  let placed = false;
  const place = () => {
    if (!placed) for (const value of values) headers.push({ name, value });
    placed = true;
  };
  for (const header of message.headers) {
    if (sameName(header.name, name)) place();
    else headers.push(header);
  }
  place();
  return { ...message, headers };
}

/** The message with one more header before (`first`) or after all others. */
export function addHeader<M extends HasHeaders>(
  message: M,
  name: string,
  value: string,
  where: 'first' | 'last' = 'last',
): M {
  const header = { name, value };
  return { ...message, headers: where === 'first' ? [header, ...message.headers] : [...message.headers, header] };
}

export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** RFC 3261 8.1.1.5 and 20.16: the number is below 2**32 here, so that a peer's one above 2**31 is still answerable. */
export function parseCSeq(text: string | undefined): CSeq | null {
  if (text === undefined) return null;
  let at = 0;
  while (isDigit(text.charCodeAt(at))) at += 1;
  const number = parseUnsigned(text.slice(0, at));
  const digits = at;
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at += 1;
  const method = text.slice(at);
  if (number === null || at === digits || !isToken(method)) return null;
  return { number, method };
}

/** Digits only, at most `max` (default 2**32-1); null when it is anything else. */
export function parseUnsigned(text: string, max = 0xffffffff): number | null {
  if (text.length === 0) return null;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return null;
    value = value * 10 + (code - 48);
    if (value > max) return null;
  }
  return value;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

const tokenTable = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~")
  tokenTable[char.charCodeAt(0)] = 1;

export function isTokenCode(code: number): boolean {
  return code < 128 && tokenTable[code] === 1;
}

/** RFC 3261 25.1 `token`: not empty. */
export function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (!isTokenCode(text.charCodeAt(at))) return false;
  return text.length > 0;
}
