// Owns: the statements: every write and query of the store, on any database that Kysely speaks to.
// Does not: know threads, queues or retries (worker.ts, store.ts).
import { type Insertable, Kysely, type Selectable, SqliteDialect, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { CallEvent, TapeLine } from '../call/event.ts';
import { openSqlite } from './node-sqlite.ts';
import type { Answers, CallRow, Page, Query, RecordingRow, Write } from './rows.ts';
import { migrations, type Tables } from './tables.ts';

export async function openDatabase(file: string): Promise<Kysely<Tables>> {
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: openSqlite(file) }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return db;
  await db.destroy();
  throw error;
}

/** Rows of one insert: far below the number of parameters that either database takes. */
const linesAtOnce = 64;

/** All or nothing. */
export async function writeBatch(db: Kysely<Tables>, writes: readonly Write[]): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    let lines: Insertable<Tables['tape_lines']>[] = [];
    for (const write of writes) {
      if (write.kind === 'line') {
        const { kind: _, callId, ...line } = write;
        lines.push({ call_id: callId, ...line });
        if (lines.length < linesAtOnce) continue;
      }
      await writeLines(transaction, lines);
      lines = [];
      if (write.kind !== 'line') await writeOne(transaction, write);
    }
    await writeLines(transaction, lines);
  });
}

/** Writing the same thing twice changes nothing: a batch is sent again when nobody knows whether it was written. */
async function writeLines(
  transaction: Transaction<Tables>,
  lines: readonly Insertable<Tables['tape_lines']>[],
): Promise<void> {
  if (lines.length === 0) return;
  await transaction
    .insertInto('tape_lines')
    .values(lines)
    .onConflict((conflict) => conflict.columns(['call_id', 'seq']).doNothing())
    .execute();
}

async function writeOne(db: Transaction<Tables>, write: Exclude<Write, { kind: 'line' }>): Promise<void> {
  if (write.kind === 'call') {
    const { id: _, ...changes } = fromCall(write.row);
    await db
      .insertInto('calls')
      .values(fromCall(write.row))
      .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
      .execute();
  } else if (write.kind === 'mask') {
    const { callId, seq, event } = write;
    await db.updateTable('tape_lines').set({ event }).where('call_id', '=', callId).where('seq', '=', seq).execute();
  } else if (write.kind === 'abandoned') {
    await db
      .updateTable('calls')
      .set(({ selectFrom }) => ({
        state: 'ended',
        reason: write.reason,
        ended_at: selectFrom('tape_lines')
          .whereRef('tape_lines.call_id', '=', 'calls.id')
          .select(({ fn }) => fn.max('tape_lines.at').as('at')),
      }))
      .where('state', '!=', 'ended')
      .execute();
  } else {
    const { id: _, ...changes } = fromRecording(write.row);
    await db
      .insertInto('recordings')
      .values(fromRecording(write.row))
      .onConflict((conflict) => conflict.columns(['call_id', 'id']).doUpdateSet(changes))
      .execute();
  }
}

export function runQuery(db: Kysely<Tables>, query: Query): Promise<Answers[Query['kind']]> {
  switch (query.kind) {
    case 'calls':
      return readCalls(db, query.page);
    case 'call':
      return readCall(db, query.id);
    case 'tape':
      return readTape(db, query.callId);
    case 'recordings':
      return readRecordings(db, query.callId);
  }
}

async function readCalls(db: Kysely<Tables>, { limit, before }: Page): Promise<readonly CallRow[]> {
  let select = db.selectFrom('calls').selectAll().orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit);
  if (before !== undefined) {
    const edge = await db.selectFrom('calls').select(['started_at', 'id']).where('id', '=', before).executeTakeFirst();
    if (edge === undefined) return [];
    select = select.where(({ eb, and, or }) =>
      or([
        eb('started_at', '<', edge.started_at),
        and([eb('started_at', '=', edge.started_at), eb('id', '<', edge.id)]),
      ]),
    );
  }
  return (await select.execute()).map(toCall);
}

async function readCall(db: Kysely<Tables>, id: string): Promise<CallRow | null> {
  const row = await db.selectFrom('calls').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toCall(row);
}

async function readTape(db: Kysely<Tables>, callId: string): Promise<readonly TapeLine[]> {
  const lines = await db.selectFrom('tape_lines').selectAll().where('call_id', '=', callId).orderBy('seq').execute();
  return lines.map(({ seq, at, since, event }) => ({
    seq,
    at: Number(at),
    since: Number(since),
    event: JSON.parse(event) as CallEvent,
  }));
}

async function readRecordings(db: Kysely<Tables>, callId: string): Promise<readonly RecordingRow[]> {
  const select = db.selectFrom('recordings').selectAll().where('call_id', '=', callId);
  return (await select.orderBy('started_at').orderBy('id').execute()).map(toRecording);
}

function fromCall(row: CallRow): Insertable<Tables['calls']> {
  return {
    id: row.id,
    app: row.app,
    direction: row.direction,
    from_address: row.from,
    to_address: row.to,
    started_at: row.startedAt,
    answered_at: row.answeredAt,
    ended_at: row.endedAt,
    state: row.state,
    q850_cause: row.q850Cause,
    reason: row.reason,
    sip_call_id: row.sipCallId,
  };
}

// PostgreSQL hands bigint over as text, SQLite as a number: Number() takes both.
const time = (value: number | null): number | null => (value === null ? null : Number(value));

function toCall(row: Selectable<Tables['calls']>): CallRow {
  return {
    id: row.id,
    app: row.app,
    direction: row.direction as CallRow['direction'],
    from: row.from_address,
    to: row.to_address,
    startedAt: Number(row.started_at),
    answeredAt: time(row.answered_at),
    endedAt: time(row.ended_at),
    state: row.state as CallRow['state'],
    q850Cause: row.q850_cause,
    reason: row.reason,
    sipCallId: row.sip_call_id,
  };
}

function fromRecording(row: RecordingRow): Insertable<Tables['recordings']> {
  return {
    id: row.id,
    call_id: row.callId,
    tag: row.tag,
    file: row.file,
    duration_ms: row.durationMs,
    bytes: row.bytes,
    channels: row.channels,
    started_at: row.startedAt,
  };
}

function toRecording(row: Selectable<Tables['recordings']>): RecordingRow {
  return {
    id: row.id,
    callId: row.call_id,
    tag: row.tag,
    file: row.file,
    durationMs: Number(row.duration_ms),
    bytes: Number(row.bytes),
    channels: row.channels as RecordingRow['channels'],
    startedAt: Number(row.started_at),
  };
}
