// Owns: reading the calls and events of a data folder without a server: nothing is written, made or migrated, and a server that runs on
// the same folder is not disturbed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import { CodedError } from '../base/errors.ts';
import type { TapeLine } from '../call/event.ts';
import { runQuery, type StoredQuery } from './database.ts';
import { openSqlite } from './node-sqlite.ts';
import type { Answers, CallRow, OutboxRow, Page } from './rows.ts';
import type { Tables } from './tables.ts';

export interface StoredCalls {
  /** Newest first. */
  calls(page: Page): Promise<readonly CallRow[]>;
  call(id: string): Promise<CallRow | null>;
  tape(callId: string): Promise<readonly TapeLine[]>;
  /** Events that applications were not told of, newest first. */
  events(state: OutboxRow['state'], page: Page): Promise<readonly OutboxRow[]>;
  close(): Promise<void>;
}

/** Throws a CodedError when the folder has no database, or none that this version reads. */
export function openStoredCalls(dataDir: string): StoredCalls {
  const file = join(dataDir, 'keytone.db');
  if (!existsSync(file)) throw new CodedError('store-unusable', `There is no database ${file}`);
  const unreadable = (cause: unknown): CodedError =>
    new CodedError('store-unusable', `The database ${file} cannot be read: ${(cause as Error).message}`, { cause });
  let db: Kysely<Tables>;
  try {
    db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: openSqlite(file, null).database }) });
  } catch (cause) {
    throw unreadable(cause);
  }
  async function ask<Kind extends StoredQuery['kind']>(
    query: Extract<StoredQuery, { kind: Kind }>,
  ): Promise<Answers[Kind]> {
    try {
      return (await runQuery(db, query)) as Answers[Kind];
    } catch (cause) {
      throw unreadable(cause);
    }
  }
  return {
    calls: (page) => ask({ kind: 'calls', page }),
    call: (id) => ask({ kind: 'call', id }),
    tape: (callId) => ask({ kind: 'tape', callId }),
    events: (state, page) => ask({ kind: 'events', state, page }),
    close: () => db.destroy(),
  };
}
