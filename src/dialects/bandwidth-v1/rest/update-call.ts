// Owns: POST /calls/{id}: answering, rejecting, hanging up, transferring, recording, and moving the callback.
import type { TapeLine } from '../../../call/event.ts';
import * as build from '../../../flow/build.ts';
import type { FlowNode } from '../../../flow/node.ts';
import { encodeTag } from '../../bandwidth/destination.ts';
import { diversionOf, diversionReasons, diversionTreatments, withShown } from '../../bandwidth/verbs/shown.ts';
import type { RestReply, RestRequest, Voice } from '../../rest.ts';
import { anonymous } from '../anonymous.ts';
import { callbackOf, redirectCallback, splitAddress, tell } from '../callback.ts';
import { byDefault } from '../decisions.ts';
import { freshId, transferIdOf } from '../ids.ts';
import { afterAnswer, cameIn, commandFlow } from '../plan.ts';
import { soundOf } from './audio.ts';
import { callerIdIn, recordingOf, recordNode, targetOf } from './calls.ts';
import { type Input, readInput } from './input.ts';
import { callbackFor, type KnownCall, needCall, noteOf, refuseTransferred, wrongState } from './known-call.ts';
import { RequestProblem } from './problem.ts';
import { created, done, inTurn, route } from './route.ts';
import { isTransferring, type TransferNote, transferName } from './transferred.ts';

const states = ['active', 'rejected', 'completed', 'transferring'] as const;

export const updateCallRoutes = [
  route('POST', '/v1/users/:account/calls/:call', async (request, voice) => {
    const known = await needCall(request, voice);
    return inTurn(`call ${known.record.id}`, () => update(known, request, voice));
  }),
];

async function update(known: KnownCall, request: RestRequest, voice: Voice): Promise<RestReply> {
  const input = readInput('call', request);
  const state = input.choice('state', states, null);
  if (state === 'completed') return complete(known, voice);
  refuseTransferred(known);
  if (known.record.state === 'ended') throw wrongState(known);
  if (state === 'transferring') return transfer(known, input, voice);
  await change(known, input, voice);
  if (state === 'active') await answer(known, voice);
  if (state === 'rejected') await reject(known, voice);
  return done;
}

async function complete(known: KnownCall, voice: Voice): Promise<RestReply> {
  const { record, transfer: count } = known;
  if (record.state === 'ended') throw wrongState(known);
  if (count > 0) await voice.command(record.id, { kind: 'end-beside', name: transferName(count) });
  else await voice.command(record.id, { kind: 'hangup', reason: 'hung up over REST' });
  return done;
}

async function answer(known: KnownCall, voice: Voice): Promise<void> {
  const { record } = known;
  if (record.state === 'live') return;
  if (record.direction === 'outbound') throw wrongState(known);
  const callback = await callbackFor(voice, known);
  await voice.command(record.id, {
    kind: 'run',
    flow: commandFlow([build.answer(), ...afterAnswer(callback, [], cameIn)]),
  });
}

async function reject(known: KnownCall, voice: Voice): Promise<void> {
  const { record } = known;
  if (record.state === 'live' || record.direction === 'outbound') throw wrongState(known);
  await voice.command(record.id, { kind: 'run', flow: commandFlow([build.reject({ sipStatus: 603 })]) });
}

/** Recording and callback, which may come with any state or alone. */
async function change(known: KnownCall, input: Input, voice: Voice): Promise<void> {
  const { id } = known.record;
  const note = await noteOf(voice, id);
  const url = input.url('callbackUrl');
  const recording = recordingOf(input, note);
  const callback = await callbackFor(voice, known);
  if (url !== null) await beside(voice, id, redirectCallback(url));
  const runs = input.has('recordingEnabled') && isRecorded(await voice.tape(id));
  if (input.has('recordingEnabled') && recording.recordingEnabled !== runs) {
    if (!recording.recordingEnabled) await beside(voice, id, [build.record('stop')]);
    else if (known.record.state === 'live') await beside(voice, id, [recordNode(callback, recording, voice)]);
    else throw wrongState(known);
  }
  if (
    url === null &&
    !['recordingEnabled', 'recordingMaxDuration', 'transcriptionEnabled'].some((name) => input.has(name))
  )
    return;
  await voice.notes.put('call', id, {
    ...note,
    ...recording,
    ...(url === null ? {} : { callbackUrl: splitAddress(url).url, movedTo: splitAddress(url) }),
  });
}

/** One that reached its longest duration may be followed by another one. */
function isRecorded(tape: readonly TapeLine[]): boolean {
  const count = (...types: readonly string[]): number => tape.filter(({ event }) => types.includes(event.type)).length;
  return count('recording.started') > count('recording.finished', 'recording.failed');
}

export const beside = (voice: Voice, call: string, body: readonly FlowNode[]): Promise<void> =>
  voice.command(call, { kind: 'beside', name: freshId('do'), body });

async function transfer(known: KnownCall, input: Input, voice: Voice): Promise<RestReply> {
  const { record } = known;
  const to = targetOf(input.needed('transferTo', 256));
  const callerId = callerIdIn(input, 'transferCallerId');
  const url = input.url('callbackUrl');
  const tag = input.text('tag', 4096) ?? '';
  const treatment = input.choice('diversionTreatment', diversionTreatments, 'none');
  const reason = input.choice('diversionReason', diversionReasons, 'unknown');
  const whispered = input.inside('whisperAudio');
  const whisper = whispered === null ? null : soundOf(whispered);
  if (record.state !== 'live') throw wrongState(known);
  const tape = await voice.tape(record.id);
  const before = tape.filter(
    ({ event }) =>
      event.type === 'command.received' &&
      event.command.kind === 'beside' &&
      event.command.name.startsWith('transfer-'),
  );
  const count = before.length + 1;
  if (before.length > 0 && isTransferring(tape, before.length))
    throw new RequestProblem('call-update-conflict', `The call \`${known.id}\` is transferred already`, {
      name: 'callId',
      value: known.id,
    });
  const id = transferIdOf(record.id, count);
  const own = await callbackFor(voice, known);
  const { method, timeoutMs } = own;
  const theirs = url === null ? own : callbackOf({ url, method: method === 'GET' ? 'GET' : 'POST', timeoutMs });
  const words = { callId: id, ...(tag === '' ? {} : { tag: encodeTag(tag) }) };
  const name = transferName(count);
  const at = { ...build.nowhere, path: name };
  const aside = { ...build.nowhere, path: `${name}/outcome` };
  const outcome = `${name}-outcome`;
  const shown = callerId?.toLowerCase() === 'private' ? 'anonymous' : callerId;
  const target = {
    ...withShown(to, shown === 'anonymous' ? anonymous : {}, { headers: diversionOf(treatment, reason) }),
    alone: [
      build.notify(tell(theirs, 'answer', words), aside),
      // Who waits to be connected is not kept waiting for ever.
      ...(whisper === null ? [] : [build.play({ ...whisper, times: 1 }, { at: aside })]),
    ],
    notify: tell(theirs, 'hangup', words),
  };
  const note: TransferNote = {
    from: shown ?? record.from,
    to: to.address,
    callbackUrl: url === null ? null : splitAddress(url).url,
    tag: tag === '' ? null : tag,
  };
  await voice.notes.put('v1-transfer', id, note);
  await voice.command(record.id, {
    kind: 'beside',
    name,
    body: [
      build.set(outcome, 'done', aside),
      build.dial([target], {
        at,
        ringMs: byDefault.ringMs,
        callerId: shown,
        onFailed: [build.set(outcome, 'failed', aside)],
      }),
      build.choose(
        [{ when: { subject: outcome, equals: ['done'] }, body: [build.notify(tell(own, 'transferComplete'), aside)] }],
        [],
        aside,
      ),
    ],
  });
  return created(voice, `calls/${id}`);
}
