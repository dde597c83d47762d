import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type Account, createAccess, type Keys } from './access.ts';

const ada: Account = { account: '1000001', key: 'ada' };
const keys: Keys = {
  signIn: async (id, secret) => (id === 'ada' && secret === 'right' ? ada : null),
  issueToken: () => ({ token: 'token', expiresInSeconds: 1 }),
  ofToken: (token) => (token === 'token' ? ada : null),
  of: () => [],
  create: async () => ({ id: '', secret: '' }),
  remove: async () => false,
};

interface Asked {
  readonly bound?: string;
  readonly anonymous?: 'local' | 'never';
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly httpVersion?: string;
}

async function viewer({
  bound = '127.0.0.1',
  anonymous = 'local',
  from = '127.0.0.1',
  headers = {},
  httpVersion = '1.1',
}: Asked) {
  const request = {
    headers: { host: 'localhost:8080', ...headers },
    httpVersion,
    socket: { remoteAddress: from },
  } as unknown as IncomingMessage;
  try {
    const account = await createAccess({ keys, boundHost: bound, anonymous }).viewerOf(request);
    return account === null ? 'everything' : account.account;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });

describe('a request without a key', () => {
  it.each(['127.0.0.1', '127.3.4.5', '::1', 'localhost'])('of this machine sees everything at %s', async (bound) => {
    expect(await viewer({ bound })).toBe('everything');
    expect(await viewer({ bound, from: '::ffff:127.0.0.1' })).toBe('everything');
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'voice.example.org'])('is refused at %s, from anywhere', async (bound) => {
    expect(await viewer({ bound })).toBe('auth-required');
    expect(await viewer({ bound, from: '192.0.2.9' })).toBe('auth-required');
  });

  it('is refused when nobody may be anonymous', async () => {
    expect(await viewer({ anonymous: 'never' })).toBe('auth-required');
  });

  it.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'])(
    'is refused when somebody passed it on: %s',
    async (name) => expect(await viewer({ headers: { [name]: '127.0.0.1' } })).toBe('auth-required'),
  );

  it('is refused when it looks like one that a silent proxy passed on', async () => {
    expect(await viewer({ httpVersion: '1.0' })).toBe('auth-required');
    for (const host of [
      'voice.example.org',
      'voice.example.org:443',
      '192.0.2.1',
      'localhost.example.org',
      '',
      '[',
      '[::2]',
    ])
      expect([host, await viewer({ headers: { host } })]).toEqual([host, 'auth-required']);
    for (const host of ['localhost', '127.0.0.1:8080', '[::1]:8080', '[::1]', 'LOCALHOST'])
      expect([host, await viewer({ headers: { host } })]).toEqual([host, 'everything']);
  });

  it('is refused when it comes from another machine or from nowhere', async () => {
    for (const from of ['192.0.2.9', '', '::', '0.0.0.0']) expect(await viewer({ from })).toBe('auth-required');
  });
});

describe('a request with a key', () => {
  it('sees what is its account’s, also on this machine', async () => {
    expect(await viewer({ headers: basic('ada:right') })).toBe('1000001');
    expect(await viewer({ headers: { authorization: 'Bearer token' }, bound: '0.0.0.0' })).toBe('1000001');
  });

  it('is refused when the key is wrong, and not taken for one without', async () => {
    for (const authorization of ['', 'Basic', 'Bearer other', 'Digest x', basic('ada:wrong').authorization])
      expect(await viewer({ headers: { authorization } })).toBe('auth-required');
  });
});
