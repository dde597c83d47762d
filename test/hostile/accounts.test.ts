// Owns: that nobody sees or changes what is another account's, at any address of any interface that is built; and that no
// secret of an account is in what the process put out: logs, the data folder, answers.
// A route that is new is tried by itself: its parameters are filled with what the other account has.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faces } from '../../src/dialects/index.ts';
import { ada, basicOf, bob, startTwoAccounts, type TwoAccounts, type Who } from '../server/accounts-rig.ts';
import { closeAll, startPhone } from '../server/rig.ts';

/** Ids of what is Ada's, by the name that routes give the parameter. */
type Things = Readonly<Record<string, string>>;

let at: TwoAccounts;
let things: Things;
/** What only Ada's answers may hold. */
let marks: readonly string[];

const json = { 'content-type': 'application/json' };
const lastPart = (location: string | null): string => location?.split('/').at(-1) ?? '';

async function post(
  path: string,
  body: object,
): Promise<{ readonly status: number; readonly location: string; readonly text: string }> {
  const answer = await at.as(ada, path, { method: 'POST', headers: json, body: JSON.stringify(body) });
  return { status: answer.status, location: lastPart(answer.headers.get('location')), text: await answer.text() };
}

/** A call of each interface that is up, a conference, an app, a number, a file, a domain with a phone. */
async function give(): Promise<void> {
  const v1 = `/v1/users/${ada.account}`;
  const phone = await startPhone();
  await (await phone.call(at.uri('3'))).ended;
  const [recording] = await (await at.voiceOf(ada)).recordings(null);
  // A test may be over before it has answered.
  phone.onIncoming((call) => void call.answer().catch(() => {}));
  const first = await post(`${v1}/calls`, { from: '+15550177', to: phone.uri });
  expect(first.status).toBe(201);
  const second = await post(`/api/v2/accounts/${ada.account}/calls`, {
    ...{ from: '+15550177', to: phone.uri, answerUrl: 'http://app.invalid/' },
    applicationId: 'app-1',
  });
  const application = await post(`${v1}/applications`, {
    name: 'mark-application',
    incomingCallUrl: 'http://app.invalid/',
  });
  const number = await post(`${v1}/phoneNumbers`, { number: '+15550166', applicationId: application.location });
  const conference = await post(`${v1}/conferences`, { from: '+15550166' });
  const domain = await post(`${v1}/domains`, { name: 'mark-domain' });
  const credentials = { password: 'endpoint-canary-90ab' };
  const endpoint = await post(`${v1}/domains/${domain.location}/endpoints`, {
    ...{ name: 'mark-endpoint', applicationId: application.location, enabled: true, credentials },
  });
  const put = { method: 'PUT', body: 'mark-file', headers: { 'content-type': 'audio/wav' } };
  expect((await at.as(ada, `${v1}/media/mark-media.wav`, put)).status).toBe(200);
  things = {
    ...{ call: first.location, application: application.location, number: number.location },
    ...{
      conference: conference.location,
      domain: domain.location,
      endpoint: endpoint.location,
      media: 'mark-media.wav',
    },
    ...{ recording: recording!.id, member: first.location, id: recording!.call },
  };
  marks = [...Object.values(things).filter((id) => id.length > 12), '15550177', '15550166', 'mark-', 'canary'];
  expect(Object.entries(things).filter(([, id]) => id === '')).toEqual([]);
  expect(second.status).toBeLessThan(500);
}

const fill = (path: string, account: string): string =>
  path.replace(/:([a-z]+)/g, (_, name: string) =>
    encodeURIComponent(name === 'account' ? account : (things[name] ?? `nothing-${name}`)),
  );

/** Every address of every interface: Keytone's own, and those of the dialects. */
async function routes(): Promise<readonly { readonly method: string; readonly path: string }[]> {
  const { routes: own } = (await (await at.fetch('/')).json()) as { routes: Record<string, string> };
  const named = Object.keys(own).map((route) => {
    const [method = '', path = ''] = route.split(' ');
    return { method, path };
  });
  return [...named, ...faces.rest.flatMap((face) => face.routes.map(({ method, path }) => ({ method, path })))];
}

async function ask(who: Who, method: string, path: string): Promise<readonly [status: number, text: string]> {
  const body = method === 'GET' || method === 'DELETE' ? {} : { body: '{}' };
  const answer = await at.as(who, path, { method, ...body, ...('body' in body && { headers: json }) });
  return [answer.status, await answer.text()];
}

beforeEach(async () => {
  at = await startTwoAccounts();
});
afterEach(closeAll);

describe('what is one account’s', () => {
  beforeEach(give);

  it('is nowhere in what another one is answered, and cannot be changed by it', { timeout: 60_000 }, async () => {
    let tried = 0;
    let everything = '';
    for (const { method, path } of await routes()) {
      if (path === '/v1/keys') continue;
      const mine = fill(path, bob.account);
      const theirs = fill(path, ada.account);
      for (const url of new Set([mine, theirs])) {
        // Whoever names a file makes one of his own of that name.
        if (method === 'PUT' && url === mine && path.endsWith('/media/:media')) continue;
        const [status, text] = await ask(bob, method, url);
        tried += 1;
        const names = path.match(/:(?!account\b|kind\b)[a-z]+/) !== null;
        if (url === theirs && path.includes(':account'))
          expect([method, url, status]).toEqual([method, url, refused(status)]);
        else if (names) expect([method, url, status]).toEqual([method, url, absent(status)]);
        // An answer may repeat what was asked for, the list of his mistakes all of it, and nothing else.
        everything += decodeURIComponent(url);
        const asked = path.includes('/errors') ? everything : decodeURIComponent(url);
        for (const mark of marks)
          if (!asked.includes(mark)) expect([method, url, text.includes(mark)]).toEqual([method, url, false]);
      }
    }
    expect(tried).toBeGreaterThan(100);

    // All of it is still there for whom it belongs to.
    for (const path of [
      ...['/v1/users/:account/calls/:call', '/v1/users/:account/applications/:application', '/v1/calls/:id'],
      ...['/v1/users/:account/phoneNumbers/:number', '/v1/users/:account/conferences/:conference'],
      ...['/v1/users/:account/domains/:domain/endpoints/:endpoint', '/v1/users/:account/media/:media'],
      '/v1/calls/:id/recordings/:recording',
    ])
      expect([path, (await ask(ada, 'GET', fill(path, ada.account)))[0]]).toEqual([path, 200]);
    const [call] = await (await at.voiceOf(ada)).calls({ offset: 0, limit: 1 });
    expect(call!.state).not.toBe('ended');
  });

  it('is in the lists of whom it belongs to', async () => {
    const v1 = `/v1/users/${ada.account}`;
    for (const [path, mark] of [
      ['/v1/calls', things['id']!],
      [`${v1}/calls`, things['call']!],
      [`${v1}/applications`, 'mark-application'],
      [`${v1}/phoneNumbers`, '+15550166'],
      [`${v1}/media`, 'mark-media.wav'],
      [`${v1}/domains`, 'mark-domain'],
    ] as const) {
      const [status, text] = await ask(ada, 'GET', path);
      expect([path, status, text.includes(mark)]).toEqual([path, 200, true]);
    }
  });

  it('is not told to a voice of another account, however it asks', async () => {
    const voice = await at.voiceOf(bob);
    const [call] = await (await at.voiceOf(ada)).calls({ offset: 0, limit: 1 });
    const { id } = call!;
    const code = (asked: Promise<unknown>) =>
      asked.then(
        () => 'done',
        (error: { code: string }) => error.code,
      );
    const [recording] = await (await at.voiceOf(ada)).recordings(null);
    for (const one of [id, recording!.call]) {
      expect(await voice.call(one)).toBeNull();
      expect(await voice.tape(one)).toEqual([]);
      expect(await voice.recordings(one)).toEqual([]);
      expect(await voice.recordingFile(one, recording!.id)).toBeNull();
      expect(await voice.dropRecording(one, recording!.id)).toBe(false);
    }
    expect(await voice.recordings(null)).toEqual([]);
    expect(await code(voice.command(id, { kind: 'hangup', reason: 'bob' }))).toBe('call-not-found');
    const plan = { flow: { dialect: 'opentact', source: 'x', body: [] }, last: null, ringMs: 1000 } as const;
    const order = { from: '1', to: { kind: 'number', address: '2' }, plan } as const;
    for (const app of ['app-1', `opentact@${ada.account}`, 'nothing', things['application']!])
      expect([app, await code(voice.place({ ...order, app }))]).toEqual([app, 'call-not-placed']);
    await (await at.voiceOf(ada)).notes.put('kind', 'id', { of: 'ada' });
    expect(await voice.notes.get('kind', 'id')).toBeNull();
    expect(await voice.notes.list('kind', { offset: 0, limit: 10 })).toEqual([]);
    expect(await voice.notes.drop('kind', 'id')).toBe(false);
    await voice.notes.put('kind', 'id', { of: 'bob' });
    expect(await (await at.voiceOf(ada)).notes.get('kind', 'id')).toEqual({ of: 'ada' });
    expect(await voice.conferences.get(things['conference']!)).toBeNull();
  });
});

describe('a request that proves nothing', () => {
  const wrong: readonly (readonly [string, Record<string, string>])[] = [
    ['the id with another secret', basicOf({ id: ada.id, secret: bob.secret })],
    ['the id with no secret', basicOf({ id: ada.id, secret: '' })],
    ['the account in place of the key', basicOf({ id: ada.account, secret: ada.secret })],
    ['the secret with a NUL behind it', basicOf({ id: ada.id, secret: `${ada.secret}\0` })],
    ['a huge secret', basicOf({ id: ada.id, secret: 'x'.repeat(8000) })],
    ['half a base64', { authorization: 'Basic YWRhOmFk*' }],
    ['another scheme', { authorization: `Digest ${ada.secret}` }],
    ['a token of nobody', { authorization: `Bearer ${ada.secret}` }],
    ['nothing at all', { authorization: '' }],
  ];

  it.each(wrong)('is answered nothing: %s', async (_, headers) => {
    for (const path of [
      '/v1/calls',
      '/v1/keys',
      '/v1/outbox',
      `/v1/users/${ada.account}/calls`,
      '/v1/users/x/nothing',
    ]) {
      const answer = await at.fetch(path, { headers });
      const text = await answer.text();
      expect([path, answer.status]).toEqual([path, 401]);
      expect(text).not.toContain('canary');
    }
  });

  it('is sent away when it comes too often, and leaves others alone', async () => {
    await at.as(ada, '/v1/calls');
    const statuses = new Set<number>();
    for (let guess = 0; guess < 60; guess++)
      statuses.add(
        (await at.fetch('/v1/calls', { headers: basicOf({ id: ada.id, secret: `guess ${guess}` }) })).status,
      );
    expect([...statuses].sort()).toEqual([401, 429]);
    expect((await at.as(ada, '/v1/calls')).status).toBe(200);
  });
});

describe('secrets of accounts', () => {
  beforeEach(give);

  it('are in no log, no file and no answer', async () => {
    const { token } = await tokenOf(ada);
    const made = JSON.parse((await post('/v1/keys', { label: 'x' })).text) as { id: string; secret: string };
    await at.fetch('/v1/calls', { headers: basicOf(made) });
    await at.fetch('/v1/calls', { headers: { authorization: `Bearer ${token}` } });
    await at.fetch(`/api?action=x&username=ada&password=${ada.secret}`);
    await at.server.close();
    const files = readdirSync(at.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const stored = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name)).toString('latin1')).join();
    for (const secret of [ada.secret, bob.secret, made.secret, token, 'endpoint-canary-90ab']) {
      expect(stored).not.toContain(secret);
      expect(JSON.stringify(at.faults)).not.toContain(secret);
    }
    // What is looked at would hold them.
    expect(stored).toContain(made.id);
  });
});

async function tokenOf(who: Who): Promise<{ readonly token: string }> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: who.id, client_secret: who.secret });
  const answer = await at.fetch('/api/v1/oauth2/token', { method: 'POST', body });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return { token };
}

/** The statuses that say that it is not his, and that it is not there: what else comes is told as a difference. */
const refused = (status: number): number => ([401, 403, 404].includes(status) ? status : 403);
const absent = (status: number): number => ([400, 404, 405, 501].includes(status) ? status : 404);
