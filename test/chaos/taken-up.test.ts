// One call each that a kill finds in the middle of something else than a plain entry.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TapeLine } from '../../src/call/event.ts';
import { beep } from '../../src/media/tone.ts';
import { createPhone, type Phone, type PhoneCall } from '../../src/testkit/index.ts';
import { type Supervisor, startSupervised } from './supervisor.ts';

const folder = mkdtempSync(join(tmpdir(), 'keytone-taken-up-'));
const asked: { readonly path: string; readonly query: URLSearchParams; readonly id: string }[] = [];
const documents = new Map<string, string>();
const numbers = ['dial', 'record', 'sensitive', 'slow'];
/** How long `/slow` takes. */
const slowMs = 3000;
let http: Server;
let base: string;
let server: Supervisor;
let phone: Phone;

beforeAll(async () => {
  http = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://application.invalid');
    request.resume();
    asked.push({ path: pathname, query: searchParams, id: String(request.headers['webhook-id']) });
    const body = documents.get(pathname === '/start' ? (searchParams.get('to') ?? '') : pathname) ?? '<Response/>';
    const isFirst = asked.filter(({ path }) => path === pathname).length === 1;
    setTimeout(
      () => response.writeHead(200, { 'content-type': 'text/xml' }).end(body),
      pathname === '/slow' && isFirst ? slowMs : 0,
    );
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  server = await startSupervised({
    folder,
    apps: [{ name: 'a', dialect: 'opentact', url: `${base}/start`, method: 'GET' }],
    numbers: numbers.map((number) => ({ number, app: 'a' })),
    ports: 100,
    more: { speech: { engine: 'none' } },
  });
  phone = createPhone();
  await phone.start();
});
afterAll(async () => {
  await phone.close();
  await server.stop();
  http.closeAllConnections();
  http.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(`${server.httpUrl}${path}`)).json()) as T;
}

async function tapeOf(call: PhoneCall): Promise<readonly TapeLine[]> {
  const { calls } = await get<{ calls: { id: string; sipCallId: string }[] }>('/v1/calls?limit=50');
  const id = calls.find(({ sipCallId }) => sipCallId === call.callId)?.id;
  return id === undefined ? [] : (await get<{ lines: TapeLine[] }>(`/v1/calls/${id}/tape`)).lines;
}

/** Resolves when the tape has such a line. */
async function when(call: PhoneCall, type: string, count = 1): Promise<readonly TapeLine[]> {
  for (;;) {
    const lines = await tapeOf(call);
    if (lines.filter(({ event }) => event.type === type).length >= count) return lines;
    await sleep(30);
  }
}

async function place(number: string): Promise<PhoneCall> {
  const call = await phone.call(`sip:${number}@${server.host}:${server.sipPort}`);
  await call.answered;
  return call;
}

const eventsOf = (lines: readonly TapeLine[], type: string) =>
  lines.map(({ event }) => event).filter((event) => event.type === type);

async function hears(speaker: PhoneCall, hearer: PhoneCall): Promise<void> {
  const sounds = (): number => hearer.events.filter(({ type }) => type === 'sound-ended').length;
  const before = sounds();
  const heard = new Promise<number>((resolve) => {
    hearer.watch((event) => {
      if (event.type === 'sound-ended' && sounds() > before) resolve(event.durationMs);
    });
  });
  await speaker.play(beep(440, 400));
  expect(await heard).toBeGreaterThan(300);
}

describe('a kill', () => {
  it('in a talk: both hear each other again, and the flow goes on when the dialled one hangs up', async () => {
    const callee = createPhone({ portRange: [43_000, 43_099] });
    await callee.start();
    const rings = new Promise<Parameters<Parameters<Phone['onIncoming']>[0]>[0]>((resolve) =>
      callee.onIncoming(resolve),
    );
    documents.set('dial', `<Response><Dial><Sip>${callee.uri}</Sip></Dial><Hangup/></Response>`);
    const call = await place('dial');
    const taken = await rings;
    await taken.answer();
    await when(call, 'leg.answered', 2);
    await hears(call, taken);
    await server.killAndRestart();
    await hears(call, taken);
    await hears(taken, call);
    taken.hangUp();
    await call.ended;
    const lines = await when(call, 'call.ended');
    expect(eventsOf(lines, 'leg.ended')).toMatchObject([
      { leg: 'callee-1', by: 'peer' },
      { leg: 'caller', by: 'us' },
    ]);
    await callee.close();
  });

  it('in a recording: one file holds what was said before and behind it', async () => {
    documents.set('record', '<Response><RecordStart tag="m"/><Pause length="60000"/></Response>');
    const call = await place('record');
    await when(call, 'recording.started');
    await call.play(beep());
    await sleep(1500);
    const { killedAt, readyAt } = await server.killAndRestart();
    await call.play(beep());
    await sleep(1000);
    call.hangUp();
    await call.ended;
    const [finished] = eventsOf(await when(call, 'call.ended'), 'recording.finished');
    if (finished?.type !== 'recording.finished') throw new Error('no recording was finished');
    expect(finished.durationMs).toBeGreaterThan(2500 + (readyAt - killedAt) * 0.5);
    const path = join(folder, 'data', finished.file);
    expect(statSync(path).size).toBe(finished.bytes);
    const wav = readFileSync(path);
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
  });

  it('in a sensitive entry: the application is told all of it, the tape shows none of it', async () => {
    documents.set(
      'sensitive',
      `<Response><Gather numDigits="4" timeout="60000" sensitive="true" callback="${base}/pin" method="GET"/></Response>`,
    );
    const call = await place('sensitive');
    await when(call, 'verb.started');
    await call.press('73');
    await when(call, 'digit', 2);
    await sleep(300);
    await server.killAndRestart();
    await call.press('95');
    await call.ended;
    const lines = await when(call, 'call.ended');
    expect(asked.filter(({ path }) => path === '/pin').map(({ query }) => query.get('code'))).toEqual(['7395']);
    expect(eventsOf(lines, 'digit').map((event) => (event.type === 'digit' ? event.digit : ''))).toEqual([...'••••']);
  });

  it('while the application thinks: it is asked once more, under the same id, and its answer is run', async () => {
    documents.set('slow', `<Response><Pause length="500"/><Redirect method="GET">${base}/slow</Redirect></Response>`);
    documents.set('/slow', '<Response><Pause length="300"/><Hangup/></Response>');
    const call = await phone.call(`sip:slow@${server.host}:${server.sipPort}`);
    while (!asked.some(({ path }) => path === '/slow')) await sleep(20);
    await server.killAndRestart();
    await call.ended;
    const ids = asked.filter(({ path }) => path === '/slow').map(({ id }) => id);
    expect(ids.length).toBe(2);
    expect(new Set(ids).size).toBe(1);
    const lines = await when(call, 'call.ended');
    expect(eventsOf(lines, 'document.fetched').length).toBe(2);
  });
});
