// Owns: POST /calls, GET /calls and GET /calls/{id}.
import * as build from '../../../flow/build.ts';
import type { Block, DialTarget } from '../../../flow/node.ts';
import { readTarget } from '../../bandwidth/verbs/address.ts';
import type { CallFilter, RestReply, RestRequest, Voice } from '../../rest.ts';
import { type Callback, callbackOf, splitAddress, tell } from '../callback.ts';
import { byDefault } from '../decisions.ts';
import { callIdOf, namedCall } from '../ids.ts';
import { placedPlan } from '../plan.ts';
import { bridgeAtAnswer, callsOfBridge, joinBridge } from './bridges.ts';
import { callsOfConference } from './conferences.ts';
import { type Input, readInput } from './input.ts';
import { type CallNote, needCall, viewCall } from './known-call.ts';
import { RequestProblem } from './problem.ts';
import { created, listed, pageOf, route, shown } from './route.ts';

export const callRoutes = [
  route('GET', '/v1/users/:account/calls', listCalls),
  route('POST', '/v1/users/:account/calls', createCall),
  route('GET', '/v1/users/:account/calls/:call', async (request, voice) =>
    shown(await viewCall(await needCall(request, voice), request, voice)),
  ),
];

async function listCalls(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { query } = request;
  const bridge = query.get('bridgeId');
  const conference = query.get('conferenceId');
  const view = (ids: readonly string[]): Promise<readonly object[]> =>
    Promise.all(ids.map(async (id) => viewCall(await needCall(request, voice, callIdOf(id)), request, voice, true)));
  if (bridge !== null) return shown(await view(await callsOfBridge(voice, bridge)));
  if (conference !== null) return shown(await view(await callsOfConference(voice, conference)));
  const page = pageOf(request);
  const [from, to] = [query.get('from'), query.get('to')];
  const [startedFrom, startedTo] = [query.get('fromDateTime'), query.get('toDateTime')];
  const filter: CallFilter = {
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(startedFrom === null ? {} : { startedFrom: timeOf(startedFrom, 'fromDateTime') }),
    ...(startedTo === null ? {} : { startedTo: timeOf(startedTo, 'toDateTime') }),
    oldestFirst: query.get('sortOrder') === 'asc',
    offset: page.offset,
    limit: page.limit + 1,
  };
  const found = await voice.calls(filter);
  return listed(request, voice, page, await view(found.map(({ id }) => id)));
}

function timeOf(text: string, name: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new RequestProblem('validation-error', `The parameter '${name}' is not a time`);
  return new Date(time).toISOString();
}

async function createCall(request: RestRequest, voice: Voice): Promise<RestReply> {
  const input = readInput('call', request);
  const from = callerIdIn(input, 'from') ?? input.needed('from');
  const to = targetOf(input.needed('to', 256));
  const ringMs = input.number('callTimeout', byDefault.ringMs / 1000, { min: 1, max: 300 }) * 1000;
  const url = input.url('callbackUrl') ?? '';
  const fallbackUrl = input.url('fallbackUrl') || null;
  const method = input.choice('callbackHttpMethod', ['GET', 'POST'], 'POST');
  const timeoutMs = input.number('callbackTimeout', byDefault.callbackMs, { min: 1, max: byDefault.callbackMs });
  const tag = input.text('tag', 4096) ?? '';
  const bridgeId = input.text('bridgeId');
  const conferenceId = input.text('conferenceId');
  const headers = sipHeadersOf(input);
  const recording = recordingOf(input);
  const callback = callbackOf({ url, fallbackUrl, method, timeoutMs, tag });
  const before: Block = [
    ...(recording.recordingEnabled ? [recordNode(callback, recording, voice)] : []),
    ...(bridgeId === null ? [] : await bridgeAtAnswer(voice, bridgeId)),
  ];
  const note: CallNote = {
    callTimeout: ringMs / 1000,
    ...(url === ''
      ? {}
      : { callbackUrl: splitAddress(url).url, callbackHttpMethod: method, callbackTimeout: timeoutMs }),
    ...(fallbackUrl === null ? {} : { fallbackUrl: splitAddress(fallbackUrl).url }),
    ...(bridgeId === null ? {} : { bridgeId }),
    ...(conferenceId === null ? {} : { conferenceId }),
    ...recording,
    ...(tag === '' ? {} : { tag }),
    ...(headers.length === 0
      ? {}
      : { sipHeaders: Object.fromEntries(headers.map(({ name, value }) => [name, value])) }),
  };
  const { id } = await voice.place({
    app: voice.appFor('bandwidth-v1').name,
    from,
    to,
    plan: placedPlan({ callback, ringMs, before }),
    ...(headers.length === 0 ? {} : { headers }),
    notes: note,
  });
  if (bridgeId !== null) await joinBridge(voice, bridgeId, id);
  return created(voice, `calls/${callIdOf(id)}`);
}

/** A number, or what stands before the @ of a SIP address; null when it is not said. */
export function callerIdIn(input: Input, name: string): string | null {
  const written = input.text(name, 256)?.trim() ?? '';
  if (written === '') return null;
  const digits = written.replaceAll(/[\s().-]/g, '');
  if (/^\+?[0-9*#]{1,32}$/.test(digits)) return digits;
  const user = /^(?:sips?:)?([A-Za-z0-9_.+-]{1,64})(?:@[A-Za-z0-9_.:-]{1,255})?$/.exec(written)?.[1];
  if (user !== undefined) return user;
  throw new RequestProblem(
    'validation-error',
    `The callerId \`${written}\` is not allowed. It must be \`private\` or a phone number owned by user`,
  );
}

export function targetOf(written: string): DialTarget {
  if (/^sips:/i.test(written)) throw new RequestProblem('validation-error', 'sips addresses are not supported');
  const target = readTarget(written.trim(), 'any');
  if (target !== null) return target;
  throw new RequestProblem('validation-error', 'Invalid phone number', { name: 'number', value: written });
}

/** What is said in it is written down, too, where that can be done. */
export function recordNode(callback: Callback, settings: RecordingSettings, { transcriptions }: Voice) {
  const { recordingMaxDuration, transcriptionEnabled } = settings;
  const node = build.record('start', { maxMs: recordingMaxDuration * 1000, notify: tell(callback, 'recording') });
  if (!transcriptionEnabled || transcriptions?.enabled !== true) return node;
  return { ...node, transcribe: { detectLanguage: false, notify: tell(callback, 'transcription') } };
}

export interface RecordingSettings {
  readonly recordingEnabled: boolean;
  readonly recordingMaxDuration: number;
  readonly transcriptionEnabled: boolean;
}

export function recordingOf(input: Input, now: Partial<RecordingSettings> = {}): RecordingSettings {
  input.choice('recordingFileFormat', ['wav', 'mp3'], 'wav');
  return {
    recordingEnabled: input.boolean('recordingEnabled', now.recordingEnabled ?? false),
    recordingMaxDuration: input.number('recordingMaxDuration', now.recordingMaxDuration ?? 3600, {
      min: 1,
      max: 86_400,
    }),
    transcriptionEnabled: input.boolean('transcriptionEnabled', now.transcriptionEnabled ?? false),
  };
}

const mostHeaders = 5;
const longestHeader = 256;

function sipHeadersOf(input: Input): readonly { readonly name: string; readonly value: string }[] {
  const headers = (input.inside('sipHeaders')?.entries() ?? []).map(([name, value]) => ({
    name,
    value: String(value),
  }));
  if (headers.length > mostHeaders) throw input.invalid('sipHeaders', `exceeds the limit of ${mostHeaders}`);
  for (const { name, value } of headers)
    if (
      !/^X-[A-Za-z0-9.!%*_+`'~-]+$/i.test(name) ||
      name.length > longestHeader ||
      value.length > longestHeader ||
      /[\r\n\0]/.test(value)
    )
      throw input.invalid(
        'sipHeaders',
        `must hold names that begin with X- and values of at most ${longestHeader} characters`,
      );
  return headers;
}

/** Our own ids of calls that a request names. */
export const ownIdOf = (written: string): string => namedCall(written).call;
