// Owns: the face of the store. Writes are handed to a thread of their own and never make the caller wait, unless he asks
// to (`durable`), and then not for long: a database that fails costs history, never a call. Reads see everything that was
// written before them, unless the disk is failing. docs/durability.md
// Does not: decide what is secret: `mask` sees every line before it leaves this thread.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { workerUrl } from '../base/worker-url.ts';
import type { TapeLine } from '../call/event.ts';
import { createOutboxRows, type OutboxRows } from './outbox-rows.ts';
import { createPatience } from './patience.ts';
import type {
  Answers,
  CallRow,
  FromWorker,
  LegPart,
  OutboxEvent,
  Page,
  Query,
  RecordingRow,
  Sync,
  ToWorker,
  Unfinished,
  UnfinishedText,
  WorkerOptions,
  Write,
} from './rows.ts';

export interface StoreOptions {
  /** The database is `keytone.db` in it; the folder is made when missing. */
  readonly dataDir: string;
  readonly log: Log;
  /** Default: `normal`. docs/durability.md */
  readonly sync?: Sync;
  /** How long anybody waits for the disk before he goes on without it. */
  readonly patienceMs?: number;
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
  /** Lines that are there already stay as they are. `told` is what an application is to be told of one of them. */
  appendLines(callId: string, lines: readonly TapeLine[], told?: readonly OutboxEvent[]): void;
  /** Keeps the true event of a line that is stored masked, sealed, for `unfinished`: until dropLegs. */
  sealLine(callId: string, line: TapeLine): void;
  /** Puts this event in the place of the line's, which turned out to be a secret. */
  maskLine(callId: string, line: TapeLine): void;
  saveRecording(row: RecordingRow): void;
  /** Puts this state in the place of the one before it of the same part. */
  saveLeg(callId: string, leg: string, part: LegPart, state: unknown): void;
  /** The call is over: nothing of it is restored any more, and what was sealed of it is deleted. */
  dropLegs(callId: string): void;
  /** The process lives at this moment (wall clock). */
  beat(at: number): void;
  /** The last beat, of this process or the one before. */
  aliveAt(): Promise<number | null>;
  /** Every call that is not ended, oldest first. */
  unfinished(): Promise<readonly Unfinished[]>;
  /**
   * Resolves when everything given before is in the database; and all the same when the database does not take it within
   * `patienceMs`, or is known not to. Never rejects. What leaves the process waits for it.
   */
  durable(): Promise<void>;
  /** Events that applications are to be told of. */
  readonly outbox: OutboxRows;
  /** Newest first. */
  calls(page: Page): Promise<readonly CallRow[]>;
  call(id: string): Promise<CallRow | null>;
  tape(callId: string): Promise<readonly TapeLine[]>;
  recordings(callId: string): Promise<readonly RecordingRow[]>;
  /** Resolves when everything given so far is in the database or was given up. */
  flush(): Promise<void>;
  close(): Promise<void>;
  readonly counters: StoreCounters;
}

export interface StoreCounters {
  /** Given and not yet written. */
  readonly waiting: number;
  readonly written: number;
  readonly dropped: number;
  /** How often somebody went on without the disk. */
  readonly undurable: number;
  /** The database does not keep up, and nobody waits for it. */
  readonly behind: boolean;
}

/** One that is being committed and one that lines up behind it; what comes then is gathered into the next. */
const batchesAtOnce = 2;

interface Request {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onCalls: ((calls: readonly UnfinishedText[]) => void) | undefined;
}

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
    sync = 'normal',
    patienceMs = 250,
  } = options;
  try {
    mkdirSync(options.dataDir, { recursive: true });
  } catch (cause) {
    throw new CodedError('store-unusable', `The folder ${options.dataDir} cannot be made`, { cause });
  }
  const file = join(options.dataDir, 'keytone.db');

  /** Of this turn of the event loop, or since the thread has enough to do; leaves as one batch, which is one message and one transaction. */
  let gathered: Write[] = [];
  /** Sent and not yet known to be written, oldest first: sent again when the thread had to be replaced. */
  let sent: Waiting[] = [];
  let waiting = 0;
  let written = 0;
  let dropped = 0;
  let nextBatch = 1;
  let nextRequest = 1;
  let closing = false;
  let scheduled = false;
  const patience = createPatience({ patienceMs, log, pending: () => ({ last: lastGiven(), waiting }) });
  const requests = new Map<number, Request>();
  let flushers: { readonly until: number; readonly resolve: () => void }[] = [];
  let worker = await open();

  async function open(): Promise<Worker> {
    const workerData: WorkerOptions = { file, retryMs, sync, keyFile: join(options.dataDir, 'recovery.key') };
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
      case 'written':
        onWritten(message.batch);
        break;
      case 'delayed':
        patience.fallBehind(message.message);
        break;
      case 'refused':
        log.error({ what: message.what, reason: message.message }, 'The database refused a write; it is left out');
        break;
      case 'unfinished':
        requests.get(message.request)?.onCalls?.(message.calls);
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

  function onWritten(batch: number): void {
    for (let done = sent[0]; done !== undefined && done.batch <= batch; done = sent[0]) {
      sent.shift();
      waiting -= done.writes.length;
      written += done.writes.length;
    }
    flushers = flushers.filter(({ until, resolve }) => {
      if (until > batch) return true;
      resolve();
      return false;
    });
    patience.written(batch);
    if (gathered.length > 0 && !scheduled && sent.length < batchesAtOnce) sendGathered();
  }

  /** The batch that what was given last is in, or will be. */
  const lastGiven = (): number => (gathered.length > 0 ? nextBatch : nextBatch - 1);

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
    if (scheduled) return;
    scheduled = true;
    // A message for each line would cost this thread more than the line itself.
    setImmediate(() => {
      scheduled = false;
      if (sent.length < batchesAtOnce) sendGathered();
    });
  }

  function sendGathered(): void {
    if (gathered.length === 0 || closing) return;
    const batch = { batch: nextBatch++, writes: gathered };
    gathered = [];
    sent.push(batch);
    post({ type: 'write', ...batch });
  }

  function ask<Kind extends Query['kind']>(
    query: Extract<Query, { kind: Kind }>,
    onCalls?: Request['onCalls'],
  ): Promise<Answers[Kind]> {
    sendGathered();
    return new Promise((resolve, reject) => {
      const request = nextRequest++;
      requests.set(request, { resolve: resolve as (result: unknown) => void, reject, onCalls });
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
    appendLines(callId, lines, told = []) {
      for (const line of lines) {
        const { seq, at, since, event } = mask(callId, line);
        const text = JSON.stringify(event);
        const one = { kind: 'line', callId, seq, at, since, type: event.type, event: text } as const;
        const toTell = told.find((each) => each.seq === seq);
        write(toTell === undefined ? one : { ...one, told: toTell });
      }
    },
    sealLine: (callId, { seq, event }) => write({ kind: 'seal', callId, seq, event: JSON.stringify(event) }),
    saveLeg: (callId, leg, part, state) => write({ kind: 'part', callId, leg, part, state: JSON.stringify(state) }),
    dropLegs: (callId) => write({ kind: 'drop', callId }),
    beat: (at) => write({ kind: 'beat', at }),
    aliveAt: () => ask<'alive'>({ kind: 'alive' }),
    async unfinished() {
      const found: Unfinished[] = [];
      await ask<'unfinished'>({ kind: 'unfinished' }, (calls) => {
        for (const call of calls) found.push(readUnfinished(call));
      });
      return found;
    },
    durable() {
      if (waiting === 0) return Promise.resolve();
      return patience.wait(lastGiven());
    },
    outbox: createOutboxRows(ask, write, flush),
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
      patience.close();
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
      get undurable() {
        return patience.undurable;
      },
      get behind() {
        return patience.behind;
      },
    },
  };
}

function readUnfinished({ row, lines, sealed, legs }: UnfinishedText): Unfinished {
  const read: TapeLine[] = JSON.parse(lines);
  for (const { seq, event } of sealed) {
    const index = read.findIndex((line) => line.seq === seq);
    if (index >= 0) read[index] = { ...read[index]!, event: JSON.parse(event) };
  }
  return { row, lines: read, legs: legs.map(({ leg, part, state }) => ({ leg, part, state: JSON.parse(state) })) };
}
