// What is said in a recording, over the vendor's client, on a server with a transcription engine; judged by the vendor's file.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { closeAll } from '../server/rig.ts';
import {
  account,
  bxml,
  hangUp,
  make,
  openStand,
  refusalOf,
  type Stand,
  speak,
  talk,
  wait,
} from './bandwidth-rest/stand.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await openStand({
    transcript: {
      text: 'Hello there.',
      language: 'english',
      segments: [{ start: 0, end: 0.2, text: ' Hello there.', avg_logprob: -0.1 }],
    },
  });
});
afterEach(() => expect(stand.oracle.violations.splice(0)).toEqual([]));
afterAll(closeAll);

it('a recording is written down when its document or a request says so, told, read and deleted', async () => {
  const recordings = stand.api('RecordingsApi');
  const told = { transcriptionAvailableUrl: '/written', recordingAvailableUrl: '/available', tag: 'doc' };
  const start = make('StartRecording', { transcribe: true, ...told });
  const call = await talk(stand, bxml(start, speak('Hello'), make('StopRecording'), wait()));
  const { callId } = call;
  const { recordingId } = await stand.told('recordingAvailable', callId);
  const written = await stand.told('transcriptionAvailable', callId);
  expect(written).toMatchObject({ recordingId, tag: 'doc', transcription: { status: 'available' } });

  const { data } = await recordings.getRecordingTranscription(account, callId, recordingId);
  expect(data.transcripts).toMatchObject([{ speaker: 0, text: 'Hello there.' }]);
  expect(data.clips).toMatchObject([{ speaker: 0, text: 'Hello there.', startTimeSeconds: 0, endTimeSeconds: 0.2 }]);
  const { data: one } = await recordings.getCallRecording(account, callId, recordingId);
  expect(one.transcription).toMatchObject({ status: 'available', url: expect.stringContaining(String(recordingId)) });

  expect((await recordings.deleteRecordingTranscription(account, callId, recordingId)).status).toBe(204);
  const none = [404, `Transcription of recording [${recordingId}] not found`];
  expect(await refusalOf(recordings.getRecordingTranscription(account, callId, recordingId))).toEqual(none);

  const wish = { callbackUrl: `${stand.origin}/written`, callbackMethod: 'POST', tag: 'rest', callbackTimeout: 5 };
  const asked = await recordings.transcribeCallRecording(account, callId, recordingId, wish);
  expect(asked.status).toBe(204);
  expect(await stand.told('transcriptionAvailable', callId)).toMatchObject({ recordingId, tag: 'rest' });
  expect((await recordings.getRecordingTranscription(account, callId, recordingId)).status).toBe(200);
  await hangUp(stand, call);
});

it('a live call is written down while it lasts, told, read and deleted', async () => {
  const transcriptions = stand.api('TranscriptionsApi');
  const start = make('StartTranscription', { name: 'live', transcriptionEventUrl: `${stand.origin}/live` });
  const call = await talk(stand, bxml(start, wait()));
  const { callId, phone } = call;
  await stand.told('realTimeTranscriptionStarted', callId);
  await phone.press([{ speakMs: 1500 }]);
  await stand
    .api('CallsApi')
    .updateCallBxml(account, callId, bxml(make('StopTranscription', { name: 'live' }), wait()));
  await stand.told('realTimeTranscriptionStopped', callId);
  const { realTimeTranscription } = await stand.told('realTimeTranscriptionAvailable', callId);
  const { id } = realTimeTranscription as { readonly id: string };
  const { data: list } = await transcriptions.listRealTimeTranscriptions(account, callId);
  expect(list).toMatchObject([{ transcriptionId: id, transcriptionName: 'live' }]);
  const { data: one } = await transcriptions.getRealTimeTranscription(account, callId, id);
  expect(one).toMatchObject({ accountId: account, callId, transcriptionId: id });
  expect(one.tracks[0]).toMatchObject({ track: 'inbound', transcript: expect.stringContaining('Hello there.') });
  expect((await transcriptions.deleteRealTimeTranscription(account, callId, id)).status).toBe(200);
  expect(await refusalOf(transcriptions.getRealTimeTranscription(account, callId, id))).toEqual([
    404,
    expect.any(String),
  ]);
  await hangUp(stand, call);
});
