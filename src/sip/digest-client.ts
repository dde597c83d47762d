// Owns: answering 401 and 407 with one set of credentials (RFC 3261 section 22.2, RFC 8760 section 2.4): the first
// challenge of each realm whose algorithm we know, counts per nonce, a limit on rounds.
// Does not: decide whom to trust. `sealed` freezes the realms that may ask: once a dialog stands, a peer that was never
// asked to carry our credentials could otherwise collect digests by challenging a BYE.
import { randomBytes } from 'node:crypto';
import { type DigestAlgorithm, digestResponse, parseAlgorithm, parseDigestParams, quoteDigest } from './digest.ts';

export interface Challenge {
  /** Of the header that carried it: 401 WWW-Authenticate, 407 Proxy-Authenticate. */
  readonly proxy: boolean;
  readonly value: string;
}

interface Session {
  readonly proxy: boolean;
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: DigestAlgorithm;
  readonly opaque: string | undefined;
  readonly qop: boolean;
  /** Chosen once for a nonce: -sess hashes it into A1. */
  readonly cnonce: string;
  nc: number;
}

export interface DigestClient {
  /** Takes the challenges of a refusal. False: none can be answered, so the refusal stands. */
  take(challenges: readonly Challenge[]): boolean;
  /** From now on only realms that challenged before are answered. */
  seal(): void;
  /** Those that challenged, each with what its header was: what `createDigestClient` takes after a restart. */
  readonly realms: readonly string[];
  /** Headers for the next request, empty before the first challenge. */
  headers(method: string, uri: string): readonly { readonly name: string; readonly value: string }[];
}

const maxSessions = 4;

/** `realms`: those that may ask although it is sealed from the start. */
export function createDigestClient(
  credentials: { readonly username: string; readonly password: string },
  realms: readonly string[] = [],
): DigestClient {
  const sessions = new Map<string, Session>();
  let sealed = realms.length > 0;

  return {
    take(challenges) {
      let learnt = false;
      const seen = new Set<string>();
      for (const { proxy, value } of challenges) {
        const params = parseDigestParams(value);
        const realm = params?.get('realm');
        const nonce = params?.get('nonce');
        if (params === null || realm === undefined || nonce === undefined) continue;
        const algorithm = parseAlgorithm(params.get('algorithm'));
        const qops = params.get('qop')?.split(',');
        const qop = qops?.some((option) => option.trim().toLowerCase() === 'auth') ?? false;
        if (algorithm === null || (qops !== undefined && !qop)) continue;
        const key = `${proxy ? 'p' : 'w'}:${realm}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const known = sessions.get(key);
        const stranger = known === undefined && !realms.includes(key);
        if (stranger && (sealed || sessions.size >= maxSessions)) return false;
        // Asked again without stale=true: the password was wrong, and sending it again will not mend it.
        if (
          known !== undefined &&
          known.nc > 0 &&
          params.get('stale')?.toLowerCase() !== 'true' &&
          known.nonce !== nonce &&
          !sealed
        )
          return false;
        if (known !== undefined && known.nonce === nonce && known.nc > 0) return false;
        const cnonce = randomBytes(8).toString('hex');
        sessions.set(key, { proxy, realm, nonce, algorithm, opaque: params.get('opaque'), qop, cnonce, nc: 0 });
        learnt = true;
      }
      return learnt;
    },
    seal() {
      sealed = true;
    },
    get realms() {
      return [...new Set([...realms, ...sessions.keys()])];
    },
    headers(method, uri) {
      return [...sessions.values()].map((session) => {
        session.nc += 1;
        const nc = session.nc.toString(16).padStart(8, '0');
        const response = digestResponse({
          algorithm: session.algorithm,
          username: credentials.username,
          realm: session.realm,
          password: credentials.password,
          method,
          uri,
          nonce: session.nonce,
          qop: session.qop ? { cnonce: session.cnonce, nc } : null,
          cnonce: session.cnonce,
        });
        const parts = [
          `username=${quoteDigest(credentials.username)}`,
          `realm=${quoteDigest(session.realm)}`,
          `nonce=${quoteDigest(session.nonce)}`,
          `uri=${quoteDigest(uri)}`,
          `response="${response}"`,
          `algorithm=${session.algorithm}`,
        ];
        if (session.qop || session.algorithm.endsWith('-sess')) parts.push(`cnonce="${session.cnonce}"`);
        if (session.qop) parts.push('qop=auth', `nc=${nc}`);
        if (session.opaque !== undefined) parts.push(`opaque=${quoteDigest(session.opaque)}`);
        return { name: session.proxy ? 'Proxy-Authorization' : 'Authorization', value: `Digest ${parts.join(', ')}` };
      });
    },
  };
}
