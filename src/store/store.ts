// Owns: the face of the store. Writes are handed to a thread of their own in batches and never make the caller wait, unless he asks
// to (`durable`), and then not for long: a database that fails costs history, never a call. Reads see everything that was
// written before them, unless the disk is failing. docs/durability.md
// Does not: decide what is secret: `mask` sees every line before it leaves this thread.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { TapeLine } from '../call/event.ts';
import { type AccountRows, createAccountRows } from './account-rows.ts';
import { createBatches } from './batches.ts';
import { createOutboxRows, type OutboxRows } from './outbox-rows.ts';
import { createPatience } from './patience.ts';
import type {
  CallQuery,
  CallRow,
  ConferenceQuery,
  LegPart,
  OutboxEvent,
  Page,
  RecordingRow,
  Sync,
  Unfinished,
  UnfinishedText,
  Write,
} from './rows.ts';
import { type StoreThread, startStoreThread } from './store-thread.ts';
import { createTranscriptionRows, type TranscriptionRows } from './transcription-rows.ts';

export interface StoreOptions {
  /** The database is `keytone.db` in it; the folder is made when missing. */
  readonly dataDir: string;
  readonly log: Log;
  /** Default: `normal`. docs/durability.md */
  readonly sync?: Sync;
  /** How long what nobody waits for may gather before it is written. */
  readonly gatherMs?: number;
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
  /** Of one account. */
  findCalls(query: CallQuery): Promise<readonly CallRow[]>;
  findConferences(query: ConferenceQuery): Promise<readonly CallRow[]>;
  /** The newest of an account. */
  accountRecordings(account: string, limit: number): Promise<readonly RecordingRow[]>;
  /** Its file is the caller's to delete. */
  dropRecording(callId: string, id: string): void;
  /** Accounts, their keys, and what they made over REST. */
  readonly accounts: AccountRows;
  /** What is put into words, and is still to be. */
  readonly transcriptions: TranscriptionRows;
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

/** A message between threads and a transaction cost as much as several writes. It is also what a killed process forgets. */
const usualGatherMs = 5;

export async function createStore(options: StoreOptions): Promise<Store> {
  const {
    log,
    mask = (_: string, line: TapeLine) => line,
    maxWaiting = 200_000,
    retryMs = 1000,
    closeMs = 5000,
    sync = 'normal',
    patienceMs = 250,
    gatherMs = usualGatherMs,
  } = options;
  try {
    mkdirSync(options.dataDir, { recursive: true });
  } catch (cause) {
    throw new CodedError('store-unusable', `The folder ${options.dataDir} cannot be made`, { cause });
  }
  const file = join(options.dataDir, 'keytone.db');
  let closing = false;
  let flushers: { readonly until: number; readonly resolve: () => void }[] = [];
  const batches = createBatches({
    post: (batch) => thread.post({ type: 'write', ...batch }),
    maxWaiting,
    gatherMs,
  });
  const patience = createPatience({
    patienceMs,
    log,
    pending: () => ({ last: batches.last, waiting: batches.counters.waiting }),
  });
  const thread = await startStoreThread({
    start: { file, retryMs, sync, keyFile: join(options.dataDir, 'recovery.key') },
    log,
    onWritten(batch) {
      batches.written(batch);
      flushers = flushers.filter(({ until, resolve }) => {
        if (until > batch) return true;
        resolve();
        return false;
      });
      patience.written(batch);
    },
    onDelayed: (reason) => patience.fallBehind(reason),
    onReplaced() {
      for (const batch of batches.sent) thread.post({ type: 'write', ...batch });
    },
  });

  function write(entry: Write): void {
    if (batches.add(entry)) return;
    const { dropped, waiting } = batches.counters;
    if (dropped === 1 || dropped % 10_000 === 0)
      log.error({ dropped, waiting }, 'The store is full of unwritten lines; new ones are dropped');
  }

  /** Whoever asks sees everything that was written before. */
  const ask: StoreThread['ask'] = (query, onCalls) => {
    batches.send();
    return thread.ask(query, onCalls);
  };

  function flush(): Promise<void> {
    batches.send();
    const last = batches.sent.at(-1);
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
      if (batches.counters.waiting === 0) return Promise.resolve();
      batches.hasten();
      return patience.wait(batches.last);
    },
    outbox: createOutboxRows(ask, write, flush),
    maskLine: (callId, { seq, event }) => write({ kind: 'mask', callId, seq, event: JSON.stringify(event) }),
    calls: (page) => ask<'calls'>({ kind: 'calls', page }),
    call: (id) => ask<'call'>({ kind: 'call', id }),
    tape: (callId) => ask<'tape'>({ kind: 'tape', callId }),
    recordings: (callId) => ask<'recordings'>({ kind: 'recordings', callId }),
    findConferences: (query) => ask<'find-conferences'>({ kind: 'find-conferences', query }),
    findCalls: (query) => ask<'find-calls'>({ kind: 'find-calls', query }),
    accountRecordings: (account, limit) => ask<'account-recordings'>({ kind: 'account-recordings', account, limit }),
    dropRecording: (callId, id) => write({ kind: 'drop-recording', callId, id }),
    accounts: createAccountRows(ask, write),
    transcriptions: createTranscriptionRows(ask, write),
    flush,
    async close() {
      if (closing) return;
      closing = true;
      batches.send();
      batches.close();
      await thread.close(closeMs);
      const { waiting } = batches.counters;
      if (waiting > 0)
        log.error({ lost: waiting }, 'The database did not take the last writes before the server stopped');
      patience.close();
      for (const { resolve } of flushers) resolve();
    },
    counters: {
      get waiting() {
        return batches.counters.waiting;
      },
      get written() {
        return batches.counters.written;
      },
      get dropped() {
        return batches.counters.dropped;
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
