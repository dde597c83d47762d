// Owns: when two URIs are the same (RFC 3261 19.1.4), and the one unescaping that comparing and reading a user need.
// Does not: compare tel: numbers; as every other scheme they are compared as text.
import { isDigit } from './header.ts';
import { paramValue } from './header-params.ts';
import { formatUri, type Uri } from './uri.ts';

/**
 * RFC 3261 19.1.4: scheme, user, password, host and port as escaped-equal texts, the parameters that must agree, and
 * the headers. A user part is case-sensitive, a host is not, `%75` is `u`.
 */
export function sameUri(a: Uri, b: Uri): boolean {
  if (a.kind === 'other' || b.kind === 'other') return formatUri(a) === formatUri(b);
  if (a.secure !== b.secure || !sameEscaped(a.user, b.user) || !sameEscaped(a.password, b.password)) return false;
  if (a.host.toLowerCase() !== b.host.toLowerCase() || a.port !== b.port) return false;
  for (const { name } of [...a.params, ...b.params]) {
    const lower = name.toLowerCase();
    const inA = paramValue(a.params, lower);
    const inB = paramValue(b.params, lower);
    const mustBeInBoth =
      lower === 'user' || lower === 'ttl' || lower === 'method' || lower === 'maddr' || lower === 'transport';
    if (inA === undefined || inB === undefined) {
      if (mustBeInBoth) return false;
    } else if (unescapeUri(inA).toLowerCase() !== unescapeUri(inB).toLowerCase()) return false;
  }
  return sortedHeaders(a.headers) === sortedHeaders(b.headers);
}

function sameEscaped(a: string | null, b: string | null): boolean {
  return a === b || (a !== null && b !== null && unescapeUri(a) === unescapeUri(b));
}

function sortedHeaders(headers: string | null): string {
  return headers === null ? '' : headers.split('&').map(unescapeUri).sort().join('&');
}

/** Resolves %XX once, as UTF-8; a stray % stays. Never fails. */
export function unescapeUri(text: string): string {
  if (!text.includes('%')) return text;
  const bytes: number[] = [];
  const source = Buffer.from(text, 'utf8');
  for (let at = 0; at < source.length; at += 1) {
    const high = hexDigit(source[at + 1]);
    const low = hexDigit(source[at + 2]);
    if (source[at] === 37 && high >= 0 && low >= 0) {
      bytes.push(high * 16 + low);
      at += 2;
    } else bytes.push(source[at]!);
  }
  return Buffer.from(bytes).toString('utf8');
}

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (isDigit(code)) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
