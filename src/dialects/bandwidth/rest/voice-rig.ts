// Owns: a small account in memory for the tests of this folder: its calls, recordings, conferences and notes, what it was
// ordered and commanded, and a client that asks the routes as api/ would.
import { Readable } from 'node:stream';
import { CodedError } from '../../../base/errors.ts';
import type { CallEvent, Command, ConferenceCommand, TapeLine } from '../../../call/event.ts';
import type {
  CallOrder,
  CallRecord,
  ConferenceRecord,
  RecordingRecord,
  RestReply,
  RestRequest,
  Voice,
} from '../../rest.ts';
import { bandwidth } from '../index.ts';
import { bandwidthRest } from './face.ts';

export const account = '9900000';
export const application = '7fc9698a-b04a-468b-9e8f-91238c0d0086';
export const here = 'https://voice.test';
export const base = `${here}/api/v2/accounts/${account}`;
export const startedAt = '2030-01-02T03:04:05.006Z';
export const answeredAt = '2030-01-02T03:04:07.000Z';
export const endedAt = '2030-01-02T03:05:07.000Z';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: what a client reads has no type.
  readonly body: any;
}

export interface Rig {
  readonly voice: Voice;
  readonly calls: CallRecord[];
  readonly tapes: Map<string, TapeLine[]>;
  readonly recordings: RecordingRecord[];
  readonly conferences: ConferenceRecord[];
  readonly orders: CallOrder[];
  readonly commands: (readonly [call: string, command: Command])[];
  readonly conferenceCommands: (readonly [conference: string, command: ConferenceCommand])[];
  /** Thrown by whatever is asked next. */
  fail: Error | null;
  /** Thrown by each command. */
  failCommands: Error | null;
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export const ownId = (n: number): string => Buffer.alloc(16, n).toString('base64url');

export const callRecord = (n: number, fields: Partial<CallRecord> = {}): CallRecord => ({
  id: ownId(n),
  app: application,
  account,
  direction: 'outbound',
  from: '+15551112222',
  to: '+15553334444',
  state: 'live',
  startedAt,
  answeredAt,
  endedAt: null,
  reason: null,
  q850Cause: null,
  ...fields,
});

export const tapeOf = (...events: readonly CallEvent[]): TapeLine[] =>
  events.map((event, index) => ({
    seq: index + 1,
    at: Date.parse(startedAt) + index * 1000,
    since: index * 1000,
    event,
  }));

export function createRig({ most = 300 } = {}): Rig {
  const notes = new Map<string, Map<string, unknown>>();
  const rig: Rig = {
    calls: [],
    tapes: new Map(),
    recordings: [],
    conferences: [],
    orders: [],
    commands: [],
    conferenceCommands: [],
    fail: null,
    failCommands: null,
    ask: (method, path, body, headers) => ask(rig, method, path, body, headers),
    voice: {
      account,
      apps: () => [
        { name: application, dialect: 'bandwidth', numbers: [] },
        { name: 'menu', dialect: 'bandwidth', numbers: [] },
        { name: 'other', dialect: 'opentact', numbers: [] },
      ],
      appFor: (dialect) => ({ name: `${dialect}@${account}`, dialect, numbers: [] }),
      dialect: () => bandwidth,
      saveApp: () => unused(),
      dropApp: () => unused(),
      saveNumber: () => unused(),
      dropNumber: () => unused(),
      savePhone: () => unused(),
      dropPhone: () => unused(),
      phones: () => [],
      log() {},
      queue: () => ({ size: 3, most }),
      async place(order) {
        failing(rig);
        rig.orders.push(order);
        const call = callRecord(rig.calls.length + 1, {
          app: order.app,
          state: 'ringing',
          answeredAt: null,
          startedAt,
        });
        rig.calls.push(call);
        return call;
      },
      call: async (id) => rig.calls.find((call) => call.id === id) ?? null,
      async calls({ from, to, dialect, startedFrom, startedTo, oldestFirst, offset, limit }) {
        const found = rig.calls.filter(
          (call) =>
            (dialect === undefined || call.app !== 'other') &&
            (from === undefined || call.from === from) &&
            (to === undefined || call.to === to) &&
            (startedFrom === undefined || call.startedAt >= startedFrom) &&
            (startedTo === undefined || call.startedAt <= startedTo),
        );
        return (oldestFirst === true ? found : found.toReversed()).slice(offset, offset + limit);
      },
      tape: async (call) => rig.tapes.get(call) ?? [],
      async command(call, command) {
        failing(rig);
        if (rig.failCommands !== null) throw rig.failCommands;
        rig.commands.push([call, command]);
      },
      recordings: async (call) => rig.recordings.filter((one) => call === null || one.call === call).toReversed(),
      async recordingFile(call, recording) {
        const found = rig.recordings.some((one) => one.call === call && one.id === recording);
        return found ? { body: Readable.from([Buffer.from('RIFF')]), bytes: 4 } : null;
      },
      async dropRecording(call, recording) {
        const at = rig.recordings.findIndex((one) => one.call === call && one.id === recording);
        if (at >= 0) rig.recordings.splice(at, 1);
        return at >= 0;
      },
      conferences: {
        create: () => unused(),
        get: async (id) => rig.conferences.find((one) => one.id === id) ?? null,
        named: () => unused(),
        list: async ({ name, offset, limit }) =>
          rig.conferences.filter((one) => name === undefined || one.name === name).slice(offset, offset + limit),
        async command(id, command) {
          failing(rig);
          rig.conferenceCommands.push([id, command]);
        },
      },
      notes: {
        get: async <Note>(kind: string, id: string) => (notes.get(kind)?.get(id) as Note | undefined) ?? null,
        async put(kind, id, note) {
          notes.set(kind, (notes.get(kind) ?? new Map()).set(id, JSON.parse(JSON.stringify(note))));
        },
        drop: async (kind, id) => notes.get(kind)?.delete(id) ?? false,
        list: async <Note>(kind: string) => [...(notes.get(kind) ?? [])] as [string, Note][],
      },
    },
  };
  return rig;
}

function failing(rig: Rig): void {
  const { fail } = rig;
  rig.fail = null;
  if (fail !== null) throw fail;
}

function unused(): never {
  throw new Error('the routes do not ask for this');
}

async function ask(
  { voice }: Rig,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { pathname, searchParams } = new URL(`${base}${path}`);
  for (const route of bandwidthRest.routes) {
    const params = route.method === method ? match(route.path, pathname) : null;
    if (params === null) continue;
    const isText = typeof body === 'string';
    const request: RestRequest = {
      method,
      path: pathname,
      params,
      query: searchParams,
      headers: { 'content-type': isText ? 'application/xml' : 'application/json', ...headers },
      body: Buffer.from(body === undefined ? '' : isText ? body : JSON.stringify(body)),
      remoteAddress: '127.0.0.1',
      here,
    };
    return read(await route.answer(request, voice));
  }
  throw new Error(`no route takes ${method} ${path}`);
}

function match(route: string, path: string): Record<string, string> | null {
  const [wanted, parts] = [route.split('/'), path.split('/')];
  if (wanted.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, name] of wanted.entries()) {
    const part = parts[index]!;
    if (name.startsWith(':')) params[name.slice(1)] = decodeURIComponent(part);
    else if (name !== part) return null;
  }
  return params;
}

async function read({ status, headers = {}, body }: RestReply): Promise<Answer> {
  if (body === undefined) return { status, headers, body: null };
  const text = body instanceof Readable ? Buffer.concat(await body.toArray()).toString() : body.toString();
  return { status, headers, body: headers['Content-Type']?.startsWith('application/json') ? JSON.parse(text) : text };
}

export const over = (): CodedError => new CodedError('call-over', 'The call is over.');
