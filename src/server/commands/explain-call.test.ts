// What `keytone explain` says of tapes that a real call does not make at will; the command on a real call stands in
// test/server/explain.test.ts.
import { describe, expect, it } from 'vitest';
import type { CallView } from '../../api/views.ts';
import { flow, gather, hangup, play, prompt } from '../../flow/build.ts';
import type { Block } from '../../flow/node.ts';
import { type CallerStep, plainDialect, simulate } from '../../testkit/index.ts';
import { formatExplanation } from './explain.ts';
import { explainCall } from './explain-call.ts';

const view: CallView = {
  id: 'call-1',
  app: 'app-1',
  direction: 'inbound',
  from: '1',
  to: '2',
  state: 'ended',
  startedAt: '2026-01-02T03:04:05.006Z',
  answeredAt: '2026-01-02T03:04:05.056Z',
  endedAt: '2026-01-02T03:04:25.006Z',
  q850Cause: 16,
  reason: 'hung up',
  sipCallId: null,
};
const at = { line: 7, column: 3, path: 'Gather[0]' };

function explained(body: Block, caller: readonly CallerStep[]) {
  const { tape } = simulate({
    dialect: plainDialect,
    application: { '/start': flow([...body, hangup()]) },
    caller,
  });
  return explainCall(view, tape);
}

describe('the explanation of a call', () => {
  it('says first why a gather ended, where it stands, and which attempt it was', () => {
    const said = formatExplanation(
      explained([gather({ at, prompts: [prompt('Your code.')], firstDigitMs: 1000, attempts: 2 })], []),
    );
    const [, first = '', second = ''] = said.split('\n\n');
    expect(first.split('\n').slice(0, 3)).toEqual([
      'Gather[0], line 7, attempt 1 of 2: failed with no digits',
      '  why        No key came in the time for the first digit. (first-digit-timeout)',
      '  asks       Your code.',
    ]);
    expect(second).toMatch(/^Gather\[0\], line 7, attempt 2 of 2: failed/);
  });

  it('names the keys that came when nothing asked for keys any more', () => {
    const last = explained(
      [gather({ at }), play('Thank you for calling, and goodbye.')],
      [{ until: 'answered' }, { press: '1' }, { until: 'prompt-started', prompt: 1 }, { press: '23' }],
    );
    expect(last.unasked.map(({ digit }) => digit)).toEqual(['2', '3']);
    expect(formatExplanation(last)).toMatch(
      /\n2 keys came when nothing asked for keys any more: 2 at 00:00\.\d{3}, 3 at 00:00\.\d{3}\.\n/,
    );
  });

  it('counts those among them that came behind a complete entry, before the gather ended', () => {
    const prompts = [prompt('A prompt that is not to be interrupted.')];
    const { unasked } = explained(
      [gather({ at, prompts, bargeIn: false })],
      [{ until: 'prompt-started', prompt: 1 }, { press: '123' }],
    );
    expect(unasked.map(({ digit }) => digit)).toEqual(['2', '3']);
  });

  it('says of a call that is still up which keys wait for the next question', () => {
    const ended = explained([gather({ at }), play('One moment.')], [{ until: 'answered' }, { press: '12' }]);
    expect(formatExplanation({ ...ended, call: { ...view, state: 'live' } })).toContain(
      '1 key pressed behind the last entry and not asked for yet: 2 at ',
    );
  });

  it('says of a call that is still up which gather is not over yet, and what was pressed since', () => {
    const { tape } = simulate({
      dialect: plainDialect,
      application: { '/start': flow([gather({ at, prompts: [prompt('Your code.')], maxDigits: 4 }), hangup()]) },
      caller: [{ until: 'prompt-ended', prompt: 1 }, { press: '12' }],
    });
    const sofar = tape.slice(
      0,
      tape.findIndex(({ event }) => event.type === 'gather.finished'),
    );
    const said = formatExplanation(explainCall({ ...view, state: 'live', endedAt: null, reason: null }, sofar));
    expect(said).toContain('\n\nGather[0], line 7: not over yet\n  asks       Your code.\n  00:00.0');
    expect(said).toMatch(/ {2}\S+ {2}began\n {2}\S+ {2}key 1 was pressed\n {2}\S+ {2}key 2 was pressed\n\n/);
    expect(said).not.toContain('keys pressed behind');
    expect(formatExplanation(explainCall(view, tape))).not.toContain('not over yet');
  });

  it('begins an attempt no sooner than the one before it ended, however late it was noted', () => {
    const { gathers } = explained([gather({ at, firstDigitMs: 1000, attempts: 2 })], []);
    expect(gathers.map(({ startedAtMs }) => startedAtMs)).toEqual([50, 1050]);
    const late = explainCall(
      view,
      simulate({
        dialect: plainDialect,
        application: { '/start': flow([gather({ at, firstDigitMs: 1000, attempts: 2 }), hangup()]) },
        caller: [],
      }).tape.map((line) => (line.event.type === 'gather.finished' ? { ...line, since: line.since + 5 } : line)),
    );
    expect(late.gathers.map(({ startedAtMs }) => startedAtMs)).toEqual([50, 1050]);
  });
});
