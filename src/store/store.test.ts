import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import type { CodedError } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { TapeLine } from '../call/event.ts';
import type { CallRow, RecordingRow } from './rows.ts';
import { createStore, type Store, type StoreOptions } from './store.ts';

const folders: string[] = [];
const stores: Store[] = [];

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-store-'));
  folders.push(folder);
  return folder;
}

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await createStore({ dataDir: newFolder(), log: silentLog, ...options });
  stores.push(store);
  return store;
}

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

const digitLine = (seq: number, digit = '1'): TapeLine => ({
  seq,
  at: 1_790_000_000_000 + seq,
  since: seq,
  event: { type: 'digit', leg: 'caller', press: seq, digit, heard: [{ via: 'rfc4733', at: 1_790_000_000_000 + seq }] },
});

/** A log that tells when a warning or error with this text comes. */
function listeningLog(): { log: Log; next: (level: 'warn' | 'error', part: string) => Promise<void> } {
  const waits: { level: string; part: string; resolve: () => void }[] = [];
  const hear = (level: string) => (_: object, message: string) => {
    for (const wait of waits) if (wait.level === level && message.includes(wait.part)) wait.resolve();
  };
  const log: Log = { ...silentLog, warn: hear('warn'), error: hear('error') };
  return { log, next: (level, part) => new Promise((resolve) => waits.push({ level, part, resolve })) };
}

describe('the store', () => {
  it('gives back a call, its tape in order and its recordings', async () => {
    const store = await open();
    const row = callRow('c1', 1_790_000_000_000, {
      state: 'ended',
      answeredAt: 1_790_000_000_500,
      endedAt: 1_790_000_009_000,
      q850Cause: 16,
      reason: 'hung up',
    });
    const recording: RecordingRow = {
      id: 'r1',
      callId: 'c1',
      tag: 'name',
      file: 'recordings/r1.wav',
      durationMs: 4000,
      bytes: 64_044,
      channels: 'mixed',
      startedAt: 1_790_000_001_000,
    };
    store.appendLines('c1', [digitLine(2), digitLine(1)]);
    store.saveCall(row);
    store.saveRecording(recording);
    expect(await store.call('c1')).toEqual(row);
    expect(await store.tape('c1')).toEqual([digitLine(1), digitLine(2)]);
    expect(await store.recordings('c1')).toEqual([recording]);
    expect(await store.call('c2')).toBeNull();
  });

  it('keeps recordings of several calls apart that have the same id', async () => {
    const store = await open();
    const recordings = ['c1', 'c2'].map(
      (callId): RecordingRow => ({
        ...{ id: 'recording-1', callId, tag: null, file: `recordings/${callId}.wav` },
        ...{ durationMs: 10, bytes: 204, channels: 'mixed', startedAt: 1 },
      }),
    );
    for (const recording of recordings) store.saveRecording(recording);
    expect(await store.recordings('c1')).toEqual([recordings[0]]);
    expect(await store.recordings('c2')).toEqual([recordings[1]]);
  });

  it('keeps everything for the next process', async () => {
    const dataDir = newFolder();
    const before = await open({ dataDir });
    before.saveCall(callRow('c1', 1));
    before.appendLines('c1', [digitLine(1)]);
    await before.close();
    const after = await open({ dataDir });
    expect(await after.calls({ limit: 10 })).toEqual([callRow('c1', 1)]);
    expect(await after.tape('c1')).toEqual([digitLine(1)]);
  });

  it('lists the newest calls first and pages without losing calls of one millisecond', async () => {
    const store = await open();
    for (const [id, at] of [
      ['a', 1],
      ['b', 5],
      ['c', 5],
      ['d', 9],
    ] as const)
      store.saveCall(callRow(id, at));
    const first = await store.calls({ limit: 2 });
    const second = await store.calls({ limit: 2, before: first[1]!.id });
    expect([...first, ...second].map((row) => row.id)).toEqual(['d', 'c', 'b', 'a']);
    expect(await store.calls({ limit: 2, before: 'a' })).toEqual([]);
    expect(await store.calls({ limit: 2, before: 'nobody' })).toEqual([]);
  });

  it('keeps the newest row of a call and the first version of a line', async () => {
    const store = await open();
    store.saveCall(callRow('c1', 1));
    store.appendLines('c1', [digitLine(1, '1')]);
    await store.flush();
    store.saveCall(callRow('c1', 1, { state: 'ended', endedAt: 7 }));
    store.appendLines('c1', [digitLine(1, '2')]);
    expect(await store.call('c1')).toMatchObject({ state: 'ended', endedAt: 7 });
    expect(await store.tape('c1')).toEqual([digitLine(1, '1')]);
  });

  it('stores a line as the mask returns it', async () => {
    const store = await open({
      mask: (_, line) => (line.event.type === 'digit' ? { ...line, event: { ...line.event, digit: '•' } } : line),
    });
    store.appendLines('c1', [digitLine(1, '7')]);
    expect(JSON.stringify(await store.tape('c1'))).not.toContain('"7"');
  });

  it('masks a line that it has already, in the database and in what is left of its file', async () => {
    const dataDir = newFolder();
    const store = await open({ dataDir });
    const secret = 'canary-4242';
    store.appendLines('c1', [digitLine(1, '5'), digitLine(2, secret), digitLine(3, '6')]);
    await store.flush();
    store.maskLine('c1', digitLine(2, '•'));
    expect(await store.tape('c1')).toEqual([digitLine(1, '5'), digitLine(2, '•'), digitLine(3, '6')]);
    await store.close();
    expect(readFileSync(join(dataDir, 'keytone.db')).includes(secret)).toBe(false);
    expect(existsSync(join(dataDir, 'keytone.db-wal'))).toBe(false);
  });

  it('keeps lines while another process holds the database, and writes them in order afterwards', async () => {
    const dataDir = newFolder();
    const { log, next } = listeningLog();
    const store = await open({ dataDir, log, retryMs: 5 });
    const delayed = next('warn', 'takes no writes');
    const other = new DatabaseSync(join(dataDir, 'keytone.db'));
    other.exec('BEGIN IMMEDIATE');
    store.saveCall(callRow('c1', 1));
    store.appendLines('c1', [digitLine(1)]);
    await delayed;
    store.saveCall(callRow('c1', 1, { state: 'ended' }));
    expect(await store.call('c1')).toBeNull();
    expect(store.counters).toMatchObject({ waiting: 3, written: 0 });
    other.exec('COMMIT');
    other.close();
    await store.flush();
    expect(store.counters).toMatchObject({ waiting: 0, written: 3 });
    expect(await store.call('c1')).toMatchObject({ state: 'ended' });
    expect(await store.tape('c1')).toEqual([digitLine(1)]);
  });

  it('drops new lines instead of memory when the database stays away', async () => {
    const dataDir = newFolder();
    const { log, next } = listeningLog();
    const store = await open({ dataDir, log, maxWaiting: 2, retryMs: 60_000 });
    const other = new DatabaseSync(join(dataDir, 'keytone.db'));
    other.exec('BEGIN IMMEDIATE');
    const full = next('error', 'are dropped');
    store.appendLines('c1', [digitLine(1), digitLine(2), digitLine(3)]);
    await full;
    expect(store.counters).toMatchObject({ waiting: 2, dropped: 1 });
    const lost = next('error', 'did not take the last writes');
    await store.close();
    await lost;
    other.close();
  });

  it('leaves out the one write that the database refuses, and keeps its neighbours', async () => {
    const { log, next } = listeningLog();
    const store = await open({ log });
    const refused = next('error', 'refused a write');
    store.saveCall({ ...callRow('bad', 1), app: null as unknown as string });
    store.saveCall(callRow('good', 1));
    await store.flush();
    await refused;
    expect((await store.calls({ limit: 10 })).map((row) => row.id)).toEqual(['good']);
  });

  it('makes the folder, and says which one cannot be used', async () => {
    const folder = newFolder();
    await open({ dataDir: join(folder, 'deep', 'data') });
    expect(existsSync(join(folder, 'deep', 'data', 'keytone.db'))).toBe(true);
    writeFileSync(join(folder, 'file'), '');
    await expect(createStore({ dataDir: join(folder, 'file'), log: silentLog })).rejects.toMatchObject({
      code: 'store-unusable',
    } satisfies Partial<CodedError>);
  });

  it('refuses a file that is no database, and one that a newer version wrote', async () => {
    const broken = newFolder();
    writeFileSync(
      join(broken, 'keytone.db'),
      'this is not a database, it is a long enough text to be read as a header',
    );
    await expect(createStore({ dataDir: broken, log: silentLog })).rejects.toMatchObject({ code: 'store-unusable' });
    const newer = newFolder();
    await (await open({ dataDir: newer })).close();
    const database = new DatabaseSync(join(newer, 'keytone.db'));
    database.exec("INSERT INTO kysely_migration VALUES ('9999-from-the-future', '2099-01-01')");
    database.close();
    await expect(createStore({ dataDir: newer, log: silentLog })).rejects.toThrow(/9999-from-the-future/);
  });

  it('writes many calls without making the caller wait for the disk', async () => {
    const store = await open();
    for (let call = 0; call < 50; call++) {
      store.saveCall(callRow(`c${call}`, call));
      store.appendLines(
        `c${call}`,
        Array.from({ length: 40 }, (_, index) => digitLine(index + 1)),
      );
    }
    expect(store.counters).toMatchObject({ waiting: 50 * 41, written: 0 });
    await store.flush();
    expect(store.counters).toMatchObject({ waiting: 0, written: 50 * 41, dropped: 0 });
    expect(await store.tape('c49')).toHaveLength(40);
  });
});
