// Owns: the face of the store. Writes are handed to a thread of their own and never make the caller wait; a database that
// fails costs history, never a call. Reads see everything that was written before them, unless the disk is failing.
// Does not: decide what is secret: `mask` sees every line before it leaves this thread.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { workerUrl } from '../base/worker-url.ts';
import type { TapeLine } from '../call/event.ts';
import type {
  Answers,
  CallRow,
  FromWorker,
  Page,
  Query,
  RecordingRow,
  ToWorker,
  WorkerOptions,
  Write,
} from './rows.ts';

export interface StoreOptions {
  /** The database is `keytone.db` in it; the folder is made when missing. */
  readonly dataDir: string;
  readonly log: Log;
  /** Called for every line before it is stored; returns the line as it may be kept. */
  readonly mask?: (callId: string, line: TapeLine) => TapeLine;
  /** Writes held while the database cannot take them; more are dropped and counted. */
  readonly maxWaiting?: number;
  /** How long after a failure the thread tries again. */
  readonly retryMs?: number;
  /** How long close() waits for a database that does not take the last writes. */
  readonly closeMs?: number;
}

export interface Store {
  saveCall(row: CallRow): void;
  /** Lines that are there already stay as they are. */
  appendLines(callId: string, lines: readonly TapeLine[]): void;
  /** Puts this event in the place of the line's, which turned out to be a secret. */
  maskLine(callId: string, line: TapeLine): void;
  saveRecording(row: RecordingRow): void;
  /** Ends every call that is not ended, at the time of its last line: those of a process that was killed. */
  endAbandoned(reason: string): void;
  /** Newest first. */
  calls(page: Page): Promise<readonly CallRow[]>;
  call(id: string): Promise<CallRow | null>;
  tape(callId: string): Promise<readonly TapeLine[]>;
  recordings(callId: string): Promise<readonly RecordingRow[]>;
  /** Resolves when everything given so far is in the database or was given up. */
  flush(): Promise<void>;
  close(): Promise<void>;
  readonly counters: { readonly waiting: number; readonly written: number; readonly dropped: number };
}

/** What a crash of the process may lose. */
const gatherMs = 20;

interface Waiting {
  readonly batch: number;
  readonly writes: readonly Write[];
}

export async function createStore(options: StoreOptions): Promise<Store> {
  const {
    log,
    mask = (_: string, line: TapeLine) => line,
    maxWaiting = 200_000,
    retryMs = 1000,
    closeMs = 5000,
  } = options;
  try {
    mkdirSync(options.dataDir, { recursive: true });
  } catch (cause) {
    throw new CodedError('store-unusable', `The folder ${options.dataDir} cannot be made`, { cause });
  }
  const file = join(options.dataDir, 'keytone.db');

  /** Collected for a moment; leaves as one batch, which is one message and one transaction. */
  let gathered: Write[] = [];
  /** Sent and not yet known to be written, oldest first: sent again when the thread had to be replaced. */
  let sent: Waiting[] = [];
  let waiting = 0;
  let written = 0;
  let dropped = 0;
  let nextBatch = 1;
  let nextRequest = 1;
  let closing = false;
  const requests = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let flushers: { readonly until: number; readonly resolve: () => void }[] = [];
  let worker = await open();

  async function open(): Promise<Worker> {
    const workerData: WorkerOptions = { file, retryMs };
    const next = new Worker(workerUrl(import.meta.url, './worker'), {
      workerData,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    await new Promise<void>((resolve, reject) => {
      const fail = (message: string): void =>
        reject(new CodedError('store-unusable', `The database ${file} cannot be used: ${message}`));
      next.once('error', (error: Error) => fail(error.message));
      next.once('message', (message: FromWorker) =>
        message.type === 'opened'
          ? resolve()
          : fail(message.type === 'failed-to-open' ? message.message : message.type),
      );
    });
    next.removeAllListeners('error');
    next.on('error', (error) => log.error({ err: error }, 'The thread of the store failed'));
    next.on('message', onMessage);
    next.on('exit', () => void replace());
    return next;
  }

  async function replace(): Promise<void> {
    for (const { reject } of requests.values())
      reject(new CodedError('store-unusable', 'The thread of the store ended'));
    requests.clear();
    if (closing) return;
    try {
      worker = await open();
    } catch (error) {
      log.error({ err: error }, 'The store cannot be opened again; it is tried until it can');
      setTimeout(() => void replace(), retryMs).unref();
      return;
    }
    for (const { batch, writes } of sent) post({ type: 'write', batch, writes });
  }

  function onMessage(message: FromWorker): void {
    switch (message.type) {
      case 'written': {
        const done = sent.shift();
        waiting -= done?.writes.length ?? 0;
        written += done?.writes.length ?? 0;
        flushers = flushers.filter(({ until, resolve }) => {
          if (until > message.batch) return true;
          resolve();
          return false;
        });
        break;
      }
      case 'delayed':
        log.warn(
          { waiting, reason: message.message },
          'The database takes no writes for the moment; they are kept and tried again',
        );
        break;
      case 'refused':
        log.error({ what: message.what, reason: message.message }, 'The database refused a write; it is left out');
        break;
      case 'answer':
        requests.get(message.request)?.resolve(message.result);
        requests.delete(message.request);
        break;
      case 'query-failed':
        requests
          .get(message.request)
          ?.reject(new CodedError('store-unusable', `The database could not be read: ${message.message}`));
        requests.delete(message.request);
        break;
    }
  }

  const post = (message: ToWorker): void => worker.postMessage(message);

  function write(entry: Write): void {
    if (waiting >= maxWaiting) {
      dropped++;
      if (dropped === 1 || dropped % 10_000 === 0)
        log.error({ dropped, waiting }, 'The store is full of unwritten lines; new ones are dropped');
      return;
    }
    waiting++;
    gathered.push(entry);
    if (gathered.length === 1) setTimeout(sendGathered, gatherMs);
  }

  function sendGathered(): void {
    if (gathered.length === 0 || closing) return;
    const batch = { batch: nextBatch++, writes: gathered };
    gathered = [];
    sent.push(batch);
    post({ type: 'write', ...batch });
  }

  function ask<Kind extends Query['kind']>(query: Extract<Query, { kind: Kind }>): Promise<Answers[Kind]> {
    sendGathered();
    return new Promise((resolve, reject) => {
      const request = nextRequest++;
      requests.set(request, { resolve: resolve as (result: unknown) => void, reject });
      post({ type: 'query', request, query });
    });
  }

  function flush(): Promise<void> {
    sendGathered();
    const last = sent.at(-1);
    if (last === undefined) return Promise.resolve();
    return new Promise((resolve) => flushers.push({ until: last.batch, resolve }));
  }

  return {
    saveCall: (row) => write({ kind: 'call', row }),
    saveRecording: (row) => write({ kind: 'recording', row }),
    endAbandoned: (reason) => write({ kind: 'abandoned', reason }),
    appendLines(callId, lines) {
      for (const line of lines) {
        const { seq, at, since, event } = mask(callId, line);
        write({ kind: 'line', callId, seq, at, since, type: event.type, event: JSON.stringify(event) });
      }
    },
    maskLine: (callId, { seq, event }) => write({ kind: 'mask', callId, seq, event: JSON.stringify(event) }),
    calls: (page) => ask<'calls'>({ kind: 'calls', page }),
    call: (id) => ask<'call'>({ kind: 'call', id }),
    tape: (callId) => ask<'tape'>({ kind: 'tape', callId }),
    recordings: (callId) => ask<'recordings'>({ kind: 'recordings', callId }),
    flush,
    async close() {
      if (closing) return;
      sendGathered();
      closing = true;
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      post({ type: 'close' });
      const late = setTimeout(() => void worker.terminate(), closeMs);
      await ended;
      clearTimeout(late);
      if (waiting > 0)
        log.error({ lost: waiting }, 'The database did not take the last writes before the server stopped');
      sent = [];
      for (const { resolve } of flushers) resolve();
    },
    counters: {
      get waiting() {
        return waiting;
      },
      get written() {
        return written;
      },
      get dropped() {
        return dropped;
      },
    },
  };
}
