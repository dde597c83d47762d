// Rounds that end by a condition, and variables that a document names with a dollar sign.
import { describe, expect, it } from 'vitest';
import { loop, pause, play, set } from '../flow/build.ts';
import { startRun } from './run-rig.ts';

describe('a loop with a condition', () => {
  it('is looked at before each round', () => {
    const rig = startRun([
      set('more', 'yes'),
      { ...loop(5, [play('round'), set('more', 'no')]), while: { subject: 'more', equals: ['yes'] } },
      pause(1000),
    ]);
    rig.put({ type: 'prompt.finished', prompt: 'prompt-1', why: 'end', playedMs: 10 });
    expect(rig.all('prompt.start')).toHaveLength(1);
    expect(rig.all('timer.arm')).toHaveLength(1);
    expect(rig.notes('verb.finished').map(({ reason }) => reason)).toContain('1 rounds');
  });
});

describe('a name with a dollar sign', () => {
  it('is a variable, or stays as it was written', () => {
    const rig = startRun([set('who', 'Ann'), play('{{$who}} {{$nobody}} {{$from}} {{from}}')]);
    const { sound } = rig.last('prompt.start');
    expect(sound.kind === 'speech' && sound.text).toBe('Ann $nobody $from 15551230001');
  });
});
