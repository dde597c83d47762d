import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import type { ConferenceCall } from '../call/conference-parts.ts';
import { type ConferenceDoor, createConferences } from '../call/conferences.ts';
import { destination } from '../flow/build.ts';
import type { MediaRoom, MediaSession } from '../media/plane.ts';
import { createConferenceRun } from '../run/create-conference-run.ts';
import { createHistory } from '../server/history.ts';
import { createStore, type Store } from '../store/store.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createConferenceFaces } from './conferences.ts';

const folder = mkdtempSync(join(tmpdir(), 'keytone-conferences-'));
const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const accounts: Readonly<Record<string, string>> = { menu: 'one', hotline: 'one', shop: 'two' };

async function open() {
  const store = await createStore({ dataDir: folder, log: silentLog });
  stores.push(store);
  const clock = createVirtualClock();
  const accountOf = (app: string): string => accounts[app] ?? '';
  const history = createHistory(store, silentLog, () => [], accountOf);
  const room = { seat() {}, reseat() {}, play() {}, stop() {}, record() {}, pauseRecording() {}, stopRecording() {} };
  const conferences = createConferences({
    ...{ clock, log: silentLog, newId: () => `room-${clock.wall()}`, accountOf, onLine: history.keep },
    ...{ ask: unused, notify: unused, repairRecording: unused, durable: store.durable },
    plane: { openRoom: (): MediaRoom => ({ ...room, close: async () => {} }) },
    sounds: { load: unused, file: unused },
    shelf: { take: unused, heldBytes: 0 },
    recordingPlace: () => ({ of: unused, pathOf: unused }),
    createConferenceInterpreter: () => createConferenceRun({ defaults: { language: 'en-US' } }),
  });
  const faceOf = createConferenceFaces({
    ...{ store, conferences, accountOf },
    appsOfDialect: (account, dialect) => (account === 'one' ? [dialect === 'bandwidth' ? 'menu' : 'hotline'] : []),
  });
  const later = (): void => {
    clock.after(10, () => {});
    clock.next();
  };
  return { store, conferences, faceOf, later };
}

function unused(): never {
  throw new Error('not in these tests');
}

function enter(door: ConferenceDoor, name: string): ConferenceCall {
  const session = { unbridge() {} } as MediaSession;
  const facts = { id: 'c1', app: 'menu', direction: 'inbound', from: '+1', to: '2', state: 'live' } as const;
  const call = { id: 'c1', session, facts: { ...facts, startedAt: '', answeredAt: '' }, put() {} };
  door.join(call, { type: 'conference.join', name, mute: false, hold: false, coach: null, events: null });
  return call;
}

it('are begun, found, listed and commanded by their account only, while they are up and afterwards', async () => {
  const { store, conferences, faceOf, later } = await open();
  const [one, two] = [faceOf('one'), faceOf('two')];
  const events = { destination: destination('http://app.test/'), types: ['created'], answers: 'ignored' } as const;
  const begun = await one.create({ app: 'hotline', name: 'ops', events: null });
  expect(begun).toMatchObject({ name: 'ops', app: 'hotline', state: 'live', members: [], endedAt: null });
  await expect(one.create({ app: 'menu', name: 'ops', events: null })).rejects.toMatchObject({
    code: 'conference-exists',
  });
  await expect(two.create({ app: 'menu', name: 'x', events })).rejects.toMatchObject({ code: 'app-not-found' });
  later();
  const call = enter(conferences, 'ops');
  later();
  enter(conferences, 'second');
  expect(one.named('ops')).toBeNull();

  const [second, first, ...others] = await one.list({ offset: 0, limit: 10 });
  expect(others).toEqual([]);
  expect(second).toMatchObject({ name: 'second', state: 'live', members: [{ call: call.id, mute: false }] });
  expect(first).toMatchObject({ id: begun.id, name: 'ops', state: 'ended', members: [], events: null });
  expect(first!.endedAt).not.toBeNull();
  expect(await one.list({ name: 'ops', offset: 0, limit: 10 })).toEqual([first]);
  expect(await one.list({ dialect: 'bandwidth', offset: 0, limit: 10 })).toEqual([second]);
  expect(await one.list({ offset: 1, limit: 1 })).toEqual([first]);
  expect(await one.list({ createdFrom: second!.createdAt, offset: 0, limit: 9 })).toEqual([second]);
  expect(await one.list({ createdTo: first!.createdAt, offset: 0, limit: 9 })).toEqual([first]);
  expect(await one.get(begun.id)).toEqual(first);

  expect([await two.list({ offset: 0, limit: 10 }), await two.get(second!.id), two.named('second')]).toEqual([
    [],
    null,
    null,
  ]);
  const end = { kind: 'end', reason: 'over' } as const;
  await expect(two.command(second!.id, end)).rejects.toMatchObject({ code: 'conference-not-found' });
  await expect(one.command(begun.id, end)).rejects.toMatchObject({ code: 'conference-over' });
  await one.command(second!.id, end);
  expect(await one.get(second!.id)).toMatchObject({ state: 'ended' });

  // No list of calls shows one.
  expect(await store.calls({ limit: 10 })).toEqual([]);
  expect(await store.findCalls({ account: 'one', oldestFirst: false, offset: 0, limit: 10 })).toEqual([]);
});
