import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodedError } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { CommandFace, RestFace, RestRequest, Voice } from '../dialects/rest.ts';
import { createStore, type Store } from '../store/store.ts';
import type { Keys } from './access.ts';
import { createHttp, type HttpFace, type HttpOptions } from './create-http.ts';

let folder: string;
let store: Store;
let http: HttpFace;
let base: string;
let port: number;
let seen: RestRequest[] = [];
const logged: unknown[] = [];
const note = (fields: object, message: string): unknown => logged.push([fields, message]);
const log: Log = { ...silentLog, debug: note, info: note, warn: note, error: note };

const keys: Keys = {
  signIn: async (id, secret) => (secret === 'right' ? { account: id, key: id } : null),
  issueToken: ({ account }) => ({ token: `of-${account}`, expiresInSeconds: 3600 }),
  ofToken: (token) => (token.startsWith('of-') ? { account: token.slice(3), key: token.slice(3) } : null),
  of: () => [],
  create: async () => ({ id: '', secret: '' }),
  remove: async () => false,
};

const see = (request: RestRequest) => {
  seen.push(request);
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'seen' };
};

const face: RestFace = {
  dialect: 'bandwidth-v1',
  prefix: '/v1/users',
  routes: [
    { method: 'GET', path: '/v1/users/:account/things', answer: see },
    { method: 'POST', path: '/v1/users/:account/things', answer: see },
    { method: 'GET', path: '/v1/users/:account/things/:thing', answer: see },
    { method: 'PUT', path: '/v1/users/:account/files/:file', bodyLimit: 200_000, answer: see },
    { method: 'GET', path: '/v1/users/:account/who', answer: (_, { account }) => ({ status: 200, body: account }) },
    {
      method: 'GET',
      path: '/v1/users/:account/stream',
      answer: () => ({ status: 200, body: Readable.from(['a', 'b']) }),
    },
    { method: 'GET', path: '/v1/users/:account/none', answer: () => ({ status: 204 }) },
    {
      method: 'GET',
      path: '/v1/users/:account/ours',
      answer() {
        throw new Error('inside secret-of-the-house');
      },
    },
    {
      method: 'GET',
      path: '/v1/users/:account/down',
      answer: () => Promise.reject(new CodedError('store-unusable', 'The disk is gone')),
    },
    { method: 'GET', path: '/v1/users/:account/never', answer: () => new Promise<never>(() => {}) },
  ],
  fault: ({ kind, words }) => ({ status: kind === 'unauthenticated' ? 401 : 499, body: `${kind}: ${words}` }),
};

const command: CommandFace = {
  dialect: 'ozml',
  takes: ({ path, query, body }) =>
    path === '/api' && (query.has('action') || new URLSearchParams(body.toString()).has('action')),
  async answer(request, signIn) {
    seen.push(request);
    const form = new URLSearchParams(request.body.toString());
    const value = (name: string): string => request.query.get(name) ?? form.get(name) ?? '';
    const voice = await signIn(value('username'), value('password'));
    return { status: 200, body: voice === null ? 'nobody' : voice.account };
  },
};

const health: HttpOptions['health'] = () => ({ status: 'ok' });

async function start(changes: Partial<HttpOptions> = {}): Promise<void> {
  http = createHttp({
    ...{ host: '127.0.0.1', port: 0, log, store, dataDir: folder, live: () => [], health },
    accounts: {
      ...{ keys, everyAppOf: () => [], accountOf: () => '' },
      voiceOf: (account) => ({ account }) as Voice,
      faces: { rest: [face], command: [command] },
    },
    limits: { handlerMs: 200 },
    ...changes,
  });
  ({ port } = await http.start());
  base = `http://127.0.0.1:${port}`;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keytone-faces-'));
  store = await createStore({ dataDir: folder, log: silentLog });
  seen = [];
  logged.length = 0;
  await start();
});

afterEach(async () => {
  await http.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const auth = (account = 'ada'): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${account}:right`).toString('base64')}`,
});

async function ask(path: string, init: RequestInit = {}): Promise<[status: number, body: string, headers: Headers]> {
  const answer = await fetch(`${base}${path}`, init);
  return [answer.status, await answer.text(), answer.headers];
}

describe('a dialect’s REST interface', () => {
  it('gets the request as it came, without what proves who sent it', async () => {
    const body = Buffer.from([0, 1, 2, 255]);
    const headers = { ...auth(), 'content-type': 'application/x-nothing; odd', 'x-mine': 'yes' };
    const [status, text] = await ask('/v1/users/ada/things?a=1&a=%202', { method: 'POST', headers, body });
    expect([status, text]).toEqual([200, 'seen']);
    const [request] = seen;
    expect(request).toMatchObject({
      ...{ method: 'POST', path: '/v1/users/ada/things', params: { account: 'ada' }, remoteAddress: '127.0.0.1' },
      here: base,
    });
    expect(request!.body.equals(body)).toBe(true);
    expect(request!.query.getAll('a')).toEqual(['1', ' 2']);
    expect(request!.headers).toMatchObject({ 'x-mine': 'yes', 'content-type': 'application/x-nothing; odd' });
    expect(JSON.stringify(request!.headers)).not.toContain('Basic');
  });

  it.each(['application/json', 'application/xml', 'application/x-www-form-urlencoded', ''])(
    'gets a body of the type “%s” as bytes, unread',
    async (type) => {
      const headers = { ...auth(), 'content-type': type };
      const [status] = await ask('/v1/users/ada/things', { method: 'POST', headers, body: '{not json' });
      expect([status, seen[0]!.body.toString()]).toEqual([200, '{not json']);
    },
  );

  it('gets parameters decoded, and slashes in them are theirs', async () => {
    await ask('/v1/users/ada/things/a%2Fb%20c/', { headers: auth() });
    expect(seen[0]!.params).toEqual({ account: 'ada', thing: 'a/b c' });
  });

  it('is the account’s that asks, under its id or its id as v1 writes it', async () => {
    expect((await ask('/v1/users/ada/who', { headers: auth() }))[1]).toBe('ada');
    expect((await ask('/v1/users/u-ada/who', { headers: auth() }))[1]).toBe('ada');
    await ask('/v1/users/u-ada/things', { headers: auth() });
    expect(seen[0]!.params).toEqual({ account: 'ada' });
    const bearer = { authorization: 'Bearer of-ada' };
    expect((await ask('/v1/users/ada/who', { headers: bearer }))[1]).toBe('ada');
    for (const other of ['bob', 'u-bob', 'ADA', 'u-u-ada', 'ada%00', '__proto__'])
      expect((await ask(`/v1/users/${other}/who`, { headers: auth() }))[1]).toMatch(/^not-yours/);
  });

  it('tells every fault in its own words', async () => {
    const headers = auth();
    const cases = [
      ['/v1/users/ada/who', {}, 'unauthenticated'],
      ['/v1/users/ada/who', { headers: { authorization: 'Basic bm9ib2R5' } }, 'unauthenticated'],
      ['/v1/users/ada/nothing', { headers }, 'no-route'],
      ['/v1/users', { headers }, 'no-route'],
      ['/v1/users/ada/things', { headers, method: 'DELETE' }, 'wrong-method'],
      ['/v1/users/ada/things', { headers, method: 'PROPFIND' }, 'wrong-method'],
      ['/v1/users/ada/things', { headers, method: 'POST', body: 'x'.repeat(65_537) }, 'too-large'],
      ['/v1/users/ada/ours', { headers }, 'fault'],
      ['/v1/users/ada/down', { headers }, 'unavailable'],
      ['/v1/users/ada/never', { headers }, 'unavailable'],
    ] as const;
    for (const [path, init, kind] of cases) {
      const [status, body] = await ask(path, init);
      expect([path, status, body.split(':')[0]]).toEqual([path, kind === 'unauthenticated' ? 401 : 499, kind]);
      expect(body).not.toContain('secret-of-the-house');
    }
    expect((await ask('/v1/users/ada/who'))[2].get('www-authenticate')).toMatch(/^Basic /);
    expect((await ask('/v1/users/ada/things', { headers, method: 'DELETE' }))[2].get('allow')).toBe('GET, POST');
  });

  it('takes as long a body as a route says, however it is sent', async () => {
    const body = new Blob(['x'.repeat(150_000)]).stream();
    const init = { method: 'PUT', headers: auth(), body, duplex: 'half' } as RequestInit;
    expect((await ask('/v1/users/ada/files/f', init))[0]).toBe(200);
    expect(seen[0]!.body).toHaveLength(150_000);
    const more = new Blob(['x'.repeat(200_001)]).stream();
    const longer = { method: 'PUT', headers: auth(), body: more, duplex: 'half' } as RequestInit;
    expect((await ask('/v1/users/ada/files/f', longer))[1]).toMatch(/^too-large/);
  });

  it('takes a client that goes away in the middle of its body for no fault of ours', async () => {
    for (const path of ['/v1/users/ada/things', '/api?action=x', '/api/v1/oauth2/token']) {
      const socket = connect(port, '127.0.0.1');
      const head = ['Host: localhost', `Authorization: ${auth()['authorization']}`, 'Content-Length: 100'];
      socket.write(`POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\nhalf`);
      await new Promise<void>((resolve) => socket.once('connect', resolve));
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.destroy();
      await closed;
    }
    // Later ones are answered, so those were looked at.
    for (let left = 20; left > 0; left--) expect((await ask('/v1/users/ada/who', { headers: auth() }))[0]).toBe(200);
    expect(JSON.stringify(logged)).not.toContain('An HTTP request failed');
    expect(seen).toEqual([]);
  });

  it('answers with streams, with nothing, and to HEAD without a body', async () => {
    expect((await ask('/v1/users/ada/stream', { headers: auth() })).slice(0, 2)).toEqual([200, 'ab']);
    expect((await ask('/v1/users/ada/none', { headers: auth() })).slice(0, 2)).toEqual([204, '']);
    expect((await ask('/v1/users/ada/who', { headers: auth(), method: 'HEAD' })).slice(0, 2)).toEqual([200, '']);
  });

  it('changes nothing for a page of another site', async () => {
    const headers = { ...auth(), origin: 'https://evil.example' };
    expect((await ask('/v1/users/ada/things', { headers, method: 'POST' }))[1]).toMatch(/^not-yours/);
    expect(seen).toEqual([]);
    const same = { ...auth(), origin: base };
    expect((await ask('/v1/users/ada/things', { headers: same, method: 'POST' }))[0]).toBe(200);
  });

  it('refuses other hosts like every address, and answers the advertised one', async () => {
    const raw = (host: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1');
        let text = '';
        socket.on('data', (part) => {
          text += part;
        });
        socket.on('close', () => resolve(text.split('\r\n')[0]!));
        socket.end(
          `GET /v1/users/ada/who HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nAuthorization: ${auth()['authorization']}\r\n\r\n`,
        );
      });
    expect(await raw('evil.example')).toContain('421');
    expect(await raw(`localhost:${port}`)).toContain('200');
    await http.close();
    await start({ advertisedUrl: 'https://voice.example.org/' });
    expect(await raw('voice.example.org')).toContain('200');
    await ask('/v1/users/ada/things', { headers: auth() });
    expect(seen.at(-1)!.here).toBe('https://voice.example.org');
  });
});

describe('a dialect’s interface of commands', () => {
  it('is signed into by parameters of the address or of a form', async () => {
    expect((await ask('/api?action=x&username=ada&password=right'))[1]).toBe('ada');
    expect((await ask('/api?action=x&username=ada&password=wrong'))[1]).toBe('nobody');
    const body = new URLSearchParams({ action: 'x', username: 'ada', password: 'right' });
    expect((await ask('/api', { method: 'POST', body }))[1]).toBe('ada');
    expect((await ask('/api'))[0]).toBe(404);
  });

  it('leaves no password in the log', async () => {
    await ask('/api?action=x&username=ada&password=canary-in-the-mine');
    await ask('/api?username=ada&password=canary-in-the-mine');
    await ask('/v1/users/ada/ours?password=canary-in-the-mine', { headers: auth() });
    await ask('/v1/users/ada/down?password=canary-in-the-mine', { headers: auth() });
    expect(logged.length).toBeGreaterThan(0);
    const text = JSON.stringify(logged, (_, value) => (value instanceof Error ? value.stack : value));
    expect(text).not.toContain('canary-in-the-mine');
    expect(text).not.toContain(Buffer.from('ada:right').toString('base64'));
  });
});

describe('the token endpoint', () => {
  const path = '/api/v1/oauth2/token';
  const grant = { grant_type: 'client_credentials' };
  const post = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    ask(path, { method: 'POST', headers, body: new URLSearchParams(form) });

  it('gives a token for a key in the header or in the form', async () => {
    const token = { access_token: 'of-ada', token_type: 'Bearer', expires_in: 3600, scope: '' };
    const [status, body, headers] = await post(grant, auth());
    expect([status, JSON.parse(body)]).toEqual([200, token]);
    expect(headers.get('cache-control')).toBe('no-store');
    const [, inForm] = await post({ ...grant, client_id: 'ada', client_secret: 'right' });
    expect(JSON.parse(inForm)).toEqual(token);
  });

  it('refuses in the words of RFC 6749', async () => {
    const error = async (asked: Promise<[number, string, Headers]>): Promise<unknown> => {
      const [status, body] = await asked;
      return [status, JSON.parse(body).error];
    };
    expect(await error(post({ ...grant, client_id: 'ada', client_secret: 'wrong' }))).toEqual([401, 'invalid_client']);
    expect(await error(post(grant))).toEqual([401, 'invalid_client']);
    expect(await error(post(grant, { authorization: 'Bearer of-ada' }))).toEqual([401, 'invalid_client']);
    expect(await error(post({}, auth()))).toEqual([400, 'invalid_request']);
    expect(await error(post({ grant_type: 'password' }, auth()))).toEqual([400, 'unsupported_grant_type']);
    expect(await error(post({ ...grant, more: 'x'.repeat(9000) }, auth()))).toEqual([413, 'invalid_request']);
    expect((await ask(path))[0]).toBe(405);
  });
});
