import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSeal, type Seal } from '../../store/seal.ts';
import { createVirtualClock, type VirtualClock } from '../../testkit/virtual-clock.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import type { Key } from './register.ts';
import { hashSecret, isSecretOf, newAccountId, newKeyId, newSecret } from './secret.ts';

const folder = mkdtempSync(join(tmpdir(), 'keytone-keyring-'));
const secret = newSecret();
const keys = new Map<string, Key>();
let hash: string;
let seal: Seal;
let clock: VirtualClock;
let keyring: Keyring;
let reloads: number;
let hashes: number;

beforeAll(async () => {
  hash = await hashSecret(secret);
  seal = createSeal(join(folder, 'accounts.key'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  clock = createVirtualClock();
  reloads = 0;
  hashes = 0;
  keys.clear();
  const common = { account: '1000001', label: null, createdAt: 0, configured: false };
  keys.set('kept', { ...common, id: 'kept', proof: { hash } });
  keys.set('written', { ...common, id: 'written', proof: { secret: 'pässword: with colons' }, configured: true });
  keyring = again();
});

/** As another process has it, which remembers nothing. */
function again(): Keyring {
  const register = {
    key: (id: string) => keys.get(id),
    reload: async () => {
      reloads += 1;
    },
  };
  const matches = (given: string, kept: string): Promise<boolean> => {
    hashes += 1;
    return isSecretOf(given, kept);
  };
  return createKeyring({ register, seal, clock, matches });
}

const code = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    (result) => result,
    (error: { code: string }) => error.code,
  );

describe('a secret', () => {
  it('is never its hash, has a salt of its own, and is known again', async () => {
    expect(hash).not.toContain(secret);
    expect(await hashSecret(secret)).not.toBe(hash);
    expect(await isSecretOf(secret, hash)).toBe(true);
    for (const other of [`${secret} `, secret.toUpperCase(), '', hash])
      expect(await isSecretOf(other, hash)).toBe(false);
  });

  it.each(['', 'scrypt', 'scrypt$16384$8$1$$', 'plain$16384$8$1$aa$bb', 'scrypt$x$y$z$aa$bb'])(
    'is nobody’s when its hash is %j',
    async (broken) => expect(await isSecretOf('', broken)).toBe(false),
  );

  it('has 192 random bits, and ids are what every vendor’s clients take', () => {
    expect(Buffer.from(newSecret(), 'base64url')).toHaveLength(24);
    expect(newAccountId()).toMatch(/^[1-9]\d{6}$/);
    expect(newKeyId()).toMatch(/^key-[a-z2-9]{10}$/);
  });
});

describe('signing in', () => {
  it('is by the id and the secret of one key, kept or configured', async () => {
    expect(await keyring.signIn('kept', secret, '192.0.2.1')).toEqual({ account: '1000001', key: 'kept' });
    const configured = { account: '1000001', key: 'written' };
    expect(await keyring.signIn('written', 'pässword: with colons', '192.0.2.1')).toEqual(configured);
    expect(await keyring.signIn('written', 'pässword', '192.0.2.1')).toBeNull();
    expect(await keyring.signIn('written', secret, '192.0.2.1')).toBeNull();
    expect(await keyring.signIn('kept', hash, '192.0.2.1')).toBeNull();
    expect(await keyring.signIn('nobody', secret, '192.0.2.1')).toBeNull();
  });

  it('ends with the key, although its secret was remembered', async () => {
    expect(await keyring.signIn('kept', secret, '192.0.2.1')).not.toBeNull();
    keys.delete('kept');
    expect(await keyring.signIn('kept', secret, '192.0.2.1')).toBeNull();
  });

  it('costs one hash for a key and source, however often and however many at once', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => keyring.signIn('kept', secret, '192.0.2.1')));
    expect(all.every((one) => one?.account === '1000001')).toBe(true);
    for (let left = 100; left > 0; left--) await keyring.signIn('kept', secret, '192.0.2.1');
    expect(hashes).toBe(1);
    await keyring.signIn('kept', secret, '192.0.2.2');
    expect(hashes).toBe(2);
  });

  it('costs a hash for an id that nobody has, too', async () => {
    await keyring.signIn('nobody', 'x', '192.0.2.1');
    expect(hashes).toBe(1);
  });

  it('looks for keys of another process, but not for every wrong id', async () => {
    for (let left = 5; left > 0; left--) await keyring.signIn('nobody', 'x', '192.0.2.1');
    expect(reloads).toBe(1);
    clock.advance(250);
    await keyring.signIn('nobody', 'x', '192.0.2.1');
    expect(reloads).toBe(2);
  });

  it('refuses a source that guesses, and nobody else', async () => {
    for (let guess = 0; guess < 20; guess++)
      expect(await keyring.signIn('written', `guess ${guess}`, '192.0.2.1')).toBeNull();
    expect(await code(keyring.signIn('written', 'guess 21', '192.0.2.1'))).toBe('auth-too-many');
    expect(await code(keyring.signIn('written', 'pässword: with colons', '192.0.2.1'))).toBe('auth-too-many');
    expect(await keyring.signIn('written', 'pässword: with colons', '192.0.2.2')).not.toBeNull();
    clock.advance(3000);
    expect(await keyring.signIn('written', 'pässword: with colons', '192.0.2.1')).not.toBeNull();
  });

  it('goes on for a key that is in use, while another one is guessed from the same address', async () => {
    expect(await keyring.signIn('kept', secret, '192.0.2.1')).not.toBeNull();
    for (let guess = 0; guess < 30; guess++) await code(keyring.signIn('written', `guess ${guess}`, '192.0.2.1'));
    expect(await keyring.signIn('kept', secret, '192.0.2.1')).not.toBeNull();
  });

  it('costs a flood from one address no more hashes than it may guess', async () => {
    const flood = Array.from({ length: 1000 }, (_, guess) =>
      code(keyring.signIn('kept', `guess ${guess}`, '192.0.2.1')),
    );
    const answers = await Promise.all(flood);
    expect(answers.filter((answer) => answer === null)).toHaveLength(20);
    expect(hashes).toBe(20);
    expect(await keyring.signIn('kept', secret, '192.0.2.2')).not.toBeNull();
  });

  it('counts the addresses of one IPv6 network as one', async () => {
    for (let guess = 0; guess < 20; guess++)
      await keyring.signIn('written', `guess ${guess}`, `2001:db8:0:1::${guess}`);
    expect(await code(keyring.signIn('written', 'x', '2001:db8:0:1::ffff'))).toBe('auth-too-many');
    expect(await code(keyring.signIn('written', 'x', '2001:db8:0:2::1'))).toBeNull();
  });

  it('does not take what is longer than any key', async () => {
    expect(await keyring.signIn('kept', 'x'.repeat(100_000), '192.0.2.1')).toBeNull();
    expect(await keyring.signIn('x'.repeat(100_000), 'x', '192.0.2.1')).toBeNull();
    expect(reloads).toBe(0);
  });
});

describe('a token', () => {
  const who = { account: '1000001', key: 'kept' };

  it('stands for its key for an hour, in the next process too', () => {
    const { token, expiresInSeconds } = keyring.issueToken(who);
    expect(expiresInSeconds).toBe(3600);
    expect(again().ofToken(token)).toEqual(who);
    clock.advance(3_599_999);
    expect(keyring.ofToken(token)).toEqual(who);
    clock.advance(1);
    expect(keyring.ofToken(token)).toBeNull();
  });

  it('ends with the key', () => {
    const { token } = keyring.issueToken(who);
    keys.delete('kept');
    expect(keyring.ofToken(token)).toBeNull();
  });

  it('tells nobody what it says, and is void when a bit of it is another', () => {
    const { token } = keyring.issueToken(who);
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('kept');
    for (let place = 0; place < token.length - 1; place++) {
      const other = token[place] === 'A' ? 'B' : 'A';
      expect(keyring.ofToken(token.slice(0, place) + other + token.slice(place + 1))).toBeNull();
    }
    for (const text of ['', 'x', '\0', token.slice(1), token.repeat(20), seal.seal('{}', 'elsewhere')])
      expect(keyring.ofToken(text)).toBeNull();
  });
});
