// Owns: start line and header section to fields (RFC 3261 7, 7.3, 25.1): line ends, folding, compact names, lists.
// One pass, no regular expressions. A fault is noted and reading goes on, so that the 400 can quote Via and Call-ID.
// Does not: look inside values, except Content-Length, which framing needs.
import { isToken, knownHeader, parseUnsigned } from './header.ts';
import { endOfQuoted } from './header-params.ts';
import type { Header } from './message.ts';

export const MAX_MESSAGE_BYTES = 65_535;
export const MAX_HEADERS = 512;

export interface Head {
  /** unknown: no SIP start line at all. */
  kind: 'request' | 'response' | 'unknown';
  method: string;
  uri: string;
  status: number;
  reason: string;
  /** Without Content-Length: that is the body's, and written anew by formatMessage. */
  readonly headers: Header[];
  /** null: none given. */
  contentLength: number | null;
  /** The length cannot be known: a stream is lost here. */
  badFraming: boolean;
  /** The first fault; null: none. */
  fault: { readonly status: number; readonly reason: string } | null;
}

const SPACE = 32;
const TAB = 9;
const LF = 10;
const CR = 13;

/** The index behind the blank line that ends a header section, looking from `searchFrom`; -1: not there. */
export function findHeadEnd(bytes: Uint8Array, searchFrom: number): number {
  let at = bytes.indexOf(LF, searchFrom);
  while (at >= 0) {
    const next = at + 1;
    if (bytes[next] === LF) return next + 1;
    if (bytes[next] === CR && bytes[next + 1] === LF) return next + 2;
    at = bytes.indexOf(LF, next);
  }
  return -1;
}

/** `text`: from the start line to the end of the last header line; a closing blank line is allowed. */
export function parseHead(text: string): Head {
  const head: Head = {
    kind: 'unknown',
    method: '',
    uri: '',
    status: 0,
    reason: '',
    headers: [],
    contentLength: null,
    badFraming: false,
    fault: null,
  };
  let at = endOfLine(text, 0);
  parseStartLine(head, lineAt(text, 0, at));
  at += 1;
  while (at < text.length) {
    let eol = endOfLine(text, at);
    let line = lineAt(text, at, eol);
    if (line === '') break;
    const first = line.charCodeAt(0);
    if (first === SPACE || first === TAB) {
      note(head, 400, 'Folded line without a header');
      at = eol + 1;
      continue;
    }
    let following = text.charCodeAt(eol + 1);
    if (following === SPACE || following === TAB) {
      const folded = [trimSpace(line)];
      do {
        at = eol + 1;
        eol = endOfLine(text, at);
        const more = trimSpace(lineAt(text, at, eol));
        if (more !== '') folded.push(more);
        following = text.charCodeAt(eol + 1);
      } while (following === SPACE || following === TAB);
      line = folded.join(' ');
    }
    parseHeaderLine(head, line);
    if (head.headers.length > MAX_HEADERS) {
      note(head, 400, 'Too many headers');
      head.badFraming = true;
      break;
    }
    at = eol + 1;
  }
  return head;
}

function note(head: Head, status: number, reason: string): void {
  head.fault ??= { status, reason };
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}

function lineAt(text: string, start: number, eol: number): string {
  return text.slice(start, eol > start && text.charCodeAt(eol - 1) === CR ? eol - 1 : eol);
}

function parseStartLine(head: Head, line: string): void {
  if (line.startsWith('SIP/')) {
    head.kind = 'response';
    parseStatusLine(head, line);
    return;
  }
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  // Trailing white space (RFC 4475 3.1.2.10) and doubled spaces (3.1.2.9) leave an empty or wrong third word.
  const version = line.slice(last + 1);
  const sip = version.length >= 4 && version.slice(0, 4).toUpperCase() === 'SIP/';
  const loose = !sip && trimSpace(line).slice(-7).toUpperCase() === 'SIP/2.0';
  if (first <= 0 || (!sip && !loose)) {
    note(head, 400, 'Not a SIP start line');
    head.badFraming = true;
    return;
  }
  head.kind = 'request';
  head.method = line.slice(0, first);
  head.uri = loose ? '' : trimSpace(line.slice(first + 1, last));
  if (loose) note(head, 400, 'White space after the start line');
  else if (version !== 'SIP/2.0' && version.toUpperCase() !== 'SIP/2.0') note(head, 505, 'Version Not Supported');
  if (!isToken(head.method)) note(head, 400, 'Malformed method');
  if (last <= first || hasBreak(line, first + 1, last)) note(head, 400, 'White space in the start line');
}

/** A URI holds neither white space nor control characters. */
function hasBreak(line: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const code = line.charCodeAt(at);
    if (code <= SPACE || code === 127) return true;
  }
  return end <= start;
}

function parseStatusLine(head: Head, line: string): void {
  if (!line.startsWith('SIP/2.0 ')) {
    note(head, 505, 'Version Not Supported');
    return;
  }
  const digits = line.slice(8, 11);
  const status = digits.length === 3 ? parseUnsigned(digits, 699) : null;
  const behind = line.charCodeAt(11);
  if (status === null || status < 100 || !(line.length === 11 || behind === SPACE)) {
    note(head, 400, 'Malformed status');
    return;
  }
  head.status = status;
  head.reason = trimSpace(line.slice(12));
  if (head.reason.includes('\r')) note(head, 400, 'Bare CR');
}

function parseHeaderLine(head: Head, line: string): void {
  const colon = line.indexOf(':');
  if (colon <= 0) {
    note(head, 400, 'Header without a colon');
    return;
  }
  const raw = trimSpace(line.slice(0, colon));
  const known = knownHeader(raw);
  if (known === undefined && !isToken(raw)) {
    note(head, 400, 'Malformed header name');
    return;
  }
  const value = trimSpace(line.slice(colon + 1));
  if (value.includes('\r')) {
    note(head, 400, 'Bare CR');
    return;
  }
  if (known === undefined) {
    head.headers.push({ name: raw, value });
    return;
  }
  if (known.name === 'Content-Length') {
    parseContentLength(head, value);
    return;
  }
  if (!known.list || !value.includes(',')) {
    head.headers.push({ name: known.name, value });
    return;
  }
  splitList(head, known.name, value);
}

function parseContentLength(head: Head, value: string): void {
  const length = parseUnsigned(value, 0x7fffffff);
  if (length === null) note(head, 400, 'Malformed Content-Length');
  else if (head.contentLength !== null) note(head, 400, 'Content-Length repeated');
  if (length === null || head.contentLength !== null) head.badFraming = true;
  else head.contentLength = length;
}

/** Empty elements are a fault where routing depends on them, and dropped elsewhere (`Supported: a,,b`). */
function splitList(head: Head, name: string, value: string): void {
  const strict = name === 'Via' || name === 'Contact' || name === 'Route' || name === 'Record-Route';
  const before = head.headers.length;
  let start = 0;
  let at = 0;
  let inBrackets = false;
  for (; at <= value.length; at += 1) {
    const code = at < value.length ? value.charCodeAt(at) : 44;
    if (code === 34) {
      // No quotes inside a URI.
      const end = inBrackets ? -1 : endOfQuoted(value, at);
      if (end < 0) break;
      at = end - 1;
    } else if (code === 60) inBrackets = true;
    else if (code === 62) inBrackets = false;
    else if (code === 44 && (!inBrackets || at === value.length)) {
      if (inBrackets) break;
      const piece = trimSpace(value.slice(start, at));
      if (piece !== '') head.headers.push({ name, value: piece });
      else if (strict) break;
      start = at + 1;
      if (head.headers.length > MAX_HEADERS) return;
    }
  }
  if (at <= value.length) {
    // Unbalanced, or empty where it must not be: kept whole, so that a second reading finds the same.
    head.headers.length = before;
    head.headers.push({ name, value });
    if (strict) note(head, 400, `Malformed ${name}`);
  } else if (head.headers.length === before) head.headers.push({ name, value: '' });
}

export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
