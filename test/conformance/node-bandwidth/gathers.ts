// A gather over REST, as the vendor's how-to has it, with each of its ends.
import { describe, expect, it } from 'vitest';
import { call, open, refused, time } from './stage.ts';

export function testGathers(): void {
  describe('a gather, as the how-to has it', () => {
    it('plays its prompt, takes five digits, and tells the application', async () => {
      const stage = await open();
      const { client, application } = stage;
      const { id, phone } = await call(stage, { tag: 'the tag' });
      const options = {
        maxDigits: '5',
        terminatingDigits: '*',
        interDigitTimeout: '7',
        prompt: { sentence: 'Please enter your 5 digit code' },
      };
      const gather = await client['Call']!['createGather']!(id, options);
      await phone.until('sound-started');
      await phone.press('25341');
      const { method, headers, path, body, text } = await application.told('gather');
      expect([method, path, headers['content-type']]).toEqual(['POST', '/cb', 'application/json; charset=utf-8']);
      expect(headers['user-agent']).toMatch(/^BandwidthAPI\/v1 \(.+\)$/);
      expect(body).toEqual({
        eventType: 'gather',
        reason: 'max-digits',
        state: 'completed',
        digits: '25341',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        callId: id,
        gatherId: gather['id'],
        tag: 'the tag',
      });
      // The order of the page, too.
      expect(Object.keys(JSON.parse(text))).toEqual([
        ...['eventType', 'reason', 'state', 'digits', 'time', 'callId', 'gatherId', 'tag'],
      ]);
      expect(await client['Call']!['getGather']!(id, gather['id'])).toEqual({
        id: gather['id'],
        state: 'completed',
        reason: 'max-digits',
        createdTime: time,
        completedTime: time,
        call: `${stage.baseUrl}/v1/users/${stage.userId}/calls/${id}`,
        digits: '25341',
      });
      await client['Call']!['hangup']!(id);
      await application.told('hangup');
      // What a gather takes is not told as a key.
      expect(application.seen.map((event) => event.body.eventType)).toEqual(['answer', 'gather', 'hangup']);
    });

    it('ends with a key of its own, or when it is completed, and is alone on its call', async () => {
      const stage = await open();
      const { client, application } = stage;
      const { id, phone } = await call(stage);
      const first = await client['Call']!['createGather']!(id, { tag: 'one' });
      expect(await client['Call']!['getGather']!(id, first['id'])).toMatchObject({ state: 'started' });
      expect(await refused(client['Call']!['createGather']!(id, {}))).toEqual({
        statusCode: 409,
        message: `DTMF digits are already being gathered for call \`${id}\``,
      });
      await phone.press('12#');
      expect((await application.told('gather')).body).toMatchObject({
        reason: 'terminating-digit',
        digits: '12',
        tag: 'one',
      });
      const second = await client['Call']!['createGather']!(id, {
        prompt: { sentence: 'And now?', loopEnabled: 'true' },
      });
      await phone.until('sound-started');
      await client['Call']!['completeGather']!(id, second['id']);
      const { body } = await application.told('gather', ({ gatherId }) => gatherId === second['id']);
      expect(body).toMatchObject({ reason: 'completed', digits: '' });
      expect(await client['Call']!['getGather']!(id, second['id'])).toMatchObject({
        state: 'completed',
        reason: 'completed',
        digits: '',
      });
      const third = await client['Call']!['createGather']!(id, { interDigitTimeout: 0.5, maxDigits: 3 });
      expect((await application.told('gather', ({ gatherId }) => gatherId === third['id'])).body).toMatchObject({
        reason: 'inter-digit-timeout',
        digits: '',
      });
      const last = await client['Call']!['createGather']!(id, {});
      await phone.press('4');
      await stage.until(id, (event) => event.type === 'digit' && event.digit === '4');
      phone.hangUp();
      expect((await application.told('gather', ({ gatherId }) => gatherId === last['id'])).body).toMatchObject({
        reason: 'hung-up',
        digits: '4',
      });
      expect(await refused(client['Call']!['createGather']!(id, {}))).toMatchObject({ statusCode: 403 });
      expect(await refused(client['Call']!['getGather']!(id, 'gtr-none'))).toMatchObject({ statusCode: 404 });
    });
  });
}
