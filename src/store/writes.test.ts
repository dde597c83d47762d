import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import type { OutboxEvent, Write } from './rows.ts';
import { createSeal } from './seal.ts';
import { createWrites } from './writes.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(): Promise<Database & { write: (...writes: readonly Write[]) => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-writes-'));
  const database = await openDatabase(join(folder, 'keytone.db'), 'normal');
  const writeBatch = createWrites(database.raw, createSeal(join(folder, 'recovery.key')));
  closers.push(async () => {
    await database.db.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  return { ...database, write: (...writes) => writeBatch(writes) };
}

const told = (seq: number): OutboxEvent => ({
  ...{ id: `msg_c1_${seq}`, app: 'menu', seq, type: 'digit' },
  body: JSON.stringify({ type: 'digit', sequence: seq, data: { type: 'digit', digit: '5' } }),
});
const line = (seq: number, event = '{}'): Write => ({
  ...{ kind: 'line', callId: 'c1', seq, at: 1000 + seq, since: seq, type: 'digit', event },
  told: told(seq),
});

describe('writes', () => {
  it('leave nothing of a batch on a full disk, and all of it once there is room', async () => {
    const { raw, write } = await open();
    const size = Number(raw.prepare('PRAGMA page_count').get()?.['page_count']);
    raw.exec(`PRAGMA max_page_count = ${size + 2}`);
    const large = (seq: number): Write => line(seq, JSON.stringify({ text: 'x'.repeat(5000) }));
    const many = Array.from({ length: 20 }, (_, index) => large(index + 1));
    const full = 13;
    expect(() => write(...many)).toThrow(expect.objectContaining({ errcode: full }));
    expect(raw.prepare('SELECT count(*) AS count FROM tape_lines').get()).toMatchObject({ count: 0 });
    raw.exec('PRAGMA max_page_count = 1000000');
    write(...many);
    expect(raw.prepare('SELECT count(*) AS count FROM tape_lines').get()).toMatchObject({ count: 20 });
  });

  it('tell of a line once, however often it is written', async () => {
    const { raw, write } = await open();
    write(line(1), line(2));
    write({ kind: 'settle', id: 'msg_c1_1', settlement: { state: 'delivered', at: 5000 } });
    write(line(1), line(2));
    expect(raw.prepare('SELECT seq, due_at FROM outbox').all()).toEqual([{ seq: 2, due_at: 5000 }]);
  });

  it('make the next event of a call due when the one before it is over, also when that one is dead', async () => {
    const { raw, write } = await open();
    write(line(1), line(2), line(3));
    const dues = () =>
      raw
        .prepare('SELECT due_at FROM outbox ORDER BY seq')
        .all()
        .map((row) => row['due_at']);
    expect(dues()).toEqual([1001, null, null]);
    const failed = { at: 2000, attempts: 1, httpStatus: 500, fault: null } as const;
    write({ kind: 'settle', id: 'msg_c1_1', settlement: { ...failed, state: 'waiting', dueAt: 9000 } });
    expect(dues()).toEqual([9000, null, null]);
    write({ kind: 'settle', id: 'msg_c1_1', settlement: { ...failed, state: 'dead', dueAt: null } });
    expect(dues()).toEqual([null, 2000, null]);
    write({ kind: 'redeliver', id: 'msg_c1_1', at: 3000 });
    expect(dues()).toEqual([3000, 2000, null]);
  });

  it('mask what is still to be told of a line, too', async () => {
    const { raw, write } = await open();
    write(line(1));
    write({ kind: 'mask', callId: 'c1', seq: 1, event: '{"type":"digit","digit":"•"}' });
    const body = JSON.parse(String(raw.prepare('SELECT body FROM outbox').get()?.['body']));
    expect(body).toEqual({ type: 'digit', sequence: 1, data: { type: 'digit', digit: '•' } });
  });
});
