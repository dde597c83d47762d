// Owns: bridges: two calls that hear each other. What the vendor keeps of one is a note; the joining is the document of the
// first of its calls, which waits as before once it is over.
import * as build from '../../../flow/build.ts';
import type { Block, FlowNode } from '../../../flow/node.ts';
import type { RestReply, RestRequest, Voice } from '../../rest.ts';
import { callIdOf, freshId, namedCall } from '../ids.ts';
import { commandFlow } from '../plan.ts';
import { audioName, soundOf } from './audio.ts';
import { type Input, readInput } from './input.ts';
import { needCall, viewCall } from './known-call.ts';
import { RequestProblem } from './problem.ts';
import { created, done, inTurn, listed, pageOf, route, shown, userUrl } from './route.ts';

interface BridgeNote {
  /** Our own ids. */
  readonly calls: readonly string[];
  readonly bridgeAudio: boolean;
  readonly createdTime: string;
  readonly activatedTime?: string;
  readonly completedTime?: string;
}

const kind = 'v1-bridge';
/** Of a call: the bridge that it is in. */
const member = 'v1-bridged';
const mostCalls = 2;

export const bridgeRoutes = [
  route('GET', '/v1/users/:account/bridges', async (request, voice) => {
    const page = pageOf(request);
    const found = await voice.notes.list<BridgeNote>(kind, { offset: page.offset, limit: page.limit + 1 });
    return listed(request, voice, page, await Promise.all(found.map(([id, note]) => view(id, note, request, voice))));
  }),
  route('POST', '/v1/users/:account/bridges', async (request, voice) => {
    const input = readInput('bridge', request);
    const bridgeAudio = input.boolean('bridgeAudio', true);
    const calls = await callsIn(input, request, voice);
    const id = freshId('brg');
    await inTurn(`bridge ${id}`, () =>
      keep(voice, id, { calls, bridgeAudio, createdTime: new Date().toISOString() }, null),
    );
    return created(voice, `bridges/${id}`);
  }),
  route('GET', '/v1/users/:account/bridges/:bridge', async (request, voice) => {
    const { id, note } = await needBridge(request, voice);
    return shown(await view(id, note, request, voice));
  }),
  route('POST', '/v1/users/:account/bridges/:bridge', async (request, voice) => {
    const { id } = await needBridge(request, voice);
    return inTurn(`bridge ${id}`, () => update(request, voice));
  }),
  route('POST', '/v1/users/:account/bridges/:bridge/audio', async (request, voice) => {
    const { note } = await needBridge(request, voice);
    const prompt = soundOf(readInput('audio', request));
    for (const call of await live(voice, note.calls)) {
      await voice.command(call, { kind: 'end-beside', name: audioName });
      const at = { ...build.nowhere, path: audioName };
      if (prompt !== null)
        await voice.command(call, { kind: 'beside', name: audioName, body: [build.play(prompt, { at })] });
    }
    return done;
  }),
  route('GET', '/v1/users/:account/bridges/:bridge/calls', async (request, voice) => {
    const { note } = await needBridge(request, voice);
    const calls = note.calls.map(async (id) =>
      viewCall(await needCall(request, voice, callIdOf(id)), request, voice, true),
    );
    return shown(await Promise.all(calls));
  }),
];

async function update(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { id, note } = await needBridge(request, voice);
  const input = readInput('bridge', request);
  const calls = input.has('callIds') ? await callsIn(input, request, voice, id) : note.calls;
  const bridgeAudio = input.boolean('bridgeAudio', note.bridgeAudio);
  await keep(voice, id, { ...note, calls, bridgeAudio }, note);
  return done;
}

async function callsIn(
  input: Input,
  request: RestRequest,
  voice: Voice,
  own: string | null = null,
): Promise<readonly string[]> {
  const named = input.texts('callIds') ?? [];
  if (named.length > mostCalls)
    throw new RequestProblem('bridge-callIds-overflow', `A bridge holds at most ${mostCalls} calls`);
  if (new Set(named).size < named.length)
    throw new RequestProblem('bridge-invalid-operation', 'A call cannot be bridged with itself');
  for (const written of named) {
    const { record, transfer } = await needCall(request, voice, written);
    if (record.state === 'ended' || transfer > 0)
      throw new RequestProblem('bridge-invalid-operation', `The call ${written} cannot be bridged`, {
        name: 'callId',
        value: written,
      });
    const other = await voice.notes.get<{ readonly bridge: string }>(member, record.id);
    if (other !== null && other.bridge !== own)
      throw new RequestProblem('bridge-invalid-operation', `The call ${written} is in another bridge`, {
        name: 'callId',
        value: written,
      });
  }
  return named.map((written) => namedCall(written).call);
}

/** Writes down what the bridge is now and makes the calls follow. */
async function keep(voice: Voice, id: string, next: BridgeNote, before: BridgeNote | null): Promise<void> {
  const were = before?.calls ?? [];
  const wasJoined = before?.bridgeAudio === true && were.length === mostCalls;
  const isJoined = next.bridgeAudio && next.calls.length === mostCalls;
  const same = wasJoined && isJoined && were.every((call) => next.calls.includes(call));
  const activatedTime = next.activatedTime ?? (isJoined ? new Date().toISOString() : undefined);
  const empty = next.calls.length === 0 && were.length > 0;
  const completedTime = empty ? new Date().toISOString() : next.completedTime;
  await voice.notes.put(kind, id, {
    ...next,
    ...(activatedTime !== undefined && { activatedTime }),
    ...(completedTime !== undefined && { completedTime }),
  });
  for (const call of were) if (!next.calls.includes(call)) await voice.notes.drop(member, call);
  for (const call of next.calls) await voice.notes.put(member, call, { bridge: id });
  if (same) return;
  if (wasJoined)
    for (const call of await live(voice, were))
      await voice.command(call, { kind: 'run', flow: commandFlow([build.park()]) });
  const [first, second] = next.calls;
  if (isJoined && first !== undefined && second !== undefined && (await live(voice, [first])).length === 1)
    await voice.command(first, { kind: 'run', flow: commandFlow([...bridgeWith(second), build.park()]) });
}

/** For as long as a call may ring. */
const rounds = 1200;
const betweenMs = 250;

/** Joins the other call as soon as that is answered. */
function bridgeWith(call: string): readonly FlowNode[] {
  const joined = 'bridged';
  const once = [
    build.set(joined, 'yes'),
    build.bridge(call, { onFailed: [build.set(joined, ''), build.pause(betweenMs)] }),
  ];
  return [
    build.set(joined, ''),
    build.loop(rounds, [build.choose([{ when: { subject: joined, equals: ['yes'] }, body: [] }], once)]),
  ];
}

async function live(voice: Voice, calls: readonly string[]): Promise<readonly string[]> {
  const records = await Promise.all(calls.map((id) => voice.call(id)));
  return records.flatMap((record) => (record !== null && record.state !== 'ended' ? [record.id] : []));
}

/** What a call does once it is answered that is placed into a bridge. */
export async function bridgeAtAnswer(voice: Voice, id: string): Promise<Block> {
  const note = await voice.notes.get<BridgeNote>(kind, id);
  if (note === null) throw noBridge(id);
  if (note.calls.length >= mostCalls)
    throw new RequestProblem('bridge-callIds-overflow', `A bridge holds at most ${mostCalls} calls`);
  return [];
}

export const joinBridge = (voice: Voice, id: string, call: string): Promise<void> =>
  inTurn(`bridge ${id}`, async () => {
    const note = await voice.notes.get<BridgeNote>(kind, id);
    if (note !== null) await keep(voice, id, { ...note, calls: [...note.calls, call] }, note);
  });

export async function callsOfBridge(voice: Voice, id: string): Promise<readonly string[]> {
  const note = await voice.notes.get<BridgeNote>(kind, id);
  if (note === null) throw noBridge(id);
  return note.calls;
}

async function needBridge({ params }: RestRequest, voice: Voice): Promise<{ id: string; note: BridgeNote }> {
  const id = params['bridge'] ?? '';
  const note = await voice.notes.get<BridgeNote>(kind, id);
  if (note === null) throw noBridge(id);
  return { id, note };
}

const noBridge = (id: string): RequestProblem =>
  new RequestProblem('bridge-not-found', `The bridge ${id} was not found`);

async function view(id: string, note: BridgeNote, request: RestRequest, voice: Voice): Promise<object> {
  const { calls, bridgeAudio, createdTime, activatedTime, completedTime } = note;
  const up = await live(voice, calls);
  const wasUsed = calls.length > 0 || completedTime !== undefined;
  const state =
    !wasUsed || (up.length === 1 && calls.length === 1)
      ? 'created'
      : up.length === 0
        ? 'completed'
        : bridgeAudio
          ? 'active'
          : 'hold';
  return {
    id,
    state,
    bridgeAudio,
    callIds: calls.map(callIdOf),
    calls: `${userUrl(request, voice)}/bridges/${id}/calls`,
    createdTime,
    activatedTime,
    completedTime,
  };
}
