// Owns: `keytone account …`: accounts and keys of a data folder, whether or not a server runs on it. A secret is shown once,
// when it is made; nobody can show it again.
import { resolve } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import { type AccountFolder, openAccountFolder } from '../../store/account-folder.ts';
import type { Kept } from '../../store/account-rows.ts';
import type { NewKey } from '../accounts/register.ts';
import { hashSecret, newAccountId, newKeyId, newSecret } from '../accounts/secret.ts';
import type { AccountConfig } from '../config.ts';
import { configOrProblems } from './serve.ts';
import { exitCodes, type Terminal } from './terminal.ts';

export type AccountCommand =
  | { readonly kind: 'list' }
  | { readonly kind: 'create'; readonly id: string | null; readonly name: string | null }
  | { readonly kind: 'delete'; readonly id: string }
  | { readonly kind: 'key-add'; readonly account: string; readonly label: string | null }
  | { readonly kind: 'key-list'; readonly account: string }
  | { readonly kind: 'key-remove'; readonly account: string; readonly key: string };

export interface AccountPlace {
  readonly config: string | null;
  readonly dataDir: string | null;
  readonly format: 'text' | 'json';
}

interface Context {
  readonly folder: AccountFolder;
  readonly kept: Kept;
  /** Of the configuration, which is changed in its file only. */
  readonly configured: readonly AccountConfig[];
  /** Says a result in either form. */
  readonly say: (value: unknown, text: string) => void;
}

export async function account(command: AccountCommand, place: AccountPlace, terminal: Terminal): Promise<number> {
  const settings = place.dataDir === null ? [] : [`dataDir=${resolve(terminal.workingDir, place.dataDir)}`];
  const config = configOrProblems({ config: place.config, settings }, terminal);
  if (config === null) return exitCodes.usage;
  const folder = await openAccountFolder(config.dataDir);
  const json = place.format === 'json';
  try {
    await run(command, {
      ...{ folder, kept: folder.kept(), configured: config.accounts ?? [] },
      say: (value, text) => terminal.out(json ? JSON.stringify(value, null, 2) : text),
    });
    return exitCodes.ok;
  } finally {
    await folder.close();
  }
}

function run(command: AccountCommand, context: Context): Promise<void> | void {
  switch (command.kind) {
    case 'list':
      return list(context);
    case 'create':
      return create(command, context);
    case 'delete':
      return drop(command.id, context);
    case 'key-add':
      return addKey(command, context);
    case 'key-list':
      return listKeys(command.account, context);
    case 'key-remove':
      return removeKey(command, context);
  }
}

function list({ kept, configured, say }: Context): void {
  const accounts = [
    ...configured.map(({ id }) => ({ id, name: null, createdAt: null, configured: true })),
    ...kept.accounts
      .filter(({ id }) => !configured.some((one) => one.id === id))
      .map(({ id, name, createdAt }) => ({ id, name, createdAt: iso(createdAt), configured: false })),
  ].map((one) => ({ ...one, keys: keysOf(one.id, { kept, configured }).length }));
  const rows = accounts.map(({ id, name, keys, ...one }) => [
    id,
    `${keys} ${keys === 1 ? 'key' : 'keys'}`,
    one.configured ? 'of the configuration' : `since ${one.createdAt}`,
    name ?? '',
  ]);
  say(accounts, rows.length === 0 ? 'There is no account; the first start makes one.' : table(rows));
}

async function create({ id, name }: { id: string | null; name: string | null }, context: Context): Promise<void> {
  const chosen = id ?? newAccountId();
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(chosen))
    throw new CodedError(
      'command-invalid',
      `--id ${chosen} is no word of letters, digits, dots, dashes and underscores`,
    );
  if (isAccount(chosen, context)) throw new CodedError('account-exists', `There is an account ${chosen} already`);
  context.folder.write({ kind: 'account', row: { id: chosen, name, createdAt: Date.now() } });
  await addKey({ account: chosen, label: null }, context, true);
}

function drop(id: string, context: Context): void {
  needAccount(id, context);
  if (context.configured.some((one) => one.id === id))
    throw new CodedError('account-configured', `The account ${id} stands in the configuration`);
  context.folder.write({ kind: 'drop-account', id });
  context.say(
    { id, deleted: true },
    `The account ${id} is gone, with its keys, apps, numbers and phones. Its calls are kept.`,
  );
}

async function addKey(
  { account: id, label }: { account: string; label: string | null },
  context: Context,
  isNew = false,
): Promise<void> {
  if (!isNew) needAccount(id, context);
  const key = { id: newKeyId(), secret: newSecret() };
  const hash = await hashSecret(key.secret);
  context.folder.write({ kind: 'key', row: { id: key.id, account: id, hash, label, createdAt: Date.now() } });
  const made = { account: id, ...key };
  context.say(made, formatKey(made));
}

function listKeys(id: string, context: Context): void {
  needAccount(id, context);
  const keys = keysOf(id, context);
  const rows = keys.map((key) => [
    key.id,
    key.createdAt === null ? 'of the configuration' : `since ${key.createdAt}`,
    key.label ?? '',
  ]);
  context.say(keys, rows.length === 0 ? `The account ${id} has no key.` : table(rows));
}

function removeKey({ account: id, key }: { account: string; key: string }, context: Context): void {
  needAccount(id, context);
  const found = keysOf(id, context).find((one) => one.id === key);
  if (found === undefined)
    throw new CodedError('command-invalid', `The account ${id} has no key ${key}`, {
      hint: `keytone account key list ${id} lists them.`,
    });
  if (found.createdAt === null)
    throw new CodedError('account-configured', `The key ${key} stands in the configuration`);
  context.folder.write({ kind: 'drop-key', id: key });
  context.say(
    { account: id, key, removed: true },
    `The key ${key} is gone; a running server takes it for a second at most.`,
  );
}

function keysOf(id: string, { kept, configured }: Pick<Context, 'kept' | 'configured'>) {
  const declared = configured.find((one) => one.id === id)?.keys ?? [];
  const stored = kept.keys.filter((key) => key.account === id);
  return [
    ...declared.map((key) => ({ id: key.id, label: null, createdAt: null })),
    ...stored.map((key) => ({ id: key.id, label: key.label, createdAt: iso(key.createdAt) })),
  ];
}

const isAccount = (id: string, { kept, configured }: Context): boolean =>
  [...configured, ...kept.accounts].some((one) => one.id === id);

function needAccount(id: string, context: Context): void {
  if (!isAccount(id, context)) throw new CodedError('account-not-found', `There is no account ${id} in this folder`);
}

function formatKey({ account: of, id, secret }: NewKey): string {
  return [`account  ${of}`, `key id   ${id}`, `secret   ${secret}`].join('\n');
}

const iso = (at: number): string => new Date(at).toISOString();

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
