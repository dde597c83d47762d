import { describe, expect, it } from 'vitest';
import {
  type NonInviteServerInput,
  nonInviteServerDeadline,
  startNonInviteServer,
  stepNonInviteServer,
} from './non-invite-server.ts';
import { defaultTimes } from './transaction-times.ts';

function run(
  reliable: boolean,
  script: readonly (readonly [atMs: number, input: NonInviteServerInput])[],
  untilMs = 100_000,
) {
  const context = { times: defaultTimes, reliable };
  const trace: string[] = [];
  let state = startNonInviteServer(context, 0);
  const step = (input: NonInviteServerInput, now: number) => {
    const was = state.name;
    const [next, outputs] = stepNonInviteServer(state, input, now, context);
    state = next;
    for (const output of outputs) trace.push(`${now} ${output}`);
    if (next.name === 'terminated' && was !== 'terminated') trace.push(`${now} end`);
  };
  for (const [at, input] of [...script, [untilMs, null] as const]) {
    for (let due = nonInviteServerDeadline(state); due <= at; due = nonInviteServerDeadline(state))
      step({ kind: 'tick' }, due);
    if (input !== null) step(input, at);
  }
  return trace;
}
const respond = (status: number): NonInviteServerInput => ({ kind: 'respond', status });
const request: NonInviteServerInput = { kind: 'request' };

describe('non-INVITE server transaction', () => {
  it('absorbs retransmissions before there is an answer', () => {
    expect(
      run(false, [
        [10, request],
        [20, respond(200)],
      ]),
    ).toEqual(['20 send', '32020 end']);
  });

  it('timer J repeats the answer to retransmissions for 64*T1', () => {
    expect(
      run(false, [
        [0, respond(100)],
        [5, request],
        [10, respond(200)],
        [20, request],
        [30, respond(500)],
        [32_009, request],
      ]),
    ).toEqual(['0 send', '5 again', '10 send', '20 again', '32009 again', '32010 end']);
  });

  it('timer J is zero on a reliable transport', () => {
    expect(run(true, [[10, respond(200)]])).toEqual(['10 send', '10 end']);
  });

  it('a request that the user never answers is forgotten at 64*T1', () => {
    expect(run(false, [])).toEqual(['32000 end']);
    expect(run(false, [[40_000, respond(200)]])).toEqual(['32000 end']);
  });
});
