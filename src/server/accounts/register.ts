// Owns: accounts, their keys, and what they made over REST, as they stand now: those of the configuration beside those of the
// data folder; and their changes, here or by another process (`keytone account`), which is looked for every second.
// Does not: check secrets (keyring.ts), say what a number leads to (directory.ts).
import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { AccountWrite, Kept } from '../../store/account-rows.ts';
import type { Store } from '../../store/store.ts';
import type { AccountConfig } from '../config.ts';
import { change } from './kept.ts';
import { hashSecret, newAccountId, newKeyId, newSecret } from './secret.ts';

export interface Key {
  readonly id: string;
  readonly account: string;
  /** In clear when the configuration says so; else its hash. */
  readonly proof: { readonly secret: string } | { readonly hash: string };
  readonly label: string | null;
  readonly createdAt: number | null;
  readonly configured: boolean;
}

export interface NewKey {
  readonly account: string;
  readonly id: string;
  readonly secret: string;
}

export interface Register {
  readonly accounts: readonly string[];
  /** What belongs to no other one belongs to it; empty when there is none at all. */
  readonly defaultAccount: string;
  key(id: string): Key | undefined;
  keysOf(account: string): readonly Key[];
  readonly kept: Kept;
  /** In force at once; resolves when it is kept. */
  write(write: AccountWrite): Promise<void>;
  createKey(account: string, label: string | null): Promise<NewKey>;
  /** Looks at the data folder again. */
  reload(): Promise<void>;
  /** How often something changed. */
  readonly version: number;
  /** Keeps the account that a first start makes, from here on looks for changes; its key, which is known only now. */
  start(): Promise<NewKey | null>;
  close(): void;
}

export interface RegisterOptions {
  readonly configured: readonly AccountConfig[];
  readonly store: Pick<Store, 'accounts' | 'durable'>;
  readonly clock: Clock;
  readonly log: Log;
}

const lookMs = 1000;

export async function createRegister({ configured, store, clock, log }: RegisterOptions): Promise<Register> {
  let kept = await store.accounts.kept();
  let seen = await store.accounts.dataVersion();
  let version = 1;
  let timer: Timer | null = null;
  let closed = false;
  let reloading: Promise<void> | null = null;
  let keys = index();
  const now = (): number => Math.round(clock.wall());

  // Until the server is up it is only here: whoever fixes what kept a first start from listening is told it then.
  const first = configured.length === 0 && kept.accounts.length === 0 ? await makeFirst() : null;
  const firstWrites: AccountWrite[] = first?.writes ?? [];
  for (const write of firstWrites) apply(write);

  async function makeFirst(): Promise<{ readonly key: NewKey; readonly writes: AccountWrite[] }> {
    const account = newAccountId();
    const { key, write } = await makeKey(account, null);
    return { key, writes: [{ kind: 'account', row: { id: account, name: null, createdAt: now() } }, write] };
  }

  async function makeKey(account: string, label: string | null): Promise<{ key: NewKey; write: AccountWrite }> {
    const key = { account, id: newKeyId(), secret: newSecret() };
    const hash = await hashSecret(key.secret);
    return { key, write: { kind: 'key', row: { id: key.id, account, hash, label, createdAt: now() } } };
  }

  function index(): Map<string, Key> {
    const found = new Map<string, Key>();
    const accounts = new Set([...configured, ...kept.accounts].map(({ id }) => id));
    for (const { id, account, hash, label, createdAt } of kept.keys)
      if (accounts.has(account)) found.set(id, { id, account, proof: { hash }, label, createdAt, configured: false });
    for (const { id: account, keys: declared } of configured)
      for (const { id, secret } of declared)
        found.set(id, { id, account, proof: { secret }, label: null, createdAt: null, configured: true });
    return found;
  }

  function settle(next: Kept): void {
    kept = next;
    keys = index();
    version += 1;
  }

  function apply(write: AccountWrite): void {
    settle(change(kept, write));
  }

  async function read(): Promise<void> {
    const before = version;
    const next = await store.accounts.kept();
    // What was written meanwhile may not be in it.
    if (before !== version) return read();
    settle(next);
  }

  function reload(): Promise<void> {
    reloading ??= read().finally(() => {
      reloading = null;
    });
    return reloading;
  }

  function lookLater(): void {
    if (!closed) timer = clock.after(lookMs, () => void look().finally(lookLater));
  }

  async function look(): Promise<void> {
    try {
      const found = await store.accounts.dataVersion();
      if (found === seen) return;
      seen = found;
      await reload();
    } catch (err) {
      if (!closed) log.warn({ err }, 'Changes of accounts cannot be looked for at the moment');
    }
  }

  async function write(one: AccountWrite): Promise<void> {
    apply(one);
    store.accounts.write(one);
    await store.durable();
  }

  return {
    get accounts() {
      return [...new Set([...configured, ...kept.accounts].map(({ id }) => id))];
    },
    get defaultAccount() {
      return configured[0]?.id ?? kept.accounts[0]?.id ?? '';
    },
    key: (id) => keys.get(id),
    keysOf: (account) => [...keys.values()].filter((key) => key.account === account),
    get kept() {
      return kept;
    },
    write,
    async createKey(account, label) {
      const made = await makeKey(account, label);
      await write(made.write);
      return made.key;
    },
    reload,
    get version() {
      return version;
    },
    async start() {
      for (const one of firstWrites) store.accounts.write(one);
      await store.durable();
      lookLater();
      return first?.key ?? null;
    },
    close() {
      closed = true;
      timer?.cancel();
    },
  };
}
