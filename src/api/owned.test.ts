// Keytone's own addresses, asked by two accounts and by the operator of the machine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import type { Voice } from '../dialects/rest.ts';
import type { CallFacts } from '../flow/report.ts';
import type { CallRow, OutboxRow, Page } from '../store/rows.ts';
import { createStore, type Store } from '../store/store.ts';
import type { Keys } from './access.ts';
import { createHttp, type HttpFace } from './create-http.ts';
import type { OutboxFace } from './outbox.ts';

const folder = mkdtempSync(join(tmpdir(), 'keytone-owned-'));
let store: Store;
let http: HttpFace;

const keys: Keys = {
  signIn: async (id, secret) => (secret === 'right' ? { account: id, key: id } : null),
  issueToken: () => ({ token: '', expiresInSeconds: 0 }),
  ofToken: () => null,
  of: (account) => [{ id: account, label: null, createdAt: null, configured: true }],
  create: async () => ({ id: 'new', secret: 'new' }),
  remove: async () => false,
};

const row = (id: string, app: string, account: string | undefined, startedAt: number): CallRow => ({
  ...{ id, app, startedAt, from: '1', to: '2', direction: 'inbound', state: 'live', sipCallId: null },
  ...{ answeredAt: null, endedAt: null, q850Cause: null, reason: null },
  ...(account !== undefined && { account }),
});

const fact = (id: string, app: string): CallFacts => ({
  ...{ id, app, from: '1', to: '2', direction: 'inbound', state: 'live' },
  ...{ startedAt: new Date(5000).toISOString(), answeredAt: null },
});

const event = (id: string, app: string): OutboxRow => ({
  ...{ id, app, callId: 'c', seq: 1, type: 'call.ended', body: '{}', state: 'dead' },
  ...{ createdAt: 0, attempts: 10, dueAt: null, httpStatus: 500, fault: null },
});

const events = [event('of-ada', 'ada-app'), event('of-bob', 'bob-app')];
const redelivered: string[] = [];
const outbox: OutboxFace = {
  list: async (_, { apps }: Page) => events.filter(({ app }) => apps === undefined || apps.includes(app)),
  event: async (id) => events.find((one) => one.id === id) ?? null,
  redeliver: async (id) => redelivered.push(id) > 0,
};

beforeAll(async () => {
  store = await createStore({ dataDir: folder, log: silentLog });
  store.saveCall(row('a1', 'ada-app', 'ada', 1000));
  store.saveCall(row('b1', 'bob-app', 'bob', 2000));
  // Its app is another one's now; it stays whose it was.
  store.saveCall(row('a2', 'bob-app', 'ada', 3000));
  await store.flush();
  http = createHttp({
    ...{ host: '127.0.0.1', port: 0, log: silentLog, store, dataDir: folder, outbox },
    live: () => [fact('a3', 'ada-app'), fact('b2', 'bob-app')],
    health: () => ({ status: 'ok' }),
    accounts: {
      ...{ keys, faces: { rest: [], command: [] }, voiceOf: () => ({}) as Voice },
      everyAppOf: (account) => [`${account}-app`],
      accountOf: (app) => app.split('-')[0]!,
    },
  });
});

afterAll(async () => {
  await http.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(who: string | null, url: string, method: 'GET' | 'POST' = 'GET') {
  const authorization = `Basic ${Buffer.from(`${who}:right`).toString('base64')}`;
  const headers = { host: 'localhost', ...(who !== null && { authorization }) };
  const answer = await http.app.inject({ method, url, headers });
  return { status: answer.statusCode, body: answer.payload === '' ? null : answer.json() };
}

const calls = async (who: string | null, query = ''): Promise<readonly string[]> =>
  (await ask(who, `/v1/calls${query}`)).body.calls.map(({ id }: { id: string }) => id);

describe('an account', () => {
  it('sees its calls, stored and live, in pages', async () => {
    expect(await calls('ada')).toEqual(['a3', 'a2', 'a1']);
    expect(await calls('bob')).toEqual(['b2', 'b1']);
    expect(await calls('carol')).toEqual([]);
    expect(await calls('ada', '?limit=2')).toEqual(['a3', 'a2']);
    expect(await calls('ada', '?before=a2')).toEqual(['a1']);
    expect((await ask('bob', '/v1/calls?before=a1')).status).toBe(400);
  });

  it('is told of no call of another one, nor of what lies below it', async () => {
    for (const rest of ['', '/tape', '/recordings', '/recordings/r1'])
      for (const [who, id] of [
        ['ada', 'b1'],
        ['ada', 'b2'],
        ['bob', 'a1'],
        ['bob', 'a2'],
        ['bob', 'a3'],
      ] as const)
        expect([who, id, (await ask(who, `/v1/calls/${id}${rest}`)).status]).toEqual([who, id, 404]);
    for (const id of ['a1', 'a2', 'a3']) expect((await ask('ada', `/v1/calls/${id}`)).status).toBe(200);
  });

  it('sees and sends again the events of its apps', async () => {
    expect((await ask('ada', '/v1/outbox')).body.events.map(({ id }: { id: string }) => id)).toEqual(['of-ada']);
    expect((await ask('ada', '/v1/outbox/of-bob/redeliver', 'POST')).status).toBe(404);
    expect((await ask('ada', '/v1/outbox/of-ada/redeliver', 'POST')).status).toBe(202);
    expect(redelivered).toEqual(['of-ada']);
  });
});

describe('the operator of the machine', () => {
  it('sees all calls and events, and no keys', async () => {
    expect(new Set(await calls(null))).toEqual(new Set(['a1', 'a2', 'a3', 'b1', 'b2']));
    expect((await ask(null, '/v1/outbox')).body.events).toHaveLength(2);
    for (const method of ['GET', 'POST'] as const) expect((await ask(null, '/v1/keys', method)).status).toBe(401);
  });
});
