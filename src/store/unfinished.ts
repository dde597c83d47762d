// Owns: reading the calls that were not over when their process ended: the start of a server waits for it. The lines of a
// call are put together by the database itself, one text for each call, which is several times faster than a row each
// through the statement and between the threads; and they come in parts, so that one is read while the next is fetched.
import type { DatabaseSync } from 'node:sqlite';
import type { Selectable } from 'kysely';
import { toCall } from './database.ts';
import type { LegPart, UnfinishedText } from './rows.ts';
import type { Seal } from './seal.ts';
import type { Tables } from './tables.ts';
import { placeOf } from './writes.ts';

const open = `FROM calls WHERE state != 'ended'`;

const callsInPart = 50;

export function* readUnfinished(database: DatabaseSync, seal: Seal): Generator<readonly UnfinishedText[]> {
  const calls = database.prepare(`SELECT * ${open} ORDER BY started_at, id`).all();
  const lines = database.prepare(
    `SELECT '[' || group_concat(line) || ']' AS lines FROM
      (SELECT '{"seq":' || seq || ',"at":' || at || ',"since":' || since || ',"event":' || event || '}' AS line
        FROM tape_lines WHERE call_id = ? ORDER BY seq)`,
  );
  const sealed = database.prepare('SELECT seq, event FROM sealed_lines WHERE call_id = ? ORDER BY seq');
  const legs = database.prepare('SELECT leg, part, state FROM saved_parts WHERE call_id = ? ORDER BY leg, part');
  const read = (call: (typeof calls)[number]): UnfinishedText => {
    const row = toCall(call as unknown as Selectable<Tables['calls']>);
    return {
      row,
      lines: String(lines.get(row.id)?.['lines'] ?? '[]'),
      sealed: sealed.all(row.id).flatMap((one) => {
        const seq = Number(one['seq']);
        const event = seal.open(String(one['event']), placeOf(row.id, seq));
        return event === null ? [] : [{ seq, event }];
      }),
      legs: legs.all(row.id).map((one) => ({
        leg: String(one['leg']),
        part: String(one['part']) as LegPart,
        state: String(one['state']),
      })),
    };
  };
  for (let from = 0; from < calls.length; from += callsInPart) yield calls.slice(from, from + callsInPart).map(read);
}
