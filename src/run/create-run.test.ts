import { describe, expect, it } from 'vitest';
import * as build from '../flow/build.ts';
import { createRig, startRun } from './run-rig.ts';

const entry = build.gather({ prompts: [build.prompt('Enter it.')], maxDigits: 4 });
const target = { kind: 'sip', address: 'a@x' } as const;

describe('answering', () => {
  it('waits for the first verb that needs it', () => {
    const rig = startRun([build.pause(1000), build.play('Hello.')], { answers: false });
    expect(rig.all('call.answer')).toEqual([]);
    expect(rig.put({ type: 'timer.fired', timer: 'timer-1' })).toEqual([{ type: 'call.answer' }]);
    expect(rig.put({ type: 'leg.answered', leg: 'caller' })).toMatchObject([
      { type: 'prompt.start', prompt: 'prompt-1' },
    ]);
  });

  it('is asked for once, also when another document comes before it is done', () => {
    const rig = startRun([build.play('Hello.')], { answers: false });
    const pushed = build.flow([build.reject()]);
    const effects = rig.put({
      type: 'command.received',
      command: { kind: 'run', flow: build.flow([build.play('Hi.')]) },
    });
    expect(effects).toEqual([]);
    expect(rig.put({ type: 'command.received', command: { kind: 'run', flow: pushed } })).toEqual([
      { type: 'call.hangup', reason: 'rejected' },
    ]);
    expect(rig.all('call.answer')).toHaveLength(1);
  });

  it('is the other side’s on a call that we placed, and its flow runs then', () => {
    const rig = createRig();
    const plan = { flow: build.flow([build.play('Hello.')]), last: null, ringMs: 30_000 };
    const order = { kind: 'number', account: '', priority: 3 } as const;
    expect(rig.put({ type: 'call.placed', call: 'c1', app: 'a1', from: '1', to: '2', plan, order })).toEqual([]);
    expect(rig.put({ type: 'leg.invited', leg: 'caller', sipCallId: 'a' })).toEqual([
      { type: 'timer.arm', timer: 'timer-1', delayMs: 30_000 },
    ]);
    expect(rig.put({ type: 'leg.ringing', leg: 'caller', sipStatus: 180 })).toEqual([]);
    rig.put({ type: 'leg.answered', leg: 'caller' });
    expect(rig.all('timer.cancel')).toHaveLength(1);
    expect(rig.all('call.answer')).toEqual([]);
    expect(rig.all('prompt.start')).toHaveLength(1);
  });
});

describe('a call that we place', () => {
  const plan = { flow: build.flow([build.play('Hello.')]), last: null, ringMs: 30_000 };
  const order = { kind: 'number', account: '', priority: 3 } as const;
  function place(): ReturnType<typeof createRig> {
    const rig = createRig();
    rig.put({ type: 'call.placed', call: 'c1', app: 'a1', from: '1', to: '2', plan, order });
    return rig;
  }

  it('is given up when nobody answers, counted from its turn', () => {
    const rig = place();
    rig.put({ type: 'leg.invited', leg: 'caller', sipCallId: 'a' }, 90_000);
    expect(rig.last('timer.arm').delayMs).toBe(30_000);
    rig.put({ type: 'leg.ringing', leg: 'caller', sipStatus: 180 });
    const { timer } = rig.last('timer.arm');
    expect(rig.put({ type: 'timer.fired', timer }, 120_000)).toEqual([
      { type: 'call.hangup', reason: 'no answer', q850Cause: 19 },
    ]);
    rig.put({ type: 'leg.ended', leg: 'caller', by: 'us', q850Cause: 19, reason: 'no answer' });
    expect(rig.notes('call.ended')).toMatchObject([{ reason: 'no answer', q850Cause: 19 }]);
  });

  it('does what it was told meanwhile once somebody answers, and rings no longer for that', () => {
    const rig = place();
    rig.put({ type: 'leg.invited', leg: 'caller', sipCallId: 'a' });
    const other = build.flow([build.play('Another one.')]);
    rig.put({ type: 'command.received', command: { kind: 'run', flow: other } }, 10_000);
    expect(rig.last('timer.arm').delayMs).toBe(20_000);
    expect(rig.all('prompt.start')).toEqual([]);
    rig.put({ type: 'leg.answered', leg: 'caller' });
    expect(rig.all('prompt.start')).toMatchObject([{ sound: { text: 'Another one.' } }]);
  });
});

describe('a key that only the signalling carries', () => {
  it('stops the prompt all the same', () => {
    const rig = startRun([entry]);
    expect(rig.press('1')).toMatchObject([{ type: 'prompt.stop', prompt: 'prompt-1' }, { type: 'timer.arm' }]);
  });
});

describe('a command', () => {
  it('to run another document ends the gather that runs, and only one listens', () => {
    const rig = startRun([entry]);
    rig.press('1');
    const effects = rig.put({
      type: 'command.received',
      command: { kind: 'run', flow: build.flow([{ ...entry, prompts: [] }]) },
    });
    expect(effects.map(({ type }) => type)).toEqual(['timer.cancel', 'timer.arm']);
    rig.press('2345');
    expect(rig.notes('gather.finished').map(({ digits, reason }) => [digits, reason])).toEqual([
      ['1', 'cancelled'],
      ['2345', 'max-digits'],
    ]);
    expect(rig.last('call.hangup')).toEqual({ type: 'call.hangup', reason: null });
  });

  it('to hang up stops what sounds and hangs up once', () => {
    const rig = startRun([build.play('A long story.')]);
    expect(rig.put({ type: 'command.received', command: { kind: 'hangup', reason: 'by the desk' } })).toEqual([
      { type: 'prompt.stop', prompt: 'prompt-1' },
      { type: 'call.hangup', reason: 'by the desk' },
    ]);
    expect(rig.put({ type: 'command.received', command: { kind: 'hangup', reason: 'again' } })).toEqual([]);
    rig.put({ type: 'leg.ended', leg: 'caller', by: 'us', q850Cause: 16, reason: 'by the desk' });
    expect(rig.over).toBe(true);
  });

  it('that comes after the document has hung up is too late', () => {
    const rig = startRun([build.hangup()]);
    expect(
      rig.put({ type: 'command.received', command: { kind: 'run', flow: build.flow([build.play('Wait!')]) } }),
    ).toEqual([]);
  });

  it('makes a document that was asked for before it come too late', () => {
    const rig = createRig();
    rig.put({ type: 'call.incoming', call: 'c1', app: 'a1', from: '1', to: '2', signalling: {} });
    rig.put({ type: 'command.received', command: { kind: 'run', flow: build.flow([build.play('Pushed.')]) } });
    rig.put({ type: 'leg.answered', leg: 'caller' });
    expect(
      rig.put({
        type: 'document.fetched',
        request: 'request-1',
        flow: build.flow([build.play('Late.')]),
        httpStatus: 200,
      }),
    ).toEqual([]);
  });
});

describe('the end of a call', () => {
  it('is told once, and nothing follows', () => {
    const rig = startRun([entry]);
    rig.hangUp();
    rig.hangUp();
    expect(rig.notes('call.ended')).toEqual([{ type: 'call.ended', reason: 'hung up', q850Cause: 16 }]);
    expect(rig.over).toBe(true);
    expect(rig.press('1')).toEqual([]);
  });

  it('closes verbs from the inside out', () => {
    const inner = build.play('Inside.', { at: { line: 2, column: 1, path: 'Record[0]/Say[0]' } });
    const rig = startRun([build.record('during', { at: { line: 1, column: 1, path: 'Record[0]' }, body: [inner] })]);
    rig.put({ type: 'recording.started', recording: 'recording-1', tag: null, channels: 'mixed' });
    expect(rig.hangUp()).toEqual([
      { type: 'prompt.stop', prompt: 'prompt-1' },
      { type: 'record.stop', recording: 'recording-1' },
    ]);
    expect(rig.notes('verb.finished').map(({ verb, reason }) => [verb, reason])).toEqual([
      ['Say', 'hung-up'],
      ['Record', 'hung-up'],
    ]);
  });

  it('waits until a recording is complete and told', () => {
    const rig = startRun([build.record('until', { notify: build.destination('http://app.test/recorded') })]);
    rig.put({ type: 'recording.started', recording: 'recording-1', tag: null, channels: 'mixed' });
    rig.hangUp();
    expect(rig.over).toBe(false);
    const told = rig.put({
      type: 'recording.finished',
      recording: 'recording-1',
      tag: null,
      durationMs: 900,
      bytes: 1,
      file: 'f',
      why: 'ended',
    });
    expect(told).toMatchObject([
      { type: 'application.notify', report: { kind: 'recording', recordingId: 'recording-1', durationMs: 900 } },
      { type: 'timer.arm' },
    ]);
    expect(rig.over).toBe(false);
    rig.put({ type: 'notice.told', notice: 'notice-1', httpStatus: 200 });
    expect(rig.over).toBe(true);
  });

  it('takes the other legs with it', () => {
    const rig = startRun([build.dial([target, { kind: 'sip', address: 'b@x' }])]);
    rig.put({ type: 'leg.answered', leg: 'callee-2' });
    expect(rig.all('leg.hangup')).toEqual([{ type: 'leg.hangup', leg: 'callee-1' }]);
    expect(rig.hangUp()).toEqual([{ type: 'leg.hangup', leg: 'callee-2' }]);
  });

  it('of a caller who never got an answer is the end of the call too', () => {
    const rig = createRig();
    rig.put({ type: 'call.incoming', call: 'c1', app: 'a1', from: '1', to: '2', signalling: {} });
    rig.put({ type: 'leg.failed', leg: 'caller', sipStatus: 487, reason: 'cancelled' });
    expect(rig.notes('call.ended')).toEqual([{ type: 'call.ended', reason: 'cancelled', q850Cause: 16 }]);
  });
});

describe('dial', () => {
  it('hangs up a phone whose answer crossed our hang-up', () => {
    const rig = startRun([build.dial([target, { kind: 'sip', address: 'b@x' }])]);
    rig.put({ type: 'leg.answered', leg: 'callee-2' });
    expect(rig.put({ type: 'leg.answered', leg: 'callee-1' })).toEqual([{ type: 'leg.hangup', leg: 'callee-1' }]);
  });

  it('reports to the application and follows its answer', () => {
    const rig = startRun([build.dial([target], { report: build.destination('http://app.test/dialled') })]);
    rig.put({ type: 'leg.failed', leg: 'callee-1', sipStatus: 603, reason: 'Decline' });
    expect(rig.last('document.ask').report).toMatchObject({ kind: 'dial', success: false, reason: 'declined 1/1' });
    rig.put({
      type: 'document.fetched',
      request: 'request-2',
      flow: build.flow([build.play('Declined.')]),
      httpStatus: 200,
    });
    expect(rig.last('prompt.start').sound).toMatchObject({ text: 'Declined.' });
  });
});

describe('bridge and hold', () => {
  it('let go when another document comes', () => {
    const next = { type: 'command.received', command: { kind: 'run', flow: build.flow([build.pause(1)]) } } as const;
    expect(startRun([build.bridge('c2')]).put(next)[0]).toEqual({ type: 'bridge.split', leg: 'caller' });
    const rig = startRun([build.hold('hold', { timeoutMs: 9000 })]);
    expect(rig.put(next).slice(0, 2)).toEqual([{ type: 'timer.cancel', timer: 'timer-1' }, { type: 'hold.stop' }]);
  });

  it('fail in words', () => {
    const rig = startRun([build.bridge('c2', { onFailed: [build.play('Because {{error}}.')] })]);
    rig.put({ type: 'bridge.failed', call: 'c2', code: 'call-not-found', message: 'there is no such call' });
    expect(rig.last('prompt.start').sound).toMatchObject({ text: 'Because there is no such call.' });
  });
});

describe('variables', () => {
  it('are filled in when the text is spoken, and an unknown one is silent', () => {
    const rig = startRun([build.set('name', 'Ada'), build.play('Hello {{name}} {{ nobody }}from {{from}}.')]);
    expect(rig.last('prompt.start').sound).toMatchObject({ text: 'Hello Ada from 15551230001.' });
  });

  it('are lists for a loop', () => {
    const rig = startRun([build.set('all', ['x', 'y']), build.loop('all', [build.play('{{item}}')])]);
    rig.put({ type: 'prompt.finished', prompt: 'prompt-1', why: 'end', playedMs: 1 });
    expect(rig.all('prompt.start').map(({ sound }) => sound.kind === 'speech' && sound.text)).toEqual(['x', 'y']);
  });

  it('cannot lead a request elsewhere', () => {
    const rig = startRun([
      build.set('key', '1/../?x=#'),
      build.ask('Callback', build.destination('http://app.test/of/{{key}}')),
    ]);
    expect(rig.last('document.ask').report.destination.url).toBe('http://app.test/of/1%2F..%2F%3Fx%3D%23');
  });

  it('choose a branch', () => {
    const rig = startRun([
      build.choose(
        [{ when: { subject: 'from', equals: ['15551230001'] }, body: [build.play('You.')] }],
        [build.play('Others.')],
      ),
    ]);
    expect(rig.last('prompt.start').sound).toMatchObject({ text: 'You.' });
  });
});

describe('a sensitive gather', () => {
  it('says when it listens, masks what it notes, and reports what was keyed', () => {
    const rig = startRun([{ ...entry, sensitive: true, report: build.destination('http://app.test/pin') }]);
    rig.press('1234');
    expect(rig.notes('gather.finished')[0]?.digits).toBe('••••');
    expect(rig.last('document.ask').report).toMatchObject({ kind: 'gather', digits: '1234' });
    rig.put({ type: 'document.failed', request: 'request-2', code: 'x', message: 'down' });
    expect(rig.all('sensitive').map(({ on }) => on)).toEqual([true, false]);
    expect(JSON.stringify(rig.all('note'))).not.toMatch(/1234|key [1-4]/);
  });
});

describe('keys that nobody wants yet', () => {
  it('are kept up to a limit, and the oldest one given up is told', () => {
    const rig = startRun([build.play('Long.'), { ...entry, maxDigits: 40, prompts: [] }]);
    rig.press('0'.repeat(2) + '1'.repeat(32));
    rig.put({ type: 'prompt.finished', prompt: 'prompt-1', why: 'end', playedMs: 1 });
    rig.hangUp();
    const [finished] = rig.notes('gather.finished');
    expect(finished?.digits).toBe('1'.repeat(32));
    expect(finished?.decisions.filter(({ what }) => what.includes('more than 32 keys'))).toHaveLength(2);
  });

  it('do not stop a sound; its stop key does and is used up', () => {
    const rig = startRun([build.play('Long.', { stopKeys: '#' }), { ...entry, prompts: [] }]);
    expect(rig.press('5')).toEqual([]);
    expect(rig.press('#')).toEqual([{ type: 'prompt.stop', prompt: 'prompt-1' }]);
    rig.put({ type: 'prompt.finished', prompt: 'prompt-1', why: 'stopped', playedMs: 1 });
    rig.hangUp();
    expect(rig.notes('gather.finished')[0]?.digits).toBe('5');
  });
});

describe('requests of a document’s own', () => {
  it('succeed or fail by their status', () => {
    const http = build.http(build.destination('http://app.test/log', { method: 'POST' }), {
      body: 'from {{from}}',
      onFailed: [build.play('Not logged.')],
    });
    const rig = startRun([http]);
    expect(rig.last('http.send').report).toMatchObject({ kind: 'http', body: 'from 15551230001' });
    rig.put({ type: 'http.answered', request: 'request-2', httpStatus: 500 });
    expect(rig.all('call.answer')).toHaveLength(1);
    rig.put({ type: 'leg.answered', leg: 'caller' });
    expect(rig.last('prompt.start').sound).toMatchObject({ text: 'Not logged.' });
  });
});

describe('a loop that never waits', () => {
  const endless = build.loop(1_000_000, [build.set('x', '1')]);

  it('ends its document, and the caller hears an apology', () => {
    const rig = startRun([endless]);
    expect(rig.notes('flow.failed')).toMatchObject([{ code: 'flow-never-waits' }]);
    expect(rig.last('prompt.start').sound).toMatchObject({ text: expect.stringContaining('We are sorry') });
    expect(rig.all('note').length).toBeLessThan(200);
    rig.put({ type: 'prompt.finished', prompt: 'prompt-1', why: 'end', playedMs: 1 });
    expect(rig.last('call.hangup')).toEqual({ type: 'call.hangup', reason: 'no document' });
  });

  it('keeps what was told before it, and tidies up behind it', () => {
    const around = build.record('during', { body: [{ ...entry, prompts: [] }, endless] });
    const rig = startRun([around]);
    rig.put({ type: 'recording.started', recording: 'recording-1', tag: null, channels: 'mixed' });
    const effects = rig.press('1234');
    expect(rig.notes('gather.finished')).toMatchObject([{ digits: '1234' }]);
    expect(effects.map(({ type }) => type)).toEqual([
      ...effects.map(({ type }) => type).filter((type) => type.startsWith('timer')),
      'record.stop',
      'prompt.start',
    ]);
  });

  it('tells the application of it a hundred times at most', () => {
    const telling = build.loop(1_000_000, [build.notify(build.destination('http://app.test/told'))]);
    const rig = startRun([telling]);
    expect(rig.all('application.notify').length).toBeLessThan(100);
    expect(rig.notes('flow.failed')).toHaveLength(1);
  });
});

describe('a document that is lost', () => {
  const redirect = build.ask('Redirect', build.destination('http://app.test/next'));
  const fail = (rig: ReturnType<typeof startRun>) =>
    rig.put({ type: 'document.failed', request: 'request-2', code: 'fetch-unreachable', message: 'down' });

  it('with nothing behind it is apologised for, on a call that was not answered yet', () => {
    const rig = startRun([redirect]);
    expect(fail(rig)).toEqual([{ type: 'call.answer' }]);
    rig.put({ type: 'leg.answered', leg: 'caller' });
    expect(rig.last('prompt.start').sound).toMatchObject({ text: expect.stringContaining('We are sorry') });
  });

  it('is not apologised for when the document goes on', () => {
    for (const behind of [build.hangup(), build.pause(100)]) {
      const rig = startRun([redirect, behind]);
      fail(rig);
      rig.put({ type: 'timer.fired', timer: 'timer-1' });
      expect(rig.all('prompt.start')).toEqual([]);
      expect(rig.all('call.hangup')).toHaveLength(1);
    }
    const handled = startRun([{ ...redirect, onFailed: [] }]);
    expect(fail(handled)).toEqual([{ type: 'call.hangup', reason: null }]);
  });
});

describe('a command to complete the entry', () => {
  const complete = { type: 'command.received', command: { kind: 'complete-gather' } } as const;

  it('ends the gather with what was keyed, as its timer would, and starts no other attempt', () => {
    for (const [keyed, success] of [
      ['12', true],
      ['', false],
    ] as const) {
      const rig = startRun([{ ...entry, attempts: 3, prompts: [] }, build.play('Next.')]);
      rig.press(keyed);
      rig.put(complete);
      expect(rig.notes('gather.finished')).toMatchObject([{ digits: keyed, success, reason: 'completed-by-command' }]);
      expect(rig.last('prompt.start').sound).toMatchObject({ text: 'Next.' });
    }
  });

  it('is nothing to a call where none listens', () => {
    const rig = startRun([build.play('A story.')]);
    expect(rig.put(complete)).toEqual([]);
  });
});
