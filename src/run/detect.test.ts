import { describe, expect, it } from 'vitest';
import * as build from '../flow/build.ts';
import { startRun } from './run-rig.ts';

const thresholds = { timeoutMs: 15_000, silenceMs: 10_000, speechMs: 10_000, speechEndMs: 5_000, machineEndMs: 2_000 };

function detecting(fields: Parameters<typeof build.detect>[0] = {}) {
  const rig = startRun([build.detect({ ...thresholds, ...fields }), build.play('It is {{machine}}.')]);
  const voice = (type: 'voice.began' | 'voice.ended') => rig.put({ type, leg: 'caller' });
  const fires = (delayMs: number) => {
    const armed = rig.all('timer.arm').findLast((effect) => effect.delayMs === delayMs);
    return rig.put({ type: 'timer.fired', timer: armed!.timer });
  };
  const said = () => rig.all('prompt.start').flatMap(({ sound }) => (sound.kind === 'speech' ? [sound.text] : []));
  return { rig, voice, fires, said };
}

describe('detect', () => {
  it('says human after a word and a silence', () => {
    const { voice, fires, said, rig } = detecting();
    voice('voice.began');
    voice('voice.ended');
    fires(5_000);
    expect(said()).toEqual(['It is human.']);
    expect(rig.all('voice.watch').map(({ on }) => on)).toEqual([true, false]);
  });

  it('says machine as soon as it has spoken for long enough, and with delayResult when it is silent', () => {
    const atOnce = detecting();
    atOnce.voice('voice.began');
    atOnce.fires(10_000);
    expect(atOnce.said()).toEqual(['It is answering-machine.']);
    const later = detecting({ delayResult: true });
    later.voice('voice.began');
    later.fires(10_000);
    expect(later.said()).toEqual([]);
    later.voice('voice.ended');
    later.fires(2_000);
    expect(later.said()).toEqual(['It is answering-machine.']);
  });

  it('says machine when its time is up while a machine speaks, timeout when it cannot know', () => {
    const machine = detecting({ delayResult: true });
    machine.voice('voice.began');
    machine.fires(10_000);
    machine.fires(15_000);
    expect(machine.said()).toEqual(['It is answering-machine.']);
    const unknown = detecting();
    unknown.voice('voice.began');
    unknown.fires(15_000);
    expect(unknown.said()).toEqual(['It is timeout.']);
  });

  it('says silence when nobody speaks, and lets go of what it began when the call is over', () => {
    const quiet = detecting();
    quiet.fires(10_000);
    expect(quiet.said()).toEqual(['It is silence.']);
    const { rig } = detecting();
    rig.hangUp();
    expect(rig.all('voice.watch').map(({ on }) => on)).toEqual([true, false]);
    expect(rig.all('timer.cancel')).toHaveLength(2);
  });
});
