// Calls over REST: placed and refused, coming in, answered, rejected and transferred, with what they hear and their lists.
import { describe, expect, it } from 'vitest';
import { startPhone } from '../../server/rig.ts';
import { startCallee, type Told } from './rig.ts';
import { call, idOf, open, refused, time } from './stage.ts';

export function testCalls(): void {
  describe('a call', () => {
    it('that is placed is told from its answer to its end, and can be read back', async () => {
      const stage = await open();
      const { client, application, callee, baseUrl, userId } = stage;
      const order = {
        from: '+19195551212',
        to: callee.address,
        tag: 't',
        callTimeout: '20',
        sipHeaders: { 'X-Order': '77' },
      };
      const made = await client['Call']!['create']!({ ...order, callbackUrl: `${application.origin}/cb` });
      const id = idOf(made);
      const phone = await callee.next();
      expect([phone.header('X-Order'), phone.remote.uri]).toEqual(['77', expect.stringContaining('+19195551212')]);
      const known = { id, direction: 'out', from: '+19195551212', to: callee.address, tag: 't', callTimeout: 20 };
      expect(await client['Call']!['get']!(id)).toMatchObject({
        ...known,
        state: 'started',
        sipHeaders: { 'X-Order': '77' },
      });
      await phone.answer();
      const callUri = `${baseUrl}/v1/users/${userId}/calls/${id}`;
      const party = { callId: id, callUri, from: '+19195551212', to: callee.address, tag: 't', time };
      expect((await application.told('answer')).body).toEqual({ eventType: 'answer', callState: 'active', ...party });
      expect(await client['Call']!['get']!(id)).toMatchObject({ ...known, state: 'active', activeTime: time });
      await phone.press('7');
      expect((await application.told('dtmf')).body).toEqual({
        eventType: 'dtmf',
        callId: id,
        callUri,
        dtmfDigit: '7',
        tag: 't',
        time,
      });
      phone.hangUp();
      expect((await application.told('hangup')).body).toEqual({
        ...{ eventType: 'hangup', callState: 'completed', cause: 'NORMAL_CLEARING' },
        ...party,
      });
      expect(await client['Call']!['get']!(id)).toMatchObject({ ...known, state: 'completed', endTime: time });
      const events = await client['Call']!['getEvents']!<readonly Told[]>(id);
      expect(events.map(({ name }) => name)).toEqual(['create', 'answer', 'dtmf', 'hangup']);
      expect(events.at(-1)).toMatchObject({ data: 'NORMAL_CLEARING', time });
      expect(await client['Call']!['getEvent']!(id, events[1]!['id'])).toEqual({
        id: events[1]!['id'],
        name: 'answer',
        time: Date.parse(String(events[1]!['time'])),
      });
      expect(await refused(client['Call']!['hangup']!(id))).toEqual({
        statusCode: 403,
        message: `Unable to update call \`${id}\`. Invalid call state \`completed\``,
      });
    });

    it('that is refused, or not answered in time, says so', async () => {
      const stage = await open();
      const { client, application, callee } = stage;
      const create = async (more: Told): Promise<string> =>
        idOf(
          await client['Call']!['create']!({
            from: '+19195551212',
            to: callee.address,
            callbackUrl: `${application.origin}/cb`,
            ...more,
          }),
        );
      const busy = await create({});
      (await callee.next()).refuse(486);
      expect((await application.told('hangup')).body).toMatchObject({ callId: busy, cause: 'USER_BUSY' });
      const late = await create({ callTimeout: 1 });
      (await callee.next()).ring();
      expect((await application.told('timeout')).body).toMatchObject({ callId: late, from: '+19195551212' });
    });

    it('that comes in is told and answered, and waits for commands', async () => {
      const stage = await open();
      const { client, application, uri } = stage;
      const phone = await startPhone();
      const placed = await phone.call(uri('+19195550100'), { from: 'sip:+15551112222@127.0.0.1' });
      await placed.answered;
      const { body } = await application.told('incomingcall');
      expect(body).toMatchObject({
        ...{ from: '+15551112222', to: '+19195550100', callState: 'active' },
        applicationId: 'phone-app',
      });
      const { callId } = body;
      expect((await application.told('answer')).body).toMatchObject({ callId, eventType: 'answer' });
      expect(application.seen.map(({ path }) => path)).toEqual(['/app', '/app']);
      await client['Call']!['speakSentence']!(callId, 'Hello there');
      await placed.until('sound-started');
      expect(await client['Call']!['get']!(callId)).toMatchObject({
        direction: 'in',
        state: 'active',
        callbackUrl: expect.stringContaining('/app'),
      });
      await client['Call']!['hangup']!(callId);
      await placed.ended;
      expect((await application.told('hangup')).body).toMatchObject({ callId, cause: 'NORMAL_CLEARING' });
    });

    it('that comes in is answered or rejected by the application, where it says so', async () => {
      const stage = await open({}, ', autoAnswer: false');
      const { client, application, uri } = stage;
      const phone = await startPhone();
      const first = await phone.call(uri('+19195550100'));
      const { callId } = (await application.told('incomingcall')).body;
      expect(await client['Call']!['get']!(callId)).toMatchObject({ state: 'started' });
      await client['Call']!['answer']!(callId);
      expect(await first.answered).toBe(true);
      expect((await application.told('answer')).body).toMatchObject({ callId });
      const second = await phone.call(uri('+19195550100'));
      const other = (await application.told('incomingcall', (body) => body['callId'] !== callId)).body['callId'];
      await client['Call']!['reject']!(other);
      expect(await second.answered).toBe(false);
      expect((await application.told('hangup')).body).toMatchObject({ callId: other, cause: 'CALL_REJECTED' });
      expect(await client['Call']!['get']!(other)).toMatchObject({ state: 'rejected' });
    });

    it('hears keys, sentences and sounds, which are told when they begin and end', async () => {
      const stage = await open();
      const { client, application } = stage;
      const { id, phone } = await call(stage);
      await client['Call']!['sendDtmf']!(id, '1w,5#');
      for (const digit of ['1', '5', '#']) await phone.until('digit', (event) => event.digit === digit);
      await client['Call']!['playAudioFile']!(id, `${application.origin}/a.wav`);
      const playback = (await application.told('playback', ({ status }) => status === 'done')).body;
      expect(playback).toMatchObject({ callId: id, eventType: 'playback', status: 'done' });
      await client['Call']!['playAudioAdvanced']!(id, {
        sentence: 'Hola',
        locale: 'es',
        voice: 'Jorge',
        loopEnabled: 'true',
        tag: 'es',
      });
      expect((await application.told('speak')).body).toMatchObject({
        status: 'started',
        state: 'PLAYBACK_START',
        tag: 'es',
      });
      await client['Call']!['stopSpeaking']!(id);
      expect((await application.told('speak', ({ status }) => status === 'done')).body).toMatchObject({
        state: 'PLAYBACK_STOP',
        tag: 'es',
      });
      await client['Call']!['playAudioAdvanced']!(id, { fileUrl: `${application.origin}/a.wav`, loopEnabled: true });
      await client['Call']!['stopAudioFilePlayback']!(id);
      expect(await refused(client['Call']!['create']!({ from: '"x" <y', to: '+1' }))).toMatchObject({
        statusCode: 400,
      });
      expect(await refused(client['Call']!['sendDtmf']!(id, '1x'))).toMatchObject({ statusCode: 400 });
      expect(await refused(client['Call']!['playAudioAdvanced']!(id, {}))).toMatchObject({ statusCode: 400 });
    });

    it('is transferred to another phone, which has an id of its own', async () => {
      const stage = await open();
      const { client, application } = stage;
      const { id, phone } = await call(stage);
      const other = await startCallee();
      const order = {
        transferTo: other.address,
        whisperAudio: { sentence: 'A call for you', gender: 'female', voice: 'julie', locale: 'en' },
        transferCallerId: '+15550001',
        callbackUrl: `${application.origin}/b`,
        tag: 'b',
      };
      const second = idOf(await client['Call']!['transfer']!(id, order));
      const callee = await other.next();
      expect(callee.remote.uri).toContain('+15550001');
      await callee.answer();
      await callee.until('sound-started');
      expect((await application.told('answer', ({ callId }) => callId === second)).body).toMatchObject({
        ...{ callId: second, from: '+15550001', to: other.address, callState: 'active', tag: 'b' },
      });
      await callee.until('sound-ended');
      await callee.press('5');
      await phone.until('digit', ({ digit }) => digit === '5');
      expect(await refused(client['Call']!['transfer']!(id, { transferTo: other.address }))).toMatchObject({
        statusCode: 409,
      });
      expect(await client['Call']!['get']!(second)).toMatchObject({
        id: second,
        direction: 'out',
        state: 'active',
        to: other.address,
      });
      await client['Call']!['hangup']!(second);
      await callee.ended;
      expect((await application.told('hangup')).body).toMatchObject({
        callId: second,
        cause: 'NORMAL_CLEARING',
        tag: 'b',
      });
      expect((await client['Call']!['get']!(second))['state']).toBe('completed');
      const third = await client['Call']!['transfer']!(id, { transferTo: other.address });
      expect(third['id']).not.toBe(second);
      const again = await other.next();
      await again.answer();
      again.hangUp();
      expect((await application.told('transferComplete')).body).toMatchObject({ callId: id });
      expect(await client['Call']!['get']!(id)).toMatchObject({ state: 'active' });
    });
  });

  describe('lists', () => {
    it('of calls come in pages, the newest first or last', async () => {
      const stage = await open();
      const { client } = stage;
      const ids: string[] = [];
      for (let count = 0; count < 3; count += 1) {
        const { id, phone } = await call(stage);
        ids.push(id);
        phone.hangUp();
        await phone.ended;
      }
      const list = async (query: Told) => (await client['Call']!['list']!<readonly Told[]>(query)).map(idOf);
      expect(await list({})).toEqual(ids.toReversed());
      expect(await list({ size: 2, page: 1 })).toEqual([ids[0]]);
      expect(await list({ size: 1, page: 0, sortOrder: 'asc' })).toEqual([ids[0]]);
      expect(await list({ from: '+19195551212', size: '2' })).toEqual(ids.toReversed().slice(0, 2));
      expect(await list({ to: 'nobody' })).toEqual([]);
    });

    it('are followed by the links to their next pages', async () => {
      const { client } = await open();
      const made: string[] = [];
      for (let count = 0; count < 3; count += 1) made.push(idOf(await client['Bridge']!['create']!({})));
      interface BridgePage {
        readonly bridges: readonly Told[];
        readonly hasNextPage: boolean;
        getNextPage(): Promise<BridgePage>;
      }
      const first = await client['Bridge']!['list']!<BridgePage>({ size: 2 });
      expect([first.bridges.map(idOf), first.hasNextPage]).toEqual([made.toReversed().slice(0, 2), true]);
      const second = await first.getNextPage();
      expect([second.bridges.map(idOf), second.hasNextPage]).toEqual([[made[0]], false]);
    });
  });
}
