// Owns: how each dialect's requests are read in words of no vendor, and what of those words its requests never say. The page
// docs/dialects/compared.md shows the gaps.
import type { BuiltDialect } from '../../../src/dialects/index.ts';
import type { Observation } from '../../../src/testkit/index.ts';
import type { Told } from './story.ts';

type Request = Observation['requests'][number];
type What = Told['what'];
type FieldOf<W extends What> = Exclude<keyof Extract<Told, { what: W }>, 'what'>;

export interface Vendor {
  readonly title: string;
  /** How the first document is asked for. */
  readonly method: 'GET' | 'POST';
  /** Where the end of a call is told; null: where its other events go. */
  readonly statusPath: string | null;
  /** The fields that are told of each; a reason where it is not told at all. */
  readonly tells: { readonly [W in What]: readonly FieldOf<W>[] | string };
  /** null: it asks for the first document, or is none of these things. Throws when it says what nobody expects. */
  readonly read: (request: Request) => ({ readonly what: What } & Readonly<Record<string, unknown>>) | null;
}

const caller = '15551230001';
const called = '15551239999';

export const vendors: Readonly<Record<BuiltDialect, Vendor>> = {
  opentact: {
    title: 'Opentact',
    method: 'POST',
    statusPath: '/over',
    tells: {
      entry: ['digits', 'success'],
      key: 'Keys are told by Gather only.',
      recording: 'No verb tells of a recording.',
      transfer: 'Dial tells nobody how it went.',
      'callee-answered': 'Who is dialled is joined at once.',
      sound: 'There is no REST interface.',
      asked: ['path'],
      over: [],
    },
    read({ method, url }) {
      const { pathname: path, searchParams: query } = new URL(url);
      const code = query.get('code');
      if (code !== null) return { what: 'entry', digits: code, success: query.get('success') === 'true' };
      need({ from: query.get('from'), to: query.get('to') }, { from: caller, to: called });
      if (path === '/over') return { what: 'over' };
      return method === 'POST' && path === '/start' ? null : { what: 'asked', path };
    },
  },
  bandwidth: {
    title: 'Bandwidth',
    method: 'POST',
    statusPath: '/over',
    tells: {
      entry: ['digits', 'finishedBy'],
      key: ['digit'],
      recording: [],
      transfer: ['outcome'],
      'callee-answered': [],
      sound: 'Nothing is played over REST.',
      asked: ['path'],
      over: ['why'],
    },
    read({ url, body }) {
      const told = JSON.parse(body ?? '{}') as Readonly<Record<string, string>>;
      const { eventType, digits, terminatingDigit: finishedBy, cause = '' } = told;
      if (told['parentCallId'] === undefined) need(told, { from: caller, to: called });
      switch (eventType) {
        case 'initiate':
          need(told, { direction: 'inbound' });
          return null;
        case 'answer':
          need(told, { direction: 'outbound' });
          return null;
        case 'gather':
          return { what: 'entry', digits, finishedBy };
        case 'dtmf':
          return { what: 'key', digit: told['digit'] };
        case 'recordComplete':
        case 'recordingAvailable':
          return { what: 'recording' };
        case 'transferComplete':
          return { what: 'transfer', outcome: oneOf({ hangup: 'talked', busy: 'busy', timeout: 'nobody' }, cause) };
        case 'transferAnswer':
          return { what: 'callee-answered' };
        case 'redirect':
          return { what: 'asked', path: new URL(url).pathname };
        case 'disconnect': {
          const refusals = { rejected: 'refused', busy: 'busy', timeout: 'nobody' };
          const ends = { hangup: 'hung-up', cancel: 'given-up', ...refusals };
          return { what: 'over', why: oneOf({ ...ends, 'callback-error': 'fault', 'invalid-bxml': 'fault' }, cause) };
        }
        default:
          throw new Error(`nobody expects the event ${eventType}`);
      }
    },
  },
  'bandwidth-v1': {
    title: 'Bandwidth v1',
    method: 'GET',
    statusPath: null,
    tells: {
      entry: ['digits', 'finishedBy', 'ended'],
      key: 'BXML has no word for it; calls that commands drive are told of every key.',
      recording: [],
      transfer: [],
      'callee-answered': 'Who is dialled is joined at once.',
      sound: ['edge'],
      asked: ['path'],
      over: ['why'],
    },
    read({ method, url }) {
      const { pathname: path, searchParams } = new URL(url);
      const told = Object.fromEntries(searchParams);
      const eventType = told['eventType'];
      if (!['gather', 'recording', 'speak'].includes(eventType ?? '')) need(told, { from: caller, to: called });
      need({ method }, { method: 'GET' });
      switch (eventType) {
        case 'incomingcall':
        case 'answer':
          return null;
        case 'gather': {
          const { digits, terminatingDigit: finishedBy, reason = '' } = told;
          const ends = { 'max-digits': 'full', 'terminating-digit': 'terminator', 'inter-digit-timeout': 'time-over' };
          return { what: 'entry', digits, finishedBy, ended: oneOf(ends, reason) };
        }
        case 'recording':
          return { what: 'recording' };
        case 'transferComplete':
          return { what: 'transfer' };
        case 'speak':
          return { what: 'sound', edge: told['status'] };
        case 'redirect':
          return { what: 'asked', path };
        case 'timeout':
          return { what: 'over', why: 'nobody' };
        case 'hangup': {
          const refusals = { CALL_REJECTED: 'refused', USER_BUSY: 'busy' };
          const ends = { NORMAL_CLEARING: 'hung-up', ORIGINATOR_CANCEL: 'given-up', ...refusals };
          return { what: 'over', why: oneOf({ ...ends, NORMAL_TEMPORARY_FAILURE: 'fault' }, told['cause'] ?? '') };
        }
        default:
          throw new Error(`nobody expects the event ${eventType}`);
      }
    },
  },
  ozml: {
    title: 'Ozeki',
    method: 'POST',
    statusPath: '/over',
    tells: {
      entry: ['digits'],
      key: 'A key is told by UserInput only.',
      recording: [],
      transfer: ['outcome'],
      'callee-answered': 'Who is dialled is joined at once.',
      sound: 'Speak and Play tell nobody.',
      asked: ['path'],
      over: [],
    },
    read({ url, body }) {
      const told = Object.fromEntries(new URLSearchParams(body ?? ''));
      need(told, { CallerId: caller, Dialed: called });
      switch (told['NotificationName']) {
        case 'IncomingCall':
        case 'CallConnected':
          return null;
        case 'Error':
          return { what: 'over' };
        case 'DtmfEntered':
          return { what: 'entry', digits: told['DtmfDigits'] };
        case 'RecordCompleted':
          return { what: 'recording' };
        case 'CallFinished': {
          if (told['CallState'] === 'Finished') return { what: 'over' };
          const ends = { completed: 'talked', 'hung up': 'talked', busy: 'busy', 'no answer': 'nobody' };
          return { what: 'transfer', outcome: oneOf(ends, told['Reason'] ?? '') };
        }
        case 'GoTo':
        case 'RoutingInterception':
          return { what: 'asked', path: new URL(url).pathname };
        case 'CallChanged':
          // That two parties are connected is told by the server itself, which a simulation has not.
          if (told['CallState'] === 'InCall') return null;
          need(told, { CallState: 'Finished' });
          return { what: 'over' };
        default:
          throw new Error(`nobody expects the notification ${told['NotificationName']}`);
      }
    },
  },
};

function need(told: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(wanted))
    if (told[name] !== value) throw new Error(`${name} is to be ${value}, it is ${String(told[name])}`);
}

function oneOf(meanings: Readonly<Record<string, string>>, word: string): string {
  const meaning = Object.hasOwn(meanings, word) ? meanings[word] : undefined;
  if (meaning === undefined) throw new Error(`nobody knows what "${word}" means`);
  return meaning;
}
