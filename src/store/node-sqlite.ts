// Owns: node:sqlite behind the face that Kysely's SQLite driver expects of a database.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import type { Sync } from './rows.ts';

/** Statements kept prepared; the store has fewer different ones than this. */
const keptStatements = 100;

export interface OpenSqlite {
  readonly database: SqliteDatabase;
  /** The same connection, for what does not go through Kysely. */
  readonly raw: DatabaseSync;
}

/** `sync` null opens for reading only. */
export function openSqlite(file: string, sync: Sync | null, lockMs = 0): OpenSqlite {
  // Waiting for another process's lock is left to the caller, who keeps the batch and tries again.
  const raw = new DatabaseSync(file, { timeout: lockMs, readOnly: sync === null });
  if (sync !== null) prepare(raw, sync);
  const kept = new Map<string, SqliteStatement>();
  const database: SqliteDatabase = {
    close: () => raw.close(),
    prepare(sql) {
      const known = kept.get(sql);
      if (known !== undefined) return known;
      const statement = adapt(raw.prepare(sql));
      if (kept.size < keptStatements) kept.set(sql, statement);
      return statement;
    },
  };
  return { database, raw };
}

function prepare(database: DatabaseSync, sync: Sync): void {
  try {
    // In WAL mode NORMAL loses nothing when the process dies; after a power cut the last moments may be missing. FULL
    // waits for the disk at each commit. What is masked or deleted does not stay legible in the file.
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${sync === 'full' ? 'FULL' : 'NORMAL'}; PRAGMA secure_delete = FAST;`,
    );
  } catch (error) {
    database.close();
    throw error;
  }
}

function adapt(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
  };
}
