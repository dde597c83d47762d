// Owns: what is kept of the transcriptions of recordings: what is still to be done for each, and what came of it; as rows, as
// writes and as questions. Does not: know an engine, or what an order and a result say (both are JSON).

export interface TranscriptionRow {
  readonly callId: string;
  readonly recording: string;
  /** Milliseconds since 1970, as every time here. Tells one order from the next for the same recording. */
  readonly askedAt: number;
  readonly state: 'processing' | 'available' | 'error' | 'too-short';
  /** null: nothing. */
  readonly next: 'transcribe' | 'tell' | null;
  /** How often that was tried in vain. */
  readonly attempts: number;
  readonly dueAt: number;
  /** Who is told what came of it. */
  readonly order: string;
  readonly result: string | null;
  readonly completedAt: number | null;
}

export type TranscriptionWrite =
  /** In the place of the one before it of that recording. */
  | { readonly kind: 'transcription'; readonly row: TranscriptionRow }
  /** As above, but only while that order stands. */
  | { readonly kind: 'transcription-step'; readonly row: TranscriptionRow }
  | { readonly kind: 'drop-transcription'; readonly callId: string; readonly recording: string };

export type TranscriptionQuery =
  /** Those of which something is still to be done, without their results. */
  { readonly kind: 'open-transcriptions' } | { readonly kind: 'transcriptions'; readonly callId: string };

export interface TranscriptionAnswers {
  readonly 'open-transcriptions': readonly TranscriptionRow[];
  readonly transcriptions: readonly TranscriptionRow[];
}

type Ask = <Kind extends TranscriptionQuery['kind']>(
  query: Extract<TranscriptionQuery, { kind: Kind }>,
) => Promise<TranscriptionAnswers[Kind]>;

/** The face of all this that the store shows. */
export interface TranscriptionRows {
  open(): Promise<readonly TranscriptionRow[]>;
  of(callId: string): Promise<readonly TranscriptionRow[]>;
  save(row: TranscriptionRow): void;
  step(row: TranscriptionRow): void;
  drop(callId: string, recording: string): void;
}

export function createTranscriptionRows(ask: Ask, write: (write: TranscriptionWrite) => void): TranscriptionRows {
  return {
    open: () => ask<'open-transcriptions'>({ kind: 'open-transcriptions' }),
    of: (callId) => ask<'transcriptions'>({ kind: 'transcriptions', callId }),
    save: (row) => write({ kind: 'transcription', row }),
    step: (row) => write({ kind: 'transcription-step', row }),
    drop: (callId, recording) => write({ kind: 'drop-transcription', callId, recording }),
  };
}
