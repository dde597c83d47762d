// The vendor's older client, `@bandwidth/voice`, which throws when an answer does not fit its own schema.
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { account, bxml, hangUp, make, type Stand, speak, talk, wait } from './stand.ts';

const { ApiController, Client, Environment } = createRequire(import.meta.url)('@bandwidth/voice');

export function testOlderClient(of: () => Stand): void {
  const voice = () =>
    new ApiController(
      new Client({
        environment: Environment.Custom,
        baseUrl: of().here,
        basicAuthUserName: 'user',
        basicAuthPassword: 'pass',
      }),
    );

  describe('the older client', () => {
    it('places, reads, changes and ends calls', async () => {
      const api = voice();
      of().documents.set('/answer', bxml(wait()));
      const { statusCode, result } = await api.createCall(account, of().order('/answer', { tag: 'old' }));
      expect([statusCode, result.tag, result.answerMethod]).toEqual([201, 'old', 'POST']);
      const { callId } = result;
      const phone = await of().incoming();
      expect((await api.getCall(account, callId)).result.state).toBe('initiated');
      await phone.answer();
      await of().told('answer', callId);
      expect((await api.getCall(account, callId)).result).toMatchObject({ state: 'answered', callId });
      of().documents.set('/next', bxml(wait()));
      await api.modifyCall(account, callId, { state: 'active', redirectUrl: `${of().origin}/next` });
      await of().told('redirect', callId);
      await api.modifyCallBxml(account, callId, bxml(make('StartRecording'), speak('Old'), wait()));
      await of().until(callId, ({ type }) => type === 'recording.started');
      await api.modifyCallRecordingState(account, callId, { state: 'PAUSED' });
      await api.modifyCall(account, callId, { state: 'completed' });
      await phone.ended;
      await of().told('disconnect', callId);
      await of().until(callId, ({ type }) => type === 'call.ended');
      expect((await api.getCall(account, callId)).result).toMatchObject({ disconnectCause: 'hangup' });
      const { result: recordings } = await api.getCallRecordings(account, callId);
      const { recordingId } = recordings[0];
      expect((await api.getCallRecording(account, callId, recordingId)).result.status).toBe('complete');
      expect((await api.getQueryCallRecordings(account)).result.length).toBeGreaterThan(0);
      expect((await api.getDownloadCallRecording(account, callId, recordingId)).statusCode).toBe(200);
      await expect(api.createTranscribeCallRecording(account, callId, recordingId, {})).rejects.toMatchObject({
        statusCode: 403,
      });
      await expect(api.getCallTranscription(account, callId, recordingId)).rejects.toMatchObject({ statusCode: 404 });
      await api.deleteRecordingMedia(account, callId, recordingId);
      await api.deleteRecording(account, callId, recordingId);
      await expect(api.getCallRecording(account, callId, recordingId)).rejects.toMatchObject({ statusCode: 404 });
    });

    it('reads and changes conferences', async () => {
      const api = voice();
      const call = await talk(of(), bxml(make('Conference', 'old-room'), wait()));
      await of().until(call.callId, ({ type }) => type === 'conference.joined');
      const { result: list } = await api.getConferences(account, 'old-room');
      const { id } = list[0];
      expect((await api.getConference(account, id)).result.activeMembers).toHaveLength(1);
      await api.modifyConferenceMember(account, id, call.callId, { mute: true });
      expect((await api.getConferenceMember(account, id, call.callId)).result.mute).toBe(true);
      expect((await api.getConferenceRecordings(account, id)).result).toEqual([]);
      await api.modifyConference(account, id, { status: 'completed' });
      await of().until(call.callId, (event) => event.type === 'verb.started' && event.path.startsWith('Pause'));
      await hangUp(of(), call);
    });

    it('is told what is wrong', async () => {
      await expect(voice().createCall(account, of().order('/answer', { to: 'x' }))).rejects.toMatchObject({
        statusCode: 400,
        result: { description: 'Invalid to: must be an E164 telephone number' },
      });
    });
  });
}
