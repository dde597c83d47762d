import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../../base/log.ts';
import { type AccountFolder, openAccountFolder } from '../../store/account-folder.ts';
import type { AccountWrite } from '../../store/account-rows.ts';
import { createStore, type Store } from '../../store/store.ts';
import { createVirtualClock, type VirtualClock } from '../../testkit/virtual-clock.ts';
import type { AccountConfig } from '../config.ts';
import { change } from './kept.ts';
import { createRegister, type Register } from './register.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Opened {
  readonly register: Register;
  readonly store: Store;
  readonly clock: VirtualClock;
  /** As another process has it. */
  readonly beside: AccountFolder;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-register-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function open(dataDir: string, configured: readonly AccountConfig[] = [], log: Log = silentLog): Promise<Opened> {
  const store = await createStore({ dataDir, log: silentLog });
  closers.push(() => store.close());
  const beside = await openAccountFolder(dataDir);
  closers.push(() => beside.close());
  const clock = createVirtualClock();
  const register = await createRegister({ configured, store, clock, log });
  closers.push(() => register.close());
  return { register, store, clock, beside };
}

const account = (id: string): AccountWrite => ({ kind: 'account', row: { id, name: null, createdAt: 1 } });
const key = (id: string, of: string): AccountWrite => ({
  kind: 'key',
  row: { id, account: of, hash: 'h', label: null, createdAt: 1 },
});

describe('the register of accounts', () => {
  it('makes an account at a first start and keeps it when the server is up', async () => {
    const { register, beside } = await open(newFolder());
    expect(register.accounts).toHaveLength(1);
    expect(beside.kept().accounts).toEqual([]);
    const first = (await register.start())!;
    expect(first.account).toBe(register.defaultAccount);
    expect(beside.kept().accounts.map(({ id }) => id)).toEqual([first.account]);
    expect(beside.kept().keys.map(({ id }) => id)).toEqual([first.id]);
    expect(JSON.stringify(beside.kept())).not.toContain(first.secret);
  });

  it('takes those of the configuration first, and keys of the folder beside theirs', async () => {
    const folder = newFolder();
    const beside = await openAccountFolder(folder);
    for (const write of [account('kept'), key('k1', 'kept'), key('k2', 'written'), key('k3', 'nobody')])
      beside.write(write);
    await beside.close();
    const { register } = await open(folder, [{ id: 'written', keys: [{ id: 'w1', secret: 's' }] }]);
    expect(await register.start()).toBeNull();
    expect(register.accounts).toEqual(['written', 'kept']);
    expect(register.defaultAccount).toBe('written');
    expect(register.keysOf('written').map(({ id }) => id)).toEqual(['k2', 'w1']);
    expect(register.key('k3')).toBeUndefined();
  });

  it('looks every second whether another process has written', async () => {
    const { register, store, clock, beside } = await open(newFolder());
    await register.start();
    const seen = register.version;
    const looked = async (): Promise<void> => {
      clock.advance(1000);
      // The question of the look goes before this one.
      await store.accounts.dataVersion();
      await store.accounts.kept();
      await new Promise<void>((resolve) => setImmediate(resolve));
    };
    await looked();
    expect(register.version).toBe(seen);
    beside.write(account('new'));
    beside.write(key('k1', 'new'));
    await looked();
    expect(register.key('k1')?.account).toBe('new');
    beside.write({ kind: 'drop-account', id: 'new' });
    await looked();
    expect(register.key('k1')).toBeUndefined();
    // What it writes itself is no news.
    const version = register.version;
    await register.write(account('own'));
    await looked();
    expect(register.version).toBe(version + 1);
  });

  it('does not lose what it writes while it reads', async () => {
    const { register } = await open(newFolder());
    await register.start();
    const reading = register.reload();
    const writing = register.write(account('own'));
    await Promise.all([reading, writing]);
    expect(register.accounts).toContain('own');
    await register.reload();
    expect(register.accounts).toContain('own');
  });

  it('has in memory what the database makes of a write', async () => {
    const { register, beside } = await open(newFolder());
    await register.start();
    const row = { account: 'a', createdAt: 5 };
    const writes: readonly AccountWrite[] = [
      ...[account('a'), account('b'), key('k1', 'a'), key('k2', 'b'), { kind: 'drop-key', id: 'k2' } as const],
      { kind: 'app', row: { ...row, name: 'app', dialect: 'ozml', settings: 's', dropped: false } },
      { kind: 'app', row: { ...row, name: 'app', dialect: 'ozml', settings: 't', dropped: true } },
      ...['1', '2'].map((number): AccountWrite => ({ kind: 'number', row: { ...row, number, app: 'app' } })),
      { kind: 'number', row: { ...row, account: 'b', number: '1', app: 'other' } },
      { kind: 'drop-number', number: '2' },
      ...['p', 'q'].map((login): AccountWrite => ({ kind: 'phone', row: { ...row, login, password: 'x' } })),
      { kind: 'drop-phone', login: 'q' },
      { kind: 'drop-account', id: 'a' },
      { kind: 'account', row: { id: 'b', name: 'renamed', createdAt: 9 } },
    ];
    let kept = beside.kept();
    for (const write of writes) {
      kept = change(kept, write);
      beside.write(write);
      const sorted = (one: typeof kept) =>
        Object.fromEntries(
          Object.entries(one).map(([name, rows]) => [
            name,
            (rows as readonly object[]).map((each) => JSON.stringify(Object.entries(each).toSorted())).toSorted(),
          ]),
        );
      expect([write.kind, sorted(kept)]).toEqual([write.kind, sorted(beside.kept())]);
    }
  });
});
