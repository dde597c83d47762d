// Owns: the thread that waits for the disk so that the one that commits need not: it moves what was committed from the
// write-ahead log into the database file, and forces the log itself to the disk. SQLite, “Write-Ahead Logging”.
// Does not: start the log anew. Only a writer that finds all of it moved does that (checkpoints.ts).
import { fdatasyncSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const port = parentPort!;
const { file, sync } = workerData as { readonly file: string; readonly sync: string };
/** The log grows meanwhile; each round leaves less. */
const rounds = 4;
const few = 64;

const database = new DatabaseSync(file, { timeout: 0 });
database.exec(`PRAGMA synchronous = ${sync}; PRAGMA wal_autocheckpoint = 0;`);
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');

// Locks of SQLite are on the other files: this one may be opened beside it.
let log: number | null = null;

port.on('message', (message: 'checkpoint' | 'sync' | 'close') => {
  if (message === 'close') {
    database.close();
    port.close();
    return;
  }
  try {
    if (message === 'sync') {
      log ??= openSync(`${file}-wal`, 'r+');
      fdatasyncSync(log);
    } else moveAll();
  } catch {
    // A disk that takes no more is told of by whoever writes; the log keeps what was not moved.
  }
  port.postMessage(message);
});

function moveAll(): void {
  for (let round = 0; round < rounds; round++) {
    const { log: pages, checkpointed } = checkpoint.get() as { log: number; checkpointed: number };
    if (pages - checkpointed < few) return;
  }
}
