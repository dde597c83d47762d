// Owns: every write of the store, as prepared statements in one transaction a batch. Plain SQL that other databases take
// too, but not through Kysely, which would build each statement anew for each key that a caller presses.
// Does not: know threads, queues or retries (worker.ts, store.ts).
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { accountStatements } from './account-sql.ts';
import type { CallRow, OutboxEvent, RecordingRow, Settlement, Write } from './rows.ts';
import type { Seal } from './seal.ts';
import { transcriptionStatement } from './transcription-sql.ts';

type Value = string | number | null;

/** Writes all or nothing. Writing the same thing twice changes nothing: a batch is sent again when nobody knows. */
export type WriteBatch = (writes: readonly Write[]) => void;

const callColumns = [
  ...['id', 'app', 'direction', 'from_address', 'to_address', 'started_at', 'answered_at', 'ended_at', 'state'],
  ...['q850_cause', 'reason', 'sip_call_id', 'account'],
];
const recordingColumns = ['id', 'call_id', 'tag', 'file', 'duration_ms', 'bytes', 'channels', 'started_at'];

const statements = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  line: `INSERT INTO tape_lines (call_id, seq, at, since, type, event) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (call_id, seq) DO NOTHING`,
  mask: 'UPDATE tape_lines SET event = ? WHERE call_id = ? AND seq = ?',
  call: upsert('calls', callColumns, ['id']),
  recording: upsert('recordings', recordingColumns, ['call_id', 'id']),
  dropRecording: 'DELETE FROM recordings WHERE call_id = ? AND id = ?',
  seal: upsert('sealed_lines', ['call_id', 'seq', 'event'], ['call_id', 'seq']),
  forget: 'DELETE FROM sealed_lines WHERE call_id = ?',
  part: upsert('saved_parts', ['call_id', 'leg', 'part', 'state'], ['call_id', 'leg', 'part']),
  drop: 'DELETE FROM saved_parts WHERE call_id = ?',
  beat: upsert('heartbeat', ['id', 'alive_at'], ['id']),
  // The first waiting event of a call is due at once; what comes behind it gets its time when it is the first.
  told: `INSERT INTO outbox (id, app, call_id, seq, type, body, state, created_at, attempts, due_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', ?7, 0,
      CASE WHEN EXISTS (SELECT 1 FROM outbox WHERE call_id = ?3 AND state = 'waiting') THEN NULL ELSE ?7 END)
    ON CONFLICT (id) DO NOTHING`,
  maskTold: `UPDATE outbox SET body = json_set(body, '$.data', json(?)) WHERE call_id = ? AND seq = ?
    AND json_extract(body, '$.data') IS NOT NULL`,
  settle: 'UPDATE outbox SET state = ?, attempts = ?, due_at = ?, http_status = ?, fault = ? WHERE id = ?',
  delivered: 'DELETE FROM outbox WHERE id = ?',
  eventCall: 'SELECT call_id FROM outbox WHERE id = ?',
  nextOfCall: `UPDATE outbox SET due_at = ?1 WHERE due_at IS NULL AND id =
    (SELECT id FROM outbox WHERE call_id = ?2 AND state = 'waiting' ORDER BY seq LIMIT 1)`,
  redeliver: `UPDATE outbox SET state = 'waiting', attempts = 0, due_at = ? WHERE id = ? AND state = 'dead'`,
} as const;

function upsert(table: string, columns: readonly string[], key: readonly string[]): string {
  const changes = columns.filter((column) => !key.includes(column)).map((column) => `${column} = excluded.${column}`);
  return `INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => '?')})
    ON CONFLICT (${key}) DO UPDATE SET ${changes}`;
}

export function createWrites(database: DatabaseSync, seal: Seal): WriteBatch {
  const prepared = new Map<string, StatementSync>();

  function run(name: keyof typeof statements, ...values: readonly Value[]): number {
    let statement = prepared.get(name);
    if (statement === undefined) {
      statement = database.prepare(statements[name]);
      prepared.set(name, statement);
    }
    return Number(statement.run(...values).changes);
  }

  function tell(callId: string, at: number, { id, app, seq, type, body }: OutboxEvent): void {
    run('told', id, app, callId, seq, type, body, at);
  }

  function settle(id: string, settlement: Settlement): void {
    const row = database.prepare(statements.eventCall).get(id);
    if (row === undefined) return;
    if (settlement.state === 'delivered') run('delivered', id);
    else {
      const { state, attempts, dueAt, httpStatus, fault } = settlement;
      run('settle', state, attempts, dueAt, httpStatus, fault, id);
    }
    if (settlement.state !== 'waiting') run('nextOfCall', settlement.at, String(row['call_id']));
  }

  function write(one: Write): void {
    switch (one.kind) {
      case 'line': {
        // A line that is there already was told already.
        const added = run('line', one.callId, one.seq, one.at, one.since, one.type, one.event);
        if (added > 0 && one.told !== undefined) tell(one.callId, one.at, one.told);
        return;
      }
      case 'mask':
        run('mask', one.event, one.callId, one.seq);
        run('maskTold', one.event, one.callId, one.seq);
        return;
      case 'call':
        run('call', ...callValues(one.row));
        return;
      case 'recording':
        run('recording', ...recordingValues(one.row));
        return;
      case 'seal':
        run('seal', one.callId, one.seq, seal.seal(one.event, placeOf(one.callId, one.seq)));
        return;
      case 'part':
        run('part', one.callId, one.leg, one.part, one.state);
        return;
      case 'drop':
        run('drop', one.callId);
        run('forget', one.callId);
        return;
      case 'beat':
        run('beat', 1, one.at);
        return;
      case 'settle':
        settle(one.id, one.settlement);
        return;
      case 'redeliver':
        run('redeliver', one.at, one.id);
        return;
      case 'drop-recording':
        run('dropRecording', one.callId, one.id);
        return;
      case 'transcription':
      case 'transcription-step':
      case 'drop-transcription': {
        const [sql, ...values] = transcriptionStatement(one);
        database.prepare(sql).run(...values);
        return;
      }
      default:
        // These come so rarely that nothing is kept prepared for them.
        for (const [sql, ...values] of accountStatements(one)) database.prepare(sql).run(...values);
    }
  }

  return (writes) => {
    run('begin');
    try {
      for (const one of writes) write(one);
      run('commit');
    } catch (error) {
      // Some faults, a full disk among them, end the transaction themselves.
      if (database.isTransaction) run('rollback');
      throw error;
    }
  };
}

/** What a sealed line is bound to. */
export const placeOf = (callId: string, seq: number): string => `${callId}/${seq}`;

function callValues(row: CallRow): readonly Value[] {
  return [
    ...[
      row.id,
      row.app,
      row.conference === undefined ? row.direction : 'conference',
      row.conference ?? row.from,
      row.to,
      row.startedAt,
      row.answeredAt,
      row.endedAt,
      row.state,
    ],
    ...[row.q850Cause, row.reason, row.sipCallId, row.account ?? null],
  ];
}

function recordingValues(row: RecordingRow): readonly Value[] {
  return [row.id, row.callId, row.tag, row.file, row.durationMs, row.bytes, row.channels, row.startedAt];
}
