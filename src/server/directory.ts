// Owns: which apps, numbers and phones there are and whose: those of the configuration beside those that accounts made over
// REST. Everything that has to know them asks here, so that what is made is in force at once.
// Does not: let anybody change them (accounts/changes.ts), keep them (accounts/register.ts).
import { dialects } from '../dialects/index.ts';
import type { Destination, DialectName } from '../flow/node.ts';
import type { CallPlan } from '../flow/plan.ts';
import { type AppTrust, noTrust, trustOfUrls } from '../hooks/app-trust.ts';
import type { AppRow, Kept, PhoneRow } from '../store/account-rows.ts';
import type { Seal } from '../store/seal.ts';
import type { AppConfig, Config } from './config.ts';

export interface DirectoryApp extends Omit<AppConfig, 'first' | 'account'> {
  readonly account: string;
  /** Asked for the document of a call that comes in. */
  readonly first: Destination | null;
  /** In place of it. */
  readonly plan: CallPlan | null;
  readonly configured: boolean;
}

export interface DirectoryPhone {
  readonly password: string;
  readonly account: string;
  readonly digits?: Config['users'][number]['digits'];
}

export interface Directory {
  /** Also one that was dropped while calls of it are up. */
  app(name: string): DirectoryApp | undefined;
  /** Empty when there is no such app. */
  accountOf(app: string): string;
  trustOf(app: string): AppTrust;
  /** The app that answers a number; `+` is not looked at when the number is not written with one. */
  appOf(number: string): DirectoryApp | undefined;
  /** The app of exactly this number, whether or not it answers calls. */
  numberOf(number: string): { readonly app: string; readonly configured: boolean } | undefined;
  phone(login: string): DirectoryPhone | null;
  /** What the configuration says, not an account. */
  isConfiguredPhone(login: string): boolean;
  appsOf(account: string): readonly DirectoryApp[];
  /** All of its apps, with those that were dropped: calls and events may still be of them. */
  everyAppOf(account: string): readonly string[];
  numbersOf(app: string): readonly string[];
  phonesOf(account: string): readonly string[];
  /** The account's first app of a dialect, or one that no number leads to and that always is. */
  appFor(account: string, dialect: DialectName): DirectoryApp;
}

/** What an account said of an app; kept sealed, since addresses may hold credentials. */
export interface AppSettings {
  readonly first: Destination | null;
  readonly plan: CallPlan | null;
  readonly last: Destination | null;
}

export interface DirectoryOptions {
  readonly config: Pick<Config, 'apps' | 'numbers' | 'users'>;
  readonly register: { readonly kept: Kept; readonly version: number; readonly defaultAccount: string };
  readonly seal: Pick<Seal, 'open'>;
}

export const placeOfApp = (name: string): string => `app/${name}`;
export const placeOfPhone = (login: string): string => `phone/${login}`;

interface Index {
  readonly version: number;
  readonly apps: ReadonlyMap<string, DirectoryApp>;
  readonly dropped: ReadonlySet<string>;
  readonly trusts: ReadonlyMap<string, AppTrust>;
  readonly numbers: ReadonlyMap<string, { readonly app: string; readonly configured: boolean }>;
  readonly byApp: ReadonlyMap<string, readonly string[]>;
  readonly phones: ReadonlyMap<string, PhoneRow>;
}

export function createDirectory({ config, register, seal }: DirectoryOptions): Directory {
  const users = new Map(config.users.map((user) => [user.login, user]));
  let index = build();

  function build(): Index {
    const { kept, version, defaultAccount } = register;
    const rows = kept.apps.filter((row) => !config.apps.some(({ name }) => name === row.name));
    const own = config.apps.map(
      ({ account = defaultAccount, ...app }): DirectoryApp => ({
        ...{ ...app, account, configured: true },
        plan: dialects[app.dialect]?.opening?.({ first: app.first, autoAnswer: app.autoAnswer ?? true }) ?? null,
      }),
    );
    const theirs = rows.map((row) => ofRow(row, seal));
    const trusts = [
      ...own.map((app) => [app.name, trustOfUrls(urlsOf(app))] as const),
      // Only the operator may lead into his own networks.
      ...theirs.map(
        (app) => [app.name, { ...noTrust, authorization: trustOfUrls(urlsOf(app)).authorization }] as const,
      ),
    ];
    const numbers = new Map<string, { app: string; configured: boolean }>(
      kept.numbers.map(({ number, app }) => [number, { app, configured: false }] as const),
    );
    for (const { number, app } of config.numbers) numbers.set(number, { app, configured: true });
    const byApp = Map.groupBy(numbers.keys(), (number) => numbers.get(number)!.app);
    return {
      version,
      apps: new Map([...own, ...theirs].map((app) => [app.name, app])),
      dropped: new Set(rows.filter(({ dropped }) => dropped).map(({ name }) => name)),
      trusts: new Map(trusts),
      numbers,
      byApp,
      phones: new Map(kept.phones.map((row) => [row.login, row])),
    };
  }

  function current(): Index {
    if (index.version !== register.version) index = build();
    return index;
  }

  const app = (name: string): DirectoryApp | undefined => current().apps.get(name) ?? implicit(name);

  function answers(number: string): DirectoryApp | undefined {
    const found = current().numbers.get(number);
    const known = found === undefined || current().dropped.has(found.app) ? undefined : current().apps.get(found.app);
    return known !== undefined && (known.first !== null || known.plan !== null) ? known : undefined;
  }

  const appsOf = (account: string): readonly DirectoryApp[] =>
    [...current().apps.values()].filter((one) => one.account === account && !current().dropped.has(one.name));

  return {
    app,
    accountOf: (name) => app(name)?.account ?? '',
    trustOf: (name) => current().trusts.get(name) ?? noTrust,
    appOf: (number) => answers(number) ?? answers(number.startsWith('+') ? number.slice(1) : `+${number}`),
    numberOf: (number) => current().numbers.get(number),
    phone(login) {
      const user = users.get(login);
      if (user !== undefined) return { ...user, account: user.account ?? register.defaultAccount };
      const row = current().phones.get(login);
      const password = row === undefined ? null : seal.open(row.password, placeOfPhone(login));
      return row === undefined || password === null ? null : { password, account: row.account };
    },
    isConfiguredPhone: (login) => users.has(login),
    appsOf,
    everyAppOf: (account) => [...current().apps.values()].flatMap((one) => (one.account === account ? [one.name] : [])),
    numbersOf: (name) => current().byApp.get(name) ?? [],
    phonesOf: (account) => [
      ...config.users.filter((user) => (user.account ?? register.defaultAccount) === account).map(({ login }) => login),
      ...register.kept.phones
        .filter((row) => row.account === account && !users.has(row.login))
        .map(({ login }) => login),
    ],
    appFor: (account, dialect) =>
      appsOf(account).find((one) => one.dialect === dialect) ?? implicit(`${dialect}@${account}`)!,
  };
}

/** No name that anybody gives holds an `@`. */
function implicit(name: string): DirectoryApp | undefined {
  const [, dialect, account] = /^([a-z0-9-]+)@(.+)$/.exec(name) ?? [];
  if (dialect === undefined || account === undefined) return undefined;
  return { name, account, dialect: dialect as DialectName, first: null, plan: null, configured: false };
}

function ofRow({ name, account, dialect, settings }: AppRow, seal: Pick<Seal, 'open'>): DirectoryApp {
  const text = seal.open(settings, placeOfApp(name));
  const none: AppSettings = { first: null, plan: null, last: null };
  const { first, plan, last } = text === null ? none : (JSON.parse(text) as AppSettings);
  const common = { name, account, dialect: dialect as DialectName, configured: false };
  return { ...common, first, plan, ...(last !== null && { last }) };
}

function urlsOf({ first, last }: DirectoryApp): readonly string[] {
  return [first?.url, first?.fallbackUrl, last?.url].filter((url) => typeof url === 'string');
}
