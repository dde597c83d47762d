// Owns: the recordings of calls: lists, one, its sound, and deleting it or its sound alone. What is deleted with its sound
// alone is remembered as a note, with the status `deleted`.
import type { CallRecord, RestReply, RestRequest, Voice } from '../../rest.ts';
import { isOurs, needCall } from './call-view.ts';
import { readTime } from './paging.ts';
import { dropSound, findRecording, forgotten, ownRecordingId, sendSound, viewRecording } from './recording-view.ts';
import { empty, notFound, reply } from './reply.ts';
import { runningRecordings, viewRunning } from './running-recordings.ts';

const mostListed = 1000;

export async function listCallRecordings({ params, here }: RestRequest, voice: Voice): Promise<RestReply> {
  const call = await needCall(params['call']!, voice);
  const there = (await voice.recordings(call.id)).map((recording) => viewRecording(recording, call, voice, here));
  const gone = await forgotten(voice, ({ call: id }) => id === call.id);
  const running = (await runningRecordings(call, voice)).map((recording) => viewRunning(recording, call, voice));
  return reply(200, [...there, ...gone, ...running].toSorted(byStart));
}

export async function listRecordings(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { query, here } = request;
  const [earliest, latest] = [readTime(request, 'minStartTime'), readTime(request, 'maxStartTime')];
  const [from, to] = [query.get('from'), query.get('to')];
  const found: View[] = [];
  const take = (view: View): void => {
    if (from !== null && view['from'] !== from) return;
    if (to !== null && view['to'] !== to) return;
    const start = String(view['startTime']);
    if ((earliest !== undefined && start < earliest) || (latest !== undefined && start > latest)) return;
    found.push(view);
  };
  const all = await voice.recordings(null);
  const owners = new Map<string, Promise<CallRecord | null>>();
  for (const { call: id } of all) if (!owners.has(id)) owners.set(id, voice.call(id));
  for (const recording of all) {
    const call = (await owners.get(recording.call)) ?? null;
    // What is no call's is a conference's, which has a list of its own.
    if (call !== null && isOurs(call, voice)) take(viewRecording(recording, call, voice, here));
  }
  for (const view of await forgotten(voice, () => true)) take(view);
  return reply(200, found.toSorted(byStart).slice(0, mostListed));
}

type View = Readonly<Record<string, unknown>>;
const byStart = (a: View, b: View): number => String(a['startTime']).localeCompare(String(b['startTime']));

export async function getRecording({ params, here }: RestRequest, voice: Voice): Promise<RestReply> {
  const call = await needCall(params['call']!, voice);
  const recordingId = params['recording']!;
  const recording = await findRecording(call.id, recordingId, voice);
  if (recording !== null) return reply(200, viewRecording(recording, call, voice, here));
  const [gone] = await forgotten(voice, (one) => one.call === call.id && one.view['recordingId'] === recordingId);
  if (gone !== undefined) return reply(200, gone);
  const running = (await runningRecordings(call, voice)).map((one) => viewRunning(one, call, voice));
  const found = running.find((view) => view.recordingId === recordingId);
  if (found === undefined) throw recordingNotFound(recordingId);
  return reply(200, found);
}

export const recordingNotFound = (id: string) => notFound(`Recording [${id}]`);

export async function deleteRecording({ params }: RestRequest, voice: Voice): Promise<RestReply> {
  const call = await needCall(params['call']!, voice);
  const recordingId = params['recording']!;
  const recording = await findRecording(call.id, recordingId, voice);
  const own = await ownRecordingId(call.id, recordingId, voice);
  if (own !== null) await voice.transcriptions?.drop(call.id, own);
  const dropped = recording !== null && (await voice.dropRecording(call.id, recording.id));
  const wasForgotten = await voice.notes.drop('bandwidth-recording', recordingId);
  if (!dropped && !wasForgotten) throw recordingNotFound(recordingId);
  return empty(204);
}

export async function getRecordingMedia({ params }: RestRequest, voice: Voice): Promise<RestReply> {
  const call = await needCall(params['call']!, voice);
  return sendSound(call.id, params['recording']!, voice);
}

export async function deleteRecordingMedia({ params, here }: RestRequest, voice: Voice): Promise<RestReply> {
  const call = await needCall(params['call']!, voice);
  const recordingId = params['recording']!;
  const recording = await findRecording(call.id, recordingId, voice);
  if (recording === null) throw recordingNotFound(recordingId);
  await dropSound(recording, viewRecording(recording, call, voice, here), voice);
  return empty(204);
}
