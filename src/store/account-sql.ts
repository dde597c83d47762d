// Owns: the tables of accounts: their migration, their writes as plain statements, their questions. The command line
// uses the same ones on the folder of a running server (account-folder.ts).
// Does not: begin or end transactions (writes.ts).
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { AccountAnswers, AccountQuery, AccountWrite } from './account-rows.ts';

export const accountTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('calls').addColumn('account', 'text').execute();
    await db.schema.createIndex('calls_by_account').on('calls').columns(['account', 'started_at', 'id']).execute();
    await db.schema
      .createTable('accounts')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('account_keys')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('account', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('label', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('account_apps')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('account', 'text', (column) => column.notNull())
      .addColumn('dialect', 'text', (column) => column.notNull())
      .addColumn('settings', 'text', (column) => column.notNull())
      .addColumn('dropped', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('account_numbers')
      .addColumn('number', 'text', (column) => column.primaryKey())
      .addColumn('account', 'text', (column) => column.notNull())
      .addColumn('app', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('account_phones')
      .addColumn('login', 'text', (column) => column.primaryKey())
      .addColumn('account', 'text', (column) => column.notNull())
      .addColumn('password', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('notes')
      .addColumn('account', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('json', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('notes_key', ['account', 'kind', 'id'])
      .execute();
    await db.schema.createIndex('notes_by_time').on('notes').columns(['account', 'kind', 'created_at']).execute();
  },
};

type Statement = readonly [sql: string, ...values: SQLInputValue[]];

const adoptByApp = `UPDATE calls SET account = ? WHERE (account IS NULL OR account = '') AND app = ?`;

/** What has to be run, in this order. */
export function accountStatements(write: AccountWrite): readonly Statement[] {
  switch (write.kind) {
    case 'account': {
      const { id, name, createdAt } = write.row;
      return [[insert('accounts', ['id', 'name', 'created_at'], ['id']), id, name, createdAt]];
    }
    case 'drop-account':
      return [
        ['DELETE FROM accounts WHERE id = ?', write.id],
        ...['account_keys', 'account_numbers', 'account_phones', 'notes'].map(
          (table): Statement => [`DELETE FROM ${table} WHERE account = ?`, write.id],
        ),
        ['UPDATE account_apps SET dropped = 1 WHERE account = ?', write.id],
      ];
    case 'key': {
      const { id, account, hash, label, createdAt } = write.row;
      const sql = insert('account_keys', ['id', 'account', 'hash', 'label', 'created_at'], ['id']);
      return [[sql, id, account, hash, label, createdAt]];
    }
    case 'drop-key':
      return [['DELETE FROM account_keys WHERE id = ?', write.id]];
    case 'app': {
      const { name, account, dialect, settings, dropped, createdAt } = write.row;
      const columns = ['name', 'account', 'dialect', 'settings', 'dropped', 'created_at'];
      return [
        [insert('account_apps', columns, ['name']), name, account, dialect, settings, dropped ? 1 : 0, createdAt],
      ];
    }
    case 'number': {
      const { number, account, app, createdAt } = write.row;
      const sql = insert('account_numbers', ['number', 'account', 'app', 'created_at'], ['number']);
      return [[sql, number, account, app, createdAt]];
    }
    case 'drop-number':
      return [['DELETE FROM account_numbers WHERE number = ?', write.number]];
    case 'phone': {
      const { login, account, password, createdAt } = write.row;
      const sql = insert('account_phones', ['login', 'account', 'password', 'created_at'], ['login']);
      return [[sql, login, account, password, createdAt]];
    }
    case 'drop-phone':
      return [['DELETE FROM account_phones WHERE login = ?', write.login]];
    case 'note': {
      const { account, kind, id, json, createdAt } = write.row;
      const sql = insert('notes', ['account', 'kind', 'id', 'json', 'created_at'], ['account', 'kind', 'id']);
      return [[sql, account, kind, id, json, createdAt]];
    }
    case 'drop-note':
      return [['DELETE FROM notes WHERE account = ? AND kind = ? AND id = ?', write.account, write.note, write.id]];
    case 'adopt':
      return [
        ...write.apps.map(([app, account]): Statement => [adoptByApp, account, app]),
        [`UPDATE calls SET account = ? WHERE account IS NULL OR account = ''`, write.account],
      ];
  }
}

/** What is there already keeps the time at which it was made. */
function insert(table: string, columns: readonly string[], key: readonly string[]): string {
  const changes = columns
    .filter((column) => !key.includes(column) && column !== 'created_at')
    .map((column) => `${column} = excluded.${column}`);
  return `INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => '?')}) ON CONFLICT (${key}) DO UPDATE SET ${changes}`;
}

const selects = {
  accounts: 'SELECT id, name, created_at AS createdAt FROM accounts ORDER BY created_at, id',
  keys: 'SELECT id, account, hash, label, created_at AS createdAt FROM account_keys ORDER BY created_at, id',
  apps: 'SELECT name, account, dialect, settings, dropped, created_at AS createdAt FROM account_apps ORDER BY created_at, name',
  numbers: 'SELECT number, account, app, created_at AS createdAt FROM account_numbers ORDER BY created_at, number',
  phones: 'SELECT login, account, password, created_at AS createdAt FROM account_phones ORDER BY created_at, login',
} as const;

export function runAccountQuery(database: DatabaseSync, query: AccountQuery): AccountAnswers[AccountQuery['kind']] {
  const all = <Row>(sql: string, ...values: readonly SQLInputValue[]): Row[] =>
    database
      .prepare(sql)
      .all(...values)
      .map((row) => ({ ...row }) as Row);
  switch (query.kind) {
    case 'kept':
      return {
        accounts: all(selects.accounts),
        keys: all(selects.keys),
        apps: all<AccountAnswers['kept']['apps'][number]>(selects.apps).map((row) => ({
          ...row,
          dropped: Boolean(row.dropped),
        })),
        numbers: all(selects.numbers),
        phones: all(selects.phones),
      };
    case 'data-version':
      return Number(Object.values(database.prepare('PRAGMA data_version').get() ?? {})[0]);
    case 'note': {
      const sql = 'SELECT json FROM notes WHERE account = ? AND kind = ? AND id = ?';
      return all<{ json: string }>(sql, query.account, query.note, query.id)[0]?.json ?? null;
    }
    case 'notes':
      return all(
        `SELECT account, kind, id, json, created_at AS createdAt FROM notes WHERE account = ? AND kind = ?
          ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?`,
        ...[query.account, query.note, query.limit, query.offset],
      );
  }
}
