// Owns: what the store keeps, as its callers see it. Times are milliseconds since 1970 UTC.
import type { TapeLine } from '../call/event.ts';
import type { AccountAnswers, AccountQuery, AccountWrite } from './account-rows.ts';
import type {
  TranscriptionAnswers,
  TranscriptionQuery,
  TranscriptionRow,
  TranscriptionWrite,
} from './transcription-rows.ts';

export interface CallRow {
  readonly id: string;
  readonly app: string;
  readonly direction: 'inbound' | 'outbound';
  readonly from: string;
  readonly to: string;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly state: 'queued' | 'ringing' | 'live' | 'ended';
  readonly q850Cause: number | null;
  readonly reason: string | null;
  readonly sipCallId: string | null;
  /** Whose it is, whatever becomes of its app; empty in what was written before there were accounts. */
  readonly account?: string;
  /** Its name, when it is a conference, whose tape is kept as a call's; no list of calls shows it. */
  readonly conference?: string;
}

/** Of an account's conferences. Times are milliseconds since 1970. */
export interface ConferenceQuery {
  readonly account: string;
  readonly name?: string;
  readonly apps?: readonly string[];
  readonly createdFrom?: number;
  readonly createdTo?: number;
  readonly offset: number;
  readonly limit: number;
}

export interface RecordingRow {
  readonly id: string;
  readonly callId: string;
  readonly tag: string | null;
  /** Path below the data folder, so that the folder can be moved. */
  readonly file: string;
  readonly durationMs: number;
  readonly bytes: number;
  readonly channels: 'mixed' | 'one-each';
  readonly startedAt: number;
  /** Of one that was asked for; read only. */
  readonly transcription?: Pick<TranscriptionRow, 'state' | 'completedAt'>;
}

export interface Page {
  readonly limit: number;
  /** Only calls that started before this one. */
  readonly before?: string;
  /** Only this account's. */
  readonly account?: string;
  /** Only events of these apps. */
  readonly apps?: readonly string[];
}

/** Of an account's calls. Times are milliseconds since 1970. */
export interface CallQuery {
  readonly account: string;
  readonly from?: string;
  readonly to?: string;
  /** Only calls of these apps. */
  readonly apps?: readonly string[];
  readonly startedFrom?: number;
  readonly startedTo?: number;
  readonly oldestFirst: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** What a restart needs of one part of a leg: plain JSON that only its owner reads. */
export type LegPart = 'sip' | 'media' | 'audio';

export interface SavedPart {
  readonly leg: string;
  readonly part: LegPart;
  readonly state: unknown;
}

/** A call that was not over when its process ended. */
export interface Unfinished {
  readonly row: CallRow;
  /** From the first one on, with the true events of those that were sealed. */
  readonly lines: readonly TapeLine[];
  readonly legs: readonly SavedPart[];
}

/** An event that an application is to be told of. It is stored with its line or not at all. */
export interface OutboxEvent {
  /** The same in every attempt to deliver it. */
  readonly id: string;
  readonly app: string;
  readonly seq: number;
  readonly type: string;
  /** What is sent, byte for byte. */
  readonly body: string;
}

export interface OutboxRow extends OutboxEvent {
  readonly callId: string;
  readonly state: 'waiting' | 'dead';
  readonly createdAt: number;
  readonly attempts: number;
  /** null: it waits for the one before it of its call. */
  readonly dueAt: number | null;
  /** Of the last attempt; null when none was answered. */
  readonly httpStatus: number | null;
  readonly fault: string | null;
}

/** What came of an attempt. */
export type Settlement =
  | { readonly state: 'delivered'; readonly at: number }
  | {
      readonly state: 'waiting' | 'dead';
      readonly at: number;
      readonly attempts: number;
      readonly dueAt: number | null;
      readonly httpStatus: number | null;
      readonly fault: string | null;
    };

/** What the thread of the store is told to write. A line's event is text already: it is made once, where it happened. */
export type Write =
  | { readonly kind: 'call'; readonly row: CallRow }
  | {
      readonly kind: 'line';
      readonly callId: string;
      readonly seq: number;
      readonly at: number;
      readonly since: number;
      readonly type: string;
      readonly event: string;
      /** What an application is to be told of it. */
      readonly told?: OutboxEvent;
    }
  /** A line that was written already is not to be read as it was. */
  | { readonly kind: 'mask'; readonly callId: string; readonly seq: number; readonly event: string }
  | { readonly kind: 'recording'; readonly row: RecordingRow }
  | { readonly kind: 'drop-recording'; readonly callId: string; readonly id: string }
  | AccountWrite
  | TranscriptionWrite
  /** The true event of a masked line; the thread seals it. */
  | { readonly kind: 'seal'; readonly callId: string; readonly seq: number; readonly event: string }
  | {
      readonly kind: 'part';
      readonly callId: string;
      readonly leg: string;
      readonly part: LegPart;
      readonly state: string;
    }
  | { readonly kind: 'drop'; readonly callId: string }
  | { readonly kind: 'beat'; readonly at: number }
  | { readonly kind: 'settle'; readonly id: string; readonly settlement: Settlement }
  | { readonly kind: 'redeliver'; readonly id: string; readonly at: number };

export type Query =
  | { readonly kind: 'calls'; readonly page: Page }
  | { readonly kind: 'call'; readonly id: string }
  | { readonly kind: 'tape'; readonly callId: string }
  | { readonly kind: 'find-calls'; readonly query: CallQuery }
  | { readonly kind: 'find-conferences'; readonly query: ConferenceQuery }
  | { readonly kind: 'recordings'; readonly callId: string }
  /** The newest of an account. */
  | { readonly kind: 'account-recordings'; readonly account: string; readonly limit: number }
  | AccountQuery
  | TranscriptionQuery
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'alive' }
  | { readonly kind: 'due'; readonly app: string; readonly at: number; readonly limit: number }
  | { readonly kind: 'event'; readonly id: string }
  | { readonly kind: 'events'; readonly state: OutboxRow['state']; readonly page: Page }
  | { readonly kind: 'event-counts' };

export interface Answers extends AccountAnswers, TranscriptionAnswers {
  readonly calls: readonly CallRow[];
  readonly 'find-calls': readonly CallRow[];
  readonly 'find-conferences': readonly CallRow[];
  readonly 'account-recordings': readonly RecordingRow[];
  readonly call: CallRow | null;
  readonly tape: readonly TapeLine[];
  readonly recordings: readonly RecordingRow[];
  /** What was found came before, in parts. */
  readonly unfinished: null;
  readonly alive: number | null;
  readonly due: DueEvents;
  readonly event: OutboxRow | null;
  readonly events: readonly OutboxRow[];
  readonly 'event-counts': EventCounts;
}

export interface DueEvents {
  /** At most one of each call, the longest due first. */
  readonly rows: readonly OutboxRow[];
  /** When the next one is due that is not yet; null when none waits for a time. */
  readonly nextAt: number | null;
}

export interface EventCounts {
  readonly waiting: number;
  readonly dead: number;
  readonly apps: readonly string[];
}

/** An unfinished call on its way between the threads: text is copied faster than what it says. */
export interface UnfinishedText {
  readonly row: CallRow;
  /** A JSON array. */
  readonly lines: string;
  readonly sealed: readonly { readonly seq: number; readonly event: string }[];
  readonly legs: readonly { readonly leg: string; readonly part: LegPart; readonly state: string }[];
}

export type ToWorker =
  | { readonly type: 'write'; readonly batch: number; readonly writes: readonly Write[] }
  | { readonly type: 'query'; readonly request: number; readonly query: Query }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'opened' }
  | { readonly type: 'failed-to-open'; readonly message: string }
  | { readonly type: 'written'; readonly batch: number }
  /** The batch is kept and tried again. */
  | { readonly type: 'delayed'; readonly batch: number; readonly message: string }
  /** One write that the database will never take; the rest of its batch was written. */
  | { readonly type: 'refused'; readonly what: string; readonly message: string }
  | { readonly type: 'unfinished'; readonly request: number; readonly calls: readonly UnfinishedText[] }
  | { readonly type: 'answer'; readonly request: number; readonly result: unknown }
  | { readonly type: 'query-failed'; readonly request: number; readonly message: string }
  | { readonly type: 'closed' };

export interface WorkerOptions {
  readonly file: string;
  readonly retryMs: number;
  readonly sync: Sync;
  /** The key of what is sealed; made when missing. */
  readonly keyFile: string;
}

/** `full`: what is committed survives a power cut. `normal`: it survives the process only. */
export type Sync = 'full' | 'normal';
