// Where the events of calls go, and documents in answer to them.
import { describe, expect, it } from 'vitest';
import { startPhone } from '../../server/rig.ts';
import { openApplication, startRig } from './rig.ts';
import { call, open, tapeOf } from './stage.ts';

export function testCallbacks(): void {
  describe('a call', () => {
    it('tells its events to a new callback as soon as it has one, by its credentials', async () => {
      const stage = await open();
      const { client, application } = stage;
      const { id, phone } = await call(stage, { callbackHttpMethod: 'POST' });
      const moved = application.origin.replace('http://', 'http://me:hunter2@');
      await client['Call']!['update']!(id, { callbackUrl: `${moved}/moved` });
      await phone.press('1');
      const { path, headers } = await application.told('dtmf');
      expect([path, headers.authorization]).toEqual([
        '/moved',
        `Basic ${Buffer.from('me:hunter2').toString('base64')}`,
      ]);
      phone.hangUp();
      expect((await application.told('hangup')).path).toBe('/moved');
      expect(await tapeOf(stage, id)).not.toMatch(/hunter2|bWU6aHVudGVyMg/);
      const shown = await client['Call']!['get']!(id);
      expect(shown['callbackUrl']).toBe(`${application.origin}/moved`);
      const events = await client['Call']!['getEvents']!(id);
      expect(JSON.stringify([shown, events])).not.toContain('hunter2');
    });

    it('that comes in is told to an app with credentials, which nobody else sees', async () => {
      const application = await openApplication();
      const stage = await startRig(application.origin.replace('http://', 'http://me:hunter2@'));
      const phone = await startPhone();
      const placed = await phone.call(stage.uri('+19195550100'));
      await placed.answered;
      const { body } = await application.told('answer');
      placed.hangUp();
      await application.told('hangup');
      const basic = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;
      expect(application.seen.map(({ headers }) => headers.authorization)).toEqual([basic, basic, basic]);
      expect(await tapeOf(stage, String(body['callId']))).not.toMatch(/hunter2|bWU6aHVudGVyMg/);
      expect(JSON.stringify(await stage.client['Call']!['get']!(body['callId']))).not.toContain('hunter2');
    });

    it('goes by documents where its callbacks are asked for by GET', async () => {
      const gather =
        '<Response><Gather requestUrl="/keys" maxDigits="2"><SpeakSentence>Two, please</SpeakSentence></Gather></Response>';
      const stage = await open({ answer: gather, gather: '<Response><Hangup/></Response>' });
      const { application } = stage;
      const { id, phone } = await call(stage, { callbackHttpMethod: 'GET' });
      await phone.press('42');
      await phone.ended;
      await application.told('hangup');
      const [answer, keys, hangup] = application.seen;
      expect([answer!.method, answer!.path, keys!.method, keys!.path, hangup!.method, hangup!.path]).toEqual([
        ...['GET', '/cb', 'GET', '/keys', 'GET', '/cb'],
      ]);
      expect(keys!.body).toMatchObject({
        eventType: 'gather',
        digits: '42',
        callId: id,
        reason: 'max-digits',
        terminatingDigit: '',
      });
    });
  });
}
