// Owns: node:sqlite behind the face that Kysely's SQLite driver expects of a database.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** Statements kept prepared; the store has fewer different ones than this. */
const keptStatements = 100;

export function openSqlite(file: string, { readOnly = false } = {}): SqliteDatabase {
  // Waiting for another process's lock is left to the caller, who keeps the batch and tries again.
  const database = new DatabaseSync(file, { timeout: 0, readOnly });
  if (!readOnly) prepare(database);
  const kept = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = kept.get(sql);
      if (known !== undefined) return known;
      const statement = adapt(database.prepare(sql));
      if (kept.size < keptStatements) kept.set(sql, statement);
      return statement;
    },
  };
}

function prepare(database: DatabaseSync): void {
  try {
    // In WAL mode NORMAL loses nothing when the process dies; after a power cut the last moments may be missing, and
    // nobody was told that they were written. What is masked or deleted does not stay legible in the file.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = FAST;');
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
