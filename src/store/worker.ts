// Owns: the thread that alone touches the database. Batches are written strictly in the order they came, so that an
// older row never overwrites a newer one; a batch that cannot be written now stays first and is tried again. Everything
// that came while a transaction was being committed is the next transaction: the busier the disk, the larger its share.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { AccountQuery } from './account-rows.ts';
import { runAccountQuery } from './account-sql.ts';
import { type Checkpoints, createCheckpoints } from './checkpoints.ts';
import { type Database, openDatabase, runQuery } from './database.ts';
import type { FromWorker, Query, ToWorker, WorkerOptions, Write } from './rows.ts';
import { createSeal, type Seal } from './seal.ts';
import type { TranscriptionQuery } from './transcription-rows.ts';
import { runTranscriptionQuery } from './transcription-sql.ts';
import { readUnfinished } from './unfinished.ts';
import { createWrites, type WriteBatch } from './writes.ts';

const port = parentPort!;
const options = workerData as WorkerOptions;
const say = (message: FromWorker): void => port.postMessage(message);
const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** SQLite result codes that say something about the moment, not about the row: busy, locked, read-only, I/O, full, cannot open. */
const passing = new Set([5, 6, 8, 10, 13, 14]);

/** Writes that take back what others wrote. */
const leavesTraces: ReadonlySet<Write['kind']> = new Set<Write['kind']>(['mask', 'drop', 'phone', 'drop-phone']);

const accountQueries: ReadonlySet<string> = new Set<AccountQuery['kind']>(['kept', 'data-version', 'note', 'notes']);
const transcriptionQueries: ReadonlySet<string> = new Set<TranscriptionQuery['kind']>([
  'open-transcriptions',
  'transcriptions',
]);
const isTranscriptionQuery = (query: Query): query is TranscriptionQuery => transcriptionQueries.has(query.kind);
const isAccountQuery = (query: Query): query is AccountQuery => accountQueries.has(query.kind);

interface Open extends Database {
  readonly seal: Seal;
  readonly writeBatch: WriteBatch;
  readonly checkpoints: Checkpoints;
}

async function open(): Promise<Open> {
  const database = await openDatabase(options.file, options.sync);
  const nothingSealed = database.raw.prepare('SELECT 1 FROM sealed_lines LIMIT 1').get() === undefined;
  // A key that nothing needs is replaced: what was sealed with it stays closed in every copy that there may be.
  const seal = createSeal(options.keyFile, { fresh: nothingSealed });
  const checkpoints = createCheckpoints(database.raw, options.file, options.sync);
  return { ...database, seal, checkpoints, writeBatch: createWrites(database.raw, seal) };
}

async function main(): Promise<void> {
  let store: Open;
  try {
    store = await open();
  } catch (error) {
    say({ type: 'failed-to-open', message: words(error) });
    port.close();
    return;
  }
  const { db, raw, seal, writeBatch, checkpoints } = store;
  const messages: ToWorker[] = [];
  let waiting: Write[] = [];
  let lastBatch = 0;
  let retry: NodeJS.Timeout | undefined;
  let working = false;

  /** False when the database takes nothing for the moment. */
  function commit(): boolean {
    clearTimeout(retry);
    retry = undefined;
    if (waiting.length === 0) return true;
    try {
      writeAsMuchAsFits(writeBatch, waiting);
    } catch (error) {
      say({ type: 'delayed', batch: lastBatch, message: words(error) });
      retry = setTimeout(commit, options.retryMs);
      return false;
    }
    const done = waiting;
    waiting = [];
    say({ type: 'written', batch: lastBatch });
    checkpoints.committed(done.length);
    if (done.some(({ kind }) => leavesTraces.has(kind))) checkpoints.scrub();
    return true;
  }

  async function answer(message: Extract<ToWorker, { type: 'query' }>): Promise<void> {
    const { request, query } = message;
    try {
      if (query.kind === 'unfinished') {
        for (const calls of readUnfinished(raw, seal)) say({ type: 'unfinished', request, calls });
        say({ type: 'answer', request, result: null });
      } else if (isAccountQuery(query)) say({ type: 'answer', request, result: runAccountQuery(raw, query) });
      else if (isTranscriptionQuery(query)) say({ type: 'answer', request, result: runTranscriptionQuery(raw, query) });
      else say({ type: 'answer', request, result: await runQuery(db, query) });
    } catch (error) {
      say({ type: 'query-failed', request, message: words(error) });
    }
  }

  async function work(): Promise<void> {
    for (let message = messages.shift(); message !== undefined; message = messages.shift()) {
      if (message.type === 'write') {
        for (const one of message.writes) waiting.push(one);
        lastBatch = message.batch;
        if (messages.length === 0) receive();
        // While a retry is due, new batches only line up behind the one that waits.
        if (messages[0]?.type !== 'write' && retry === undefined) commit();
      } else if (message.type === 'query') await answer(message);
      else {
        commit();
        clearTimeout(retry);
        await checkpoints.close();
        await db.destroy();
        say({ type: 'closed' });
        port.close();
      }
    }
  }

  /** What has come in the meantime. */
  function receive(): void {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
      messages.push(next.message as ToWorker);
  }

  port.on('message', (message: ToWorker) => {
    messages.push(message);
    if (working) return;
    working = true;
    void work().finally(() => {
      working = false;
    });
  });
  say({ type: 'opened' });
}

/** Throws when the database is unusable for the moment; a write that it will never take is told and left out. */
function writeAsMuchAsFits(writeBatch: WriteBatch, writes: readonly Write[]): void {
  try {
    writeBatch(writes);
  } catch (error) {
    if (isPassing(error)) throw error;
    if (writes.length > 1) {
      for (const write of writes) writeAsMuchAsFits(writeBatch, [write]);
      return;
    }
    const [write] = writes;
    if (write !== undefined) say({ type: 'refused', what: describe(write), message: words(error) });
  }
}

function describe(write: Write): string {
  switch (write.kind) {
    case 'line':
    case 'mask':
    case 'seal':
      return `${write.kind} ${write.seq} of call ${write.callId}`;
    case 'call':
    case 'recording':
      return `${write.kind} ${write.row.id}`;
    case 'part':
      return `${write.part} of leg ${write.leg} of call ${write.callId}`;
    case 'settle':
    case 'redeliver':
      return `${write.kind} ${write.id}`;
    case 'drop':
      return `what is saved of call ${write.callId}`;
    case 'beat':
      return 'the heartbeat';
    case 'transcription':
    case 'transcription-step':
      return `the transcription of ${write.row.recording} of call ${write.row.callId}`;
    case 'drop-transcription':
      return `the end of the transcription of ${write.recording} of call ${write.callId}`;
    case 'drop-recording':
      return `the end of recording ${write.id}`;
    default:
      return `${write.kind} of an account`;
  }
}

function isPassing(error: unknown): boolean {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  // The low byte is the class of an extended result code.
  return typeof code === 'number' && passing.has(code & 0xff);
}

await main();
