// Owns: POST /calls/{id}/audio, and what an audio request asks for, which bridges and conferences share.
import * as build from '../../../flow/build.ts';
import type { Prompt } from '../../../flow/node.ts';
import { encodeTag } from '../../bandwidth/destination.ts';
import { splitAddress, tell } from '../callback.ts';
import { byDefault } from '../decisions.ts';
import { spokenSound } from '../speech.ts';
import { type Input, readInput } from './input.ts';
import { callbackFor, needCall, refuseTransferred, stateOf } from './known-call.ts';
import { RequestProblem } from './problem.ts';
import { done, inTurn, route } from './route.ts';

export const audioRoutes = [
  route('POST', '/v1/users/:account/calls/:call/audio', async (request, voice) => {
    const known = await needCall(request, voice);
    refuseTransferred(known);
    const input = readInput('audio', request);
    input.number('volume', 0, { min: -4, max: 4 });
    const prompt = soundOf(input);
    const { record, id } = known;
    if (record.state !== 'live')
      throw new RequestProblem(
        'call-audio-invalid-state',
        `Audio cannot be played on call \`${id}\`. Invalid call state \`${stateOf(record)}\``,
        { name: 'callId', value: id },
      );
    const callback = await callbackFor(voice, known);
    await inTurn(`call ${record.id}`, async () => {
      await voice.command(record.id, { kind: 'end-beside', name: audioName });
      if (prompt === null) return;
      const notify = tell(callback, 'sound', tagOf(input));
      const at = { ...build.nowhere, path: audioName };
      await voice.command(record.id, { kind: 'beside', name: audioName, body: [build.play(prompt, { at, notify })] });
    });
    return done;
  }),
];

/** One sound at a time: the next one takes its place. */
export const audioName = 'audio';

export function tagOf(input: Input): Readonly<Record<string, string>> {
  const tag = input.text('tag', 4096) ?? '';
  return tag === '' ? {} : { tag: encodeTag(tag) };
}

/** null stops what is heard. */
export function soundOf(input: Input): Prompt | null {
  const times = input.boolean('loopEnabled', false) ? null : 1;
  const file = input.text('fileUrl');
  if (file !== null && file.trim() !== '') {
    const written = file.trim();
    if (!/^https?:$/.test(URL.parse(written)?.protocol ?? ''))
      throw input.invalid('fileUrl', 'must be an address that begins with http:// or https://');
    const { url, credentials } = splitAddress(written);
    return build.prompt({ kind: 'media', url, ...(credentials !== null && { credentials }) }, times);
  }
  const text = input.text('sentence', byDefault.sentenceLength);
  if (text === null && file === null)
    throw new RequestProblem(
      'missing-property',
      "The 'audio' resource property 'fileUrl' or 'sentence' is required but was not specified",
    );
  const gender = input.choice('gender', ['female', 'male'], null);
  const { speech, fault } = spokenSound({
    text: text ?? '',
    gender,
    locale: input.text('locale'),
    voice: input.text('voice'),
  });
  if (fault !== null) throw new RequestProblem('validation-error', fault);
  return (text ?? '').trim() === '' ? null : build.prompt(speech, times);
}
