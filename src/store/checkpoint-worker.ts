// Owns: the thread that moves what was committed from the write-ahead log into the database file, which takes several
// milliseconds of waiting for the disk, while the other thread commits on. SQLite, “Write-Ahead Logging”.
// Does not: start the log anew. Only a writer that finds all of it moved does that (checkpoints.ts).
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

port.on('message', (message: 'checkpoint' | 'close') => {
  if (message === 'close') {
    database.close();
    port.close();
    return;
  }
  try {
    for (let round = 0; round < rounds; round++) {
      const { log, checkpointed } = checkpoint.get() as { log: number; checkpointed: number };
      if (log - checkpointed < few) break;
    }
  } catch {
    // A disk that takes no more is told of by whoever writes; the log keeps what was not moved.
  }
  port.postMessage('done');
});
