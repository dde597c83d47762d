// Owns: the arithmetic and the text of HTTP digest as SIP uses it (RFC 3261 section 22, RFC 2617, RFC 7616, RFC 8760):
// parsing challenges and credentials, and the response value for MD5 and SHA-256 with or without -sess.
// Does not: decide anything (digest-server.ts, digest-client.ts); know qop=auth-int.
import { createHash } from 'node:crypto';

export type DigestHash = 'MD5' | 'SHA-256';
export type DigestAlgorithm = DigestHash | `${DigestHash}-sess`;

export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  /** null: the form without qop that RFC 2069 left behind. */
  readonly qop: { readonly cnonce: string; readonly nc: string } | null;
  /** -sess needs it even when there is no qop. */
  readonly cnonce?: string;
}

const algorithms: readonly DigestAlgorithm[] = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess'];

/** The algorithm a name stands for; a missing name means MD5, an unknown one null. */
export function parseAlgorithm(name: string | undefined): DigestAlgorithm | null {
  if (name === undefined) return 'MD5';
  const wanted = name.toLowerCase();
  return algorithms.find((algorithm) => algorithm.toLowerCase() === wanted) ?? null;
}

/** The `response` value, in lower-case hexadecimal. */
export function digestResponse(input: DigestInput): string {
  const hash = input.algorithm.startsWith('MD5') ? 'md5' : 'sha256';
  const h = (text: string) => createHash(hash).update(text, 'utf8').digest('hex');
  let ha1 = h(`${input.username}:${input.realm}:${input.password}`);
  if (input.algorithm.endsWith('-sess')) ha1 = h(`${ha1}:${input.nonce}:${input.qop?.cnonce ?? input.cnonce ?? ''}`);
  const ha2 = h(`${input.method}:${input.uri}`);
  if (input.qop === null) return h(`${ha1}:${input.nonce}:${ha2}`);
  return h(`${ha1}:${input.nonce}:${input.qop.nc}:${input.qop.cnonce}:auth:${ha2}`);
}

/**
 * Parameters of a `Digest …` header value, names in lower case, quoted strings unescaped.
 * null when the scheme is another one or the text is broken; a repeated parameter is broken text.
 */
export function parseDigestParams(value: string): ReadonlyMap<string, string> | null {
  const scheme = /^\s*digest\s+/i.exec(value);
  if (scheme === null) return null;
  const params = new Map<string, string>();
  const part = /\s*([\w!%*.+`'~-]+)\s*=\s*(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s,"]*))\s*(,|$)/y;
  part.lastIndex = scheme[0].length;
  while (part.lastIndex < value.length) {
    const match = part.exec(value);
    if (match === null) return null;
    const name = match[1]!.toLowerCase();
    if (params.has(name)) return null;
    params.set(name, match[2] === undefined ? match[3]! : match[2].replace(/\\([\s\S])/g, '$1'));
  }
  return params;
}

/** A quoted-string of RFC 3261 section 25.1. */
export function quoteDigest(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
