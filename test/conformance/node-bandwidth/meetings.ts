// Bridges and conferences over REST.
import { describe, expect, it } from 'vitest';
import type { Told } from './rig.ts';
import { call, idOf, open, refused, time } from './stage.ts';

export function testMeetings(): void {
  describe('bridges', () => {
    it('let two calls hear each other, until they are let go', async () => {
      const stage = await open();
      const { client } = stage;
      const [first, second] = [await call(stage), await call(stage)];
      const bridge = idOf(await client['Bridge']!['create']!({ bridgeAudio: 'true', callIds: [first.id, second.id] }));
      await stage.until(first.id, (event) => event.type === 'verb.started' && event.verb === 'bridge');
      await first.phone.press('3');
      await second.phone.until('digit', ({ digit }) => digit === '3');
      expect(await client['Bridge']!['get']!(bridge)).toMatchObject({
        id: bridge,
        state: 'active',
        callIds: [first.id, second.id],
        activatedTime: time,
      });
      expect((await client['Bridge']!['getCalls']!<readonly Told[]>(bridge)).map(idOf)).toEqual([first.id, second.id]);
      expect((await client['Call']!['list']!<readonly Told[]>({ bridgeId: bridge })).map(idOf)).toEqual([
        first.id,
        second.id,
      ]);
      expect(await client['Call']!['get']!(first.id)).toMatchObject({ bridgeId: bridge });
      await client['Bridge']!['update']!(bridge, { bridgeAudio: false });
      expect(await client['Bridge']!['get']!(bridge)).toMatchObject({ state: 'hold' });
      await client['Bridge']!['playAudioFile']!(bridge, `${stage.application.origin}/a.wav`);
      await Promise.all([first.phone.until('sound-started'), second.phone.until('sound-started')]);
      await client['Bridge']!['stopAudioFilePlayback']!(bridge);
      await client['Bridge']!['speakSentence']!(bridge, 'To both of you');
      await client['Bridge']!['stopSpeaking']!(bridge);
      await client['Bridge']!['playAudioAdvanced']!(bridge, { sentence: 'Bonjour', locale: 'fr', tag: 'x' });
      await client['Bridge']!['update']!(bridge, { callIds: [] });
      expect(await client['Bridge']!['get']!(bridge)).toMatchObject({
        state: 'completed',
        callIds: [],
        completedTime: time,
      });
      expect(await client['Call']!['get']!(first.id)).toMatchObject({ state: 'active' });
      expect(await refused(client['Bridge']!['create']!({ callIds: ['a', 'b', 'c'] }))).toMatchObject({
        statusCode: 403,
      });
      expect(await refused(client['Bridge']!['get']!('brg-none'))).toMatchObject({ statusCode: 404 });
    });

    it('take calls that are placed into them', async () => {
      const stage = await open();
      const { client } = stage;
      const bridgeId = idOf(await client['Bridge']!['create']!({}));
      const [first, second] = [await call(stage, { bridgeId }), await call(stage, { bridgeId })];
      await second.phone.press('8W8W8');
      await first.phone.until('digit', ({ digit }) => digit === '8');
    });
  });

  describe('conferences', () => {
    it('hold calls that hear each other, and tell of their members', async () => {
      const stage = await open();
      const { client, application, baseUrl, userId } = stage;
      const events = { callbackUrl: `${application.origin}/conf`, tag: 'c' };
      const conference = idOf(await client['Conference']!['create']!({ from: '+19195551212', ...events }));
      const conferenceUri = `${baseUrl}/v1/users/${userId}/conferences/${conference}`;
      expect(await client['Conference']!['get']!(conference)).toMatchObject({
        ...{
          id: conference,
          state: 'created',
          from: '+19195551212',
          activeMembers: 0,
          profile: 'interpret_digits',
          tag: 'c',
        },
      });
      const [first, second] = [
        await call(stage, { conferenceId: conference }),
        await call(stage, { conferenceId: conference }),
      ];
      const one = idOf(await client['Conference']!['createMember']!(conference, { callId: first.id }));
      const joined = (await application.told('conference-member')).body;
      expect(joined).toEqual({
        ...{
          eventType: 'conference-member',
          conferenceId: conference,
          callId: first.id,
          memberId: one,
          tag: 'c',
          time,
        },
        ...{
          memberUri: `${conferenceUri}/members/${one}`,
          activeMembers: 1,
          state: 'active',
          hold: false,
          mute: false,
        },
      });
      const two = idOf(
        await client['Conference']!['createMember']!(conference, { callId: second.id, mute: 'true', joinTone: 'true' }),
      );
      await application.told('conference-member', ({ memberId }) => memberId === two);
      expect(await client['Conference']!['get']!(conference)).toMatchObject({ state: 'active', activeMembers: 2 });
      const members = await client['Conference']!['getMembers']!<readonly Told[]>(conference);
      expect(members).toMatchObject([
        { id: one, state: 'active', mute: false, call: expect.stringContaining(first.id) },
        { id: two, state: 'active', mute: true },
      ]);
      await client['Conference']!['updateMember']!(conference, two, { mute: false });
      await application.told('conference-member', ({ memberId, mute }) => memberId === two && mute === false);
      expect(await client['Conference']!['getMember']!(conference, two)).toMatchObject({
        mute: false,
        addedTime: time,
      });
      await client['Conference']!['speakSentence']!(conference, 'Welcome, all of you');
      expect((await application.told('conference-speak')).body).toEqual({
        ...{
          eventType: 'conference-speak',
          conferenceId: conference,
          conferenceUri,
          status: 'started',
          tag: 'c',
          time,
        },
      });
      await Promise.all([first.phone.until('sound-started'), second.phone.until('sound-started')]);
      await client['Conference']!['stopSpeaking']!(conference);
      await client['Conference']!['playAudioFile']!(conference, `${application.origin}/a.wav`);
      expect((await application.told('conference-playback', ({ status }) => status === 'done')).body).toMatchObject({
        conferenceId: conference,
      });
      await client['Conference']!['stopAudioFilePlayback']!(conference);
      await client['Conference']!['playAudioAdvanced']!(conference, {
        fileUrl: `${application.origin}/a.wav`,
        loopEnabled: true,
      });
      await client['Conference']!['speakSentenceToMember']!(conference, two, 'Only you hear this');
      expect((await application.told('speak')).body).toMatchObject({ callId: second.id });
      await client['Conference']!['playAudioFileToMember']!(conference, two, `${application.origin}/a.wav`);
      await client['Conference']!['playAudioAdvancedToMember']!(conference, two, { sentence: '' });
      await client['Conference']!['update']!(conference, { mute: 'true' });
      expect(await client['Conference']!['get']!(conference)).toMatchObject({ mute: true });
      await client['Conference']!['removeMember']!(conference, one);
      const left = (await application.told('conference-member', ({ state }) => state === 'completed')).body;
      expect(left).toMatchObject({ memberId: one, activeMembers: 1 });
      expect(await client['Call']!['get']!(first.id)).toMatchObject({ state: 'active', conferenceId: conference });
      expect((await client['Call']!['list']!<readonly Told[]>({ conferenceId: conference })).map(idOf)).toEqual([
        first.id,
        second.id,
      ]);
      await client['Conference']!['remove']!(conference);
      expect((await application.told('conference', ({ status }) => status === 'completed')).body).toEqual({
        ...{ eventType: 'conference', conferenceId: conference, conferenceUri, status: 'completed', tag: 'c' },
        ...{ createdTime: time, completedTime: time },
      });
      expect(await client['Conference']!['get']!(conference)).toMatchObject({
        state: 'completed',
        completedTime: time,
      });
      expect(await refused(client['Conference']!['createMember']!(conference, { callId: first.id }))).toMatchObject({
        statusCode: 403,
      });
      expect(await refused(client['Conference']!['get']!('conf-none'))).toMatchObject({ statusCode: 404 });
    });
  });
}
