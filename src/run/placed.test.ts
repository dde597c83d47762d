import { describe, expect, it } from 'vitest';
import * as build from '../flow/build.ts';
import { createRig, type RunRig } from './run-rig.ts';

const hello = build.flow([build.play('Hello.')]);
const told = build.destination('http://app.test/over');
const order = { kind: 'number', account: '', priority: 5 } as const;

function place({ ringing = true } = {}): RunRig {
  const rig = createRig();
  const plan = { flow: hello, last: told, ringMs: 30_000 };
  rig.put({ type: 'call.placed', call: 'c1', app: 'a1', from: '1', to: '2', plan, order });
  if (ringing) rig.put({ type: 'leg.invited', leg: 'caller', sipCallId: 'a' });
  return rig;
}

describe('a call that we place', () => {
  it('asks nobody for a document, before the answer or after', () => {
    const rig = place();
    rig.put({ type: 'leg.answered', leg: 'caller' });
    expect(rig.all('document.ask')).toEqual([]);
    expect(rig.last('prompt.start').sound).toMatchObject({ text: 'Hello.' });
    rig.put({ type: 'prompt.finished', prompt: 'prompt-1', why: 'end', playedMs: 1 });
    expect(rig.last('call.hangup')).toEqual({ type: 'call.hangup', reason: null });
  });

  it('asks no longer than its plan says, whatever its documents say', () => {
    const rig = createRig();
    const ask = build.ask('Next', build.destination('http://app.test/next', { timeoutMs: 15_000 }));
    const plan = { flow: build.flow([ask]), last: null, ringMs: 30_000, webhookMs: 3000 };
    rig.put({ type: 'call.placed', call: 'c1', app: 'a1', from: '1', to: '2', plan, order });
    rig.put({ type: 'leg.invited', leg: 'caller', sipCallId: 'a' });
    rig.put({ type: 'leg.answered', leg: 'caller' });
    expect(rig.last('document.ask').report.destination).toMatchObject({ timeoutMs: 3000 });
  });

  it('is over when the phone refuses, and that is told', () => {
    const rig = place();
    const effects = rig.put({ type: 'leg.failed', leg: 'caller', sipStatus: 486, reason: 'Busy Here' });
    expect(effects).toMatchObject([
      { type: 'timer.cancel', timer: 'timer-1' },
      { type: 'application.notify', report: { kind: 'call-end', by: 'peer', q850Cause: 17, reason: 'Busy Here' } },
      { type: 'timer.arm' },
    ]);
    rig.put({ type: 'notice.told', notice: 'notice-1', httpStatus: 200 });
    expect(rig.notes('call.ended')).toEqual([{ type: 'call.ended', reason: 'Busy Here', q850Cause: 17 }]);
    expect(rig.all('prompt.start')).toEqual([]);
  });

  it('stops ringing when a command hangs up, in its turn or before', () => {
    for (const ringing of [true, false]) {
      const rig = place({ ringing });
      const effects = rig.put({ type: 'command.received', command: { kind: 'hangup', reason: 'by the desk' } });
      expect(effects).toEqual([
        ...(ringing ? [{ type: 'timer.cancel', timer: 'timer-1' }] : []),
        { type: 'call.hangup', reason: 'by the desk' },
      ]);
      rig.put({ type: 'leg.ended', leg: 'caller', by: 'us', q850Cause: 16, reason: 'by the desk' });
      rig.put({ type: 'notice.told', notice: 'notice-1', httpStatus: 200 });
      expect(rig.over).toBe(true);
    }
  });

  it('does beside its document what it was told while it rang, once somebody answers', () => {
    const rig = place();
    const body = [build.sendDigits('12')];
    expect(rig.put({ type: 'command.received', command: { kind: 'beside', name: 'd', body } })).toEqual([]);
    rig.put({ type: 'leg.ringing', leg: 'caller', sipStatus: 180 });
    expect(rig.put({ type: 'leg.answered', leg: 'caller' }).map(({ type }) => type)).toEqual([
      'timer.cancel',
      'prompt.start',
      'digits.send',
    ]);
    expect(rig.all('call.answer')).toEqual([]);
  });

  it('of which the answer crossed the end of its time is hung up', () => {
    const rig = place();
    rig.put({ type: 'timer.fired', timer: 'timer-1' });
    expect(rig.put({ type: 'leg.answered', leg: 'caller' })).toEqual([]);
    expect(rig.all('call.hangup')).toHaveLength(1);
  });
});

describe('a call that comes in with a plan', () => {
  const plan = { flow: hello, last: null, ringMs: 0 };
  const incoming = { type: 'call.incoming', call: 'c1', app: 'a1', from: '1', to: '2', signalling: {}, plan } as const;

  it('runs its flow without asking, and answers as ever', () => {
    const rig = createRig();
    expect(rig.put(incoming)).toEqual([{ type: 'call.answer' }]);
    rig.put({ type: 'leg.answered', leg: 'caller' });
    expect(rig.last('prompt.start').sound).toMatchObject({ text: 'Hello.' });
    expect(rig.all('document.ask')).toEqual([]);
  });

  it('that waits is answered by what comes beside it', () => {
    const rig = createRig();
    expect(rig.put({ ...incoming, plan: { ...plan, flow: build.flow([build.park()]) } })).toEqual([]);
    const body = [build.answer(), build.play('Beside.')];
    expect(rig.put({ type: 'command.received', command: { kind: 'beside', name: 's', body } })).toEqual([
      { type: 'call.answer' },
    ]);
    rig.put({ type: 'leg.answered', leg: 'caller' });
    expect(rig.last('prompt.start').sound).toMatchObject({ text: 'Beside.' });
    rig.hangUp();
    expect(rig.over).toBe(true);
  });
});
