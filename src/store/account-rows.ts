// Owns: what is kept of accounts: their keys, the apps, numbers and phones that they made over REST, and the notes that a
// dialect's REST interface keeps for them; as rows, as writes and as questions.
// Does not: hash keys, seal passwords (server/accounts), know what a note says.

export interface AccountRow {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: number;
}

export interface KeyRow {
  readonly id: string;
  readonly account: string;
  /** Of the secret; the secret itself is kept nowhere. */
  readonly hash: string;
  readonly label: string | null;
  readonly createdAt: number;
}

export interface AppRow {
  readonly name: string;
  readonly account: string;
  readonly dialect: string;
  /** JSON. */
  readonly settings: string;
  /** Its calls still need it, those that are up and those that are asked for by its dialect. */
  readonly dropped: boolean;
  readonly createdAt: number;
}

export interface NumberRow {
  readonly number: string;
  readonly account: string;
  readonly app: string;
  readonly createdAt: number;
}

export interface PhoneRow {
  readonly login: string;
  readonly account: string;
  /** Sealed: digests are made of the password itself. */
  readonly password: string;
  readonly createdAt: number;
}

export interface NoteRow {
  readonly account: string;
  readonly kind: string;
  readonly id: string;
  readonly json: string;
  readonly createdAt: number;
}

/** Everything that is kept of accounts but their notes. */
export interface Kept {
  readonly accounts: readonly AccountRow[];
  readonly keys: readonly KeyRow[];
  readonly apps: readonly AppRow[];
  readonly numbers: readonly NumberRow[];
  readonly phones: readonly PhoneRow[];
}

export type AccountWrite =
  | { readonly kind: 'account'; readonly row: AccountRow }
  /** With all that is kept of it but its calls. */
  | { readonly kind: 'drop-account'; readonly id: string }
  | { readonly kind: 'key'; readonly row: KeyRow }
  | { readonly kind: 'drop-key'; readonly id: string }
  | { readonly kind: 'app'; readonly row: AppRow }
  | { readonly kind: 'number'; readonly row: NumberRow }
  | { readonly kind: 'drop-number'; readonly number: string }
  | { readonly kind: 'phone'; readonly row: PhoneRow }
  | { readonly kind: 'drop-phone'; readonly login: string }
  | { readonly kind: 'note'; readonly row: NoteRow }
  | { readonly kind: 'drop-note'; readonly account: string; readonly note: string; readonly id: string }
  /** Calls without an account get that of their app, or else `account`. */
  | {
      readonly kind: 'adopt';
      readonly apps: readonly (readonly [app: string, account: string])[];
      readonly account: string;
    };

export type AccountQuery =
  | { readonly kind: 'kept' }
  /** Another number after another process has written. */
  | { readonly kind: 'data-version' }
  | { readonly kind: 'note'; readonly account: string; readonly note: string; readonly id: string }
  | {
      readonly kind: 'notes';
      readonly account: string;
      readonly note: string;
      readonly offset: number;
      readonly limit: number;
    };

export interface AccountAnswers {
  readonly kept: Kept;
  readonly 'data-version': number;
  readonly note: string | null;
  /** The newest first. */
  readonly notes: readonly NoteRow[];
}

type Ask = <Kind extends AccountQuery['kind']>(
  query: Extract<AccountQuery, { kind: Kind }>,
) => Promise<AccountAnswers[Kind]>;

/** The face of all this that the store shows. */
export interface AccountRows {
  kept(): Promise<Kept>;
  dataVersion(): Promise<number>;
  write(write: AccountWrite): void;
  note(account: string, note: string, id: string): Promise<string | null>;
  notes(
    account: string,
    note: string,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<readonly NoteRow[]>;
}

export function createAccountRows(ask: Ask, write: (write: AccountWrite) => void): AccountRows {
  return {
    kept: () => ask<'kept'>({ kind: 'kept' }),
    dataVersion: () => ask<'data-version'>({ kind: 'data-version' }),
    write,
    note: (account, note, id) => ask<'note'>({ kind: 'note', account, note, id }),
    notes: (account, note, page) => ask<'notes'>({ kind: 'notes', account, note, ...page }),
  };
}
