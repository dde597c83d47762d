// What is told beside the document: keys, the end of a dialled leg and of the call; and a caller who is answered only with a target.
import { describe, expect, it } from 'vitest';
import type { Effect } from '../call/effect.ts';
import type { WorldEvent } from '../call/event.ts';
import { destination, dial, flow, gather, pause, play, set, tellKeys } from '../flow/build.ts';
import type { Block, DialTarget } from '../flow/node.ts';
import type { Report } from '../flow/report.ts';
import { createRun } from './create-run.ts';

const told = destination('http://app.test/leg');
const watched = (address: string): DialTarget => ({ kind: 'sip', address, notify: told });
const last = destination('http://app.test/over', { method: 'POST', extra: { who: '{{from}}' } });

function start(body: Block) {
  const run = createRun({ first: destination('http://app.test/start'), last, defaults: { language: 'en-US' } });
  const said: Effect[] = [];
  let seq = 0;
  function put(event: WorldEvent, since = 0): readonly Effect['type'][] {
    seq += 1;
    const effects = run.step({ seq, at: since, since, event });
    said.push(...effects);
    return effects.map(({ type }) => type).filter((type) => type !== 'note');
  }
  put({ type: 'call.incoming', call: 'c1', app: 'a1', from: '1555', to: '1666', signalling: {} });
  put({ type: 'document.fetched', request: 'request-1', flow: flow(body), httpStatus: 200 });
  const reports = (): readonly Report[] =>
    said.flatMap((effect) => (effect.type === 'application.notify' ? [effect.report] : []));
  return { run, put, reports, said };
}

const answered = (leg: 'caller' | `callee-${number}`) => ({ type: 'leg.answered', leg }) as const;
const over = (leg: 'caller' | `callee-${number}`) =>
  ({ type: 'leg.ended', leg, by: 'peer', q850Cause: 16, reason: 'hung up' }) as const;

describe('the end of a dialled leg', () => {
  it('is told for the one that answered and for the one that was let go', () => {
    const { put, reports } = start([dial([watched('a@x'), watched('b@x')])]);
    put(answered('caller'), 10);
    put(answered('callee-2'), 2000);
    put({ type: 'leg.failed', leg: 'callee-1', sipStatus: 487, reason: 'cancelled' }, 2050);
    put(over('callee-2'), 5000);
    expect(reports()).toMatchObject([
      { kind: 'leg-end', target: 'a@x', reason: 'cancelled', dialledMs: 10, answeredMs: null, endedMs: 2050 },
      { kind: 'leg-end', target: 'b@x', reason: 'hung up', dialledMs: 10, answeredMs: 2000, endedMs: 5000 },
    ]);
  });

  it('is told as no answer when its time was up, and as busy when it was', () => {
    const { put, reports } = start([dial([watched('a@x'), watched('b@x')])]);
    put(answered('caller'));
    put({ type: 'leg.failed', leg: 'callee-2', sipStatus: 486, reason: 'Busy Here' });
    put({ type: 'timer.fired', timer: 'timer-1' }, 60_000);
    put({ type: 'leg.failed', leg: 'callee-1', sipStatus: 487, reason: 'cancelled' }, 60_010);
    expect(reports().map((report) => 'reason' in report && report.reason)).toEqual(['busy', 'no answer']);
  });

  it('is told at once when the caller leaves, before the end of the call', () => {
    const { run, put, reports } = start([dial([watched('a@x')])]);
    put(answered('caller'));
    put(answered('callee-1'), 1000);
    put(over('caller'), 4000);
    expect(reports()).toMatchObject([
      { kind: 'leg-end', reason: 'completed', answeredMs: 1000, endedMs: 4000 },
      { kind: 'call-end', by: 'peer', reason: 'hung up', fault: null, destination: { extra: { who: '1555' } } },
    ]);
    expect(run.over).toBe(false);
    put({ type: 'notice.told', notice: 'notice-1', httpStatus: 200 }, 4010);
    expect(put({ type: 'notice.failed', notice: 'notice-2', code: 'fetch-failed', message: '' }, 4020)).toEqual([
      'timer.cancel',
    ]);
    expect(run.over).toBe(true);
  });

  it('is not waited for without end', () => {
    const { run, put, said } = start([]);
    put(over('caller'), 4000);
    expect(run.over).toBe(false);
    const timer = said.findLast((effect) => effect.type === 'timer.arm')!;
    expect(timer.delayMs).toBe(5000);
    put({ type: 'timer.fired', timer: timer.timer }, 9000);
    expect(run.over).toBe(true);
  });
});

describe('the end of a call', () => {
  it('names the document that could not be had', () => {
    const run = createRun({ first: destination('http://app.test/start'), last, defaults: { language: 'en-US' } });
    run.step({
      seq: 1,
      at: 0,
      since: 0,
      event: { type: 'call.incoming', call: 'c1', app: 'a1', from: '1', to: '2', signalling: {} },
    });
    run.step({
      seq: 2,
      at: 0,
      since: 0,
      event: { type: 'document.failed', request: 'request-1', code: 'document-http-status', message: 'answered 500.' },
    });
    const effects = run.step({ seq: 3, at: 0, since: 9, event: over('caller') });
    expect(effects).toContainEqual(
      expect.objectContaining({
        type: 'application.notify',
        report: expect.objectContaining({ kind: 'call-end', fault: 'document-http-status', endedMs: 9 }),
      }),
    );
  });

  it('waits for what was told before it and has not arrived', () => {
    const { run, put, said } = start([tellKeys(told), pause(60_000)]);
    put(answered('caller'));
    put({ type: 'digit', leg: 'caller', press: 1, digit: '5', heard: [] }, 1000);
    put(over('caller'), 1010);
    const [key, end] = said.flatMap((effect) => (effect.type === 'application.notify' ? [effect.notice] : []));
    put({ type: 'notice.told', notice: end!, httpStatus: 200 }, 1020);
    expect(run.over).toBe(false);
    put({ type: 'notice.failed', notice: key!, code: 'fetch-unreachable', message: '' }, 1030);
    expect(run.over).toBe(true);
  });

  it('does not wait for what has arrived', () => {
    const { run, put, said } = start([tellKeys(told), pause(60_000)]);
    put(answered('caller'));
    put({ type: 'digit', leg: 'caller', press: 1, digit: '5', heard: [] }, 1000);
    put({ type: 'notice.told', notice: 'notice-1', httpStatus: 200 }, 1005);
    put(over('caller'), 1010);
    expect(said.filter(({ type }) => type === 'application.notify')).toHaveLength(2);
    put({ type: 'notice.told', notice: 'notice-2', httpStatus: 200 }, 1020);
    expect(run.over).toBe(true);
  });
});

describe('keys that are told', () => {
  const press = (digit: string, press: number) =>
    ({ type: 'digit', leg: 'caller', press, digit, heard: [{ via: 'info', at: 0 }] }) as const;
  const keysTo = destination('http://app.test/key', { extra: { tag: '{{tag}}' } });

  it('are those that no gather listens to, until it is ended', () => {
    const { put, reports } = start([
      tellKeys(keysTo),
      set('tag', 'later'),
      pause(1000),
      gather({ maxDigits: 1 }),
      tellKeys(null),
      pause(1000),
    ]);
    put(press('1', 1));
    put({ type: 'timer.fired', timer: 'timer-1' });
    put(answered('caller'));
    // The key typed ahead is the gather's; this one comes behind it.
    put(press('2', 2));
    put({ type: 'digit', leg: 'callee-1', press: 3, digit: '3', heard: [] });
    expect(reports()).toMatchObject([{ kind: 'key', digit: '1', destination: { extra: { tag: 'later' } } }]);
  });

  it('are not those of a gather that listens', () => {
    const { put, reports } = start([tellKeys(keysTo), gather({ maxDigits: 2 }), pause(1000)]);
    put(answered('caller'));
    put(press('1', 1));
    expect(reports()).toEqual([]);
    put(press('2', 2));
    put(press('3', 3));
    expect(reports()).toMatchObject([{ digit: '3' }]);
  });
});

describe('a caller who is answered with the target', () => {
  it('is left ringing until one answers', () => {
    const { put } = start([dial([watched('a@x')], { answers: 'with-target' }), play('Welcome back.')]);
    expect(put(answered('callee-1'))).toEqual(['timer.cancel', 'call.answer']);
    expect(put(answered('caller'))).toEqual(['bridge.join']);
    expect(put(over('callee-1'))).toContain('prompt.start');
  });

  it('is not answered when nobody answers', () => {
    const { put, said } = start([dial([watched('a@x')], { answers: 'with-target' })]);
    put({ type: 'leg.failed', leg: 'callee-1', sipStatus: 486, reason: 'Busy Here' });
    expect(said.map(({ type }) => type)).not.toContain('call.answer');
    expect(said.map(({ type }) => type)).toContain('call.hangup');
  });

  it('goes on when the target leaves before the caller is answered', () => {
    const { put } = start([dial([watched('a@x')], { answers: 'with-target' }), play('Welcome back.')]);
    put(answered('callee-1'));
    put(over('callee-1'));
    expect(put(answered('caller'))).toEqual(['prompt.start']);
  });
});
