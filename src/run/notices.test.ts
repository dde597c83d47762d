import { describe, expect, it } from 'vitest';
import * as build from '../flow/build.ts';
import type { Report } from '../flow/report.ts';
import { type RunRig, startRun } from './run-rig.ts';

const told = build.destination('http://app.test/told');
const reports = (rig: RunRig): readonly Report[] => rig.all('application.notify').map(({ report }) => report);
const started = (prompt: string) => ({ type: 'prompt.started', prompt }) as const;
const over = (prompt: string) => ({ type: 'prompt.finished', prompt, why: 'end', playedMs: 1 }) as const;

describe('a sound that its node tells about', () => {
  it('is told when it begins and when it is over', () => {
    const rig = startRun([build.play('Hello.', { notify: told }), build.park()]);
    expect(rig.put(started('prompt-1'))).toMatchObject([
      { type: 'application.notify', notice: 'notice-1', report: { kind: 'sound', status: 'started', sound: 'speech' } },
    ]);
    expect(rig.put(over('prompt-1'))).toMatchObject([
      { type: 'application.notify', notice: 'notice-2', report: { kind: 'sound', status: 'done', sound: 'speech' } },
    ]);
  });

  it('is a file when it is not spoken, and goes where variables say', () => {
    const notify = build.destination('http://app.test/{{from}}');
    const rig = startRun([build.play({ kind: 'media', url: 'http://app.test/a.wav' }, { notify }), build.park()]);
    rig.put(started('prompt-1'));
    expect(reports(rig)).toMatchObject([{ sound: 'file', destination: { url: 'http://app.test/15551230001' } }]);
  });

  it('that could not be heard is not told', () => {
    const rig = startRun([build.play('Hello.', { notify: told }), build.park()]);
    rig.put({ type: 'prompt.failed', prompt: 'prompt-1', code: 'x', message: 'mute' });
    expect(reports(rig)).toEqual([]);
  });

  it('that something else ended is over, and a call that is over waits until that is told', () => {
    const rig = startRun([build.play('Hello.', { notify: told }), build.park()]);
    rig.put(started('prompt-1'));
    rig.hangUp();
    expect(reports(rig)).toMatchObject([{ status: 'started' }, { status: 'done' }]);
    expect(rig.over).toBe(false);
    rig.put({ type: 'notice.told', notice: 'notice-1', httpStatus: 200 });
    expect(rig.over).toBe(false);
    rig.put({ type: 'notice.told', notice: 'notice-2', httpStatus: 200 });
    expect(rig.over).toBe(true);
  });
});

describe('a gather that is told about', () => {
  const entry = build.gather({ prompts: [], maxDigits: 2, attempts: 2, firstDigitMs: 5000, notify: told });

  it('tells each attempt, with what was keyed', () => {
    const rig = startRun([entry, build.park()]);
    rig.put({ type: 'timer.fired', timer: 'timer-1' });
    rig.press('12');
    expect(reports(rig)).toMatchObject([
      { kind: 'gather', attempt: 1, digits: '', success: false, reason: 'first-digit-timeout' },
      { kind: 'gather', attempt: 2, digits: '12', success: true, reason: 'max-digits' },
    ]);
  });

  it('tells secrets only to the application', () => {
    const rig = startRun([{ ...entry, sensitive: true }, build.park()]);
    rig.press('12');
    expect(reports(rig)).toMatchObject([{ digits: '12' }]);
    expect(rig.notes('gather.finished')).toMatchObject([{ digits: '••' }]);
  });

  it('tells how it ended from outside', () => {
    const rig = startRun([entry, build.park()]);
    rig.press('1');
    rig.put({ type: 'command.received', command: { kind: 'complete-gather' } });
    rig.put({ type: 'command.received', command: { kind: 'run', flow: build.flow([entry]) } });
    rig.put({ type: 'command.received', command: { kind: 'run', flow: build.flow([entry]) } });
    rig.press('3');
    rig.hangUp();
    expect(reports(rig)).toMatchObject([
      { digits: '1', reason: 'completed-by-command' },
      { digits: '', reason: 'cancelled' },
      { digits: '3', reason: 'hung-up' },
    ]);
    for (const notice of ['notice-1', 'notice-2', 'notice-3']) {
      expect(rig.over).toBe(false);
      rig.put({ type: 'notice.told', notice, httpStatus: 200 });
    }
    expect(rig.over).toBe(true);
  });
});

describe('holds', () => {
  it('of a document and beside it are one, until the later end', () => {
    const rig = startRun([build.hold('hold', { timeoutMs: 1000 }), build.park()]);
    rig.put({
      type: 'command.received',
      command: { kind: 'beside', name: 'h', body: [build.hold('hold', { timeoutMs: null })] },
    });
    rig.put({ type: 'timer.fired', timer: 'timer-1' });
    expect(rig.all('hold.stop')).toEqual([]);
    rig.put({ type: 'command.received', command: { kind: 'end-beside', name: 'h' } });
    expect(rig.all('hold.start')).toHaveLength(1);
    expect(rig.all('hold.stop')).toHaveLength(1);
  });
});
