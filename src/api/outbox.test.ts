import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createStore, type Store } from '../store/store.ts';
import { createHttp, type HttpFace } from './create-http.ts';

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const redelivered: string[] = [];
let folder: string;
let store: Store;
let http: HttpFace;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keytone-outbox-'));
  store = await createStore({ dataDir: folder, log: silentLog });
  http = createHttp({
    ...{ host: '127.0.0.1', port: 0, log: silentLog, store, dataDir: folder, live: () => [] },
    health: () => ({ status: 'ok' }),
    outbox: {
      list: store.outbox.list,
      event: store.outbox.event,
      async redeliver(id) {
        redelivered.push(id);
        return (await store.outbox.event(id))?.state === 'dead';
      },
    },
  });
  for (const seq of [1, 2, 3]) {
    const line = { seq, at: at + seq, since: 0, event: { type: 'flash', leg: 'caller' } } as const;
    const told = { id: `msg_c1_${seq}`, app: 'menu', seq, type: 'flash', body: '{"data":{"digit":"secret"}}' };
    store.appendLines('c1', [line], [told]);
  }
  const failed = { at, attempts: 10, dueAt: null, httpStatus: 500, fault: 'It answered 500.' };
  for (const seq of [1, 2]) await store.outbox.settle(`msg_c1_${seq}`, { state: 'dead', ...failed });
});

afterAll(async () => {
  await http.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const headers = { host: '127.0.0.1:8080' };
const get = (url: string) => http.app.inject({ url, headers });
const post = (url: string, more: Record<string, string> = {}) =>
  http.app.inject({ method: 'POST', url, headers: { ...headers, ...more } });

describe('GET /v1/outbox', () => {
  it('lists what was given up, newest first, without what was said', async () => {
    const answer = await get('/v1/outbox');
    expect(answer.body).not.toContain('secret');
    expect(answer.json()).toEqual({
      events: [
        {
          ...{ id: 'msg_c1_2', app: 'menu', call: 'c1', sequence: 2, type: 'flash', state: 'dead', attempts: 10 },
          ...{ createdAt: '2026-01-02T03:04:05.008Z', nextAttemptAt: null },
          ...{ httpStatus: 500, fault: 'It answered 500.' },
        },
        expect.objectContaining({ id: 'msg_c1_1' }),
      ],
      next: null,
    });
    expect((await get('/v1/outbox?state=dead')).json()).toEqual(answer.json());
  });

  it('pages', async () => {
    const first = (await get('/v1/outbox?limit=1')).json();
    expect(first).toMatchObject({ events: [{ id: 'msg_c1_2' }], next: 'msg_c1_2' });
    expect((await get(`/v1/outbox?limit=1&before=${first.next}`)).json()).toMatchObject({
      events: [{ id: 'msg_c1_1' }],
      next: null,
    });
  });

  it('lists what waits when asked, and refuses other states', async () => {
    const { events } = (await get('/v1/outbox?state=waiting')).json();
    expect(events).toMatchObject([{ id: 'msg_c1_3', attempts: 0, nextAttemptAt: '2026-01-02T03:04:05.006Z' }]);
    expect((await get('/v1/outbox?state=lost')).statusCode).toBe(400);
    expect((await get('/v1/outbox?stat=dead')).json().error.hint).toBe('The keys are state, limit and before.');
  });
});

describe('POST /v1/outbox/:id/redeliver', () => {
  it('sends a dead event again', async () => {
    const answer = await post('/v1/outbox/msg_c1_1/redeliver');
    expect([answer.statusCode, answer.json()]).toEqual([202, { id: 'msg_c1_1', state: 'waiting' }]);
    expect(redelivered).toContain('msg_c1_1');
  });

  it('says that an event is not dead, or not there', async () => {
    expect((await post('/v1/outbox/msg_c1_3/redeliver')).json().error.code).toBe('outbox-not-dead');
    const nobody = await post('/v1/outbox/nobody/redeliver');
    expect([nobody.statusCode, nobody.json().error.code]).toEqual([404, 'http-not-found']);
  });

  it('does nothing for a page of another site, and for no other method', async () => {
    redelivered.length = 0;
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:9'])
      expect((await post('/v1/outbox/msg_c1_1/redeliver', { origin })).statusCode).toBe(403);
    const read = await get('/v1/outbox/msg_c1_1/redeliver');
    expect([read.statusCode, read.headers['allow']]).toEqual([405, 'POST']);
    expect(redelivered).toEqual([]);
    const own = await post('/v1/outbox/msg_c1_1/redeliver', { origin: 'http://127.0.0.1:8080' });
    expect(own.statusCode).toBe(202);
  });
});
