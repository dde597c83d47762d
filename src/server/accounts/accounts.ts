// Owns: accounts put together: the register, who signs in, the directory, and what accounts may change; as HTTP and a
// dialect's interface need them. The key of what is sealed is `accounts.key` in the data folder.
import { join } from 'node:path';
import type { AccountsFace } from '../../api/create-http.ts';
import type { AccountDirectory } from '../../api/voice.ts';
import type { Clock } from '../../base/clock.ts';
import { CodedError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AppRecord } from '../../dialects/rest.ts';
import { createSeal } from '../../store/seal.ts';
import type { Store } from '../../store/store.ts';
import type { Config } from '../config.ts';
import { createDirectory, type Directory, type DirectoryApp } from '../directory.ts';
import { createChanges } from './changes.ts';
import { createKeyring } from './keyring.ts';
import { createRegister, type NewKey, type Register } from './register.ts';

export interface Accounts {
  readonly directory: Directory;
  readonly forVoice: AccountDirectory;
  readonly keys: AccountsFace['keys'];
  /** From here on changes of other processes are seen. The key of the account that a first start makes. */
  start(): Promise<NewKey | null>;
  close(): void;
}

export interface AccountsOptions {
  readonly config: Config;
  readonly store: Pick<Store, 'accounts' | 'durable'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who has a key makes others: a leak must not fill the memory. */
const mostKeys = 100;

/** Rejects with CodedError `account-not-found` when the configuration names one that there is not. */
export async function createAccounts({ config, store, clock, log }: AccountsOptions): Promise<Accounts> {
  const seal = createSeal(join(config.dataDir, 'accounts.key'), { lasting: true });
  const register = await createRegister({ configured: config.accounts ?? [], store, clock, log });
  checkNames(config, register);
  const directory = createDirectory({ config, register, seal });
  const changes = createChanges({ register, directory, seal, wall: clock.wall });
  const keyring = createKeyring({ register, seal, clock });

  const record = ({ name, dialect }: DirectoryApp): AppRecord => ({
    ...{ name, dialect, numbers: directory.numbersOf(name) },
  });

  const keys: AccountsFace['keys'] = {
    ...keyring,
    of: (account) =>
      register.keysOf(account).map(({ id, label, createdAt, configured }) => ({
        ...{ id, label, configured },
        createdAt: createdAt === null ? null : new Date(createdAt).toISOString(),
      })),
    async create(account, label) {
      if (register.keysOf(account).length >= mostKeys)
        throw new CodedError('account-full', `The account has ${mostKeys} keys`);
      const { id, secret } = await register.createKey(account, label);
      return { id, secret };
    },
    async remove(account, id) {
      const key = register.key(id);
      if (key === undefined || key.account !== account) return false;
      if (key.configured)
        throw new CodedError('account-configured', `The key ${id} stands in the configuration, so it is removed there`);
      await register.write({ kind: 'drop-key', id });
      return true;
    },
  };

  return {
    directory,
    forVoice: {
      ...changes,
      apps: (account) => directory.appsOf(account).map(record),
      appFor: (account, dialect) => record(directory.appFor(account, dialect)),
      appsOfDialect: (account, dialect) => [
        ...directory.everyAppOf(account).filter((name) => directory.app(name)?.dialect === dialect),
        `${dialect}@${account}`,
      ],
      accountOf: directory.accountOf,
      phones: directory.phonesOf,
    },
    keys,
    async start() {
      const apps = config.apps.map(({ name }) => [name, directory.accountOf(name)] as const);
      store.accounts.write({ kind: 'adopt', apps, account: register.defaultAccount });
      return register.start();
    },
    close: register.close,
  };
}

function checkNames({ apps, users }: Config, { accounts }: Pick<Register, 'accounts'>): void {
  const named = [
    ...apps.map(({ name, account }) => [`The app ${name}`, account] as const),
    ...users.map(({ login, account }) => [`The user ${login}`, account] as const),
  ];
  for (const [what, account] of named)
    if (account !== undefined && !accounts.includes(account))
      throw new CodedError('account-not-found', `${what} is of the account ${account}, which there is not`, {
        hint: `Declare it under accounts, or make it: keytone account create --id ${account}.`,
      });
}
