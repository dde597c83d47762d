// Owns: what was said in a recording, over REST: asked for, read, deleted; and what was said on a live call. A wish without an engine is answered with 403 and not 400 or 500: nothing is wrong with the
// request, and to repeat it is no use.
import { z } from 'zod';
import type { RecordingRecord, RestReply, RestRequest, TranscriptRecord, Voice } from '../../rest.ts';
import { callIdOf, liveTranscriptionIdOf } from '../call-id.ts';
import { encodeTag } from '../destination.ts';
import { trackNames } from '../stream-words.ts';
import { languageOf, transcriptionNameOf } from '../transcript-words.ts';
import { boolean, credentialPair, limits, method, number, readJson, text, url } from './body.ts';
import { callUrl, needCall } from './call-view.ts';
import { findRecording, ownRecordingId } from './recording-view.ts';
import { recordingNotFound } from './recordings.ts';
import { empty, notFound, Refusal, reply } from './reply.ts';
import { webhook } from './webhook.ts';

const schema = z.object({
  callbackUrl: url('callbackUrl').optional(),
  callbackMethod: method('callbackUrl').optional(),
  ...z.object(credentialPair).partial().shape,
  tag: text('tag', limits.tag).optional(),
  callbackTimeout: number('callbackTimeout', { min: 1, max: 25 }).optional(),
  detectLanguage: boolean('detectLanguage').optional(),
});

const usualTimeoutSeconds = 15;

export async function transcribeRecording(request: RestRequest, voice: Voice): Promise<RestReply> {
  const recording = await needRecording(request, voice);
  const { callbackUrl, callbackMethod, callbackTimeout, tag, detectLanguage, ...credentials } = readJson(
    request,
    schema,
  );
  if (voice.transcriptions?.enabled !== true)
    throw new Refusal(
      403,
      'Transcription is not enabled: this server has no transcription engine',
      'authorization-error',
    );
  const destination =
    callbackUrl === undefined
      ? null
      : webhook({
          ...{ event: 'transcriptionAvailable', url: callbackUrl, method: callbackMethod, ...credentials },
          timeoutMs: (callbackTimeout ?? usualTimeoutSeconds) * 1000,
          // No document runs that would fill it in.
          extra: { tag: encodeTag(tag ?? '') },
        });
  const wish = { destination, detectLanguage: detectLanguage ?? false };
  if (await voice.transcriptions.ask(recording.call, recording.id, wish)) return empty(204);
  throw recordingNotFound(request.params['recording']!);
}

export async function getTranscription(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { call, id } = await needKnown(request, voice);
  const found = await voice.transcriptions?.get(call, id);
  if (found?.transcript == null) throw noneOf(request);
  return reply(200, viewTranscript(found.transcript));
}

export async function deleteTranscription(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { call, id } = await needKnown(request, voice);
  if ((await voice.transcriptions?.drop(call, id)) !== true) throw noneOf(request);
  return empty(204);
}

const noneOf = ({ params }: RestRequest) => notFound(`Transcription of recording [${params['recording']}]`);

/** A channel is a speaker. */
function viewTranscript({ channels, parts }: TranscriptRecord): object {
  const speakers = Array.from({ length: channels }, (_, speaker) => speaker);
  const seconds = (ms: number): number => ms / 1000;
  return {
    transcripts: speakers.map((speaker) => {
      const own = parts.filter(({ channel }) => channel === speaker);
      return { speaker, text: own.map((part) => part.text).join(' '), ...confidenceOf(own) };
    }),
    clips: parts.map((part) => ({
      ...{ speaker: part.channel, text: part.text, ...confidenceOf([part]) },
      ...{ startTimeSeconds: seconds(part.startMs), endTimeSeconds: seconds(part.endMs) },
    })),
  };
}

/** The mean, weighted by how long each part is; nothing where the engine does not say. */
function confidenceOf(parts: TranscriptRecord['parts']): { readonly confidence?: number } {
  const told = parts.flatMap(({ confidence, startMs, endMs }) =>
    confidence === null ? [] : [{ confidence, ms: Math.max(1, endMs - startMs) }],
  );
  if (told.length === 0) return {};
  const all = told.reduce((sum, { ms }) => sum + ms, 0);
  const mean = told.reduce((sum, { confidence, ms }) => sum + confidence * ms, 0) / all;
  return { confidence: Math.round(mean * 1000) / 1000 };
}

async function needRecording({ params }: RestRequest, voice: Voice): Promise<RecordingRecord> {
  const call = await needCall(params['call']!, voice);
  const recordingId = params['recording']!;
  const found = await findRecording(call.id, recordingId, voice);
  if (found === null) throw recordingNotFound(recordingId);
  return found;
}

/** What was said in it outlives its sound. */
async function needKnown({ params }: RestRequest, voice: Voice): Promise<{ call: string; id: string }> {
  const { id: call } = await needCall(params['call']!, voice);
  const id = await ownRecordingId(call, params['recording']!, voice);
  if (id === null) throw recordingNotFound(params['recording']!);
  return { call, id };
}

/** Of a call, while it was live; those that are over. */
export async function listTranscriptions({ params, here }: RestRequest, voice: Voice): Promise<RestReply> {
  const call = await needCall(params['call']!, voice);
  const all = (await voice.transcriptions?.live(call.id)) ?? [];
  const list = all.map(({ id, name }) => {
    const transcriptionId = liveTranscriptionIdOf(call.id, id);
    const transcriptionName = transcriptionNameOf({ stream: id, name }, call);
    const own = `${callUrl(here, voice.account, callIdOf(call.id))}/transcriptions/${transcriptionId}`;
    return { transcriptionId, transcriptionName, transcriptionUrl: own };
  });
  return reply(200, list);
}

async function needLive({ params }: RestRequest, voice: Voice) {
  const call = await needCall(params['call']!, voice);
  const transcriptionId = params['transcription']!;
  const all = (await voice.transcriptions?.live(call.id)) ?? [];
  const found = all.find(({ id }) => liveTranscriptionIdOf(call.id, id) === transcriptionId);
  if (found === undefined) throw notFound(`Transcription [${transcriptionId}]`);
  return { call, found, transcriptionId };
}

export async function getLiveTranscription(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { call, found, transcriptionId } = await needLive(request, voice);
  const { tracks, language, transcript } = found;
  if (transcript === null) throw notFound(`Transcription [${transcriptionId}]`);
  const written = trackNames(tracks).map((track) => {
    const own = transcript.parts.filter(({ channel }) => channel === (track === 'inbound' ? 0 : 1));
    const said = own.map(({ text }) => text).join(' ');
    return { ...languageOf('detectedLanguage', language), track, transcript: said, ...confidenceOf(own) };
  });
  return reply(200, { accountId: voice.account, callId: callIdOf(call.id), transcriptionId, tracks: written });
}

export async function deleteLiveTranscription(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { call, found } = await needLive(request, voice);
  await voice.transcriptions?.drop(call.id, found.id);
  return empty(200);
}
