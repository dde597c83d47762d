// Owns: conferences: beginning, reading, changing and ending one, and playing in it. Its members stand in members.ts.
import * as build from '../../../flow/build.ts';
import type { ConferenceEvents, ConferenceEventType } from '../../../flow/node.ts';
import type { ConferenceRecord, RestReply, RestRequest, Voice } from '../../rest.ts';
import { type Callback, callbackOf, splitAddress, tell } from '../callback.ts';
import { byDefault } from '../decisions.ts';
import { conferenceIdOf, freshId, namedConference } from '../ids.ts';
import { callbackIn, commandFlow } from '../plan.ts';
import { soundOf, tagOf } from './audio.ts';
import { type Input, readInput } from './input.ts';
import { RequestProblem } from './problem.ts';
import { created, done, inTurn, route, shown } from './route.ts';

export interface ConferenceNote {
  readonly from: string;
  readonly hold: boolean;
  readonly mute: boolean;
  readonly profile: string;
  readonly callbackUrl?: string;
  readonly callbackHttpMethod: 'GET' | 'POST';
  readonly callbackTimeout: number;
  readonly fallbackUrl?: string;
  readonly tag?: string;
  /** Every one that there was. */
  readonly members: readonly MemberNote[];
}

export interface MemberNote {
  readonly id: string;
  /** Our own id. */
  readonly call: string;
  readonly mute: boolean;
  readonly hold: boolean;
  readonly joinTone: boolean;
  readonly leavingTone: boolean;
  readonly addedTime: string;
  readonly removedTime?: string;
}

export const conferenceKind = 'v1-conference';
const told: readonly ConferenceEventType[] = ['created', 'joined', 'changed', 'left', 'completed'];

export const conferenceRoutes = [
  route('POST', '/v1/users/:account/conferences', create),
  route('GET', '/v1/users/:account/conferences/:conference', async (request, voice) => {
    const known = await needConference(request, voice);
    return shown(view(known));
  }),
  route('POST', '/v1/users/:account/conferences/:conference', async (request, voice) => {
    const { record } = await needConference(request, voice);
    return inTurn(`conference ${record.id}`, () => update(request, voice));
  }),
  route('POST', '/v1/users/:account/conferences/:conference/audio', async (request, voice) => {
    const { record } = await needLiveConference(request, voice);
    const input = readInput('audio', request);
    const prompt = soundOf(input);
    const notify = tell(callbackOfConference(record), 'sound', tagOf(input));
    const body = prompt === null ? [] : [build.play(prompt, { notify })];
    await voice.conferences.command(record.id, { kind: 'run', flow: commandFlow(body) });
    return done;
  }),
];

async function create(request: RestRequest, voice: Voice): Promise<RestReply> {
  const input = readInput('conference', request);
  const note: ConferenceNote = {
    from: input.needed('from', 256),
    hold: input.boolean('hold', false),
    mute: input.boolean('mute', false),
    profile: input.choice('profile', ['interpret_digits', 'passthru_digits'], 'interpret_digits'),
    ...callbackSaid(input, {}),
    members: [],
  };
  const url = input.url('callbackUrl') ?? '';
  const callback = callbackOf({
    url,
    fallbackUrl: input.url('fallbackUrl') || null,
    method: note.callbackHttpMethod,
    timeoutMs: note.callbackTimeout,
    tag: note.tag ?? '',
  });
  const events: ConferenceEvents = { destination: tell(callback, 'conference'), types: told, answers: 'ignored' };
  const { id } = await voice.conferences.create({
    app: voice.appFor('bandwidth-v1').name,
    name: freshId('v1'),
    events,
  });
  await voice.notes.put(conferenceKind, id, note);
  return created(voice, `conferences/${conferenceIdOf(id)}`);
}

type Callbacks = Pick<ConferenceNote, 'callbackHttpMethod' | 'callbackTimeout'> &
  Partial<Pick<ConferenceNote, 'callbackUrl' | 'fallbackUrl' | 'tag'>>;

function callbackSaid(input: Input, was: Partial<Callbacks>): Callbacks {
  const url = input.url('callbackUrl');
  const fallback = input.url('fallbackUrl');
  const tag = input.text('tag', 4096);
  return {
    ...was,
    callbackHttpMethod: input.choice('callbackHttpMethod', ['GET', 'POST'], was.callbackHttpMethod ?? 'POST'),
    callbackTimeout: input.number('callbackTimeout', was.callbackTimeout ?? byDefault.callbackMs, {
      min: 1,
      max: byDefault.callbackMs,
    }),
    ...(url !== null && { callbackUrl: splitAddress(url).url }),
    ...(fallback !== null && { fallbackUrl: splitAddress(fallback).url }),
    ...(tag !== null && { tag }),
  };
}

async function update(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { record, note } = await needLiveConference(request, voice);
  const input = readInput('conference', request);
  const state = input.choice('state', ['completed'], null);
  const next: ConferenceNote = {
    ...note,
    ...callbackSaid(input, note),
    hold: input.boolean('hold', note.hold),
    mute: input.boolean('mute', note.mute),
  };
  await voice.notes.put(conferenceKind, record.id, next);
  if (state === 'completed') {
    await voice.conferences.command(record.id, { kind: 'end', reason: 'ended over REST' });
    return done;
  }
  if (next.hold !== note.hold || next.mute !== note.mute)
    for (const { call } of record.members) {
      const own = note.members.findLast((one) => one.call === call);
      const mute = next.mute || (own?.mute ?? false);
      const hold = next.hold || (own?.hold ?? false);
      await voice.conferences.command(record.id, { kind: 'member', call, mute, hold });
    }
  return done;
}

export interface KnownConference {
  readonly record: ConferenceRecord;
  readonly note: ConferenceNote;
  /** As clients name it. */
  readonly id: string;
}

export async function needConference({ params }: RestRequest, voice: Voice): Promise<KnownConference> {
  const written = params['conference'] ?? '';
  const own = namedConference(written);
  const [record, note] = await Promise.all([
    voice.conferences.get(own),
    voice.notes.get<ConferenceNote>(conferenceKind, own),
  ]);
  if (record === null || note === null)
    throw new RequestProblem('conference-not-found', `The conference ${written} was not found`);
  return { record, note, id: conferenceIdOf(own) };
}

export async function needLiveConference(request: RestRequest, voice: Voice): Promise<KnownConference> {
  const known = await needConference(request, voice);
  if (known.record.state === 'live') return known;
  throw new RequestProblem('conference-error', `The conference ${known.id} is completed`);
}

export const callbackOfConference = ({ events }: ConferenceRecord): Callback =>
  callbackIn(events?.destination) ?? callbackOf({ url: '' });

export async function callsOfConference(voice: Voice, written: string): Promise<readonly string[]> {
  const note = await voice.notes.get<ConferenceNote>(conferenceKind, namedConference(written));
  if (note === null) throw new RequestProblem('conference-not-found', `The conference ${written} was not found`);
  return [...new Set(note.members.map(({ call }) => call))];
}

function view({ record, note, id }: KnownConference): object {
  const { members, ...known } = note;
  const wasUsed = members.length > 0;
  return {
    id,
    state: record.state === 'ended' ? 'completed' : wasUsed ? 'active' : 'created',
    createdTime: record.createdAt,
    completedTime: record.endedAt ?? undefined,
    activeMembers: record.members.length,
    ...known,
  };
}
