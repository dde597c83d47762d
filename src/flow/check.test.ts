import { describe, expect, it } from 'vitest';
import * as build from './build.ts';
import { check, innerBlocks } from './check.ts';
import type { Block, FlowNode, GatherNode } from './node.ts';

const codes = (...body: Block) => check(build.flow(body)).map(({ code }) => code);
const report = build.destination('https://a.example/');
const gatherCodes = (fields: Partial<GatherNode>) => codes(build.gather({ report, ...fields }));
const case1 = [build.branch('1', build.hangup())];

describe('check', () => {
  it('finds nothing wrong with a sound menu', () => {
    expect(
      codes(
        build.play('hi'),
        build.gather({ prompts: [build.prompt('one or two')], branches: case1, onOther: [] }),
        build.hangup(),
      ),
    ).toEqual([]);
  });

  it.each<[string, FlowNode]>([
    ['hangup', build.hangup()],
    ['reject', build.reject()],
    [
      'a branch whose every way hangs up',
      build.choose([{ when: { subject: 'to', equals: ['1'] }, body: [build.hangup()] }], [build.hangup()]),
    ],
    ['a loop that hangs up', build.loop(2, [build.hangup()])],
    ['a recording around a hangup', build.record('during', { body: [build.hangup()] })],
  ])('tells what can never run behind %s, once, at the first such command', (_what, end) => {
    const lost = build.play('never', { at: { line: 7, column: 3, path: 'Say[1]' } });
    expect(check(build.flow([end, lost, lost]))).toEqual([
      expect.objectContaining({ code: 'flow-unreachable', severity: 'warning', line: 7, column: 3, source: 'rest:' }),
    ]);
  });

  it.each<[string, FlowNode]>([
    ['a branch with an open way', build.choose([{ when: { subject: 'to', equals: ['1'] }, body: [build.hangup()] }])],
    ['an ask, which may fail or be answered with nothing', build.ask('Redirect', report)],
    ['a loop over a list, which may be empty', build.loop('list', [build.hangup()])],
    ['a gather whose branches hang up', build.gather({ branches: case1 })],
  ])('does not call unreachable what stands behind %s', (_what, node) => {
    expect(codes(node, build.play('reachable'))).toEqual([]);
  });

  it.each<[string, Partial<GatherNode>, string[]]>([
    ['more digits wanted than fit', { minDigits: 3, maxDigits: 2 }, ['flow-gather-impossible']],
    ['more digits wanted at the timeout than fit', { minDigitsAtTimeout: 3, maxDigits: 2 }, ['flow-gather-impossible']],
    ['every digit finishing', { terminators: '0123456789#' }, ['flow-gather-impossible']],
    ['no timer for a silent caller', { firstDigitMs: null }, ['flow-gather-endless']],
    ['two branches for one entry', { branches: [...case1, ...case1] }, ['flow-branch-duplicate']],
    [
      'a branch that holds a finishing key',
      { branches: [build.branch('#')], terminators: '#' },
      ['flow-branch-impossible'],
    ],
    ['a branch that is too long', { branches: [build.branch('12')] }, ['flow-branch-impossible']],
    ['a branch that is too short', { branches: case1, minDigits: 2, maxDigits: 3 }, ['flow-branch-impossible']],
    ['nobody who uses the digits', { report: null }, ['flow-report-lost']],
    ['somebody who is told them', { report: null, notify: build.destination('http://a.test/') }, []],
    ['an empty prompt', { prompts: [build.prompt(' ')] }, ['flow-prompt-empty']],
    ['a prompt behind one without end', { prompts: [build.prompt('a', null), build.prompt('b')] }, ['flow-endless']],
    ['a last prompt without end', { prompts: [build.prompt('a'), build.prompt('b', null)] }, []],
  ])('gather: %s', (_what, fields, expected) => {
    expect(gatherCodes(fields)).toEqual(expected);
  });

  it.each<[string, FlowNode, string[]]>([
    ['a dial to nobody', build.dial([]), ['flow-dial-nobody']],
    ['a sound that repeats until the call ends', build.play(build.prompt('a', null)), ['flow-endless']],
    ['a sound that repeats until a key', build.play(build.prompt('a', null), { stopKeys: '#' }), []],
    ['a recording that only the call ends', build.record('until'), ['flow-endless']],
    ['a loop of a billion rounds', build.loop(1e9, []), ['flow-endless']],
    ['media without address', build.play({ kind: 'media', url: '' }), ['flow-prompt-empty']],
  ])('%s', (_what, node, expected) => {
    expect(codes(node)).toEqual(expected);
  });

  it('looks into every block of every node', () => {
    const inner: Block = [build.dial([])];
    const holders: FlowNode[] = [
      build.play('a', { onFailed: inner }),
      build.gather({ report, branches: [{ digits: '1', body: inner }], onOther: inner, onFailed: inner }),
      build.sendDigits('1', { onFailed: inner }),
      build.record('during', { body: inner, onFailed: inner }),
      build.dial([{ kind: 'number', address: '1' }], { onFailed: inner }),
      build.bridge('c', { onFailed: inner }),
      build.choose([{ when: { subject: 'to', equals: [] }, body: inner }], inner),
      build.loop(1, inner),
      build.ask('Callback', report, { onFailed: inner }),
      build.http(report, { onFailed: inner }),
    ];
    expect(holders.map((holder) => [holder.kind, codes(holder).length])).toEqual(
      holders.map((holder) => [holder.kind, innerBlocks(holder).length]),
    );
    expect(holders.map((holder) => innerBlocks(holder).length)).toEqual([1, 3, 1, 2, 1, 1, 2, 1, 1, 1]);
  });
});
