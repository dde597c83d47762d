// Recordings over the vendor's client: made, paused, listed, listened to and deleted; transcriptions, for which there is no
// engine.
import { describe, expect, it } from 'vitest';
import { account, application, bxml, hangUp, make, refusalOf, type Stand, speak, talk, wait } from './stand.ts';

export function testRecordings(of: () => Stand): void {
  describe('recordings', () => {
    it('are paused and resumed over REST, and told, listed, fetched and deleted when they are done', async () => {
      const [calls, recordings] = [of().api('CallsApi'), of().api('RecordingsApi')];
      const start = make('StartRecording', { recordingAvailableUrl: '/available', tag: 'kept', multiChannel: true });
      const call = await talk(of(), bxml(start, speak('One two three'), wait()));
      const { callId } = call;
      await of().until(callId, ({ type }) => type === 'recording.started');
      const { data: running } = await recordings.listCallRecordings(account, callId);
      expect(running).toMatchObject([{ status: 'processing', channels: 2 }]);
      const change = async (state: string) =>
        (await recordings.updateCallRecordingState(account, callId, { state })).status;
      expect(await change('paused')).toBe(200);
      expect(await change('recording')).toBe(200);
      const ran: string[] = [];
      const isResumed = (event: { readonly type: string; readonly reason?: string }): boolean => {
        if (event.type === 'verb.finished' && event.reason !== undefined) ran.push(event.reason);
        return ran.includes('resumed');
      };
      await of().until(callId, isResumed);
      await calls.updateCallBxml(account, callId, bxml(make('StopRecording'), wait()));
      const told = await of().told('recordingAvailable', callId);
      expect(told).toMatchObject({ status: 'complete', channels: 2, tag: 'kept', fileFormat: 'wav' });
      const recordingId = String(told['recordingId']);
      expect(running[0].recordingId).toBe(recordingId);

      const { data: list } = await recordings.listCallRecordings(account, callId);
      expect(list).toHaveLength(1);
      const known = {
        callId,
        recordingId,
        channels: 2,
        applicationId: application,
        direction: 'outbound',
        status: 'complete',
      };
      expect(list[0]).toMatchObject({ ...known, mediaUrl: told['mediaUrl'] });
      const { data: one } = await recordings.getCallRecording(account, callId, recordingId);
      expect(one).toEqual(list[0]);
      const { data: all } = await recordings.listAccountCallRecordings(account, undefined, undefined, one.startTime);
      expect(all.map((each: { recordingId: string }) => each.recordingId)).toContain(recordingId);

      const sound = await recordings.downloadCallRecording(account, callId, recordingId, {
        responseType: 'arraybuffer',
      });
      expect(sound.headers['content-type']).toBe('audio/vnd.wave');
      expect(sound.data.subarray(0, 4).toString()).toBe('RIFF');
      expect(sound.data.length).toBe(Number(sound.headers['content-length']));

      const wish = { callbackUrl: `${of().origin}/transcribed`, tag: 't' };
      expect(await refusalOf(recordings.transcribeCallRecording(account, callId, recordingId, wish))).toEqual([
        403,
        'Transcription is not enabled: this server has no transcription engine',
      ]);
      const none = [404, `Transcription of recording [${recordingId}] not found`];
      expect(await refusalOf(recordings.getRecordingTranscription(account, callId, recordingId))).toEqual(none);
      expect(await refusalOf(recordings.deleteRecordingTranscription(account, callId, recordingId))).toEqual(none);

      expect((await recordings.deleteRecordingMedia(account, callId, recordingId)).status).toBe(204);
      expect(await refusalOf(recordings.downloadCallRecording(account, callId, recordingId))).toEqual([
        404,
        expect.anything(),
      ]);
      const { data: gone } = await recordings.getCallRecording(account, callId, recordingId);
      expect(gone).toMatchObject({ recordingId, status: 'deleted' });
      expect((await recordings.deleteRecording(account, callId, recordingId)).status).toBe(204);
      expect(await refusalOf(recordings.getCallRecording(account, callId, recordingId))).toEqual([
        404,
        expect.any(String),
      ]);
      await hangUp(of(), call);
      const late = recordings.updateCallRecordingState(account, callId, { state: 'paused' });
      expect(await refusalOf(late)).toEqual([404, `Active recording of call [${callId}] not found`]);
    });

    it('of a Record are told to the verb while the call is up', async () => {
      of().documents.set('/recorded', bxml(wait()));
      const record = { recordCompleteUrl: '/recorded', recordingAvailableUrl: '/available', terminatingDigits: '*' };
      const call = await talk(of(), bxml(make('Record', record)));
      await of().until(call.callId, ({ type }) => type === 'recording.started');
      await call.phone.press('*');
      const complete = await of().told('recordComplete', call.callId);
      expect(await of().told('recordingAvailable', call.callId)).toMatchObject({ mediaUrl: complete['mediaUrl'] });
      await hangUp(of(), call);
    });
  });

  describe('transcriptions of a live call', () => {
    it('are none', async () => {
      const transcriptions = of().api('TranscriptionsApi');
      const call = await talk(of(), bxml(wait()));
      const { callId } = call;
      expect((await transcriptions.listRealTimeTranscriptions(account, callId)).data).toEqual([]);
      const none = [404, 'Transcription [t-1] not found'];
      expect(await refusalOf(transcriptions.getRealTimeTranscription(account, callId, 't-1'))).toEqual(none);
      expect(await refusalOf(transcriptions.deleteRealTimeTranscription(account, callId, 't-1'))).toEqual(none);
      await hangUp(of(), call);
    });
  });
}
