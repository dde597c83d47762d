// Owns: what the store keeps, as its callers see it. Times are milliseconds since 1970 UTC.
import type { TapeLine } from '../call/event.ts';

export interface CallRow {
  readonly id: string;
  readonly app: string;
  readonly direction: 'inbound' | 'outbound';
  readonly from: string;
  readonly to: string;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly state: 'ringing' | 'live' | 'ended';
  readonly q850Cause: number | null;
  readonly reason: string | null;
  readonly sipCallId: string | null;
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
}

export interface Page {
  readonly limit: number;
  /** Only calls that started before this one. */
  readonly before?: string;
}

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
    }
  /** A line that was written already is not to be read as it was. */
  | { readonly kind: 'mask'; readonly callId: string; readonly seq: number; readonly event: string }
  | { readonly kind: 'recording'; readonly row: RecordingRow }
  | { readonly kind: 'abandoned'; readonly reason: string };

export type Query =
  | { readonly kind: 'calls'; readonly page: Page }
  | { readonly kind: 'call'; readonly id: string }
  | { readonly kind: 'tape'; readonly callId: string }
  | { readonly kind: 'recordings'; readonly callId: string };

export interface Answers {
  readonly calls: readonly CallRow[];
  readonly call: CallRow | null;
  readonly tape: readonly TapeLine[];
  readonly recordings: readonly RecordingRow[];
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
  | { readonly type: 'answer'; readonly request: number; readonly result: unknown }
  | { readonly type: 'query-failed'; readonly request: number; readonly message: string }
  | { readonly type: 'closed' };

export interface WorkerOptions {
  readonly file: string;
  readonly retryMs: number;
}
