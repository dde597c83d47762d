// Owns: what was said in a recording: asking for it, and reading it. A recording has one transcription; asked for again it is
// made anew.
import type { RecordingRecord, RestRequest, TranscriptionState, Voice } from '../../rest.ts';
import { tell } from '../callback.ts';
import { callIdOf, mediaNameOf, recordingIdOf, transcriptionIdOf } from '../ids.ts';
import { currentCallback, needCall } from './known-call.ts';
import { RequestProblem } from './problem.ts';
import { needRecording } from './recordings.ts';
import { created, route, shown, userUrl } from './route.ts';

const base = '/v1/users/:account/recordings/:recording/transcriptions';

export const transcriptionRoutes = [
  route('GET', '/v1/users/:account/calls/:call/transcriptions', async (request, voice) => {
    const { record } = await needCall(request, voice);
    const all = await voice.recordings(record.id);
    const views = await Promise.all(all.map((recording) => view(recording, request, voice)));
    return shown(views.filter((one) => one !== null));
  }),
  route('GET', base, async (request, voice) => {
    const one = await view(await needRecording(request, voice), request, voice);
    return shown(one === null ? [] : [one]);
  }),
  route('POST', base, async (request, voice) => {
    const { id, call } = await needRecording(request, voice);
    const { transcriptions } = voice;
    if (transcriptions?.enabled !== true)
      throw new RequestProblem('service-unavailable', 'This server has no transcription engine');
    const callback = await currentCallback(voice, await needCall(request, voice, callIdOf(call)));
    const destination = callback.url === '' ? null : tell(callback, 'transcription');
    await transcriptions.ask(call, id, { destination, detectLanguage: false });
    return created(voice, `recordings/${recordingIdOf(call, id)}/transcriptions/${transcriptionIdOf(call, id)}`);
  }),
  route('GET', `${base}/:transcription`, async (request, voice) => {
    const recording = await needRecording(request, voice);
    const id = request.params['transcription'] ?? '';
    const one = id === transcriptionIdOf(recording.call, recording.id) ? await view(recording, request, voice) : null;
    if (one === null) throw new RequestProblem('transcription-not-found', `The transcription ${id} was not found`);
    return shown(one);
  }),
];

const states: Readonly<Record<TranscriptionState, string>> = {
  processing: 'transcribing',
  available: 'completed',
  error: 'error',
  'too-short': 'error',
};
const longestText = 1000;

/** null when none was asked for. */
async function view(recording: RecordingRecord, request: RestRequest, voice: Voice): Promise<object | null> {
  const { id, call, durationMs, startedAt, transcription } = recording;
  const found = (await voice.transcriptions?.get(call, id)) ?? null;
  if (found === null) return null;
  const text = textOf(found.transcript);
  return {
    id: transcriptionIdOf(call, id),
    state: states[found.state],
    ...(text === null ? {} : { text: text.slice(0, longestText), textSize: text.length }),
    textUrl: `${userUrl(request, voice)}/media/${mediaNameOf(call, id, 'txt')}`,
    time: transcription?.completedAt ?? startedAt,
    chargeableDuration: Math.ceil(durationMs / 1000),
  };
}

type Found = NonNullable<Awaited<ReturnType<NonNullable<Voice['transcriptions']>['get']>>>;

/** What was said at the same time by two stands in the order in which it began. */
export function textOf(transcript: Found['transcript']): string | null {
  if (transcript === null) return null;
  return transcript.parts
    .toSorted((a, b) => a.startMs - b.startMs)
    .map(({ text }) => text)
    .join(' ');
}
