import { describe, expect, it } from 'vitest';
import { type InviteServerInput, inviteServerDeadline, startInviteServer, stepInviteServer } from './invite-server.ts';
import { defaultTimes } from './transaction-times.ts';

function run(
  reliable: boolean,
  script: readonly (readonly [atMs: number, input: InviteServerInput])[],
  untilMs = 100_000,
) {
  const context = { times: defaultTimes, reliable };
  const trace: string[] = [];
  let state = startInviteServer(0);
  const step = (input: InviteServerInput, now: number) => {
    const was = state.name;
    const [next, outputs] = stepInviteServer(state, input, now, context);
    state = next;
    for (const output of outputs) trace.push(`${now} ${output}`);
    if (next.name === 'terminated' && was !== 'terminated') trace.push(`${now} end`);
  };
  for (const [at, input] of [...script, [untilMs, null] as const]) {
    for (let due = inviteServerDeadline(state); due <= at; due = inviteServerDeadline(state))
      step({ kind: 'tick' }, due);
    if (input !== null) step(input, at);
  }
  return trace;
}
const respond = (status: number): InviteServerInput => ({ kind: 'respond', status });
const request: InviteServerInput = { kind: 'request' };
const ack: InviteServerInput = { kind: 'ack' };

describe('INVITE server transaction', () => {
  it('says 100 after 200 ms of silence, or at the first retransmission', () => {
    expect(run(false, [])).toEqual(['200 trying']);
    expect(
      run(false, [
        [50, request],
        [60, request],
      ]),
    ).toEqual(['50 trying', '60 again']);
  });

  it('says no 100 after the user has spoken, and repeats the last provisional', () => {
    expect(
      run(false, [
        [10, respond(180)],
        [20, request],
        [30, respond(183)],
        [40, request],
      ]),
    ).toEqual(['10 send', '20 again', '30 send', '40 again']);
  });

  it('timer G repeats a refusal doubling up to T2, timer H gives up at 64*T1', () => {
    expect(run(false, [[0, respond(486)]])).toEqual([
      '0 send',
      '500 again',
      '1500 again',
      '3500 again',
      '7500 again',
      '11500 again',
      '15500 again',
      '19500 again',
      '23500 again',
      '27500 again',
      '31500 again',
      '32000 timeout',
      '32000 end',
    ]);
  });

  it('timer G does not run on a reliable transport, timer H does', () => {
    expect(run(true, [[0, respond(486)]])).toEqual(['0 send', '32000 timeout', '32000 end']);
  });

  it('an ACK stops timers G and H; timer I absorbs more for T4', () => {
    expect(
      run(false, [
        [0, respond(486)],
        [100, ack],
        [200, ack],
        [300, request],
      ]),
    ).toEqual(['0 send', '100 acked', '5100 end']);
  });

  it('timer I is zero on a reliable transport', () => {
    expect(
      run(true, [
        [0, respond(486)],
        [100, ack],
      ]),
    ).toEqual(['0 send', '100 acked', '100 end']);
  });

  it.each([false, true])(
    'timer L keeps an accepted INVITE for 64*T1: requests absorbed, 2xx passed, ACK passed on (reliable: %s)',
    (reliable) => {
      expect(
        run(reliable, [
          [0, respond(200)],
          [500, request],
          [600, respond(200)],
          [700, respond(486)],
          [800, ack],
        ]),
      ).toEqual(['0 send', '600 send', '800 pass-ack', '32000 end']);
    },
  );

  it('sends one final response only', () => {
    expect(
      run(false, [
        [0, respond(486)],
        [1, ack],
        [2, respond(200)],
      ]),
    ).toEqual(['0 send', '1 acked', '5001 end']);
  });
});
