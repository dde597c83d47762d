// Owns: the apps, numbers and phones that accounts make for themselves: what may be made, by whom, and what is taken.
// Does not: change what the configuration says, nor say what is another account's.
import { CodedError } from '../../base/errors.ts';
import type { AppOrder } from '../../dialects/rest.ts';
import type { Seal } from '../../store/seal.ts';
import { type AppSettings, type Directory, placeOfApp, placeOfPhone } from '../directory.ts';
import type { Register } from './register.ts';

export interface Changes {
  saveApp(account: string, order: AppOrder): Promise<void>;
  dropApp(account: string, name: string): Promise<boolean>;
  saveNumber(account: string, number: string, app: string): Promise<void>;
  dropNumber(account: string, number: string): Promise<boolean>;
  savePhone(account: string, login: string, password: string): Promise<void>;
  dropPhone(account: string, login: string): Promise<boolean>;
}

export interface ChangesOptions {
  readonly register: Pick<Register, 'kept' | 'write'>;
  readonly directory: Directory;
  readonly seal: Pick<Seal, 'seal'>;
  readonly wall: () => number;
}

const word = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const dialled = /^[A-Za-z0-9+*#._-]{1,100}$/;
const longestPassword = 200;
/** They are held in memory. */
const mostOfEach = 10_000;

export function createChanges({ register, directory, seal, wall }: ChangesOptions): Changes {
  const now = (): number => Math.round(wall());

  const configured = (what: string): CodedError =>
    new CodedError('app-configured', `${what} stands in the configuration, so it cannot be changed here`);

  /** Whether the account has it; a CodedError when it is the configuration's. */
  function hasApp(account: string, name: string): boolean {
    const app = directory.appsOf(account).find((one) => one.name === name);
    if (app?.configured === true) throw configured(`The app ${name}`);
    return app !== undefined;
  }

  /** Throws when the account has as many of them as it may, and this would be one more. */
  function checkRoom(account: string, rows: readonly { readonly account: string }[], isThere: boolean): void {
    if (!isThere && rows.filter((row) => row.account === account).length >= mostOfEach)
      throw new CodedError('account-full', `The account has ${mostOfEach} of them`);
  }

  /** `+15550100` and `15550100` are one number to callers. */
  const sameNumber = (number: string): string => (number.startsWith('+') ? number.slice(1) : `+${number}`);

  return {
    async saveApp(account, { name, dialect, first, plan, last }) {
      if (!word.test(name))
        throw new CodedError(
          'app-invalid',
          'The name of an app is a word of letters, digits, dots, dashes and underscores',
        );
      for (const url of [first?.url, first?.fallbackUrl, last?.url])
        if (typeof url === 'string' && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
          throw new CodedError('app-invalid', 'The URLs of an app are http or https URLs');
      const known = directory.app(name);
      if (known !== undefined && known.account !== account)
        throw new CodedError('app-name-taken', `The name ${name} is taken`);
      checkRoom(account, directory.appsOf(account), hasApp(account, name));
      const settings: AppSettings = { first: first ?? null, plan: plan ?? null, last: last ?? null };
      const sealed = seal.seal(JSON.stringify(settings), placeOfApp(name));
      const row = { name, account, dialect, settings: sealed, dropped: false, createdAt: now() };
      await register.write({ kind: 'app', row });
    },
    async dropApp(account, name) {
      if (!hasApp(account, name)) return false;
      const row = register.kept.apps.find((one) => one.name === name)!;
      const numbers = register.kept.numbers.filter(({ app }) => app === name);
      const writes = [
        register.write({ kind: 'app', row: { ...row, dropped: true } }),
        ...numbers.map(({ number }) => register.write({ kind: 'drop-number', number })),
      ];
      await Promise.all(writes);
      return true;
    },
    async saveNumber(account, number, app) {
      if (!dialled.test(number))
        throw new CodedError('number-invalid', 'A number is what callers dial: digits, + * #, or a name');
      for (const one of [number, sameNumber(number)]) {
        const known = directory.numberOf(one);
        if (known === undefined) continue;
        if (directory.accountOf(known.app) !== account)
          throw new CodedError('number-taken', `The number ${number} is taken`);
        if (known.configured) throw configured(`The number ${number}`);
      }
      if (!directory.appsOf(account).some(({ name }) => name === app))
        throw new CodedError('app-not-found', `There is no app ${app}`);
      checkRoom(account, register.kept.numbers, directory.numberOf(number) !== undefined);
      await register.write({ kind: 'number', row: { number, account, app, createdAt: now() } });
    },
    async dropNumber(account, number) {
      const known = directory.numberOf(number);
      if (known === undefined || directory.accountOf(known.app) !== account) return false;
      if (known.configured) throw configured(`The number ${number}`);
      await register.write({ kind: 'drop-number', number });
      return true;
    },
    async savePhone(account, login, password) {
      if (!word.test(login) || password === '' || password.length > longestPassword)
        throw new CodedError(
          'phone-invalid',
          'A login is a word of letters, digits, dots, dashes and underscores; a password has 1 to 200 characters',
        );
      // Whoever dials a number must not reach somebody who called his phone so.
      if (!/[A-Za-z]/.test(login))
        throw new CodedError(
          'phone-invalid',
          'A login that looks like a number is for the configuration only: add a letter',
        );
      if (directory.isConfiguredPhone(login)) {
        if (directory.phonesOf(account).includes(login)) throw configured(`The phone ${login}`);
        throw new CodedError('phone-taken', `The login ${login} is taken`);
      }
      const row = register.kept.phones.find((one) => one.login === login);
      if (row !== undefined && row.account !== account)
        throw new CodedError('phone-taken', `The login ${login} is taken`);
      checkRoom(account, register.kept.phones, row !== undefined);
      const sealed = seal.seal(password, placeOfPhone(login));
      await register.write({ kind: 'phone', row: { login, account, password: sealed, createdAt: now() } });
    },
    async dropPhone(account, login) {
      if (!directory.phonesOf(account).includes(login)) return false;
      if (directory.isConfiguredPhone(login)) throw configured(`The phone ${login}`);
      await register.write({ kind: 'drop-phone', login });
      return true;
    },
  };
}
