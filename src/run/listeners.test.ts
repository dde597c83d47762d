import { describe, expect, it } from 'vitest';
import * as build from '../flow/build.ts';
import type { Block, FlowNode, Position } from '../flow/node.ts';
import { type RunRig, startRun } from './run-rig.ts';

const at = (path: string): Position => ({ line: 1, column: 1, path });
const fields = { prompts: [], maxDigits: 4, firstDigitMs: 5000, interDigitMs: 5000, attempts: 1 };
const older = build.gather({ ...fields, at: at('Gather[0]') });
const newer = build.gather({ ...fields, at: at('g1/Gather[0]'), maxDigits: 2 });
const beside = (rig: RunRig, name: string, body: Block) =>
  rig.put({ type: 'command.received', command: { kind: 'beside', name, body } });
const ends = (rig: RunRig) => rig.notes('gather.finished').map(({ path, digits, reason }) => [path, digits, reason]);

function two(document: FlowNode = older): RunRig {
  const rig = startRun([document, build.park()]);
  beside(rig, 'g1', [newer]);
  return rig;
}

describe('of two gathers', () => {
  it('the newer gets the keys, and the older those that come behind its end', () => {
    const rig = startRun([older, build.park()]);
    rig.press('9');
    beside(rig, 'g1', [newer]);
    rig.press('12345');
    expect(ends(rig)).toEqual([
      ['g1/Gather[0]', '12', 'max-digits'],
      ['Gather[0]', '9345', 'max-digits'],
    ]);
  });

  it('the older keeps its time', () => {
    const rig = two();
    const [timer] = rig.all('timer.arm');
    rig.press('1');
    rig.put({ type: 'timer.fired', timer: timer!.timer });
    rig.press('2');
    expect(ends(rig)).toEqual([
      ['Gather[0]', '', 'first-digit-timeout'],
      ['g1/Gather[0]', '12', 'max-digits'],
    ]);
  });

  it('the older stays the older in its next attempt', () => {
    const rig = two({ ...older, attempts: 2 });
    rig.put({ type: 'timer.fired', timer: rig.all('timer.arm')[0]!.timer });
    rig.press('12');
    expect(ends(rig)).toEqual([
      ['Gather[0]', '', 'first-digit-timeout'],
      ['g1/Gather[0]', '12', 'max-digits'],
    ]);
  });

  it('one whose entry is complete leaves the keys to the other', () => {
    const rig = startRun([older, build.park()]);
    beside(rig, 'g1', [{ ...newer, bargeIn: false, prompts: [build.prompt('Now.')] }]);
    rig.press('1234');
    rig.put({ type: 'prompt.finished', prompt: 'prompt-1', why: 'end', playedMs: 1 });
    rig.hangUp();
    expect(ends(rig)).toEqual([
      ['g1/Gather[0]', '12', 'max-digits'],
      ['Gather[0]', '34', 'hung-up'],
    ]);
  });

  it('a command completes the newer, or that of its name', () => {
    const complete = (name?: string) =>
      ({ type: 'command.received', command: { kind: 'complete-gather', ...(name && { name }) } }) as const;
    const rig = two();
    beside(rig, 'g10', [{ ...newer, at: at('g10/Gather[0]') }]);
    rig.put(complete('g1'));
    rig.put(complete('g2'));
    expect(ends(rig)).toEqual([['g1/Gather[0]', '', 'completed-by-command']]);
    rig.put(complete());
    expect(ends(rig).at(-1)).toEqual(['g10/Gather[0]', '', 'completed-by-command']);
    rig.put(complete('Gather'));
    expect(ends(rig)).toHaveLength(3);
    rig.put(complete());
    expect(ends(rig)).toHaveLength(3);
  });

  it('a secret of either is masked until both are over', () => {
    const rig = startRun([{ ...older, sensitive: true }, build.park()]);
    beside(rig, 'g1', [{ ...newer, sensitive: true }]);
    rig.press('12');
    expect(rig.all('sensitive').map(({ on }) => on)).toEqual([true]);
    rig.press('3456');
    expect(rig.all('sensitive').map(({ on }) => on)).toEqual([true, false]);
  });

  it('keys are told as nobody’s when both are over', () => {
    const rig = startRun([build.tellKeys(build.destination('http://app.test/keys')), older, build.park()]);
    beside(rig, 'g1', [newer]);
    rig.press('12');
    expect(rig.all('application.notify')).toEqual([]);
    rig.press('34567');
    expect(rig.all('application.notify')).toMatchObject([{ report: { kind: 'key', digit: '7' } }]);
  });
});

describe('a gather beside a verb that takes keys', () => {
  it('gets the key that would have ended a pause or a message', () => {
    for (const verb of [build.pause(9000, { stopKeys: '1' }), build.record('until', { terminators: '1' })]) {
      const rig = startRun([verb, build.hangup()]);
      if (verb.kind === 'record')
        rig.put({ type: 'recording.started', recording: 'recording-1', tag: null, channels: 'mixed' });
      beside(rig, 'g1', [newer]);
      rig.put({ type: 'leg.answered', leg: 'caller' });
      rig.press('12');
      expect(ends(rig)).toEqual([['g1/Gather[0]', '12', 'max-digits']]);
      expect(rig.all('call.hangup')).toEqual([]);
      expect(rig.all('record.stop')).toEqual([]);
    }
  });

  it('gets a key that also stops a sound', () => {
    const rig = startRun([build.play('A story.', { stopKeys: '1' }), build.park()]);
    beside(rig, 'g1', [newer]);
    expect(rig.press('1')).toMatchObject([
      { type: 'prompt.stop', prompt: 'prompt-1' },
      { type: 'timer.cancel' },
      { type: 'timer.arm' },
    ]);
    rig.press('2');
    expect(ends(rig)).toEqual([['g1/Gather[0]', '12', 'max-digits']]);
  });

  it('gets the caller’s keys of a talk, which otherwise are for the other side only', () => {
    const rig = startRun([build.dial([{ kind: 'sip', address: 'a@x' }]), { ...older, minDigits: 0 }]);
    rig.put({ type: 'leg.answered', leg: 'callee-1' });
    rig.press('7');
    beside(rig, 'g1', [newer]);
    rig.press('12');
    rig.press('8');
    expect(ends(rig)).toEqual([['g1/Gather[0]', '12', 'max-digits']]);
    rig.put({ type: 'leg.ended', leg: 'callee-1', by: 'peer', q850Cause: 16, reason: 'hung up' });
    rig.hangUp();
    expect(ends(rig).at(-1)).toEqual(['Gather[0]', '', 'hung-up']);
  });
});
