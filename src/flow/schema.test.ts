import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../base/errors.ts';
import * as build from './build.ts';
import type { FlowNode, NodeKind } from './node.ts';
import { parseFlow } from './schema.ts';

const target = { kind: 'number', address: '1' } as const;
const one: { [Kind in NodeKind]: FlowNode } = {
  alarm: build.alarm([build.hangup()]),
  'send-alarm': build.sendAlarm({ account: '1234', qualifier: 'new', event: '131', partition: '01', zone: '015' }),
  answer: build.answer(),
  reject: build.reject(),
  hangup: build.hangup({ reason: 'done' }),
  play: build.play({ kind: 'tone', frequenciesHz: [350, 440], onMs: 1, offMs: 0, durationMs: 10, volumeDb: -13 }),
  pause: build.pause(10, { stopKeys: '#' }),
  gather: build.gather({
    prompts: [build.prompt('hello', null)],
    branches: [build.branch('1', build.hangup())],
    report: build.destination('https://a.example/', { extra: { tag: 'x' } }),
    onOther: [],
  }),
  'send-digits': build.sendDigits('12w#', { to: 'both' }),
  record: build.record('during', { body: [build.pause(1)] }),
  dial: build.dial([target], { onFailed: [build.hangup()] }),
  bridge: build.bridge('c2'),
  conference: build.conference('ops', {
    coach: ['c2'],
    tones: { join: true, leave: false },
    events: { destination: build.destination('https://a.example/'), types: ['created'], answers: 'documents' },
  }),
  hold: build.hold('hold', { timeoutMs: 5 }),
  park: build.park(),
  detect: build.detect(),
  stream: build.stream('s', 'ws://h/', { params: { a: 'b' } }),
  'end-stream': build.endStream('s'),
  branch: build.choose([{ when: { subject: 'from', equals: ['1'] }, body: [build.hangup()] }]),
  set: build.set('names', ['a', 'b']),
  loop: build.loop('names', [build.play('{{item}}')]),
  ask: build.ask('Callback', build.destination('https://a.example/')),
  notify: build.notify(build.destination('https://a.example/')),
  'tell-keys': build.tellKeys(build.destination('https://a.example/')),
  http: build.http(build.destination('https://a.example/', { method: 'PUT' }), { headers: { a: 'b' }, body: 'x' }),
};

describe('parseFlow', () => {
  it.each(Object.entries(one))(
    'takes what the constructor of %s makes, through JSON, unchanged and frozen',
    (_kind, node) => {
      const flow = build.flow([node]);
      const parsed = parseFlow(JSON.parse(JSON.stringify(flow)));
      expect(parsed).toEqual(flow);
      expect(Object.isFrozen(parsed.body[0])).toBe(true);
      expect(Object.isFrozen(parsed.body[0]!.at)).toBe(true);
    },
  );

  it.each([
    ['an unknown kind', { ...one.pause, kind: 'sleep' }, 'body.0.kind'],
    ['an unknown field', { ...one.pause, length: 3 }, 'body.0'],
    ['a missing field', { ...one.pause, stopKeys: undefined }, 'body.0.stopKeys'],
    ['a negative duration', { ...one.pause, durationMs: -1 }, 'body.0.durationMs'],
    ['an impossible key', { ...one.pause, stopKeys: 'x' }, 'body.0.stopKeys'],
    [
      'a fault deep inside',
      build.loop(2, [build.record('during', { body: [build.reject({ sipStatus: 200 })] })]),
      'body.0.body.0.body.0.sipStatus',
    ],
  ])('refuses %s and names the field', (_what, node, field) => {
    const refused = () => parseFlow({ ...build.flow([]), body: [node] });
    expect(refused).toThrow(expect.objectContaining({ code: 'flow-invalid', place: { field } }));
  });

  it('refuses a flow nested without measure instead of overflowing the stack', () => {
    let body: unknown[] = [];
    for (let i = 0; i < 100_000; i++) body = [{ kind: 'loop', body }];
    expect(() => parseFlow({ ...build.flow([]), body })).toThrow(expect.objectContaining({ code: 'flow-invalid' }));
  });

  it('throws nothing but a coded error, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...Object.keys(one)), (value, kind) => {
        for (const flow of [
          value,
          build.flow([value as FlowNode]),
          build.flow([{ ...Object(value), kind } as FlowNode]),
        ]) {
          try {
            parseFlow(flow);
          } catch (error) {
            expect(error).toBeInstanceOf(CodedError);
          }
        }
      }),
    );
  });
});
