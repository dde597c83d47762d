// Owns: recordings, of a call and of the account.
import type { RecordingRecord, RestRequest, Voice } from '../../rest.ts';
import { callIdOf, mediaNameOf, namedRecording, recordingIdOf } from '../ids.ts';
import { needCall } from './known-call.ts';
import { RequestProblem } from './problem.ts';
import { paged, route, shown, userUrl } from './route.ts';

export const recordingRoutes = [
  route('GET', '/v1/users/:account/calls/:call/recordings', async (request, voice) => {
    const { record } = await needCall(request, voice);
    const all = await voice.recordings(record.id);
    const running = (await runningOf(voice, record.id)).map((one) => viewRunning(one, request, voice));
    return shown([...running, ...all.map((one) => view(one, request, voice))]);
  }),
  route('GET', '/v1/users/:account/recordings', async (request, voice) =>
    paged(
      request,
      voice,
      (await voice.recordings(null)).map((one) => view(one, request, voice)),
    ),
  ),
  route('GET', '/v1/users/:account/recordings/:recording', async (request, voice) =>
    shown((await runningView(request, voice)) ?? view(await needRecording(request, voice), request, voice)),
  ),
];

export async function needRecording({ params }: RestRequest, voice: Voice): Promise<RecordingRecord> {
  const written = params['recording'] ?? '';
  const named = namedRecording(written);
  const all = named === null ? [] : await voice.recordings(named.call);
  const found = all.find(({ id }) => id === named?.recording);
  if (found !== undefined) return found;
  throw new RequestProblem('recording-not-found', `The recording ${written} was not found`);
}

interface Running {
  readonly id: string;
  readonly call: string;
  readonly startedAt: string;
}

/** Those of a call whose end is not on its tape yet. */
async function runningOf(voice: Voice, call: string): Promise<readonly Running[]> {
  if ((await voice.call(call))?.state !== 'live') return [];
  const tape = await voice.tape(call);
  const over = new Set(
    tape.flatMap(({ event }) =>
      event.type === 'recording.finished' || event.type === 'recording.failed' ? [event.recording] : [],
    ),
  );
  return tape.flatMap(({ event, at }) =>
    event.type === 'recording.started' && !over.has(event.recording)
      ? [{ id: event.recording, call, startedAt: new Date(at).toISOString() }]
      : [],
  );
}

async function runningView(request: RestRequest, voice: Voice): Promise<object | null> {
  const named = namedRecording(request.params['recording'] ?? '');
  const running = named === null ? [] : await runningOf(voice, named.call);
  const found = running.find(({ id }) => id === named?.recording);
  return found === undefined ? null : viewRunning(found, request, voice);
}

function viewRunning({ id, call, startedAt }: Running, request: RestRequest, voice: Voice): object {
  const at = userUrl(request, voice);
  return {
    id: recordingIdOf(call, id),
    startTime: startedAt,
    call: `${at}/calls/${callIdOf(call)}`,
    media: `${at}/media/${mediaNameOf(call, id)}`,
    state: 'recording',
  };
}

function view({ id, call, durationMs, startedAt }: RecordingRecord, request: RestRequest, voice: Voice): object {
  const at = userUrl(request, voice);
  return {
    id: recordingIdOf(call, id),
    startTime: startedAt,
    endTime: new Date(Date.parse(startedAt) + durationMs).toISOString(),
    call: `${at}/calls/${callIdOf(call)}`,
    media: `${at}/media/${mediaNameOf(call, id)}`,
    state: 'complete',
  };
}
