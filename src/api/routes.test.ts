import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../base/log.ts';
import type { TapeLine } from '../call/event.ts';
import type { CallFacts } from '../flow/report.ts';
import type { CallRow, RecordingRow } from '../store/rows.ts';
import { createStore, type Store } from '../store/store.ts';
import { createHttp, type HttpFace, type HttpOptions } from './create-http.ts';

const start = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const startText = '2026-01-02T03:04:05.006Z';
const sound = Buffer.from('RIFF....WAVEfmt 0123456789');

const callRow = (id: string, startedAt: number, changes: Partial<CallRow> = {}): CallRow => ({
  id,
  app: 'menu',
  direction: 'inbound',
  from: '+15550100',
  to: '1000',
  startedAt,
  answeredAt: null,
  endedAt: null,
  state: 'ringing',
  q850Cause: null,
  reason: null,
  sipCallId: 'abc@192.0.2.1',
  ...changes,
});

const liveCall = (id: string, changes: Partial<CallFacts> = {}): CallFacts => ({
  id,
  app: 'menu',
  direction: 'inbound',
  from: '+15550100',
  to: '1000',
  state: 'live',
  startedAt: startText,
  answeredAt: startText,
  ...changes,
});

const recordingRow = (id: string, changes: Partial<RecordingRow> = {}): RecordingRow => ({
  id,
  callId: 'c1',
  tag: 'name',
  file: `recordings/${id}.wav`,
  durationMs: 4000,
  bytes: sound.length,
  channels: 'mixed',
  startedAt: start,
  ...changes,
});

const accounts: NonNullable<HttpOptions['accounts']> = {
  keys: {
    ...{ signIn: async () => null, issueToken: () => ({ token: '', expiresInSeconds: 0 }), ofToken: () => null },
    ...{ of: () => [], create: async () => ({ id: '', secret: '' }), remove: async () => false },
  },
  ...{ faces: { rest: [], command: [] }, everyAppOf: () => [], accountOf: () => '' },
  voiceOf: () => {
    throw new Error('nobody asks');
  },
};

let folder: string;
let dataDir: string;
let store: Store;
let http: HttpFace;
let live: readonly CallFacts[] = [];
let health: ReturnType<HttpOptions['health']>;
const errors: string[] = [];
const log: Log = { ...silentLog, error: (_, message) => errors.push(message) };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keytone-http-'));
  dataDir = join(folder, 'data');
  store = await createStore({ dataDir, log: silentLog });
  http = createHttp({
    host: '127.0.0.1',
    port: 0,
    log,
    store,
    dataDir,
    live: () => live,
    health: () => health,
    accounts,
  });
  mkdirSync(join(dataDir, 'recordings'));
  writeFileSync(join(dataDir, 'recordings', 'r1.wav'), sound);
  writeFileSync(join(dataDir, 'recordings', 'empty.wav'), '');
  writeFileSync(join(folder, 'secret.wav'), 'secret');
  writeFileSync(join(folder, 'data-too.wav'), 'secret');

  store.saveCall(
    callRow('c1', start, {
      state: 'ended',
      answeredAt: start + 500,
      endedAt: start + 9000,
      q850Cause: 16,
      reason: 'hung up',
    }),
  );
  for (let index = 2; index <= 5; index++) store.saveCall(callRow(`c${index}`, start + index));
  store.appendLines('c1', tape);
  for (const row of [
    recordingRow('r1'),
    recordingRow('empty', { startedAt: start + 1 }),
    recordingRow('gone', { startedAt: start + 2 }),
    recordingRow('folder', { file: 'recordings', startedAt: start + 3 }),
  ])
    store.saveRecording(row);
  const outside = [
    '../secret.wav',
    join(folder, 'secret.wav'),
    'recordings/../../secret.wav',
    '../data-too.wav',
    '',
    '..',
  ];
  for (const [index, file] of outside.entries())
    store.saveRecording(recordingRow(`outside-${index}`, { callId: 'c2', file }));
  await store.flush();
});

afterAll(async () => {
  await http.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  live = [];
  health = { status: 'ok' };
  errors.length = 0;
});

const tape: readonly TapeLine[] = [
  { seq: 1, at: start, since: 0, event: { type: 'leg.answered', leg: 'caller' } },
  { seq: 2, at: start + 7, since: 7, event: { type: 'timer.fired', timer: 't1' } },
];

const get = (url: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> =>
  http.app.inject({ url, headers: { host: 'localhost', ...headers } });

async function json<T = Record<string, unknown>>(url: string): Promise<T> {
  const answer = await get(url);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  return answer.json() as T;
}

async function refusal(url: string): Promise<readonly [status: number, code: string]> {
  const answer = await get(url);
  const body = answer.json() as { error: { code: string; message: string; hint: string } };
  expect(body).toEqual({
    error: { code: expect.any(String), message: expect.stringMatching(/./), hint: expect.stringMatching(/./) },
  });
  return [answer.statusCode, body.error.code];
}

type List = { calls: { id: string; state: string }[]; next: string | null };
const ids = ({ calls }: List): string[] => calls.map((call) => call.id);

describe('GET /', () => {
  it('lists addresses that exist', async () => {
    const { routes } = await json<{ routes: Record<string, string> }>('/');
    expect(Object.keys(routes)).toContain('GET /health');
    for (const route of Object.keys(routes).filter((one) => /^GET (?!\/v1\/keys)/.test(one))) {
      const url = route.replace('GET ', '').replace(':id', 'c1').replace(':recording', 'r1');
      expect([url, (await get(url)).statusCode]).toEqual([url, 200]);
    }
  });

  it('lists what docs/http.md explains, and no more', async () => {
    const { routes } = await json<{ routes: Record<string, string> }>('/');
    const page = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8');
    const chapters = [...page.matchAll(/^## ((?:GET|POST|DELETE) .*)$/gm)].map(([, route]) => route);
    expect(chapters).toEqual(Object.keys(routes));
  });
});

describe('GET /health', () => {
  it('is 200 with its figures, and 503 while no calls are taken', async () => {
    health = { status: 'ok', calls: 3 };
    expect(await json('/health')).toEqual({ status: 'ok', calls: 3 });
    for (const status of ['draining', 'overloaded'] as const) {
      health = { status, calls: 3 };
      const answer = await get('/health');
      expect([answer.statusCode, answer.json()]).toEqual([503, { status, calls: 3 }]);
    }
  });
});

describe('GET /v1/calls', () => {
  it('gives the newest first, in pages that meet', async () => {
    for (const url of ['/v1/calls', '/v1/calls/', '/v1/calls?'])
      expect(ids(await json<List>(url))).toEqual(['c5', 'c4', 'c3', 'c2', 'c1']);
    const seen: string[] = [];
    for (let next: string | null = '', pages = 0; next !== null; pages++) {
      expect(pages).toBeLessThan(3);
      const page: List = await json<List>(`/v1/calls?limit=2${next && `&before=${next}`}`);
      seen.push(...ids(page));
      next = page.next;
    }
    expect(seen).toEqual(['c5', 'c4', 'c3', 'c2', 'c1']);
  });

  it('has no next page when the last call is on this one', async () => {
    expect((await json<List>('/v1/calls?limit=5')).next).toBeNull();
    expect((await json<List>('/v1/calls?limit=4')).next).toBe('c2');
    expect(await json('/v1/calls?before=c1')).toEqual({ calls: [], next: null });
  });

  it('says of live calls what is so now, and shows those that are not stored yet once, on the first page', async () => {
    live = [
      liveCall('c4'),
      liveCall('unstored', { startedAt: new Date(start + 3.5e6).toISOString(), state: 'ringing', answeredAt: null }),
      liveCall('c2'),
    ];
    const page = await json<List>('/v1/calls?limit=3');
    expect(page.calls.map(({ id, state }) => [id, state])).toEqual([
      ['unstored', 'ringing'],
      ['c5', 'ringing'],
      ['c4', 'live'],
    ]);
    expect(page.next).toBe('c4');
    expect(ids(await json<List>('/v1/calls?limit=3&before=c4'))).toEqual(['c3', 'c2', 'c1']);
  });

  it.each([
    '?limit=0',
    '?limit=201',
    '?limit=-1',
    '?limit=1.5',
    '?limit=1e1',
    '?limit=',
    '?limit=1&limit=2',
    '?before=',
    '?before=nobody',
    `?before=${'x'.repeat(101)}`,
    '?limt=5',
    '?__proto__=5&x=1',
  ])('refuses %s', async (query) => {
    expect(await refusal(`/v1/calls${query}`)).toEqual([400, 'http-bad-request']);
  });

  it('says which part of the query is wrong and what it should be', async () => {
    expect((await get('/v1/calls?limit=999')).json().error.message).toBe('limit must be a whole number from 1 to 200');
    expect((await get('/v1/calls?limt=5')).json().error).toMatchObject({
      message: 'The query has an unknown key "limt"',
      hint: 'The keys are limit and before.',
    });
  });
});

describe('GET /v1/calls/:id', () => {
  it('tells a call that is over', async () => {
    const over = {
      id: 'c1',
      app: 'menu',
      direction: 'inbound',
      from: '+15550100',
      to: '1000',
      state: 'ended',
      startedAt: startText,
      answeredAt: '2026-01-02T03:04:05.506Z',
      endedAt: '2026-01-02T03:04:14.006Z',
      q850Cause: 16,
      reason: 'hung up',
      sipCallId: 'abc@192.0.2.1',
    };
    expect(await json('/v1/calls/c1')).toEqual(over);
    live = [liveCall('c1')];
    expect(await json('/v1/calls/c1')).toEqual(over);
  });

  it('tells a live call, stored or not', async () => {
    live = [liveCall('c3'), liveCall('unstored')];
    expect(await json('/v1/calls/c3')).toMatchObject({
      state: 'live',
      answeredAt: startText,
      sipCallId: 'abc@192.0.2.1',
    });
    expect(await json('/v1/calls/unstored')).toEqual({
      ...liveCall('unstored'),
      endedAt: null,
      q850Cause: null,
      reason: null,
      sipCallId: null,
    });
  });

  it('is 404 for a call that there never was, and so is what lies below it', async () => {
    for (const rest of ['', '/tape', '/recordings', '/recordings/r1'])
      expect(await refusal(`/v1/calls/nobody${rest}`)).toEqual([404, 'http-not-found']);
  });
});

describe('GET /v1/calls/:id/tape', () => {
  it('gives the lines as they are stored', async () => {
    expect(await json('/v1/calls/c1/tape')).toEqual({ call: 'c1', lines: tape });
    expect(await json('/v1/calls/c2/tape')).toEqual({ call: 'c2', lines: [] });
  });
});

describe('GET /v1/calls/:id/recordings', () => {
  it('lists them with the address of each, and not where its file lies', async () => {
    const { recordings } = await json<{ recordings: object[] }>('/v1/calls/c1/recordings');
    expect(recordings[0]).toEqual({
      id: 'r1',
      call: 'c1',
      tag: 'name',
      durationMs: 4000,
      bytes: sound.length,
      channels: 'mixed',
      startedAt: startText,
      url: '/v1/calls/c1/recordings/r1',
    });
    expect(recordings).toHaveLength(4);
  });
});

describe('GET /v1/calls/:id/recordings/:recording', () => {
  const url = '/v1/calls/c1/recordings/r1';

  it('gives the file whole', async () => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'audio/wav',
      'content-length': `${sound.length}`,
      'accept-ranges': 'bytes',
      'content-disposition': 'inline; filename="r1.wav"',
    });
    expect(answer.rawPayload.equals(sound)).toBe(true);
  });

  it('gives a range of it', async () => {
    const answer = await get(url, { range: 'bytes=-4' });
    expect(answer.statusCode).toBe(206);
    expect(answer.headers).toMatchObject({ 'content-length': '4', 'content-range': 'bytes 22-25/26' });
    expect(answer.payload).toBe('6789');
    const beyond = await get(url, { range: 'bytes=26-' });
    expect([beyond.statusCode, beyond.json().error.code]).toEqual([416, 'http-range-unsatisfiable']);
    expect(beyond.headers['content-range']).toBe('bytes */26');
    expect((await get(url, { range: 'bytes=0-1', 'if-range': '"old"' })).statusCode).toBe(200);
  });

  it('says to HEAD what GET would be, without the sound', async () => {
    const answer = await http.app.inject({ method: 'HEAD', url, headers: { host: 'localhost' } });
    expect([answer.statusCode, answer.headers['content-length'], answer.payload]).toEqual([200, `${sound.length}`, '']);
  });

  it('gives an empty file as nothing', async () => {
    const answer = await get('/v1/calls/c1/recordings/empty');
    expect([answer.statusCode, answer.headers['content-length'], answer.payload]).toEqual([200, '0', '']);
  });

  it('is 404 when the file is gone, is a folder, or belongs to another call', async () => {
    expect(await refusal('/v1/calls/c1/recordings/gone')).toEqual([404, 'http-not-found']);
    expect(await refusal('/v1/calls/c1/recordings/folder')).toEqual([404, 'http-not-found']);
    expect(await refusal('/v1/calls/c2/recordings/r1')).toEqual([404, 'http-not-found']);
  });

  it.each([0, 1, 2, 3, 4, 5])('never leaves the data folder, whatever the store says (%i)', async (index) => {
    expect(await refusal(`/v1/calls/c2/recordings/outside-${index}`)).toEqual([404, 'http-not-found']);
    expect(errors).toEqual(['A recording lies outside of the data folder; it is not served']);
  });
});
