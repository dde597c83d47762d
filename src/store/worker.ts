// Owns: the thread that alone touches the database. Batches are written strictly in the order they came, so that an
// older row never overwrites a newer one; a batch that cannot be written now stays first and is tried again.
import { parentPort, workerData } from 'node:worker_threads';
import type { Kysely } from 'kysely';
import { openDatabase, runQuery, writeBatch } from './database.ts';
import type { FromWorker, ToWorker, WorkerOptions, Write } from './rows.ts';
import type { Tables } from './tables.ts';

const port = parentPort!;
const options = workerData as WorkerOptions;
const say = (message: FromWorker): void => port.postMessage(message);
const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** SQLite result codes that say something about the moment, not about the row: busy, locked, read-only, I/O, full, cannot open. */
const passing = new Set([5, 6, 8, 10, 13, 14]);

async function main(): Promise<void> {
  let db: Kysely<Tables>;
  try {
    db = await openDatabase(options.file);
  } catch (error) {
    say({ type: 'failed-to-open', message: words(error) });
    port.close();
    return;
  }
  // One thing at a time, in order: node:sqlite is synchronous, and a transaction must not be interleaved.
  let work: Promise<void> = Promise.resolve();
  const waiting: { readonly batch: number; readonly writes: readonly Write[] }[] = [];
  let retry: NodeJS.Timeout | undefined;

  async function drain(): Promise<void> {
    clearTimeout(retry);
    retry = undefined;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      try {
        await writeAsMuchAsFits(db, next.writes);
      } catch (error) {
        say({ type: 'delayed', batch: next.batch, message: words(error) });
        retry = setTimeout(() => queue(drain), options.retryMs);
        return;
      }
      waiting.shift();
      say({ type: 'written', batch: next.batch });
    }
  }

  function queue(step: () => Promise<void>): void {
    work = work.then(step);
  }

  port.on('message', (message: ToWorker) => {
    if (message.type === 'write') {
      waiting.push(message);
      // While a retry is due, new batches only line up behind the one that waits.
      queue(() => (retry === undefined ? drain() : Promise.resolve()));
    } else if (message.type === 'query') {
      queue(async () => {
        try {
          say({ type: 'answer', request: message.request, result: await runQuery(db, message.query) });
        } catch (error) {
          say({ type: 'query-failed', request: message.request, message: words(error) });
        }
      });
    } else {
      queue(async () => {
        await drain();
        clearTimeout(retry);
        await db.destroy();
        say({ type: 'closed' });
        port.close();
      });
    }
  });
  say({ type: 'opened' });
}

/** Throws when the database is unusable for the moment; a write that it will never take is told and left out. */
async function writeAsMuchAsFits(db: Kysely<Tables>, writes: readonly Write[]): Promise<void> {
  try {
    await writeBatch(db, writes);
  } catch (error) {
    if (isPassing(error)) throw error;
    if (writes.length > 1) {
      for (const write of writes) await writeAsMuchAsFits(db, [write]);
      return;
    }
    const [write] = writes;
    if (write !== undefined)
      say({
        type: 'refused',
        what: describe(write),
        message: words(error),
      });
  }
}

function describe(write: Write): string {
  if (write.kind === 'line' || write.kind === 'mask') return `${write.kind} ${write.seq} of call ${write.callId}`;
  return write.kind === 'abandoned' ? 'the end of abandoned calls' : `${write.kind} ${write.row.id}`;
}

function isPassing(error: unknown): boolean {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  // The low byte is the class of an extended result code.
  return typeof code === 'number' && passing.has(code & 0xff);
}

await main();
