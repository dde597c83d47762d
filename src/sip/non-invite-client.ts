// Owns: the client transaction of every method but INVITE and ACK (RFC 3261 17.1.2) as a pure step function.
// Does not: hold messages, send, or own a timer. `nonInviteClientDeadline` says when the next `tick` is wanted.
//
//  state       input              next        output              timers
//  (start)                        trying      send                E = T1 (doubling up to T2), F = 64*T1
//  trying      tick, E due        trying      send                E = min(2E, T2); none on a reliable transport
//  trying      1xx                proceeding  pass                E = T2, F goes on
//  proceeding  tick, E due        proceeding  send                E = T2
//  proceeding  1xx                proceeding  pass
//  t., p.      tick, F due        terminated  timeout
//  t., p.      transport error    terminated  transport-error
//  t., p.      200-699            completed   pass                K = T4; 0 when reliable
//  completed   response           completed
//  completed   tick, K due        terminated
import { doubledMs, longestMs, type MachineContext } from './transaction-times.ts';

export type NonInviteClientState =
  | {
      readonly name: 'trying' | 'proceeding';
      readonly sendAt: number;
      readonly intervalMs: number;
      readonly endAt: number;
    }
  | { readonly name: 'completed'; readonly endAt: number }
  | { readonly name: 'terminated' };

export type NonInviteClientInput =
  | { readonly kind: 'tick' }
  | { readonly kind: 'response'; readonly status: number }
  | { readonly kind: 'transport-error' };

export type NonInviteClientOutput = 'send' | 'pass' | 'timeout' | 'transport-error';

type Step = readonly [NonInviteClientState, readonly NonInviteClientOutput[]];
const terminated: NonInviteClientState = { name: 'terminated' };
const nothing: readonly NonInviteClientOutput[] = [];

export function startNonInviteClient(context: MachineContext, now: number): Step {
  const { t1Ms } = context.times;
  const sendAt = context.reliable ? Number.POSITIVE_INFINITY : now + t1Ms;
  return [{ name: 'trying', sendAt, intervalMs: t1Ms, endAt: now + longestMs(context.times) }, ['send']];
}

export function stepNonInviteClient(
  state: NonInviteClientState,
  input: NonInviteClientInput,
  now: number,
  context: MachineContext,
): Step {
  if (state.name === 'terminated') return [state, nothing];
  if (state.name === 'completed') {
    return input.kind === 'tick' && now >= state.endAt ? [terminated, nothing] : [state, nothing];
  }
  if (input.kind === 'transport-error') return [terminated, ['transport-error']];
  if (input.kind === 'response') {
    if (input.status >= 200) {
      return [context.reliable ? terminated : { name: 'completed', endAt: now + context.times.t4Ms }, ['pass']];
    }
    if (state.name === 'proceeding') return [state, ['pass']];
    const { t2Ms } = context.times;
    const sendAt = context.reliable ? state.sendAt : now + t2Ms;
    return [{ name: 'proceeding', sendAt, intervalMs: t2Ms, endAt: state.endAt }, ['pass']];
  }
  if (now >= state.endAt) return [terminated, ['timeout']];
  if (now < state.sendAt) return [state, nothing];
  const intervalMs = doubledMs(state.intervalMs, context.times);
  return [{ ...state, sendAt: now + intervalMs, intervalMs }, ['send']];
}

/** When a `tick` is due; Infinity: never. */
export function nonInviteClientDeadline(state: NonInviteClientState): number {
  if (state.name === 'terminated') return Number.POSITIVE_INFINITY;
  return state.name === 'completed' ? state.endAt : Math.min(state.sendAt, state.endAt);
}
