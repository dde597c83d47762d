// Conferences over the vendor's client: two calls in one, its members, documents, recordings and end.
import { describe, expect, it } from 'vitest';
import { account, bxml, hangUp, make, refusalOf, type Stand, speak, talk, wait } from './stand.ts';

export function testConferences(of: () => Stand): void {
  describe('conferences', () => {
    it('are made by calls, and looked at, changed, given documents, recorded and ended over REST', async () => {
      const [calls, conferences] = [of().api('CallsApi'), of().api('ConferencesApi')];
      const events = { conferenceEventUrl: `${of().origin}/conference`, conferenceEventMethod: 'POST', tag: 'room' };
      const join = bxml(make('Conference', 'team-1', events), wait());
      const one = await talk(of(), join);
      const created = await of().told('conferenceCreated');
      const conferenceId = String(created['conferenceId']);
      expect(conferenceId).toMatch(/^conf-.{45}$/);
      expect(created).toMatchObject({ name: 'team-1', tag: 'room' });
      expect(await of().told('conferenceMemberJoin', one.callId)).toMatchObject({ conferenceId });
      const two = await talk(of(), join);
      await of().told('conferenceMemberJoin', two.callId);

      const { data: list } = await conferences.listConferences(account, 'team-1', undefined, undefined, 10);
      expect(list).toMatchObject([{ id: conferenceId, name: 'team-1', completedTime: null, tag: 'room' }]);
      const { data: conference } = await conferences.getConference(account, conferenceId);
      const members = conference.activeMembers.map(({ callId }: { callId: string }) => callId);
      expect(members).toEqual([one.callId, two.callId]);
      expect(conference).toMatchObject({
        conferenceEventUrl: events.conferenceEventUrl,
        conferenceEventMethod: 'POST',
      });

      const change = { mute: true, callIdsToCoach: [two.callId] };
      expect((await conferences.updateConferenceMember(account, conferenceId, one.callId, change)).status).toBe(204);
      const { data: member } = await conferences.getConferenceMember(account, conferenceId, one.callId);
      expect(member).toMatchObject({ callId: one.callId, conferenceId, hold: false, ...change });

      const document = bxml(
        make('StartRecording', { recordingAvailableUrl: `${of().origin}/available` }),
        speak('Hello all'),
      );
      expect((await conferences.updateConferenceBxml(account, conferenceId, document)).status).toBe(204);
      await two.phone.until('sound-started');
      of().documents.set('/room', bxml(make('StopRecording')));
      const redirect = { redirectUrl: `${of().origin}/room`, redirectMethod: 'POST' };
      expect((await conferences.updateConference(account, conferenceId, redirect)).status).toBe(204);
      expect(await of().told('conferenceRedirect')).toMatchObject({ conferenceId, name: 'team-1', tag: 'room' });
      const available = await of().told('conferenceRecordingAvailable');
      const recordingId = String(available['recordingId']);
      const { data: recordings } = await conferences.listConferenceRecordings(account, conferenceId);
      expect(recordings).toMatchObject([
        { recordingId, conferenceId, name: 'team-1', channels: 1, status: 'complete' },
      ]);
      const { data: recording } = await conferences.getConferenceRecording(account, conferenceId, recordingId);
      expect(recording).toEqual(recordings[0]);
      expect(available['mediaUrl']).toBe(recording.mediaUrl);
      const options = { responseType: 'arraybuffer' };
      const sound = await conferences.downloadConferenceRecording(account, conferenceId, recordingId, options);
      expect(sound.data.subarray(0, 4).toString()).toBe('RIFF');

      await hangUp(of(), two);
      expect(await of().told('conferenceMemberExit', two.callId)).toMatchObject({ conferenceId });
      expect((await conferences.updateConference(account, conferenceId, { status: 'completed' })).status).toBe(204);
      expect(await of().told('conferenceCompleted')).toMatchObject({ conferenceId, tag: 'room' });
      // The document goes on behind the verb.
      await of().until(one.callId, (event) => event.type === 'verb.started' && event.path.startsWith('Pause'));
      expect((await calls.getCallState(account, one.callId)).data.state).toBe('answered');
      const again = conferences.updateConference(account, conferenceId, { status: 'completed' });
      expect(await refusalOf(again)).toEqual([404, `Conference [${conferenceId}] not found`]);
      const { data: over } = await conferences.getConference(account, conferenceId);
      expect(over).toMatchObject({ completedTime: expect.any(String), activeMembers: [] });
      await hangUp(of(), one);
    });
  });
}
