import { describe, expect, it } from 'vitest';
import { type DigestHash, digestResponse, parseDigestParams } from './digest.ts';
import { createDigestClient } from './digest-client.ts';
import { createDigestServer } from './digest-server.ts';

const uri = 'sip:bob@example.org';

function server(more: { maxNonces?: number; hashes?: readonly DigestHash[] } = {}) {
  let time = 0;
  const created = createDigestServer({
    realm: 'here "quoted"',
    credentials: (login) => (login === 'al"ice' ? { password: 'pw' } : null),
    now: () => time,
    nonceLifeMs: 1000,
    ...more,
  });
  return { ...created, tick: (ms: number) => (time += ms) };
}

function answer(values: readonly string[], username = 'al"ice', password = 'pw') {
  const client = createDigestClient({ username, password });
  const taken = client.take(values.map((value) => ({ proxy: false, value })));
  return { client, taken, sign: (method = 'INVITE') => client.headers(method, uri).map(({ value }) => value) };
}

describe('digestResponse', () => {
  it('gives the values of RFC 7616 section 3.9.1', () => {
    const input = {
      username: 'Mufasa',
      realm: 'http-auth@example.org',
      password: 'Circle of Life',
      method: 'GET',
      uri: '/dir/index.html',
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      qop: { nc: '00000001', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
    };
    expect(digestResponse({ ...input, algorithm: 'MD5' })).toBe('8ca523f5e9506fed4657c9700eebdbec');
    expect(digestResponse({ ...input, algorithm: 'SHA-256' })).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    );
  });
});

describe('parseDigestParams', () => {
  it('reads tokens and quoted strings with commas and escapes', () => {
    const params = parseDigestParams('Digest  realm="a, \\"b\\"",qop = auth , NC=00000001');
    expect([...(params ?? [])]).toEqual([
      ['realm', 'a, "b"'],
      ['qop', 'auth'],
      ['nc', '00000001'],
    ]);
  });
  it('refuses other schemes, broken text and repeated parameters', () => {
    for (const text of ['Basic abc', 'Digest realm="open', 'Digest a=1,a=2', 'Digest =x', 'Digest']) {
      expect(parseDigestParams(text), text).toBeNull();
    }
  });
});

describe('a challenge and its answer', () => {
  it('offers and accepts only what it was told to', () => {
    for (const [given, other] of [
      ['MD5', 'SHA-256'],
      ['SHA-256', 'MD5'],
    ] as const) {
      const digest = server({ hashes: [given] });
      const [value, ...more] = digest.challenge(false);
      expect(more).toEqual([]);
      expect(digest.check('INVITE', answer([value!]).sign()).kind).toBe('accepted');
      expect(digest.check('INVITE', answer([value!.replace(`=${given}`, `=${other}`)]).sign()).kind).toBe('refused');
    }
  });

  it('is accepted for each algorithm offered', () => {
    const digest = server();
    const [sha, md5] = digest.challenge(false);
    expect(sha).toContain('algorithm=SHA-256');
    expect(md5).toContain('algorithm=MD5');
    for (const index of [0, 1]) {
      // A new nonce each, since every client counts from one.
      const value = digest.challenge(false)[index]!;
      expect(digest.check('INVITE', answer([value]).sign())).toEqual({ kind: 'accepted', login: 'al"ice' });
    }
  });

  it('is accepted with -sess algorithms and without qop', () => {
    const digest = server();
    for (const algorithm of ['MD5-sess', 'SHA-256-sess']) {
      const value = digest.challenge(false)[0]!.replace('SHA-256', algorithm);
      expect(digest.check('INVITE', answer([value]).sign()).kind).toBe('accepted');
    }
    const old = digest.challenge(false)[1]!.replace(', qop="auth"', '');
    const values = answer([old]).sign();
    expect(values[0]).not.toContain('qop');
    expect(digest.check('INVITE', values).kind).toBe('accepted');
    expect(digest.check('INVITE', values).kind).toBe('stale');
  });

  it('is good for rising counts and for no count twice', () => {
    const digest = server();
    const { sign } = answer(digest.challenge(false));
    const first = sign();
    expect(digest.check('INVITE', first).kind).toBe('accepted');
    expect(digest.check('INVITE', first).kind).toBe('stale');
    expect(digest.check('INVITE', sign()).kind).toBe('accepted');
  });

  it('is stale when the nonce is too old or not ours', () => {
    const digest = server();
    const { sign } = answer(digest.challenge(false));
    digest.tick(1001);
    expect(digest.check('INVITE', sign()).kind).toBe('stale');
    expect(digest.check('INVITE', answer(server().challenge(false)).sign()).kind).toBe('stale');
  });

  it('is refused alike for a wrong password, an unknown user, another method and another realm', () => {
    const digest = server();
    const challenge = digest.challenge(false);
    expect(digest.check('INVITE', answer(challenge, 'al"ice', 'no').sign())).toEqual({ kind: 'refused' });
    expect(digest.check('INVITE', answer(challenge, 'nobody').sign())).toEqual({ kind: 'refused' });
    expect(digest.check('REGISTER', answer(challenge).sign('INVITE'))).toEqual({ kind: 'refused' });
    expect(digest.check('INVITE', [])).toEqual({ kind: 'refused' });
    expect(digest.check('INVITE', ['NoOneKnowsThisScheme opaque-data=here'])).toEqual({ kind: 'refused' });
  });

  it('forgets counts for room without letting them be used again', () => {
    const digest = server({ maxNonces: 2 });
    const old = answer(digest.challenge(false)).sign();
    expect(digest.check('INVITE', old).kind).toBe('accepted');
    for (let round = 0; round < 2; round += 1) {
      digest.tick(1);
      expect(digest.check('INVITE', answer(digest.challenge(false)).sign()).kind).toBe('accepted');
    }
    expect(digest.check('INVITE', old).kind).toBe('stale');
  });
});

describe('the client', () => {
  const challenge = (realm: string, more = '') => ({
    proxy: true,
    value: `Digest realm="${realm}", nonce="n${Math.random()}", qop="auth,auth-int"${more}`,
  });

  it('takes the first challenge it can compute', () => {
    const { client, taken } = answer([
      'Digest realm="r", nonce="1", algorithm=SHA-512-256',
      'Digest realm="r", nonce="2", algorithm=MD5, opaque="o"',
    ]);
    expect(taken).toBe(true);
    expect(client.headers('BYE', uri)[0]?.value).toMatch(/nonce="2".*opaque="o"/);
  });

  it('takes no challenge that only offers what it cannot do', () => {
    expect(answer(['Digest realm="r", nonce="1", qop="auth-int"']).taken).toBe(false);
    expect(answer(['Basic realm="r"']).taken).toBe(false);
  });

  it('does not send a password again that was refused, but follows stale', () => {
    const client = createDigestClient({ username: 'u', password: 'p' });
    expect(client.take([challenge('r')])).toBe(true);
    expect(client.headers('INVITE', uri)[0]?.name).toBe('Proxy-Authorization');
    expect(client.take([challenge('r', ', stale=TRUE')])).toBe(true);
    client.headers('INVITE', uri);
    expect(client.take([challenge('r')])).toBe(false);
  });

  it('answers no new realm once it is sealed', () => {
    const client = createDigestClient({ username: 'u', password: 'p' });
    client.take([challenge('trunk')]);
    client.headers('INVITE', uri);
    client.seal();
    expect(client.take([challenge('thief')])).toBe(false);
    expect(client.take([challenge('trunk')])).toBe(true);
  });
});
