// Owns: calls and recordings as a client of the REST interface sees them. Times are ISO 8601 UTC with milliseconds.
import type { CallFacts } from '../flow/report.ts';
import type { CallRow, RecordingRow } from '../store/rows.ts';

export interface CallView extends CallFacts {
  readonly endedAt: string | null;
  readonly q850Cause: number | null;
  readonly reason: string | null;
  /** Call-ID of the SIP dialog, to find the call in a trace. */
  readonly sipCallId: string | null;
}

export interface RecordingView {
  readonly id: string;
  readonly call: string;
  readonly tag: string | null;
  readonly durationMs: number;
  readonly bytes: number;
  readonly channels: RecordingRow['channels'];
  readonly startedAt: string;
  readonly url: string;
}

/** The store lags behind a live call while its disk fails; but a call that it knows to be over stays over. */
export function viewCall(row: CallRow | null, live: CallFacts | undefined): CallView | null {
  if (row === null)
    return live === undefined ? null : { ...live, endedAt: null, q850Cause: null, reason: null, sipCallId: null };
  const stored: CallView = {
    id: row.id,
    app: row.app,
    ...(row.account !== undefined && { account: row.account }),
    direction: row.direction,
    from: row.from,
    to: row.to,
    state: row.state,
    startedAt: iso(row.startedAt),
    answeredAt: row.answeredAt === null ? null : iso(row.answeredAt),
    endedAt: row.endedAt === null ? null : iso(row.endedAt),
    q850Cause: row.q850Cause,
    reason: row.reason,
    sipCallId: row.sipCallId,
  };
  if (live === undefined || row.state === 'ended') return stored;
  const { state, answeredAt, enqueuedAt } = live;
  return { ...stored, state, answeredAt, ...(enqueuedAt !== undefined && { enqueuedAt }) };
}

export function viewRecording(row: RecordingRow): RecordingView {
  return {
    id: row.id,
    call: row.callId,
    tag: row.tag,
    durationMs: row.durationMs,
    bytes: row.bytes,
    channels: row.channels,
    startedAt: iso(row.startedAt),
    url: `/v1/calls/${encodeURIComponent(row.callId)}/recordings/${encodeURIComponent(row.id)}`,
  };
}

const iso = (at: number): string => new Date(at).toISOString();
