// Owns: the call that a request names: what is known of it, where its events go, and how it is shown. A call that another
// one was transferred to is a leg of that one; it has an id of its own (../ids.ts).
import type { TapeLine } from '../../../call/event.ts';
import type { CallRecord, RestRequest, Voice } from '../../rest.ts';
import { type Address, type Callback, callbackOf } from '../callback.ts';
import { causeOfCall } from '../cause.ts';
import { callIdOf, namedCall, transferIdOf } from '../ids.ts';
import { callbackIn } from '../plan.ts';
import { RequestProblem } from './problem.ts';
import { userUrl } from './route.ts';
import { viewTransferred } from './transferred.ts';

/** What is remembered of a call, beside what the server itself knows. */
export interface CallNote {
  readonly callTimeout?: number;
  readonly callbackUrl?: string;
  readonly callbackHttpMethod?: 'GET' | 'POST';
  readonly callbackTimeout?: number;
  readonly fallbackUrl?: string;
  readonly bridgeId?: string;
  readonly conferenceId?: string;
  readonly recordingEnabled?: boolean;
  readonly recordingFileFormat?: 'wav' | 'mp3';
  readonly recordingMaxDuration?: number;
  readonly transcriptionEnabled?: boolean;
  readonly tag?: string;
  readonly sipHeaders?: Readonly<Record<string, string>>;
  /** Where its callback was moved to. */
  readonly movedTo?: Address;
}

export interface KnownCall {
  readonly record: CallRecord;
  /** From 1; 0 is the call itself. */
  readonly transfer: number;
  /** As clients name it. */
  readonly id: string;
}

const noCall = (id: string): RequestProblem =>
  new RequestProblem('call-not-found', `The call ${id} was not found`, { name: 'callId', value: id });

export async function needCall(
  { params }: RestRequest,
  voice: Voice,
  written = params['call'] ?? '',
): Promise<KnownCall> {
  const { call, transfer } = namedCall(written);
  const record = await voice.call(call);
  if (record === null) throw noCall(written);
  const id = transfer === 0 ? callIdOf(call) : transferIdOf(call, transfer);
  if (transfer > 0 && (await voice.notes.get('v1-transfer', id)) === null) throw noCall(written);
  return { record, transfer, id };
}

/** One that is up; what is done to it would be lost on another one. */
export async function needActiveCall(request: RestRequest, voice: Voice, written?: string): Promise<KnownCall> {
  const known = await needCall(request, voice, written);
  if (known.record.state !== 'live') throw wrongState(known);
  return known;
}

export const wrongState = ({ record, id }: KnownCall): RequestProblem =>
  new RequestProblem(
    'call-invalid-state',
    `Unable to update call \`${id}\`. Invalid call state \`${stateOf(record)}\``,
    {
      name: 'callId',
      value: id,
    },
  );

/** Commands are for calls, not for their legs. */
export function refuseTransferred({ transfer, id }: KnownCall): void {
  if (transfer === 0) return;
  throw new RequestProblem(
    'call-invalid-state',
    `The call \`${id}\` was transferred to: it can be read and completed, everything else is for the call that it belongs to`,
    { name: 'callId', value: id },
  );
}

export function stateOf({ state, direction, answeredAt, q850Cause }: CallRecord): string {
  if (state === 'live') return 'active';
  if (state !== 'ended') return 'started';
  return direction === 'inbound' && answeredAt === null && q850Cause !== 16 ? 'rejected' : 'completed';
}

const callbacks = new Map<string, Callback>();
const mostCallbacks = 10_000;

/** Where the events of a call go; nowhere for a call that says so, or of another dialect. */
export async function callbackFor(voice: Voice, { record }: KnownCall): Promise<Callback> {
  const known = callbacks.get(record.id);
  if (known !== undefined) return known;
  const [first] = await voice.tape(record.id);
  const callback = callbackIn(planOf(first)?.last) ?? callbackOf({ url: '' });
  // Its first line may be on its way to the store.
  if (first === undefined) return callback;
  callbacks.set(record.id, callback);
  if (callbacks.size > mostCallbacks) callbacks.delete(callbacks.keys().next().value!);
  return callback;
}

/** As it is now, for what is told by nobody's document: nothing fills in where it was moved to. */
export async function currentCallback(voice: Voice, known: KnownCall): Promise<Callback> {
  const callback = await callbackFor(voice, known);
  const { movedTo } = await noteOf(voice, known.record.id);
  const { now: _, nowCredentials: __, credentials: own = null, ...extra } = callback.extra;
  const { url, credentials } = movedTo ?? { url: callback.url, credentials: own };
  return { ...callback, url, extra: { ...extra, now: '', ...(credentials === null ? {} : { credentials }) } };
}

function planOf(line: TapeLine | undefined) {
  const event = line?.event;
  return event?.type === 'call.incoming' || event?.type === 'call.placed' ? event.plan : undefined;
}

export const noteOf = async (voice: Voice, id: string): Promise<CallNote> =>
  (await voice.notes.get<CallNote>('call', id)) ?? {};

/** In a list no tape is read: where the events of calls that came in go is left out there. */
export async function viewCall(
  known: KnownCall,
  request: RestRequest,
  voice: Voice,
  isListed = false,
): Promise<object> {
  if (known.transfer > 0) return viewTransferred(known, request, voice);
  const { record, id } = known;
  const note = await noteOf(voice, record.id);
  const callback = isListed ? null : await callbackFor(voice, known);
  const at = `${userUrl(request, voice)}/calls/${id}`;
  const bridgeId =
    (await voice.notes.get<{ readonly bridge: string }>('v1-bridged', record.id))?.bridge ?? note.bridgeId;
  return {
    id,
    direction: record.direction === 'inbound' ? 'in' : 'out',
    from: record.from,
    to: record.to,
    state: stateOf(record),
    ...timesOf(record),
    ...(record.direction === 'outbound' && { callTimeout: note.callTimeout ?? 60 }),
    ...callbackView(note, callback),
    bridgeId,
    ...(bridgeId !== undefined && { bridge: `${userUrl(request, voice)}/bridges/${bridgeId}` }),
    conferenceId: note.conferenceId,
    ...(note.conferenceId !== undefined && {
      conference: `${userUrl(request, voice)}/conferences/${note.conferenceId}`,
    }),
    events: `${at}/events`,
    recordings: `${at}/recordings`,
    transcriptions: `${at}/transcriptions`,
    recordingEnabled: note.recordingEnabled ?? false,
    recordingFileFormat: 'wav',
    recordingMaxDuration: note.recordingMaxDuration ?? 3600,
    transcriptionEnabled: note.transcriptionEnabled ?? false,
    sipHeaders: note.sipHeaders,
    tag: note.tag,
  };
}

function callbackView(note: CallNote, callback: Callback | null): object {
  const url = note.callbackUrl ?? callback?.url ?? '';
  if (url === '') return {};
  return {
    callbackUrl: url,
    callbackHttpMethod: note.callbackHttpMethod ?? callback?.method,
    callbackTimeout: note.callbackTimeout ?? callback?.timeoutMs ?? undefined,
    fallbackUrl: note.fallbackUrl ?? callback?.fallbackUrl ?? undefined,
  };
}

function timesOf({ startedAt, answeredAt, endedAt }: CallRecord): object {
  return {
    startTime: startedAt,
    activeTime: answeredAt ?? undefined,
    endTime: endedAt ?? undefined,
    ...(endedAt !== null && {
      chargeableDuration: answeredAt === null ? 0 : Math.ceil((Date.parse(endedAt) - Date.parse(answeredAt)) / 1000),
    }),
  };
}

/** The cause of a call's end, in the vendor's words. */
export function causeOf(record: CallRecord, tape: readonly TapeLine[]): string {
  const end = tape.find(({ event }) => event.type === 'leg.ended' && event.leg === 'caller')?.event;
  const by = end?.type === 'leg.ended' ? end.by : 'peer';
  return causeOfCall({ by, q850Cause: record.q850Cause ?? 16 }, record);
}
