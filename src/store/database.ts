// Owns: opening the database, its migrations, and every query. Does not: write (writes.ts), know threads (worker.ts).
import type { DatabaseSync } from 'node:sqlite';
import { Kysely, type Selectable, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { CallEvent, TapeLine } from '../call/event.ts';
import type { AccountQuery } from './account-rows.ts';
import { openSqlite } from './node-sqlite.ts';
import type {
  Answers,
  CallQuery,
  CallRow,
  ConferenceQuery,
  DueEvents,
  EventCounts,
  OutboxRow,
  Page,
  Query,
  RecordingRow,
  Sync,
} from './rows.ts';
import { migrations, type Tables } from './tables.ts';
import type { TranscriptionQuery, TranscriptionRow } from './transcription-rows.ts';

export interface Database {
  readonly db: Kysely<Tables>;
  readonly raw: DatabaseSync;
}

/** `lockMs`: how long another process's lock is waited for. */
export async function openDatabase(file: string, sync: Sync, lockMs = 0): Promise<Database> {
  const { database, raw } = openSqlite(file, sync, lockMs);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return { db, raw };
  await db.destroy();
  throw error;
}

/** What can be asked without the key of what is sealed, and no other file asks. */
export type StoredQuery = Exclude<Query, { kind: 'unfinished' } | AccountQuery | TranscriptionQuery>;

export function runQuery(db: Kysely<Tables>, query: StoredQuery): Promise<Answers[StoredQuery['kind']]> {
  switch (query.kind) {
    case 'calls':
      return readCalls(db, query.page);
    case 'call':
      return readCall(db, query.id);
    case 'tape':
      return readTape(db, query.callId);
    case 'find-calls':
      return findCalls(db, query.query);
    case 'find-conferences':
      return findConferences(db, query.query);
    case 'account-recordings':
      return readAccountRecordings(db, query.account, query.limit);
    case 'recordings':
      return readRecordings(db, query.callId);
    case 'alive':
      return readAlive(db);
    case 'due':
      return readDue(db, query.app, query.at, query.limit);
    case 'event':
      return readEvent(db, query.id);
    case 'events':
      return readEvents(db, query.state, query.page);
    case 'event-counts':
      return countEvents(db);
  }
}

/** In the place of a direction. */
const conference = 'conference';

async function readCalls(db: Kysely<Tables>, { limit, before, account }: Page): Promise<readonly CallRow[]> {
  let select = db.selectFrom('calls').selectAll().orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit);
  select = select.where('direction', '!=', conference);
  if (account !== undefined) select = select.where('account', '=', account);
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

/** With what is known of their transcriptions. */
const recordingsOf = (db: Kysely<Tables>) =>
  db
    .selectFrom('recordings')
    .leftJoin('transcriptions', (join) =>
      join
        .onRef('transcriptions.call_id', '=', 'recordings.call_id')
        .onRef('transcriptions.recording', '=', 'recordings.id'),
    )
    .selectAll('recordings')
    .select(['transcriptions.state as words', 'transcriptions.completed_at as words_at']);

async function readRecordings(db: Kysely<Tables>, callId: string): Promise<readonly RecordingRow[]> {
  const select = recordingsOf(db).where('recordings.call_id', '=', callId);
  return (await select.orderBy('recordings.started_at').orderBy('recordings.id').execute()).map(toRecording);
}

async function findCalls(db: Kysely<Tables>, query: CallQuery): Promise<readonly CallRow[]> {
  const { account, from, to, apps, startedFrom, startedTo, oldestFirst, offset, limit } = query;
  let select = db.selectFrom('calls').selectAll().where('account', '=', account).where('direction', '!=', conference);
  if (from !== undefined) select = select.where('from_address', '=', from);
  if (to !== undefined) select = select.where('to_address', '=', to);
  if (apps !== undefined) select = select.where('app', 'in', apps);
  if (startedFrom !== undefined) select = select.where('started_at', '>=', startedFrom);
  if (startedTo !== undefined) select = select.where('started_at', '<=', startedTo);
  const way = oldestFirst ? 'asc' : 'desc';
  const rows = select.orderBy('started_at', way).orderBy('id', way).limit(limit).offset(offset);
  return (await rows.execute()).map(toCall);
}

async function findConferences(db: Kysely<Tables>, query: ConferenceQuery): Promise<readonly CallRow[]> {
  const { account, name, apps, createdFrom, createdTo, offset, limit } = query;
  let select = db.selectFrom('calls').selectAll().where('account', '=', account).where('direction', '=', conference);
  if (name !== undefined) select = select.where('from_address', '=', name);
  if (apps !== undefined) select = select.where('app', 'in', apps);
  if (createdFrom !== undefined) select = select.where('started_at', '>=', createdFrom);
  if (createdTo !== undefined) select = select.where('started_at', '<=', createdTo);
  const rows = select.orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit).offset(offset);
  return (await rows.execute()).map(toCall);
}

async function readAccountRecordings(
  db: Kysely<Tables>,
  account: string,
  limit: number,
): Promise<readonly RecordingRow[]> {
  const rows = await recordingsOf(db)
    .innerJoin('calls', 'calls.id', 'recordings.call_id')
    .where('calls.account', '=', account)
    .where('calls.direction', '!=', conference)
    .orderBy('recordings.started_at', 'desc')
    .orderBy('recordings.id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toRecording);
}

async function readAlive(db: Kysely<Tables>): Promise<number | null> {
  const row = await db.selectFrom('heartbeat').select('alive_at').executeTakeFirst();
  return row === undefined ? null : Number(row.alive_at);
}

async function readDue(db: Kysely<Tables>, app: string, at: number, limit: number): Promise<DueEvents> {
  const waiting = db.selectFrom('outbox').where('app', '=', app).where('state', '=', 'waiting');
  const due = waiting.selectAll().where('due_at', '<=', at).orderBy('due_at').limit(limit);
  const next = waiting.select('due_at').where('due_at', '>', at).orderBy('due_at').limit(1);
  const nextAt = (await next.executeTakeFirst())?.due_at ?? null;
  return { rows: (await due.execute()).map(toEvent), nextAt: time(nextAt) };
}

async function readEvent(db: Kysely<Tables>, id: string): Promise<OutboxRow | null> {
  const row = await db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toEvent(row);
}

/** Newest first. */
async function readEvents(
  db: Kysely<Tables>,
  state: OutboxRow['state'],
  { limit, before, apps }: Page,
): Promise<readonly OutboxRow[]> {
  let select = db.selectFrom('outbox').selectAll().where('state', '=', state);
  if (apps !== undefined) select = select.where('app', 'in', apps);
  if (before !== undefined) {
    const edge = await readEvent(db, before);
    if (edge === null) return [];
    select = select.where(({ eb, and, or }) =>
      or([eb('created_at', '<', edge.createdAt), and([eb('created_at', '=', edge.createdAt), eb('id', '<', edge.id)])]),
    );
  }
  return (await select.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()).map(toEvent);
}

async function countEvents(db: Kysely<Tables>): Promise<EventCounts> {
  const rows = await db
    .selectFrom('outbox')
    .select(({ fn }) => ['app', 'state', fn.countAll().as('count')])
    .groupBy(['app', 'state'])
    .execute();
  const sum = (state: OutboxRow['state']) =>
    rows.reduce((total, row) => (row.state === state ? total + Number(row.count) : total), 0);
  return { waiting: sum('waiting'), dead: sum('dead'), apps: [...new Set(rows.map(({ app }) => app))] };
}

function toEvent(row: Selectable<Tables['outbox']>): OutboxRow {
  return {
    id: row.id,
    app: row.app,
    callId: row.call_id,
    seq: row.seq,
    type: row.type,
    body: row.body,
    state: row.state as OutboxRow['state'],
    createdAt: Number(row.created_at),
    attempts: row.attempts,
    dueAt: time(row.due_at),
    httpStatus: row.http_status,
    fault: row.fault,
  };
}

// PostgreSQL hands bigint over as text, SQLite as a number: Number() takes both.
const time = (value: number | null): number | null => (value === null ? null : Number(value));

export function toCall(row: Selectable<Tables['calls']>): CallRow {
  return {
    id: row.id,
    app: row.app,
    ...(row.direction === 'conference'
      ? { direction: 'inbound', from: '', conference: row.from_address }
      : { direction: row.direction as CallRow['direction'], from: row.from_address }),
    to: row.to_address,
    startedAt: Number(row.started_at),
    answeredAt: time(row.answered_at),
    endedAt: time(row.ended_at),
    state: row.state as CallRow['state'],
    q850Cause: row.q850_cause,
    reason: row.reason,
    sipCallId: row.sip_call_id,
    ...(row.account !== null && { account: row.account }),
  };
}

interface Words {
  readonly words: string | null;
  readonly words_at: number | null;
}

function toRecording(row: Selectable<Tables['recordings']> & Words): RecordingRow {
  return {
    id: row.id,
    callId: row.call_id,
    tag: row.tag,
    file: row.file,
    durationMs: Number(row.duration_ms),
    bytes: Number(row.bytes),
    channels: row.channels as RecordingRow['channels'],
    startedAt: Number(row.started_at),
    ...(row.words !== null && {
      transcription: { state: row.words as TranscriptionRow['state'], completedAt: time(row.words_at) },
    }),
  };
}
