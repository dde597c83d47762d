// Owns: the accounts of a data folder without a server, and beside one that runs: what is written here it sees within a
// second (server/accounts/register.ts). The folder and its database are made when missing.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../base/errors.ts';
import type { AccountWrite, Kept } from './account-rows.ts';
import { accountStatements, runAccountQuery } from './account-sql.ts';
import { openDatabase } from './database.ts';

export interface AccountFolder {
  kept(): Kept;
  write(write: AccountWrite): void;
  close(): Promise<void>;
}

/** A server commits within milliseconds. */
const lockMs = 5000;

/** Rejects with CodedError `store-unusable`. */
export async function openAccountFolder(dataDir: string): Promise<AccountFolder> {
  const file = join(dataDir, 'keytone.db');
  const unusable = (cause: unknown): CodedError =>
    new CodedError('store-unusable', `The database ${file} cannot be used: ${(cause as Error).message}`, { cause });
  try {
    mkdirSync(dataDir, { recursive: true });
    const { db, raw } = await openDatabase(file, 'full', lockMs);
    return {
      kept: () => runAccountQuery(raw, { kind: 'kept' }) as Kept,
      write(write) {
        try {
          raw.exec('BEGIN IMMEDIATE');
          for (const [sql, ...values] of accountStatements(write)) raw.prepare(sql).run(...values);
          raw.exec('COMMIT');
        } catch (cause) {
          if (raw.isTransaction) raw.exec('ROLLBACK');
          throw unusable(cause);
        }
      },
      close: () => db.destroy(),
    };
  } catch (cause) {
    throw unusable(cause);
  }
}
