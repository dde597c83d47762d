// Owns: the tables as Kysely types, and their migrations. The schema uses only what SQLite and PostgreSQL share: text,
// integer and bigint; times are bigint milliseconds, events are JSON as text. A migration that was released is never
// changed: write the next one.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { accountTables } from './account-sql.ts';
import { transcriptionTable } from './transcription-sql.ts';

export interface Tables {
  calls: {
    id: string;
    app: string;
    direction: string;
    from_address: string;
    to_address: string;
    started_at: number;
    answered_at: number | null;
    ended_at: number | null;
    state: string;
    q850_cause: number | null;
    reason: string | null;
    sip_call_id: string | null;
    account: string | null;
  };
  tape_lines: { call_id: string; seq: number; at: number; since: number; type: string; event: string };
  recordings: {
    id: string;
    call_id: string;
    tag: string | null;
    file: string;
    duration_ms: number;
    bytes: number;
    channels: string;
    started_at: number;
  };
  saved_parts: { call_id: string; leg: string; part: string; state: string };
  sealed_lines: { call_id: string; seq: number; event: string };
  heartbeat: { id: number; alive_at: number };
  /** What else there is of it only transcription-sql.ts reads. */
  transcriptions: { call_id: string; recording: string; state: string; completed_at: number | null };
  outbox: {
    id: string;
    app: string;
    call_id: string;
    seq: number;
    type: string;
    body: string;
    state: string;
    created_at: number;
    attempts: number;
    due_at: number | null;
    http_status: number | null;
    fault: string | null;
  };
}

/** No foreign keys: lines, rows and recordings of one call are written as they come, in any order. */
const first: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('calls')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('app', 'text', (column) => column.notNull())
      .addColumn('direction', 'text', (column) => column.notNull())
      .addColumn('from_address', 'text', (column) => column.notNull())
      .addColumn('to_address', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('answered_at', 'bigint')
      .addColumn('ended_at', 'bigint')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('q850_cause', 'integer')
      .addColumn('reason', 'text')
      .addColumn('sip_call_id', 'text')
      .execute();
    await db.schema.createIndex('calls_by_start').on('calls').columns(['started_at', 'id']).execute();
    await db.schema
      .createTable('tape_lines')
      .addColumn('call_id', 'text', (column) => column.notNull())
      .addColumn('seq', 'integer', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('tape_lines_key', ['call_id', 'seq'])
      .execute();
    await db.schema
      .createTable('recordings')
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('call_id', 'text', (column) => column.notNull())
      .addColumn('tag', 'text')
      .addColumn('file', 'text', (column) => column.notNull())
      .addColumn('duration_ms', 'bigint', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('channels', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      // The id of a recording is its own within its call only.
      .addPrimaryKeyConstraint('recordings_key', ['call_id', 'id'])
      .execute();
    await db.schema.createIndex('recordings_by_call').on('recordings').columns(['call_id', 'started_at']).execute();
  },
};

/** What calls need that outlive their process, and what applications are still to be told. */
const second: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('saved_parts')
      .addColumn('call_id', 'text', (column) => column.notNull())
      .addColumn('leg', 'text', (column) => column.notNull())
      .addColumn('part', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('saved_parts_key', ['call_id', 'leg', 'part'])
      .execute();
    await db.schema
      .createTable('sealed_lines')
      .addColumn('call_id', 'text', (column) => column.notNull())
      .addColumn('seq', 'integer', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('sealed_lines_key', ['call_id', 'seq'])
      .execute();
    await db.schema
      .createTable('heartbeat')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('alive_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('calls_unfinished')
      .on('calls')
      .column('state')
      .where(sql.ref('state'), '!=', sql.lit('ended'))
      .execute();
    await db.schema
      .createTable('outbox')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('app', 'text', (column) => column.notNull())
      .addColumn('call_id', 'text', (column) => column.notNull())
      .addColumn('seq', 'integer', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('due_at', 'bigint')
      .addColumn('http_status', 'integer')
      .addColumn('fault', 'text')
      .execute();
    // Only the first waiting event of a call is due at a time; the others have no time yet.
    await db.schema.createIndex('outbox_due').on('outbox').columns(['app', 'state', 'due_at']).execute();
    await db.schema.createIndex('outbox_by_call').on('outbox').columns(['call_id', 'state', 'seq']).execute();
  },
};

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-calls-tapes-recordings': first,
  '0002-recovery-outbox': second,
  '0003-accounts': accountTables,
  '0004-transcriptions': transcriptionTable,
};
