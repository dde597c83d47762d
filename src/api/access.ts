// Owns: whether a request is answered, and as whose: by the key or token that it carries; without one, everything is shown to
// programs of this machine while the listener is for this machine only. SECURITY.md
// Does not: know keys (they are handed in), answer.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { CodedError } from '../base/errors.ts';
import { parseAuthorization } from './credentials.ts';

export interface Account {
  readonly account: string;
  /** The key that was used. */
  readonly key: string;
}

export interface KeyView {
  readonly id: string;
  readonly label: string | null;
  readonly createdAt: string | null;
  readonly configured: boolean;
}

/** The keys of accounts, as HTTP needs them. */
export interface Keys {
  /** null: nobody's. Throws CodedError `auth-too-many`. */
  signIn(id: string, secret: string, source: string): Promise<Account | null>;
  issueToken(who: Account): { readonly token: string; readonly expiresInSeconds: number };
  ofToken(token: string): Account | null;
  of(account: string): readonly KeyView[];
  create(account: string, label: string | null): Promise<{ readonly id: string; readonly secret: string }>;
  /** False when the account has no such key. Throws CodedError `account-configured`. */
  remove(account: string, id: string): Promise<boolean>;
}

export interface Access {
  /** null: it shows no valid credentials. */
  accountOf(request: IncomingMessage): Promise<Account | null>;
  /** As `accountOf`; but null is who may see everything. Throws CodedError `auth-required`. */
  viewerOf(request: IncomingMessage): Promise<Account | null>;
}

export interface AccessOptions {
  readonly keys: Keys;
  readonly boundHost: string;
  readonly anonymous: 'local' | 'never';
}

/** Of a request that somebody else passed on: a proxy on this machine is not this machine. */
const passedOn = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/** Proxies that say nothing of whom they ask for pass a public name on, or speak HTTP/1.0 by default. */
function isDirect({ headers, httpVersion }: IncomingMessage): boolean {
  const { host } = headers;
  const name = host === undefined ? null : URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, '');
  const isLocal = name != null && (name === 'localhost' || isLoopback(name));
  return httpVersion !== '1.0' && isLocal && passedOn.every((header) => headers[header] === undefined);
}

export function createAccess({ keys, boundHost, anonymous }: AccessOptions): Access {
  const open = anonymous === 'local' && (boundHost === 'localhost' || isLoopback(boundHost));

  async function accountOf(request: IncomingMessage): Promise<Account | null> {
    const header = request.headers.authorization;
    const credentials = header === undefined ? null : parseAuthorization(header);
    if (credentials === null) return null;
    if (credentials.kind === 'bearer') return keys.ofToken(credentials.token);
    return keys.signIn(credentials.id, credentials.secret, sourceOf(request));
  }

  return {
    accountOf,
    async viewerOf(request) {
      if (request.headers.authorization === undefined) {
        if (open && isDirect(request) && isLoopback(sourceOf(request))) return null;
        throw new CodedError('auth-required', 'This needs the key of an account');
      }
      const account = await accountOf(request);
      if (account === null) throw new CodedError('auth-required', 'The key is not valid');
      return account;
    },
  };
}

export const sourceOf = (request: IncomingMessage): string => request.socket.remoteAddress ?? '';

const isLoopback = (host: string): boolean => isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback';
