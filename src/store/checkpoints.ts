// Owns: when the write-ahead log is forced to the disk, where commits do not do that themselves, and when it is emptied. Its pages are moved by a thread of their own; the writer moves only the few that
// came meanwhile, after which SQLite begins the log anew. And what was masked or deleted as a secret does not stay legible
// in old pages of the log: it is cut to nothing soon after.
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { workerUrl } from '../base/worker-url.ts';
import type { Sync } from './rows.ts';

export interface Checkpoints {
  /** This many writes were committed. */
  committed(writes: number): void;
  /** Something was masked or deleted that nobody may read. */
  scrub(): void;
  close(): Promise<void>;
}

/** 4,000 writes are about 8,000 pages of 4 KB, each with a head. */
const bytesOfWrite = 2 * (4096 + 24);
/** The log is begun anew when nothing was written for a moment, or at this length, with which a start is still quick. */
const quietMs = 2;
const longestLog = 4;
/** What a power cut may take with `normal`, and the time that the disk needs. */
const syncAfterMs = 100;

export function createCheckpoints(
  database: DatabaseSync,
  file: string,
  sync: Sync,
  { scrubAfterMs = 10_000, writesBetween = 4000 } = {},
): Checkpoints {
  database.exec('PRAGMA wal_autocheckpoint = 0');
  const move = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  const cut = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  let mover: Worker | null = null;
  let moving = false;
  let syncing = false;
  let dirty = false;
  let closed = false;
  /** Writes in the log since it was begun anew. A process that was killed leaves its own, which the next start reads. */
  let length = Math.floor(sizeOf(`${file}-wal`) / bytesOfWrite);
  let since = length;
  let committedAt = 0;
  let scrubbing: NodeJS.Timeout | undefined;

  function start(): Worker {
    const worker = new Worker(workerUrl(import.meta.url, './checkpoint-worker'), {
      workerData: { file, sync: sync === 'full' ? 'FULL' : 'NORMAL' },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    worker.unref();
    worker.on('message', (done: 'checkpoint' | 'sync') => {
      if (done === 'sync') {
        syncing = false;
        if (dirty) syncSoon();
        return;
      }
      moving = false;
      finish();
    });
    // The next time the log is long a new one is tried.
    worker.on('error', () => {});
    worker.on('exit', () => {
      moving = false;
      syncing = false;
      if (mover === worker) mover = null;
    });
    return worker;
  }

  /** Waits for the disk, so at a moment when nobody waits for a commit. */
  function finish(): void {
    if (closed || moving) return;
    if (length < longestLog * writesBetween && performance.now() - committedAt < quietMs) {
      setTimeout(finish, quietMs);
      return;
    }
    if (attempt(() => move.get())) length = 0;
  }

  const tell = (message: 'checkpoint' | 'sync'): void => {
    mover ??= start();
    mover.postMessage(message);
  };

  function syncSoon(): void {
    dirty = true;
    if (syncing) return;
    syncing = true;
    setTimeout(() => {
      dirty = false;
      if (!closed) tell('sync');
    }, syncAfterMs);
  }

  function scrub(): void {
    scrubbing ??= setTimeout(() => {
      scrubbing = undefined;
      // Somebody who reads, or a disk that fails, puts it off.
      if (moving || !attempt(() => Number(cut.get()?.['busy']) === 0)) scrub();
    }, scrubAfterMs);
  }

  return {
    committed(writes) {
      if (sync === 'normal') syncSoon();
      since += writes;
      length += writes;
      committedAt = performance.now();
      if (since < writesBetween || moving) return;
      since = 0;
      moving = true;
      tell('checkpoint');
    },
    scrub,
    async close() {
      closed = true;
      clearTimeout(scrubbing);
      const last = mover;
      if (last === null) return;
      const ended = new Promise<void>((resolve) => last.once('exit', () => resolve()));
      last.postMessage('close');
      await ended;
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Whether it went well; a checkpoint that fails now is made later. */
function attempt(step: () => unknown): boolean {
  try {
    return step() !== false;
  } catch {
    return false;
  }
}
