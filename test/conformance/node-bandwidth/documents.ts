// Documents that the client writes.
import { describe, expect, it } from 'vitest';
import { bandwidthV1 } from '../../../src/dialects/bandwidth-v1/index.ts';
import { type BxmlBuilder, newBxml } from './rig.ts';

export function testDocuments(): void {
  describe('documents of the client', () => {
    const attributes = { requestUrl: 'https://a.example/next', requestUrlTimeout: 9000 };
    const documents: readonly (readonly [
      name: string,
      write: (made: BxmlBuilder) => void,
      kinds: readonly string[],
    ])[] = [
      ['speakSentence', (made) => made.speakSentence('Enter & go', { locale: 'en_US' }), ['play', 'pause', 'hangup']],
      ['playAudio', (made) => made.playAudio('https://a.example/b.mp3?x=1&y=2'), ['play', 'pause', 'hangup']],
      [
        'gather',
        (made) =>
          made.gather(
            { ...attributes, maxDigits: 5, terminatingDigits: '*', interDigitTimeout: 7 },
            function (this: BxmlBuilder) {
              this.speakSentence('Please enter your 5 digit code');
            },
          ),
        ['gather'],
      ],
      ['pause', (made) => made.pause({ length: 5 }), ['pause']],
      ['sendDtmf', (made) => made.sendDtmf('5,W1'), ['send-digits', 'pause', 'hangup']],
      ['record', (made) => made.record({ ...attributes, maxDuration: 30 }), ['record']],
      ['redirect', (made) => made.redirect(attributes), ['ask']],
      ['hangup', (made) => made.hangup(), ['hangup']],
      [
        'transfer',
        (made) =>
          made.transfer(
            { transferTo: '+19195551212', transferCallerId: '+19195551213', callTimeout: 20 },
            function (this: BxmlBuilder) {
              this.speakSentence('A call is being transferred to you from Customer Service.');
            },
          ),
        ['set', 'dial', 'branch'],
      ],
      [
        'conference',
        (made) => made.conference({ from: '+19195551212', joinTone: 'false', leavingTone: 'false' }),
        ['conference'],
      ],
    ];

    it.each(documents)('%s', (_name, write, kinds) => {
      const made = newBxml();
      write(made);
      const { flow, problems } = bandwidthV1.compile(made.toString(), 'https://a.example/start');
      expect(problems, made.toString()).toEqual([]);
      expect(flow?.body.map(({ kind }) => kind)).toEqual(kinds);
    });

    it.each([
      ['call', (made: BxmlBuilder) => made.call({ from: '+1', to: '+2' })],
      ['sendMessage', (made: BxmlBuilder) => made.sendMessage('Hi', { from: '+1', to: '+2' })],
    ])('%s is refused by its name', (_name, write) => {
      const made = newBxml();
      write(made);
      const { flow, problems } = bandwidthV1.compile(made.toString(), 'https://a.example/start');
      expect([flow, problems[0]?.code]).toEqual([null, 'verb-not-supported']);
    });
  });
}
