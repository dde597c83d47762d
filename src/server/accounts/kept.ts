// Owns: what a write makes of what is kept of accounts, in memory as the database does it (store/account-sql.ts).
import type { AccountWrite, Kept } from '../../store/account-rows.ts';

export function change(kept: Kept, write: AccountWrite): Kept {
  switch (write.kind) {
    case 'account':
      return { ...kept, accounts: replaced(kept.accounts, write.row, ({ id }) => id) };
    case 'drop-account': {
      const others = <Row extends { readonly account: string }>(rows: readonly Row[]): readonly Row[] =>
        rows.filter(({ account }) => account !== write.id);
      return {
        accounts: kept.accounts.filter(({ id }) => id !== write.id),
        keys: others(kept.keys),
        apps: kept.apps.map((app) => (app.account === write.id ? { ...app, dropped: true } : app)),
        numbers: others(kept.numbers),
        phones: others(kept.phones),
      };
    }
    case 'key':
      return { ...kept, keys: replaced(kept.keys, write.row, ({ id }) => id) };
    case 'drop-key':
      return { ...kept, keys: kept.keys.filter(({ id }) => id !== write.id) };
    case 'app':
      return { ...kept, apps: replaced(kept.apps, write.row, ({ name }) => name) };
    case 'number':
      return { ...kept, numbers: replaced(kept.numbers, write.row, ({ number }) => number) };
    case 'drop-number':
      return { ...kept, numbers: kept.numbers.filter(({ number }) => number !== write.number) };
    case 'phone':
      return { ...kept, phones: replaced(kept.phones, write.row, ({ login }) => login) };
    case 'drop-phone':
      return { ...kept, phones: kept.phones.filter(({ login }) => login !== write.login) };
    case 'note':
    case 'drop-note':
    case 'adopt':
      return kept;
  }
}

/** It keeps the time at which it was made. */
function replaced<Row extends { readonly createdAt: number }>(
  rows: readonly Row[],
  row: Row,
  keyOf: (row: Row) => string,
): readonly Row[] {
  const key = keyOf(row);
  const place = rows.findIndex((one) => keyOf(one) === key);
  const old = rows[place];
  return old === undefined ? [...rows, row] : rows.with(place, { ...row, createdAt: old.createdAt });
}
