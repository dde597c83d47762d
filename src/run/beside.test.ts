import { describe, expect, it } from 'vitest';
import * as build from '../flow/build.ts';
import type { Block, Position } from '../flow/node.ts';
import { mostBeside } from './beside.ts';
import { type RunRig, startRun } from './run-rig.ts';

const at = (path: string): Position => ({ line: 1, column: 1, path });
const beside = (rig: RunRig, name: string, body: Block) =>
  rig.put({ type: 'command.received', command: { kind: 'beside', name, body } });
const endBeside = (rig: RunRig, name: string) =>
  rig.put({ type: 'command.received', command: { kind: 'end-beside', name } });
const over = (prompt: string) => ({ type: 'prompt.finished', prompt, why: 'end', playedMs: 1 }) as const;
const texts = (rig: RunRig) => rig.all('prompt.start').map(({ sound }) => sound.kind === 'speech' && sound.text);
const target = { kind: 'sip', address: 'a@x' } as const;

describe('what runs beside the document', () => {
  it('goes on with it, and vanishes at its end', () => {
    const rig = startRun([build.pause(5000), build.play('Later.')]);
    rig.put({ type: 'command.received', command: { kind: 'beside', name: 'b1', body: [] } });
    expect(beside(rig, 'b1', [build.play('One.', { at: at('b1/Say[0]') }), build.pause(100)])).toEqual([
      { type: 'call.answer' },
    ]);
    rig.put({ type: 'leg.answered', leg: 'caller' });
    rig.put({ type: 'timer.fired', timer: 'timer-1' });
    expect(texts(rig)).toEqual(['One.', 'Later.']);
    expect(rig.put(over('prompt-1'))).toEqual([{ type: 'timer.arm', timer: 'timer-2', delayMs: 100 }]);
    expect(rig.put({ type: 'timer.fired', timer: 'timer-2' })).toEqual([]);
    expect(rig.put(over('prompt-2'))).toEqual([{ type: 'call.hangup', reason: null }]);
    expect(rig.notes('verb.started').map(({ path }) => path)).toContain('b1/Say[0]');
  });

  it('is closed when the call ends, as the document is', () => {
    const rig = startRun([build.play('A story.', { at: at('Say[0]') })]);
    beside(rig, 'b1', [build.pause(1000, { at: at('b1/Pause[0]') })]);
    expect(rig.hangUp()).toEqual([
      { type: 'prompt.stop', prompt: 'prompt-1' },
      { type: 'timer.cancel', timer: 'timer-1' },
    ]);
    expect(rig.notes('verb.finished').map(({ path, reason }) => [path, reason])).toEqual([
      ['Say[0]', 'hung-up'],
      ['b1/Pause[0]', 'hung-up'],
    ]);
    expect(rig.over).toBe(true);
  });

  it('outlives the document that another one replaces', () => {
    const rig = startRun([build.play('A story.')]);
    beside(rig, 'b1', [build.pause(1000), build.play('Beside.')]);
    rig.put({ type: 'command.received', command: { kind: 'run', flow: build.flow([build.pause(9000)]) } });
    rig.put({ type: 'timer.fired', timer: 'timer-1' });
    expect(texts(rig)).toEqual(['A story.', 'Beside.']);
  });

  it('is closed by a command to hang up, before that is done', () => {
    const rig = startRun([build.play('A story.')]);
    beside(rig, 'b1', [build.pause(1000)]);
    expect(rig.put({ type: 'command.received', command: { kind: 'hangup', reason: 'by the desk' } })).toEqual([
      { type: 'prompt.stop', prompt: 'prompt-1' },
      { type: 'timer.cancel', timer: 'timer-1' },
      { type: 'call.hangup', reason: 'by the desk' },
    ]);
  });

  it('is ended by its name, alone', () => {
    const rig = startRun([build.play('A story.')]);
    beside(rig, 'b1', [build.pause(1000, { at: at('b1/Pause[0]') })]);
    beside(rig, 'b2', [build.pause(1000)]);
    expect(endBeside(rig, 'b1')).toEqual([{ type: 'timer.cancel', timer: 'timer-1' }]);
    expect(rig.notes('verb.finished')).toMatchObject([{ path: 'b1/Pause[0]', success: false, reason: 'cancelled' }]);
    expect(endBeside(rig, 'b1')).toEqual([]);
    expect(endBeside(rig, 'b3')).toEqual([]);
  });

  it('is refused under a name that still runs, and when too many do', () => {
    const rig = startRun([build.play('A story.')]);
    for (let count = 1; count <= mostBeside; count += 1) beside(rig, `b${count}`, [build.pause(1000)]);
    expect(beside(rig, 'b1', [build.pause(9000)])).toEqual([]);
    expect(beside(rig, 'another', [build.pause(9000)])).toEqual([]);
    expect(rig.notes('flow.failed').map(({ source, code }) => [source, code])).toEqual([
      ['b1', 'beside-refused'],
      ['another', 'beside-refused'],
    ]);
    rig.put({ type: 'timer.fired', timer: 'timer-1' });
    expect(beside(rig, 'b1', [build.pause(9000)])).toHaveLength(1);
  });

  it('comes too late for a call that is over or hung up', () => {
    const rig = startRun([build.hangup()]);
    expect(beside(rig, 'b1', [build.play('Wait!')])).toEqual([]);
    rig.hangUp();
    expect(beside(rig, 'b1', [build.play('Wait!')])).toEqual([]);
  });

  it('ends the call when it says so, once, and tidies up before', () => {
    const rig = startRun([build.play('A story.')]);
    beside(rig, 'b1', [build.pause(1000)]);
    expect(beside(rig, 'b2', [build.hangup({ reason: 'enough' })])).toEqual([
      { type: 'prompt.stop', prompt: 'prompt-1' },
      { type: 'timer.cancel', timer: 'timer-1' },
      { type: 'call.hangup', reason: 'enough' },
    ]);
    rig.put({ type: 'leg.ended', leg: 'caller', by: 'us', q850Cause: 16, reason: 'enough' });
    expect(rig.over).toBe(true);
  });

  it('and the document may end the call on the same line, which is one end', () => {
    const rig = startRun([build.pause(1000, { stopKeys: '#' })]);
    beside(rig, 'b1', [build.play('Beside.')]);
    rig.put({ type: 'leg.answered', leg: 'caller' });
    beside(rig, 'b2', [build.record('during', { body: [build.pause(1000), build.hangup()] })]);
    rig.put({ type: 'recording.started', recording: 'recording-1', tag: null, channels: 'mixed' });
    rig.press('#');
    rig.put({ type: 'timer.fired', timer: 'timer-2' });
    expect(rig.all('call.hangup')).toHaveLength(1);
  });

  it('replaces the document with the answer that holds one, and is over itself', () => {
    const rig = startRun([build.play('A story.')]);
    beside(rig, 'b1', [build.ask('Redirect', build.destination('http://app.test/next'))]);
    beside(rig, 'b2', [build.pause(1000), build.play('Still here.')]);
    const effects = rig.put({
      type: 'document.fetched',
      request: 'request-2',
      flow: build.flow([build.play('Another one.'), build.pause(1)]),
      httpStatus: 200,
    });
    expect(effects).toMatchObject([
      { type: 'prompt.stop', prompt: 'prompt-1' },
      { type: 'prompt.start', sound: { text: 'Another one.' } },
    ]);
    rig.put({ type: 'timer.fired', timer: 'timer-1' });
    expect(texts(rig)).toEqual(['A story.', 'Another one.', 'Still here.']);
  });

  it('does not replace the document of a call that is being hung up', () => {
    const rig = startRun([build.play('A story.')]);
    beside(rig, 'b1', [build.ask('Redirect', build.destination('http://app.test/next'))]);
    rig.put(over('prompt-1'));
    expect(
      rig.put({
        type: 'document.fetched',
        request: 'request-2',
        flow: build.flow([build.play('Late.')]),
        httpStatus: 200,
      }),
    ).toEqual([]);
  });

  it('that loses its document leaves the other one as it is', () => {
    const rig = startRun([build.play('A story.')]);
    beside(rig, 'b1', [build.ask('Redirect', build.destination('http://app.test/next'))]);
    rig.put({ type: 'document.failed', request: 'request-2', code: 'fetch-unreachable', message: 'down' });
    expect(rig.put(over('prompt-1'))).toEqual([{ type: 'call.hangup', reason: null }]);
    expect(texts(rig)).toEqual(['A story.']);
  });

  it('has an error of its own', () => {
    const failing = (name: string, words: string) =>
      build.bridge('c2', { at: at(name), onFailed: [build.pause(1000), build.play(words)] });
    const rig = startRun([failing('Bridge[0]', 'The document: {{error}}.')]);
    rig.put({ type: 'bridge.failed', call: 'c2', code: 'x', message: 'first' });
    beside(rig, 'b1', [failing('b1/Bridge[0]', 'Beside: {{error}}.')]);
    rig.put({ type: 'bridge.failed', call: 'c2', code: 'x', message: 'second' });
    rig.put({ type: 'timer.fired', timer: 'timer-1' });
    rig.put({ type: 'timer.fired', timer: 'timer-2' });
    expect(texts(rig)).toEqual(['The document: first.', 'Beside: second.']);
  });

  it('that never waits is ended, and nobody apologises over the document', () => {
    const rig = startRun([build.play('A story.')]);
    beside(rig, 'b1', [build.loop(1_000_000, [build.set('x', '1')])]);
    expect(rig.notes('flow.failed')).toMatchObject([{ source: 'b1', code: 'flow-never-waits' }]);
    expect(texts(rig)).toEqual(['A story.']);
    expect(rig.put(over('prompt-1'))).toEqual([{ type: 'call.hangup', reason: null }]);
  });
});

describe('beside two people who talk', () => {
  function talking(): RunRig {
    const rig = startRun([build.dial([target])]);
    rig.put({ type: 'leg.answered', leg: 'callee-1' });
    return rig;
  }

  it('sounds, keys and recordings go to whom they are for', () => {
    const rig = talking();
    expect(beside(rig, 'b1', [build.play('Psst.', { to: 'callee' })])).toMatchObject([
      { type: 'prompt.start', to: 'callee' },
    ]);
    expect(beside(rig, 'b2', [build.sendDigits('12', { to: 'callee' })])).toMatchObject([
      { type: 'digits.send', to: 'callee' },
    ]);
    expect(beside(rig, 'b3', [build.record('start', { tag: 'talk' })])).toMatchObject([{ type: 'record.start' }]);
    rig.put({ type: 'recording.started', recording: 'recording-1', tag: 'talk', channels: 'mixed' });
    expect(beside(rig, 'b4', [build.record('stop', { tag: 'talk' })])).toEqual([
      { type: 'record.stop', recording: 'recording-1' },
    ]);
  });

  it('a hold lasts until it is ended', () => {
    const rig = talking();
    expect(beside(rig, 'b1', [build.hold('hold', { timeoutMs: null })])).toEqual([{ type: 'hold.start' }]);
    expect(endBeside(rig, 'b1')).toEqual([{ type: 'hold.stop' }]);
  });
});
