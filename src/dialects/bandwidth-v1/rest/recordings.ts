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
    return shown(all.map((one) => view(one, request, voice)));
  }),
  route('GET', '/v1/users/:account/recordings', async (request, voice) =>
    paged(
      request,
      voice,
      (await voice.recordings(null)).map((one) => view(one, request, voice)),
    ),
  ),
  route('GET', '/v1/users/:account/recordings/:recording', async (request, voice) =>
    shown(view(await needRecording(request, voice), request, voice)),
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
