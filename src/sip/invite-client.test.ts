import { describe, expect, it } from 'vitest';
import { type InviteClientInput, inviteClientDeadline, startInviteClient, stepInviteClient } from './invite-client.ts';
import { defaultTimes } from './transaction-times.ts';

/** Runs the machine through inputs; between them, every tick that is due. */
function run(
  reliable: boolean,
  script: readonly (readonly [atMs: number, input: InviteClientInput])[],
  untilMs = 100_000,
) {
  const context = { times: defaultTimes, reliable };
  const trace: string[] = [];
  let [state, outputs] = startInviteClient(context, 0);
  const note = (now: number) => {
    for (const output of outputs) trace.push(`${now} ${output}`);
  };
  note(0);
  for (const [at, input] of [...script, [untilMs, null] as const]) {
    for (let due = inviteClientDeadline(state); due <= at; due = inviteClientDeadline(state)) {
      [state, outputs] = stepInviteClient(state, { kind: 'tick' }, due, context);
      note(due);
      if (state.name === 'terminated') trace.push(`${due} end`);
    }
    if (input === null) break;
    [state, outputs] = stepInviteClient(state, input, at, context);
    note(at);
    if (state.name === 'terminated') trace.push(`${at} end`);
  }
  return trace;
}
const response = (status: number): InviteClientInput => ({ kind: 'response', status });

describe('INVITE client transaction', () => {
  it('timer A doubles without a cap, timer B ends it at 64*T1', () => {
    expect(run(false, [])).toEqual([
      '0 send',
      '500 send',
      '1500 send',
      '3500 send',
      '7500 send',
      '15500 send',
      '31500 send',
      '32000 timeout',
      '32000 end',
    ]);
  });

  it('timer A does not run on a reliable transport, timer B does', () => {
    expect(run(true, [])).toEqual(['0 send', '32000 timeout', '32000 end']);
  });

  it('a provisional response stops timers A and B', () => {
    expect(
      run(false, [
        [600, response(180)],
        [700, response(183)],
      ]),
    ).toEqual(['0 send', '500 send', '600 pass', '700 pass']);
  });

  it('timer D absorbs and acknowledges repeated refusals for 32 s', () => {
    expect(
      run(false, [
        [10, response(486)],
        [20, response(486)],
        [30, response(200)],
        [31_000, response(486)],
      ]),
    ).toEqual(['0 send', '10 ack', '10 pass', '20 ack', '31000 ack', '32010 end']);
  });

  it('timer D is zero on a reliable transport', () => {
    expect(run(true, [[10, response(486)]])).toEqual(['0 send', '10 ack', '10 pass', '10 end']);
  });

  it.each([false, true])('timer M passes every 2xx for 64*T1 (reliable: %s)', (reliable) => {
    expect(
      run(reliable, [
        [10, response(180)],
        [20, response(200)],
        [500, response(200)],
        [600, response(486)],
        [32_019, response(200)],
      ]),
    ).toEqual(['0 send', '10 pass', '20 pass', '500 pass', '32019 pass', '32020 end']);
  });

  it('a cancelled one is given up 64*T1 later, whatever provisional comes', () => {
    expect(
      run(false, [
        [10, response(180)],
        [1000, { kind: 'cancelled' }],
        [2000, response(180)],
      ]),
    ).toEqual(['0 send', '10 pass', '2000 pass', '33000 timeout', '33000 end']);
  });

  it('a transport error ends it before a response, and is no news after the final one', () => {
    expect(run(false, [[10, { kind: 'transport-error' }]])).toEqual(['0 send', '10 transport-error', '10 end']);
    expect(
      run(false, [
        [10, response(500)],
        [20, { kind: 'transport-error' }],
      ]),
    ).toEqual(['0 send', '10 ack', '10 pass', '20 end']);
  });
});
