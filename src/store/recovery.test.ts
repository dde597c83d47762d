import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../base/log.ts';
import type { TapeLine } from '../call/event.ts';
import type { CallRow } from './rows.ts';
import { createStore, type Store, type StoreOptions } from './store.ts';

const folders: string[] = [];
const stores: Store[] = [];

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-recovery-'));
  folders.push(folder);
  return folder;
}

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await createStore({ dataDir: newFolder(), log: silentLog, ...options });
  stores.push(store);
  return store;
}

const callRow = (id: string, changes: Partial<CallRow> = {}): CallRow => ({
  ...{ id, app: 'menu', direction: 'inbound', from: '+15550100', to: '1000', startedAt: 1, answeredAt: 2 },
  ...{ endedAt: null, state: 'live', q850Cause: null, reason: null, sipCallId: null },
  ...changes,
});

const digitLine = (seq: number, digit: string): TapeLine => ({
  ...{ seq, at: 1_790_000_000_000 + seq, since: seq },
  event: { type: 'digit', leg: 'caller', press: seq, digit, heard: [{ via: 'rfc4733', at: 7 }] },
});

/** What another process would read of the file at this moment. */
function inFile<T>(dataDir: string, read: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(dataDir, 'keytone.db'), { readOnly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}

const countLines = (database: DatabaseSync): unknown =>
  database.prepare('SELECT count(*) AS count FROM tape_lines').get()?.['count'];

describe('durable()', () => {
  it.each(['full', 'normal'] as const)('resolves once another process would read what was given (%s)', async (sync) => {
    const dataDir = newFolder();
    const store = await open({ dataDir, sync });
    for (let seq = 1; seq <= 50; seq++) {
      store.appendLines('c1', [digitLine(seq, '1')]);
      await store.durable();
      expect(inFile(dataDir, countLines)).toBe(seq);
    }
  });

  it('does not wait until more has come', async () => {
    const dataDir = newFolder();
    const store = await open({ dataDir, gatherMs: 2 ** 30 });
    store.appendLines('c1', [digitLine(1, '1')]);
    await store.durable();
    expect(inFile(dataDir, countLines)).toBe(1);
    store.appendLines('c1', [digitLine(2, '2')]);
    expect(await store.tape('c1')).toHaveLength(2);
    store.appendLines('c1', [digitLine(3, '3')]);
    await store.flush();
    expect(inFile(dataDir, countLines)).toBe(3);
  });

  it('covers what is given while others are being committed', async () => {
    const dataDir = newFolder();
    const store = await open({ dataDir });
    const waits: Promise<void>[] = [];
    for (let seq = 1; seq <= 20; seq++) {
      store.appendLines('c1', [digitLine(seq, '1')]);
      waits.push(store.durable().then(() => expect(inFile(dataDir, countLines)).toBeGreaterThanOrEqual(seq)));
      await new Promise(setImmediate);
    }
    await Promise.all(waits);
    expect(store.counters).toMatchObject({ undurable: 0, behind: false });
  });

  it('lets everybody go on while the database takes nothing, says so once, and waits again when it does', async () => {
    const dataDir = newFolder();
    const told: string[] = [];
    const back = Promise.withResolvers<void>();
    const log: Log = {
      ...silentLog,
      warn: (_, message) => void told.push(message),
      info: (_, message) => {
        told.push(message);
        back.resolve();
      },
    };
    const store = await open({ dataDir, log, retryMs: 5, patienceMs: 60_000 });
    const other = new DatabaseSync(join(dataDir, 'keytone.db'));
    other.exec('BEGIN IMMEDIATE');
    store.appendLines('c1', [digitLine(1, '1')]);
    await store.durable();
    expect(store.counters).toMatchObject({ waiting: 1, undurable: 1, behind: true });
    store.appendLines('c1', [digitLine(2, '2')]);
    await store.durable();
    expect(store.counters).toMatchObject({ waiting: 2, undurable: 2, behind: true });
    other.exec('COMMIT');
    other.close();
    await back.promise;
    expect(store.counters).toMatchObject({ behind: false });
    store.appendLines('c1', [digitLine(3, '3')]);
    await store.durable();
    expect(inFile(dataDir, countLines)).toBe(3);
    expect(told).toEqual([
      'The database takes no writes for the moment; they are kept and tried again',
      'The database takes writes again',
    ]);
  });
});

describe('what a restart needs', () => {
  it('is there after the process is gone: the row, the lines, the newest state of each part', async () => {
    const dataDir = newFolder();
    const before = await open({ dataDir });
    before.saveCall(callRow('up'));
    before.saveCall(callRow('over', { state: 'ended' }));
    before.appendLines('up', [digitLine(1, '4'), digitLine(2, '2')]);
    before.appendLines('over', [digitLine(1, '9')]);
    before.saveLeg('up', 'caller', 'sip', { cseq: 1 });
    before.saveLeg('up', 'caller', 'sip', { cseq: 2 });
    before.saveLeg('up', 'caller', 'media', { port: 10_000 });
    before.saveLeg('up', 'callee-1', 'sip', { cseq: 7 });
    before.beat(1_790_000_000_250);
    before.beat(1_790_000_000_500);
    await before.close();
    const after = await open({ dataDir });
    expect(await after.aliveAt()).toBe(1_790_000_000_500);
    expect(await after.unfinished()).toEqual([
      {
        row: callRow('up'),
        lines: [digitLine(1, '4'), digitLine(2, '2')],
        legs: [
          { leg: 'callee-1', part: 'sip', state: { cseq: 7 } },
          { leg: 'caller', part: 'media', state: { port: 10_000 } },
          { leg: 'caller', part: 'sip', state: { cseq: 2 } },
        ],
      },
    ]);
  });

  it('is nothing on the first start', async () => {
    const store = await open();
    expect(await store.aliveAt()).toBeNull();
    expect(await store.unfinished()).toEqual([]);
  });

  it('comes whole when there are more calls than fit in one part', async () => {
    const store = await open();
    for (let call = 0; call < 120; call++) {
      store.saveCall(callRow(`c${String(call).padStart(3, '0')}`));
      store.appendLines(`c${String(call).padStart(3, '0')}`, [digitLine(1, '1')]);
    }
    const found = await store.unfinished();
    expect(found).toHaveLength(120);
    expect(found[119]).toEqual({ row: callRow('c119'), lines: [digitLine(1, '1')], legs: [] });
  });

  it('is dropped with the call', async () => {
    const dataDir = newFolder();
    const store = await open({ dataDir });
    store.saveCall(callRow('c1'));
    store.saveLeg('c1', 'caller', 'sip', {});
    store.sealLine('c1', digitLine(1, '4'));
    store.dropLegs('c1');
    expect(await store.unfinished()).toMatchObject([{ legs: [] }]);
    const left = (database: DatabaseSync) => database.prepare('SELECT count(*) AS count FROM sealed_lines').get();
    expect(inFile(dataDir, left)).toMatchObject({ count: 0 });
  });
});

describe('a sealed line', () => {
  const secret = 'canary-4242';

  async function sealed(dataDir: string): Promise<Store> {
    const store = await open({ dataDir });
    store.saveCall(callRow('c1'));
    store.appendLines('c1', [digitLine(1, '5'), digitLine(2, '•')]);
    store.sealLine('c1', digitLine(2, secret));
    await store.flush();
    return store;
  }

  it('is true for a restart and masked for every reader', async () => {
    const dataDir = newFolder();
    await (await sealed(dataDir)).close();
    const store = await open({ dataDir });
    expect((await store.unfinished())[0]!.lines).toEqual([digitLine(1, '5'), digitLine(2, secret)]);
    expect(await store.tape('c1')).toEqual([digitLine(1, '5'), digitLine(2, '•')]);
  });

  it('is legible in no file of the folder', async () => {
    const dataDir = newFolder();
    await sealed(dataDir);
    for (const name of ['keytone.db', 'keytone.db-wal'])
      expect(readFileSync(join(dataDir, name)).includes(secret)).toBe(false);
    expect(readFileSync(join(dataDir, 'keytone.db-wal')).includes('•')).toBe(true);
  });

  it('is masked for ever once its call is over', async () => {
    const dataDir = newFolder();
    const store = await sealed(dataDir);
    store.dropLegs('c1');
    expect((await store.unfinished())[0]!.lines).toEqual([digitLine(1, '5'), digitLine(2, '•')]);
  });

  it('stays masked when its key is gone', async () => {
    const dataDir = newFolder();
    await (await sealed(dataDir)).close();
    writeFileSync(join(dataDir, 'recovery.key'), 'no key');
    const store = await open({ dataDir });
    expect((await store.unfinished())[0]!.lines).toEqual([digitLine(1, '5'), digitLine(2, '•')]);
  });

  it('has a key that only this user may read, kept while it is needed and new when it is not', async () => {
    const dataDir = newFolder();
    const key = () => readFileSync(join(dataDir, 'recovery.key')).toString('hex');
    await (await sealed(dataDir)).close();
    const first = key();
    expect(statSync(join(dataDir, 'recovery.key'))).toMatchObject({ size: 32 });
    expect(statSync(join(dataDir, 'recovery.key')).mode & 0o777).toBe(0o600);
    const again = await open({ dataDir });
    expect(key()).toBe(first);
    again.dropLegs('c1');
    await again.close();
    await open({ dataDir });
    expect(key()).not.toBe(first);
  });
});
