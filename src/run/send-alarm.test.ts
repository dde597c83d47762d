// A message to an alarm receiver: when it is keyed, when again, and what it takes to be sure.
import { describe, expect, it } from 'vitest';
import { play, sendAlarm } from '../flow/build.ts';
import { startRun } from './run-rig.ts';

const message = { account: '1234', qualifier: 'new', event: '131', partition: '01', zone: '015' } as const;

function start(fields: Partial<typeof message> = {}) {
  const rig = startRun([
    sendAlarm({ ...message, ...fields }, { onFailed: [play('failed: {{error}}')] }),
    play('taken'),
  ]);
  const tone = (frequencyHz: number, durationMs: number) =>
    rig.put({ type: 'tone.heard', leg: 'caller', frequencyHz, durationMs });
  const fire = () => rig.put({ type: 'timer.fired', timer: rig.last('timer.arm').timer });
  const sent = () => rig.put({ type: 'digits.sent', request: rig.last('digits.send').request });
  const said = () => rig.all('prompt.start').map(({ sound }) => (sound.kind === 'speech' ? sound.text : ''));
  return { rig, tone, fire, sent, said };
}

describe('a message', () => {
  it('is keyed behind the handshake, and is over with the long tone', () => {
    const { rig, tone, fire, sent, said } = start();
    expect(rig.all('tones.watch').map(({ on }) => on)).toEqual([true]);
    tone(1400, 100);
    expect(rig.all('digits.send')).toEqual([]);
    tone(2300, 100);
    fire();
    expect(rig.all('digits.send')).toMatchObject([{ to: 'caller', digits: '1234181131010158', toneMs: 60, gapMs: 60 }]);
    sent();
    tone(1400, 100);
    expect(said()).toEqual([]);
    tone(1400, 860);
    expect(said()).toEqual(['taken']);
    expect(rig.all('tones.watch').map(({ on }) => on)).toEqual([true, false]);
  });

  it('is keyed again while nobody says that it was taken, four times', () => {
    const { rig, tone, fire, sent, said } = start();
    tone(2300, 100);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      fire();
      sent();
      fire();
    }
    expect(rig.all('digits.send')).toHaveLength(4);
    expect(said()).toEqual(['failed: the receiver did not take it']);
  });

  it('is not keyed to somebody who is no receiver, nor when it is none', () => {
    const { rig, fire, said } = start();
    fire();
    expect([rig.all('digits.send'), said()]).toEqual([[], ['failed: no receiver said that it listens']]);
    expect(start({ account: '12345' as '1234' }).said()).toEqual(['failed: this is no message that can be sent']);
  });
});
