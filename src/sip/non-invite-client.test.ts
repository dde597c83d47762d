import { describe, expect, it } from 'vitest';
import {
  type NonInviteClientInput,
  nonInviteClientDeadline,
  startNonInviteClient,
  stepNonInviteClient,
} from './non-invite-client.ts';
import { defaultTimes } from './transaction-times.ts';

function run(
  reliable: boolean,
  script: readonly (readonly [atMs: number, input: NonInviteClientInput])[],
  untilMs = 100_000,
) {
  const context = { times: defaultTimes, reliable };
  const trace: string[] = [];
  let [state, outputs] = startNonInviteClient(context, 0);
  const note = (now: number) => {
    for (const output of outputs) trace.push(`${now} ${output}`);
    if (state.name === 'terminated') trace.push(`${now} end`);
  };
  note(0);
  for (const [at, input] of [...script, [untilMs, null] as const]) {
    for (let due = nonInviteClientDeadline(state); due <= at; due = nonInviteClientDeadline(state)) {
      [state, outputs] = stepNonInviteClient(state, { kind: 'tick' }, due, context);
      note(due);
    }
    if (input === null) break;
    [state, outputs] = stepNonInviteClient(state, input, at, context);
    note(at);
  }
  return trace;
}
const response = (status: number): NonInviteClientInput => ({ kind: 'response', status });

describe('non-INVITE client transaction', () => {
  it('timer E doubles up to T2, timer F ends it at 64*T1', () => {
    expect(run(false, [])).toEqual([
      '0 send',
      '500 send',
      '1500 send',
      '3500 send',
      '7500 send',
      '11500 send',
      '15500 send',
      '19500 send',
      '23500 send',
      '27500 send',
      '31500 send',
      '32000 timeout',
      '32000 end',
    ]);
  });

  it('timer E does not run on a reliable transport, timer F does', () => {
    expect(run(true, [[10, response(100)]])).toEqual(['0 send', '10 pass', '32000 timeout', '32000 end']);
  });

  it('timer E goes on at T2 after a provisional response, and timer F is not put off', () => {
    const trace = run(false, [
      [600, response(100)],
      [700, response(100)],
    ]);
    expect(trace.slice(0, 6)).toEqual(['0 send', '500 send', '600 pass', '700 pass', '4600 send', '8600 send']);
    expect(trace.at(-1)).toBe('32000 end');
  });

  it('timer K absorbs repeated final responses for T4', () => {
    expect(
      run(false, [
        [10, response(200)],
        [20, response(200)],
        [5000, response(200)],
      ]),
    ).toEqual(['0 send', '10 pass', '5010 end']);
  });

  it('timer K is zero on a reliable transport', () => {
    expect(run(true, [[10, response(404)]])).toEqual(['0 send', '10 pass', '10 end']);
  });

  it('a transport error is told once', () => {
    expect(
      run(false, [
        [10, { kind: 'transport-error' }],
        [11, { kind: 'transport-error' }],
      ]).slice(0, 3),
    ).toEqual(['0 send', '10 transport-error', '10 end']);
  });
});
