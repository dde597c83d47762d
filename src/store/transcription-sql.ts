// Owns: the table of transcriptions: its migration, its writes as plain statements, its questions.
// Does not: begin or end transactions (writes.ts).
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { TranscriptionAnswers, TranscriptionQuery, TranscriptionWrite } from './transcription-rows.ts';

export const transcriptionTable: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('transcriptions')
      .addColumn('call_id', 'text', (column) => column.notNull())
      .addColumn('recording', 'text', (column) => column.notNull())
      .addColumn('asked_at', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('next_step', 'text')
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .addColumn('asked_as', 'text', (column) => column.notNull())
      .addColumn('result', 'text')
      .addColumn('completed_at', 'bigint')
      .addPrimaryKeyConstraint('transcriptions_key', ['call_id', 'recording'])
      .execute();
    await db.schema
      .createIndex('transcriptions_open')
      .on('transcriptions')
      .column('due_at')
      .where(sql.ref('next_step'), 'is not', null)
      .execute();
  },
};

type Statement = readonly [sql: string, ...values: SQLInputValue[]];

const named = `call_id AS callId, recording, asked_at AS askedAt, state, next_step AS next, attempts, due_at AS dueAt,
  asked_as AS "order", completed_at AS completedAt`;

export function transcriptionStatement(write: TranscriptionWrite): Statement {
  switch (write.kind) {
    case 'transcription': {
      const { callId, recording, askedAt, state, next, attempts, dueAt, order, result, completedAt } = write.row;
      return [
        `INSERT INTO transcriptions (call_id, recording, asked_at, state, next_step, attempts, due_at, asked_as, result,
          completed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (call_id, recording) DO UPDATE SET asked_at = excluded.asked_at, state = excluded.state,
          next_step = excluded.next_step, attempts = excluded.attempts, due_at = excluded.due_at,
          asked_as = excluded.asked_as, result = excluded.result, completed_at = excluded.completed_at`,
        ...[callId, recording, askedAt, state, next, attempts, dueAt, order, result, completedAt],
      ];
    }
    case 'transcription-step': {
      const { callId, recording, askedAt, state, next, attempts, dueAt, result, completedAt } = write.row;
      return [
        `UPDATE transcriptions SET state = ?, next_step = ?, attempts = ?, due_at = ?, result = COALESCE(?, result),
          completed_at = ? WHERE call_id = ? AND recording = ? AND asked_at = ?`,
        ...[state, next, attempts, dueAt, result, completedAt, callId, recording, askedAt],
      ];
    }
    case 'drop-transcription':
      return ['DELETE FROM transcriptions WHERE call_id = ? AND recording = ?', write.callId, write.recording];
  }
}

export function runTranscriptionQuery(
  database: DatabaseSync,
  query: TranscriptionQuery,
): TranscriptionAnswers[TranscriptionQuery['kind']] {
  const [text, ...values]: Statement =
    query.kind === 'transcriptions'
      ? [`SELECT ${named}, result FROM transcriptions WHERE call_id = ?`, query.callId]
      : [`SELECT ${named}, NULL AS result FROM transcriptions WHERE next_step IS NOT NULL ORDER BY due_at`];
  const rows = database.prepare(text).all(...values);
  return rows.map((row) => ({ ...row }) as unknown as TranscriptionAnswers['transcriptions'][number]);
}
