// Owns: the server as a dialect's REST interface sees it, for one account: what belongs to another one is as if it were not
// there. Reads calls from the store, with what is so now of those that are up.
// Does not: know HTTP, decide what an account may make (Directory, handed in), carry a call out (call/).
import { CodedError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Calls } from '../call/calls.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type {
  AppOrder,
  AppRecord,
  CallFilter,
  CallOrder,
  CallRecord,
  Conferences,
  Notes,
  RecordingRecord,
  Transcriptions,
  Voice,
} from '../dialects/rest.ts';
import type { DialectName } from '../flow/node.ts';
import type { CallFacts } from '../flow/report.ts';
import type { CallRow, RecordingRow } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { dropSound, openSound } from './recording-file.ts';
import { viewCall } from './views.ts';

/** What the server knows of accounts' apps, numbers and phones. */
export interface AccountDirectory {
  apps(account: string): readonly AppRecord[];
  appFor(account: string, dialect: DialectName): AppRecord;
  /** Names of all that are or were its own. */
  appsOfDialect(account: string, dialect: DialectName): readonly string[];
  accountOf(app: string): string;
  phones(account: string): readonly string[];
  saveApp(account: string, order: AppOrder): Promise<void>;
  dropApp(account: string, name: string): Promise<boolean>;
  saveNumber(account: string, number: string, app: string): Promise<void>;
  dropNumber(account: string, number: string): Promise<boolean>;
  savePhone(account: string, login: string, password: string): Promise<void>;
  dropPhone(account: string, login: string): Promise<boolean>;
}

export interface VoiceParts {
  readonly store: Pick<
    Store,
    'call' | 'findCalls' | 'tape' | 'recordings' | 'accountRecordings' | 'dropRecording' | 'durable' | 'accounts'
  >;
  readonly calls: Pick<Calls, 'place' | 'queue' | 'get' | 'list'>;
  readonly directory: AccountDirectory;
  readonly dialect: (name: DialectName) => Dialect;
  readonly transcription?: {
    readonly enabled: boolean;
    ask(call: CallFacts, recording: string, wish: Parameters<Transcriptions['ask']>[2]): Promise<boolean>;
  } & Pick<Transcriptions, 'get' | 'live' | 'drop'>;
  readonly conferencesOf: (account: string) => Conferences;
  /** How many places a phone is registered from. */
  readonly contacts: (login: string) => number;
  readonly dataDir: string;
  readonly wall: () => number;
  readonly log: Log;
}

const mostRecordings = 1000;

export function createVoices(parts: VoiceParts): (account: string) => Voice {
  let last = 0;
  /** Of notes: no two at the same time, so that it says which is newer. */
  const noteTime = (): number => {
    last = Math.max(Math.round(parts.wall()), last + 1);
    return last;
  };
  return (account) => createVoice(account, parts, noteTime);
}

function createVoice(account: string, parts: VoiceParts, noteTime: () => number): Voice {
  const { store, calls, directory, dataDir } = parts;
  const log = parts.log.child({ account });
  const own = (row: CallRow | null): CallRow | null =>
    row !== null && (row.account ?? directory.accountOf(row.app)) === account ? row : null;

  function live(id: string): CallFacts | undefined {
    const facts = calls.get(id)?.facts;
    return facts !== undefined && (facts.account ?? directory.accountOf(facts.app)) === account ? facts : undefined;
  }

  function record(row: CallRow | null, facts: CallFacts | undefined): CallRecord | null {
    const view = viewCall(row, facts);
    if (view === null) return null;
    const { sipCallId: _, ...rest } = view;
    return { ...rest, account };
  }

  /** Of a conference there is a tape too, but it is no call. */
  async function call(id: string): Promise<CallRecord | null> {
    const row = own(await store.call(id));
    return row?.conference === undefined ? record(row, live(id)) : null;
  }

  const isOwn = async (id: string): Promise<boolean> => own(await store.call(id)) !== null || live(id) !== undefined;

  const recordingsOf = async (id: string): Promise<readonly RecordingRow[]> =>
    (await isOwn(id)) ? await store.recordings(id) : [];

  const recording = async (id: string, name: string): Promise<RecordingRow | undefined> =>
    (await recordingsOf(id)).find((one) => one.id === name);

  const appNamed = (name: string): AppRecord | undefined => directory.apps(account).find((one) => one.name === name);

  const notes: Notes = {
    async get<Note>(kind: string, id: string) {
      const json = await store.accounts.note(account, kind, id);
      return json === null ? null : (JSON.parse(json) as Note);
    },
    async put(kind, id, note) {
      const row = { account, kind, id, json: JSON.stringify(note), createdAt: noteTime() };
      store.accounts.write({ kind: 'note', row });
      await store.durable();
    },
    async drop(kind, id) {
      if ((await store.accounts.note(account, kind, id)) === null) return false;
      store.accounts.write({ kind: 'drop-note', account, note: kind, id });
      await store.durable();
      return true;
    },
    async list<Note>(kind: string, page: { readonly offset: number; readonly limit: number }) {
      const rows = await store.accounts.notes(account, kind, page);
      return rows.map(({ id, json }) => [id, JSON.parse(json) as Note] as const);
    },
  };

  async function place({ notes: note, ...order }: CallOrder): Promise<CallFacts> {
    if (directory.accountOf(order.app) !== account)
      throw new CodedError('call-not-placed', `There is no app ${order.app}.`);
    const id = newId();
    if (note !== undefined) {
      const row = { account, kind: 'call', id, json: JSON.stringify(note), createdAt: noteTime() };
      store.accounts.write({ kind: 'note', row });
    }
    try {
      const placed = calls.place({ ...order, id, account });
      await store.durable();
      return { ...placed.facts, account };
    } catch (error) {
      if (note !== undefined) store.accounts.write({ kind: 'drop-note', account, note: 'call', id });
      throw error;
    }
  }

  /** Those that are up are few, and known without the store. */
  async function findLive({ from, to, dialect, oldestFirst = false, offset, limit }: CallFilter) {
    const apps = dialect === undefined ? null : directory.appsOfDialect(account, dialect);
    const found = calls
      .list()
      .filter((facts) => facts.state !== 'ended' && live(facts.id) !== undefined)
      .filter((facts) => (from === undefined || facts.from === from) && (to === undefined || facts.to === to))
      .filter(({ app }) => apps === null || apps.includes(app))
      .toSorted((a, b) => (oldestFirst ? 1 : -1) * a.startedAt.localeCompare(b.startedAt));
    const records = await Promise.all(found.slice(offset, offset + limit).map(({ id }) => call(id)));
    return records.filter((one) => one !== null);
  }

  async function find(filter: CallFilter): Promise<readonly CallRecord[]> {
    const { from, to, dialect, startedFrom, startedTo, oldestFirst = false, offset, limit } = filter;
    if (filter.live === true) return await findLive(filter);
    const rows = await store.findCalls({
      ...{ account, oldestFirst, offset, limit },
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(dialect !== undefined && { apps: directory.appsOfDialect(account, dialect) }),
      ...(startedFrom !== undefined && { startedFrom: Date.parse(startedFrom) }),
      ...(startedTo !== undefined && { startedTo: Date.parse(startedTo) }),
    });
    return rows.map((row) => record(row, live(row.id))!);
  }

  function transcriptionsOf(whole: NonNullable<VoiceParts['transcription']>): Transcriptions {
    return {
      enabled: whole.enabled,
      async ask(id, name, wish) {
        const facts = await call(id);
        return facts !== null && (await whole.ask(facts, name, wish));
      },
      get: async (id, name) => ((await isOwn(id)) ? await whole.get(id, name) : null),
      live: async (id) => ((await isOwn(id)) ? await whole.live(id) : []),
      drop: async (id, name) => (await isOwn(id)) && (await whole.drop(id, name)),
    };
  }

  return {
    account,
    ...(parts.transcription !== undefined && { transcriptions: transcriptionsOf(parts.transcription) }),
    apps: () => directory.apps(account),
    appFor: (dialect) => directory.appFor(account, dialect),
    dialect: parts.dialect,
    async saveApp(order) {
      await directory.saveApp(account, order);
      return appNamed(order.name)!;
    },
    dropApp: (name) => directory.dropApp(account, name),
    saveNumber: (number, app) => directory.saveNumber(account, number, app),
    dropNumber: (number) => directory.dropNumber(account, number),
    savePhone: (login, password) => directory.savePhone(account, login, password),
    dropPhone: (login) => directory.dropPhone(account, login),
    place,
    queue: () => calls.queue(account),
    call,
    calls: find,
    tape: async (id) => ((await isOwn(id)) ? await store.tape(id) : []),
    async command(id, command) {
      const now = live(id) === undefined ? undefined : calls.get(id);
      if (now === undefined) {
        const known = await call(id);
        throw known === null
          ? new CodedError('call-not-found', `There is no call ${id}`)
          : new CodedError('call-over', `The call ${id} is over`);
      }
      if (now.facts.state === 'ended') throw new CodedError('call-over', `The call ${id} is over`);
      now.command(command);
      await store.durable();
    },
    async recordings(id) {
      const rows = id === null ? await store.accountRecordings(account, mostRecordings) : await recordingsOf(id);
      return (id === null ? rows : rows.toReversed()).map(viewRow);
    },
    async recordingFile(id, name) {
      const row = await recording(id, name);
      return row === undefined ? null : await openSound(dataDir, row, log);
    },
    async dropRecording(id, name) {
      const row = await recording(id, name);
      if (row === undefined) return false;
      await dropSound(dataDir, row, log);
      store.dropRecording(id, name);
      await store.durable();
      return true;
    },
    conferences: parts.conferencesOf(account),
    notes,
    phones: () => directory.phones(account).map((login) => ({ login, contacts: parts.contacts(login) })),
    log: (level, message) => log[level]({}, message),
  };
}

function viewRow({ callId, file: _, startedAt, transcription, ...row }: RecordingRow): RecordingRecord {
  const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    ...row,
    call: callId,
    startedAt: new Date(startedAt).toISOString(),
    ...(transcription !== undefined && {
      transcription: { state: transcription.state, completedAt: iso(transcription.completedAt) },
    }),
  };
}
