// Owns: what is answered about transcriptions while there is no engine for them: that there are none, and to a wish for one
// that the account may not have it. 403 and not 400 or 500: nothing is wrong with the request, and to repeat it is no use.
import { z } from 'zod';
import type { RestReply, RestRequest, Voice } from '../../rest.ts';
import { boolean, credentialPair, limits, method, number, readJson, text, url } from './body.ts';
import { needCall } from './call-view.ts';
import { findRecording } from './recording-view.ts';
import { recordingNotFound } from './recordings.ts';
import { notFound, Refusal, reply } from './reply.ts';

const schema = z.object({
  callbackUrl: url('callbackUrl').optional(),
  callbackMethod: method('callbackUrl').optional(),
  ...z.object(credentialPair).partial().shape,
  tag: text('tag', limits.tag).optional(),
  callbackTimeout: number('callbackTimeout', { min: 1, max: 25 }).optional(),
  detectLanguage: boolean('detectLanguage').optional(),
});

export async function transcribeRecording(request: RestRequest, voice: Voice): Promise<RestReply> {
  await needRecording(request, voice);
  readJson(request, schema);
  throw new Refusal(
    403,
    'Transcription is not enabled: this server has no transcription engine',
    'authorization-error',
  );
}

/** Of one recording, to read or to delete. */
export async function noTranscription(request: RestRequest, voice: Voice): Promise<RestReply> {
  await needRecording(request, voice);
  throw notFound(`Transcription of recording [${request.params['recording']}]`);
}

async function needRecording({ params }: RestRequest, voice: Voice): Promise<void> {
  const call = await needCall(params['call']!, voice);
  const recordingId = params['recording']!;
  if ((await findRecording(call.id, recordingId, voice)) === null) throw recordingNotFound(recordingId);
}

/** Of a call, while it was live. */
export async function listTranscriptions({ params }: RestRequest, voice: Voice): Promise<RestReply> {
  await needCall(params['call']!, voice);
  return reply(200, []);
}

export async function noLiveTranscription({ params }: RestRequest, voice: Voice): Promise<RestReply> {
  await needCall(params['call']!, voice);
  throw notFound(`Transcription [${params['transcription']}]`);
}
