// Owns: the conferences of one account as a dialect's REST interface sees them: those that are up, and those that were, from
// the store. Does not: carry one out (call/conferences.ts), know HTTP.
import { CodedError } from '../base/errors.ts';
import type { LiveConference } from '../call/conference-parts.ts';
import type { LiveConferences } from '../call/conferences.ts';
import type { ConferenceRecord, Conferences } from '../dialects/rest.ts';
import type { DialectName } from '../flow/node.ts';
import type { CallRow } from '../store/rows.ts';
import type { Store } from '../store/store.ts';

export interface ConferenceFaceParts {
  readonly store: Pick<Store, 'call' | 'tape' | 'findConferences' | 'durable'>;
  readonly conferences: Pick<LiveConferences, 'create' | 'get' | 'named'>;
  readonly accountOf: (app: string) => string;
  readonly appsOfDialect: (account: string, dialect: DialectName) => readonly string[];
}

export function createConferenceFaces(parts: ConferenceFaceParts): (account: string) => Conferences {
  return (account) => createFace(account, parts);
}

function createFace(
  account: string,
  { store, conferences, accountOf, appsOfDialect }: ConferenceFaceParts,
): Conferences {
  const live = (id: string): LiveConference | null => {
    const one = conferences.get(id);
    return one !== undefined && one.account === account ? one : null;
  };

  /** Who is told stands on its tape. */
  async function ended(row: CallRow | null): Promise<ConferenceRecord | null> {
    if (row?.conference === undefined || (row.account ?? accountOf(row.app)) !== account) return null;
    const [first] = await store.tape(row.id);
    const iso = (at: number): string => new Date(at).toISOString();
    return {
      ...{ id: row.id, name: row.conference, app: row.app, state: 'ended', members: [] },
      createdAt: iso(row.startedAt),
      endedAt: row.endedAt === null ? null : iso(row.endedAt),
      events: first?.event.type === 'conference.created' ? first.event.events : null,
    };
  }

  async function get(id: string): Promise<ConferenceRecord | null> {
    const one = live(id);
    return one === null ? await ended(await store.call(id)) : viewLive(one);
  }

  return {
    get,
    async create({ app, name, events }) {
      if (accountOf(app) !== account) throw new CodedError('app-not-found', `There is no app ${app}.`);
      const one = conferences.create({ app, account, name, events });
      await store.durable();
      return viewLive(one);
    },
    named(name) {
      const one = conferences.named(account, name);
      return one === undefined ? null : viewLive(one);
    },
    async list({ name, dialect, createdFrom, createdTo, offset, limit }) {
      const rows = await store.findConferences({
        ...{ account, offset, limit },
        ...(name !== undefined && { name }),
        ...(dialect !== undefined && { apps: appsOfDialect(account, dialect) }),
        ...(createdFrom !== undefined && { createdFrom: Date.parse(createdFrom) }),
        ...(createdTo !== undefined && { createdTo: Date.parse(createdTo) }),
      });
      const all = await Promise.all(rows.map(({ id }) => get(id)));
      return all.filter((one) => one !== null);
    },
    async command(id, command) {
      const one = live(id);
      if (one?.isOpen !== true) {
        throw (await get(id)) === null
          ? new CodedError('conference-not-found', `There is no conference ${id}.`)
          : new CodedError('conference-over', `The conference ${id} is over.`);
      }
      one.command(command);
      await store.durable();
    },
  };
}

function viewLive({ id, name, app, createdAt, isOpen, events, members }: LiveConference): ConferenceRecord {
  return { id, name, app, state: isOpen ? 'live' : 'ended', createdAt, endedAt: null, events, members };
}
