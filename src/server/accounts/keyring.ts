// Owns: who a pair of id and secret is, or a token made of one (OAuth 2.0 client credentials, RFC 6749 4.4). A hash is made
// once for a pair and source; what was found is remembered under an HMAC, so that the next request costs nothing. Wrong
// pairs are limited for each source, and hashing at one time for all: a flood cannot have the processor.
// Does not: keep keys (register.ts), know HTTP (api/).
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { CodedError } from '../../base/errors.ts';
import type { Seal } from '../../store/seal.ts';
import type { Key, Register } from './register.ts';
import { isSecretOf, nobodysHash } from './secret.ts';

export interface SignedIn {
  readonly account: string;
  readonly key: string;
}

export interface Keyring {
  /** null: nobody's. `source` is the address that asks. Throws CodedError `auth-too-many`. */
  signIn(id: string, secret: string, source: string): Promise<SignedIn | null>;
  /** A token that stands for the key, for an hour and as long as there is the key; over restarts too. */
  issueToken(who: SignedIn): { readonly token: string; readonly expiresInSeconds: number };
  ofToken(token: string): SignedIn | null;
}

export interface KeyringOptions {
  readonly register: Pick<Register, 'key' | 'reload'>;
  /** Tokens are sealed with it. */
  readonly seal: Seal;
  readonly clock: Pick<Clock, 'now' | 'wall'>;
  /** What costs; scrypt. */
  readonly matches?: (secret: string, hash: string) => Promise<boolean>;
}

const tokenMs = 60 * 60 * 1000;
const tokenPlace = 'token';
const longestPart = 1000;
/** Wrong pairs of one source: so many at once, then one for each such time. */
const guesses = 20;
const guessMs = 3000;
const rememberedSources = 10_000;
const rememberedPairs = 10_000;
/** At one time; others wait, and more than that are sent away. */
const hashesAtOnce = 2;
const mostWaiting = 64;
/** An unknown id may be new: the data folder is looked at, but not for each. */
const reloadMs = 250;

export function createKeyring({ register, seal, clock, matches = isSecretOf }: KeyringOptions): Keyring {
  const memoryKey = randomBytes(32);
  const known = new Map<string, boolean>();
  const pending = new Map<string, Promise<boolean>>();
  const sources = new Map<string, { left: number; at: number }>();
  const waiting: (() => void)[] = [];
  let hashing = 0;
  let reloadedAt = Number.NEGATIVE_INFINITY;

  const tooMany = (): CodedError =>
    new CodedError('auth-too-many', 'Too many wrong keys came from this address lately');

  async function find(id: string): Promise<Key | undefined> {
    const key = register.key(id);
    if (key !== undefined || clock.now() - reloadedAt < reloadMs) return key;
    reloadedAt = clock.now();
    await register.reload();
    return register.key(id);
  }

  function budgetOf(source: string): { left: number; at: number } {
    const name = isIPv6(source) ? source.split(':').slice(0, 4).join(':') : source;
    const now = clock.now();
    const budget = sources.get(name) ?? { left: guesses, at: now };
    const earned = Math.floor((now - budget.at) / guessMs);
    budget.left = Math.min(guesses, budget.left + earned);
    budget.at += earned * guessMs;
    sources.delete(name);
    sources.set(name, budget);
    if (sources.size > rememberedSources) sources.delete(sources.keys().next().value!);
    return budget;
  }

  async function hashed(secret: string, hash: string): Promise<boolean> {
    if (hashing >= hashesAtOnce) {
      if (waiting.length >= mostWaiting) throw tooMany();
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else hashing += 1;
    try {
      return await matches(secret, hash);
    } finally {
      const next = waiting.shift();
      if (next === undefined) hashing -= 1;
      else next();
    }
  }

  function mac(...parts: readonly string[]): Buffer {
    // A part cannot run over into the next one.
    return createHmac('sha256', memoryKey).update(JSON.stringify(parts)).digest();
  }

  async function prove(secret: string, key: Key | undefined): Promise<boolean> {
    if (key === undefined) {
      await hashed(secret, nobodysHash);
      return false;
    }
    const { proof } = key;
    return 'hash' in proof
      ? hashed(secret, proof.hash)
      : timingSafeEqual(mac('secret', secret), mac('secret', proof.secret));
  }

  /** Once for any number that wait for the same. */
  function check(name: string, secret: string, key: Key | undefined): Promise<boolean> {
    let running = pending.get(name);
    if (running === undefined) {
      running = prove(secret, key).finally(() => pending.delete(name));
      pending.set(name, running);
    }
    return running;
  }

  return {
    async signIn(id, secret, source) {
      if (id.length > longestPart || secret.length > longestPart) return null;
      const key = await find(id);
      const proof = key === undefined ? '' : 'hash' in key.proof ? key.proof.hash : key.proof.secret;
      const name = mac('pair', source, id, proof, secret).toString('base64');
      const before = known.get(name);
      if (before === true && key !== undefined) return { account: key.account, key: id };
      const budget = budgetOf(source);
      // Taken before it is known, for many may ask at the same time; whoever asks the same as another asks for nothing.
      const asked = pending.has(name);
      if (!asked && budget.left <= 0) throw tooMany();
      if (!asked) budget.left -= 1;
      if (before === false && key !== undefined) return null;
      const right = await check(name, secret, key);
      if (key === undefined) return null;
      if (right && !asked) budget.left += 1;
      known.set(name, right);
      if (known.size > rememberedPairs) known.delete(known.keys().next().value!);
      return right && register.key(id) !== undefined ? { account: key.account, key: id } : null;
    },
    issueToken({ account, key }) {
      const text = JSON.stringify({ account, key, until: clock.wall() + tokenMs });
      const token = Buffer.from(seal.seal(text, tokenPlace), 'base64').toString('base64url');
      return { token, expiresInSeconds: tokenMs / 1000 };
    },
    ofToken(token) {
      if (token.length > longestPart) return null;
      const text = seal.open(Buffer.from(token, 'base64url').toString('base64'), tokenPlace);
      if (text === null) return null;
      const { account, key, until } = JSON.parse(text) as { account: string; key: string; until: number };
      return until > clock.wall() && register.key(key)?.account === account ? { account, key } : null;
    },
  };
}
