import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { type Checkpoints, createCheckpoints } from './checkpoints.ts';
import { openSqlite } from './node-sqlite.ts';

const closers: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function open(options: { scrubAfterMs?: number; writesBetween?: number }): {
  raw: DatabaseSync;
  file: string;
  checkpoints: Checkpoints;
} {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-log-'));
  const file = join(folder, 'a.db');
  const { raw } = openSqlite(file, 'normal');
  raw.exec('CREATE TABLE notes (text TEXT)');
  const checkpoints = createCheckpoints(raw, file, 'normal', options);
  closers.push(
    () => rmSync(folder, { recursive: true, force: true }),
    () => raw.close(),
    () => checkpoints.close(),
  );
  return { raw, file, checkpoints };
}

/** Looks at every turn of the event loop; a test that never sees it times out. */
async function until(seen: () => boolean): Promise<void> {
  while (!seen()) await new Promise(setImmediate);
}

describe('the write-ahead log', () => {
  it('is cut to nothing after a scrub, with what was deleted in it', async () => {
    const { raw, file, checkpoints } = open({ scrubAfterMs: 1 });
    raw.exec("INSERT INTO notes VALUES ('canary-4242')");
    raw.exec('DELETE FROM notes');
    expect(readFileSync(`${file}-wal`).includes('canary-4242')).toBe(true);
    checkpoints.scrub();
    await until(() => statSync(`${file}-wal`).size === 0);
    expect(readFileSync(file).includes('canary-4242')).toBe(false);
  });

  it('is begun anew instead of growing', async () => {
    const { raw, file, checkpoints } = open({ writesBetween: 10 });
    const insert = raw.prepare('INSERT INTO notes VALUES (?)');
    const write = () => {
      for (let index = 0; index < 10; index++) insert.run('x'.repeat(3000));
      checkpoints.committed(10);
    };
    write();
    const moved = () => raw.prepare('PRAGMA wal_checkpoint(NOOP)').get() as { log: number; checkpointed: number };
    await until(() => moved().checkpointed === moved().log);
    const { size } = statSync(`${file}-wal`);
    write();
    expect(statSync(`${file}-wal`).size).toBe(size);
  });

  it('that a killed process left long is moved with the first commit of the next one', async () => {
    const { raw, file } = open({});
    const insert = raw.prepare('INSERT INTO notes VALUES (?)');
    for (let index = 0; index < 40; index++) insert.run('x'.repeat(3000));
    const { raw: next } = openSqlite(file, 'normal');
    closers.push(() => next.close());
    const checkpoints = createCheckpoints(next, file, 'normal', { writesBetween: 10 });
    closers.push(() => checkpoints.close());
    next.prepare('INSERT INTO notes VALUES (?)').run('y');
    checkpoints.committed(1);
    const moved = () => next.prepare('PRAGMA wal_checkpoint(NOOP)').get() as { log: number; checkpointed: number };
    await until(() => moved().checkpointed === moved().log);
  });
});
