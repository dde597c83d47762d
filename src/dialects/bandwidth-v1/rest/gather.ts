// Owns: gathers over REST: beginning one, reading it back from the tape, and completing it. A call has one at a time.
import type { TapeLine } from '../../../call/event.ts';
import * as build from '../../../flow/build.ts';
import type { Block } from '../../../flow/node.ts';
import type { RestReply, RestRequest, Voice } from '../../rest.ts';
import { type Callback, tell } from '../callback.ts';
import { byDefault } from '../decisions.ts';
import { freshId } from '../ids.ts';
import { reasons } from '../words.ts';
import { soundOf, tagOf } from './audio.ts';
import { type Input, readInput } from './input.ts';
import { callbackFor, type KnownCall, needActiveCall, needCall, refuseTransferred } from './known-call.ts';
import { RequestProblem } from './problem.ts';
import { created, done, inTurn, route, shown, userUrl } from './route.ts';

export const gatherRoutes = [
  route('POST', '/v1/users/:account/calls/:call/gather', async (request, voice) => {
    const known = await needActiveCall(request, voice);
    refuseTransferred(known);
    return inTurn(`call ${known.record.id}`, () => create(known, request, voice));
  }),
  route('GET', '/v1/users/:account/calls/:call/gather/:gather', async (request, voice) => {
    const known = await needCall(request, voice);
    const { id, lines } = await needGather(known, request, voice);
    return shown(view(id, lines, `${userUrl(request, voice)}/calls/${known.id}`));
  }),
  route('POST', '/v1/users/:account/calls/:call/gather/:gather', async (request, voice) => {
    const known = await needCall(request, voice);
    const input = readInput('gather', request);
    if (input.needed('state') !== 'completed')
      throw input.invalid('state', 'must be one of the following values: completed');
    const { id, lines } = await needGather(known, request, voice);
    if (lines.finished === null && known.record.state === 'live')
      await voice.command(known.record.id, { kind: 'complete-gather', name: id });
    return done;
  }),
];

async function create(known: KnownCall, request: RestRequest, voice: Voice): Promise<RestReply> {
  const { record, id: callId } = known;
  const input = readInput('gather', request);
  const tape = await voice.tape(record.id);
  if (listening(tape))
    throw new RequestProblem(
      'call-duplicate-gather-error',
      `DTMF digits are already being gathered for call \`${callId}\``,
      {
        name: 'callId',
        value: callId,
      },
    );
  const id = freshId('gtr');
  const body = gatherBlock(id, input, await callbackFor(voice, known));
  await voice.command(record.id, { kind: 'beside', name: id, body });
  return created(voice, `calls/${callId}/gather/${id}`);
}

export function gatherBlock(id: string, input: Input, callback: Callback): Block {
  const seconds = input.number('interDigitTimeout', 5, { min: 0.1, max: 30 });
  const maxDigits = input.number('maxDigits', byDefault.restDigits, { min: 1, max: byDefault.restDigits });
  const terminators = [
    ...new Set((input.text('terminatingDigits') ?? '#').toUpperCase().replaceAll(/[\s,]/g, '')),
  ].join('');
  if (!/^[0-9*#A-D]{1,16}$/.test(terminators))
    throw input.invalid('terminatingDigits', 'must be keys from 0-9, *, # and A-D');
  if (!Number.isInteger(maxDigits)) throw input.invalid('maxDigits', 'must be a whole number');
  const prompt = input.inside('prompt');
  prompt?.boolean('bargeable', true);
  const sound = prompt === null ? null : soundOf(prompt);
  const interDigitMs = Math.round(seconds * 1000);
  return [
    build.gather({
      at: { ...build.nowhere, path: id },
      prompts: sound === null ? [] : [sound],
      minDigits: 0,
      minDigitsAtTimeout: 1,
      maxDigits,
      terminators,
      acceptEmpty: true,
      firstDigitMs: interDigitMs,
      interDigitMs,
      typeAhead: 'flush',
      notify: tell(callback, 'gather', { gatherId: id, ...tagOf(input) }),
    }),
  ];
}

interface GatherLines {
  readonly begun: TapeLine;
  readonly finished: TapeLine | null;
}

const isBegin = ({ event }: TapeLine, id?: string): boolean =>
  event.type === 'command.received' &&
  event.command.kind === 'beside' &&
  (id === undefined ? event.command.name.startsWith('gtr-') : event.command.name === id);

/** One that could not even begin has no entry. */
const isEnd = ({ event }: TapeLine, id: string): boolean =>
  ((event.type === 'gather.finished' || event.type === 'verb.finished') && event.path === id) ||
  (event.type === 'flow.failed' && event.source === id);

function listening(tape: readonly TapeLine[]): boolean {
  const begun = tape.findLast((line) => isBegin(line));
  if (begun?.event.type !== 'command.received' || begun.event.command.kind !== 'beside') return false;
  const { name } = begun.event.command;
  return !tape.some((line) => isEnd(line, name));
}

async function needGather({ record }: KnownCall, { params }: RestRequest, voice: Voice) {
  const id = params['gather'] ?? '';
  const tape = await voice.tape(record.id);
  const begun = tape.find((line) => isBegin(line, id));
  if (begun === undefined || !id.startsWith('gtr-'))
    throw new RequestProblem('resource-not-found', `The gather ${id} was not found`);
  const ends = tape.filter((line) => isEnd(line, id));
  const finished = ends.find(({ event }) => event.type === 'gather.finished') ?? ends[0] ?? null;
  return { id, lines: { begun, finished } satisfies GatherLines };
}

function view(id: string, { begun, finished }: GatherLines, call: string): object {
  const createdTime = new Date(begun.at).toISOString();
  if (finished === null) return { id, state: 'started', createdTime, call };
  const { event } = finished;
  const { digits, reason } = event.type === 'gather.finished' ? event : ({ digits: '', reason: 'cancelled' } as const);
  return {
    id,
    state: 'completed',
    reason: reasons[reason],
    createdTime,
    completedTime: new Date(finished.at).toISOString(),
    call,
    digits,
  };
}
