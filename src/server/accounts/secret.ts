// Owns: the secrets of keys: making them, hashing them (scrypt, RFC 7914, each with a salt of its own), comparing.
// Does not: keep anything (register.ts), decide how often may be guessed (keyring.ts).
import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';

/** 192 bits: nothing that is guessed or found by hashing. */
const secretBytes = 24;
const saltBytes = 16;
const hashBytes = 32;
const cost = { N: 16_384, r: 8, p: 1 } as const;

export const newSecret = (): string => randomBytes(secretBytes).toString('base64url');

/** Letters and digits that are told apart when they are read out. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

export const newKeyId = (): string =>
  `key-${Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('')}`;

/** Seven digits, the first not 0: every vendor's clients take it as an account or user id. */
export const newAccountId = (): string => String(randomInt(1_000_000, 10_000_000));

/** `scrypt$N$r$p$salt$hash`. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(secret, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** False for a hash that cannot be read, too. */
export async function isSecretOf(secret: string, hash: string): Promise<boolean> {
  const [kind, N, r, p, salt = '', wanted = ''] = hash.split('$');
  const expected = Buffer.from(wanted, 'base64url');
  if (kind !== 'scrypt' || expected.length !== hashBytes) return false;
  const found = await derive(secret, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return timingSafeEqual(found, expected);
}

/** Of no secret: what nobody has takes as long to refuse as what somebody has. */
export const nobodysHash = [
  'scrypt',
  cost.N,
  cost.r,
  cost.p,
  'bm9ib2R5',
  randomBytes(hashBytes).toString('base64url'),
].join('$');

function derive(secret: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    scrypt(secret, salt, hashBytes, { N, r, p }, (error, key) => (error === null ? resolve(key) : reject(error))),
  );
}
