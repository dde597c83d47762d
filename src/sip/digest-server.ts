// Owns: asking for and checking digest credentials (RFC 3261 section 22, RFC 7616 section 3.3, RFC 8760). A nonce is its
// own proof: issue time and random bytes under an HMAC, so that nothing is stored for a challenge nobody answers. The
// counts of answered nonces are stored, in a bounded table.
// Does not: compare the uri parameter with the Request-URI, since proxies on the way rewrite the latter; offer auth-int.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type DigestHash, digestResponse, parseAlgorithm, parseDigestParams, quoteDigest } from './digest.ts';

export interface DigestServerOptions {
  readonly realm: string;
  /** What challenges offer, the one we prefer first; nothing else is accepted. SHA-256, then MD5. */
  readonly hashes?: readonly DigestHash[];
  readonly credentials: (login: string) => { readonly password: string } | null;
  /** A clock that never jumps. */
  readonly now: () => number;
  readonly nonceLifeMs?: number;
  readonly maxNonces?: number;
}

export type DigestVerdict =
  | { readonly kind: 'accepted'; readonly login: string }
  /** No credentials for this realm, or wrong ones: the same for a user who does not exist. */
  | { readonly kind: 'refused' }
  /** Right password, but a nonce too old or used before: ask again with stale=true. */
  | { readonly kind: 'stale' };

export interface DigestServer {
  /** Values for WWW-Authenticate or Proxy-Authenticate, the one we prefer first. */
  challenge(stale: boolean): readonly string[];
  /** `values`: all Authorization (or Proxy-Authorization) values of the request. */
  check(method: string, values: readonly string[]): DigestVerdict;
}

const hexCount = /^[0-9a-f]{8}$/i;

export function createDigestServer(options: DigestServerOptions): DigestServer {
  const hashes = options.hashes ?? ['SHA-256', 'MD5'];
  const secret = randomBytes(32);
  // Stands in for the password of unknown users, so that they cost the same work and get the same answer.
  const nobody = randomBytes(16).toString('hex');
  const lifeMs = options.nonceLifeMs ?? 300_000;
  const maxNonces = options.maxNonces ?? 20_000;
  const highest = new Map<string, { nc: number; readonly issued: number }>();
  let forgottenUntil = Number.NEGATIVE_INFINITY;

  const stamp = (text: string) => createHmac('sha256', secret).update(text).digest('base64url').slice(0, 27);

  function issue(): string {
    const text = `${Math.floor(options.now()).toString(36)}.${randomBytes(9).toString('base64url')}`;
    return `${text}.${stamp(text)}`;
  }

  /** When the nonce was issued by us, else null. */
  function issuedAt(nonce: string): number | null {
    const cut = nonce.lastIndexOf('.');
    if (cut < 0 || !same(nonce.slice(cut + 1), stamp(nonce.slice(0, cut)))) return null;
    return Number.parseInt(nonce.slice(0, nonce.indexOf('.')), 36);
  }

  function countOnce(nonce: string, issued: number, nc: number): boolean {
    const known = highest.get(nonce);
    if (known !== undefined) {
      if (nc <= known.nc) return false;
      known.nc = nc;
      return true;
    }
    // A count that was dropped for room must not become usable again.
    if (issued <= forgottenUntil) return false;
    if (highest.size >= maxNonces) forgetOldest();
    highest.set(nonce, { nc, issued });
    return true;
  }

  function forgetOldest(): void {
    const oldest = highest.entries().next().value;
    if (oldest === undefined) return;
    highest.delete(oldest[0]);
    if (options.now() - oldest[1].issued <= lifeMs) forgottenUntil = Math.max(forgottenUntil, oldest[1].issued);
  }

  return {
    challenge(stale) {
      const rest = `realm=${quoteDigest(options.realm)}, nonce="${issue()}", qop="auth"${stale ? ', stale=true' : ''}`;
      return hashes.map((hash) => `Digest ${rest}, algorithm=${hash}`);
    },
    check(method, values) {
      for (const value of values) {
        const params = parseDigestParams(value);
        if (params === null || params.get('realm') !== options.realm) continue;
        const username = params.get('username');
        const nonce = params.get('nonce');
        const uri = params.get('uri');
        const response = params.get('response');
        const algorithm = parseAlgorithm(params.get('algorithm'));
        if (username === undefined || nonce === undefined || uri === undefined || response === undefined) continue;
        if (algorithm === null || !hashes.some((hash) => algorithm.startsWith(hash))) continue;
        const qop = params.get('qop')?.toLowerCase();
        const cnonce = params.get('cnonce');
        const nc = params.get('nc');
        if (qop !== undefined && (qop !== 'auth' || cnonce === undefined || nc === undefined || !hexCount.test(nc)))
          continue;
        const user = options.credentials(username);
        const expected = digestResponse({
          algorithm,
          username,
          realm: options.realm,
          password: user?.password ?? nobody,
          method,
          uri,
          nonce,
          qop: qop === undefined ? null : { cnonce: cnonce!, nc: nc! },
          ...(cnonce === undefined ? {} : { cnonce }),
        });
        const right = same(response.toLowerCase(), expected);
        const issued = issuedAt(nonce);
        if (!right || user === null) return { kind: 'refused' };
        if (issued === null || options.now() - issued > lifeMs) return { kind: 'stale' };
        // Without qop there is no count: such a nonce is good for one request.
        const count = qop === undefined ? Number.POSITIVE_INFINITY : Number.parseInt(nc!, 16);
        return countOnce(nonce, issued, count) ? { kind: 'accepted', login: username } : { kind: 'stale' };
      }
      return { kind: 'refused' };
    },
  };
}

function same(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
