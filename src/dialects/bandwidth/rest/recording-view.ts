// Owns: a recording as the vendor tells it, finding one by the vendor's id, its sound, and what is remembered of one whose
// sound was deleted.
import type { CallFacts } from '../../../flow/report.ts';
import type { RecordingRecord, RestReply, Voice } from '../../rest.ts';
import { applicationIdOf, callIdOf, conferenceIdOf, recordingIdOf, transcriptionIdOf } from '../call-id.ts';
import { transcriptionStatuses } from '../webhooks/recording.ts';
import { accountUrl, callUrl } from './call-view.ts';
import { notFound } from './reply.ts';

type View = Readonly<Record<string, unknown>>;
export interface Forgotten {
  readonly call: string;
  /** Our own id of it. */
  readonly recording?: string;
  readonly view: View;
}
const kind = 'bandwidth-recording';
const mostForgotten = 1000;

export async function findRecording(owner: string, recordingId: string, voice: Voice): Promise<RecordingRecord | null> {
  const all = await voice.recordings(owner);
  return all.find(({ id }) => recordingIdOf(owner, id) === recordingId) ?? null;
}

export const durationOf = (ms: number): string => `PT${ms / 1000}S`;

function common(recording: RecordingRecord, voice: Voice, mediaUrl: string): View {
  const { durationMs, channels, startedAt } = recording;
  return {
    accountId: voice.account,
    recordingId: recordingIdOf(recording.call, recording.id),
    duration: durationOf(durationMs),
    channels: channels === 'one-each' ? 2 : 1,
    startTime: startedAt,
    endTime: new Date(Date.parse(startedAt) + durationMs).toISOString(),
    fileFormat: 'wav',
    status: 'complete',
    mediaUrl,
  };
}

export function viewRecording(recording: RecordingRecord, call: CallFacts, voice: Voice, here: string): View {
  const callId = callIdOf(call.id);
  const recordingId = recordingIdOf(call.id, recording.id);
  const own = `${callUrl(here, voice.account, callId)}/recordings/${recordingId}`;
  return {
    applicationId: applicationIdOf(call.app),
    callId,
    to: call.to,
    from: call.from,
    direction: call.direction,
    ...common(recording, voice, `${own}/media`),
    transcription: viewTranscription(recording, `${own}/transcription`),
  };
}

function viewTranscription({ call, id, transcription }: RecordingRecord, url: string): View {
  if (transcription === undefined) return { status: 'none' };
  const { state, completedAt } = transcription;
  return {
    id: transcriptionIdOf(call, id),
    status: state === 'processing' ? state : transcriptionStatuses[state],
    ...(completedAt !== null && { completedTime: completedAt }),
    url,
  };
}

export function viewConferenceRecording(
  recording: RecordingRecord,
  conference: { readonly id: string; readonly name: string },
  voice: Voice,
  here: string,
): View {
  const conferenceId = conferenceIdOf(conference.id);
  const recordingId = recordingIdOf(conference.id, recording.id);
  const own = `${accountUrl(here, voice.account)}/conferences/${conferenceId}/recordings/${recordingId}`;
  return { conferenceId, name: conference.name, ...common(recording, voice, `${own}/media`), channels: 1 };
}

/** Removes the sound and remembers the rest. */
export async function dropSound(recording: RecordingRecord, view: View, voice: Voice): Promise<void> {
  const { mediaUrl: _mediaUrl, ...rest } = view;
  const gone: Forgotten = { call: recording.call, recording: recording.id, view: { ...rest, status: 'deleted' } };
  await voice.notes.put(kind, recordingIdOf(recording.call, recording.id), gone);
  await voice.dropRecording(recording.call, recording.id);
}

/** Our own id of a recording, also of one whose sound was deleted. */
export async function ownRecordingId(owner: string, recordingId: string, voice: Voice): Promise<string | null> {
  const there = await findRecording(owner, recordingId, voice);
  if (there !== null) return there.id;
  const gone = await voice.notes.get<Forgotten>(kind, recordingId);
  return gone?.call === owner ? (gone.recording ?? null) : null;
}

export async function forgotten(voice: Voice, fits: (gone: Forgotten) => boolean): Promise<readonly View[]> {
  const notes = await voice.notes.list<Forgotten>(kind, { offset: 0, limit: mostForgotten });
  return notes.flatMap(([, gone]) => (fits(gone) ? [gone.view] : []));
}

export async function sendSound(owner: string, recordingId: string, voice: Voice): Promise<RestReply> {
  const recording = await findRecording(owner, recordingId, voice);
  const file = recording === null ? null : await voice.recordingFile(owner, recording.id);
  if (file === null) throw notFound(`Recording [${recordingId}]`);
  const headers = { 'Content-Type': 'audio/vnd.wave', 'Content-Length': String(file.bytes) };
  return { status: 200, headers, body: file.body };
}
