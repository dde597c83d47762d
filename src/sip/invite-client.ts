// Owns: the INVITE client transaction (RFC 3261 17.1.1, corrected by RFC 6026 7.2, 8.4) as a pure step function.
// Does not: hold messages, send, or own a timer. `deadline` says when the next `tick` is wanted.
//
//  state       input              next        output              timers
//  (start)                        calling     send                A = T1 (doubling, no cap), B = 64*T1
//  calling     tick, A due        calling     send                A doubles; none on a reliable transport
//  calling     tick, B due        terminated  timeout
//  calling     transport error    terminated  transport-error
//  calling     1xx                proceeding  pass                A and B stop
//  proceeding  1xx                proceeding  pass
//  proceeding  cancelled          proceeding                      64*T1 to the end (9.1)
//  proceeding  tick, that due     terminated  timeout
//  c., p.      2xx                accepted    pass                M = 64*T1
//  c., p.      300-699            completed   ack pass            D = 64*T1 (at least 32 s); 0 when reliable
//  accepted    2xx                accepted    pass
//  accepted    tick, M due        terminated
//  completed   300-699            completed   ack
//  completed   tick, D due        terminated
//  completed   transport error    terminated                      the user has its final response already
import { longestMs, type MachineContext } from './transaction-times.ts';

export type InviteClientState =
  | { readonly name: 'calling'; readonly sendAt: number; readonly intervalMs: number; readonly endAt: number }
  | { readonly name: 'proceeding'; readonly endAt: number }
  | { readonly name: 'accepted'; readonly endAt: number }
  | { readonly name: 'completed'; readonly endAt: number }
  | { readonly name: 'terminated' };

export type InviteClientInput =
  | { readonly kind: 'tick' }
  | { readonly kind: 'response'; readonly status: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'transport-error' };

/** pass: the response in hand goes to the user. ack: it is acknowledged inside the transaction. */
export type InviteClientOutput = 'send' | 'pass' | 'ack' | 'timeout' | 'transport-error';

type Step = readonly [InviteClientState, readonly InviteClientOutput[]];
const terminated: InviteClientState = { name: 'terminated' };
const nothing: readonly InviteClientOutput[] = [];

export function startInviteClient(context: MachineContext, now: number): Step {
  const { t1Ms } = context.times;
  const sendAt = context.reliable ? Number.POSITIVE_INFINITY : now + t1Ms;
  return [{ name: 'calling', sendAt, intervalMs: t1Ms, endAt: now + longestMs(context.times) }, ['send']];
}

export function stepInviteClient(
  state: InviteClientState,
  input: InviteClientInput,
  now: number,
  context: MachineContext,
): Step {
  switch (state.name) {
    case 'calling':
      if (input.kind === 'response') return onFirstFinal(input.status, now, context, Number.POSITIVE_INFINITY);
      if (input.kind === 'transport-error') return [terminated, ['transport-error']];
      if (input.kind !== 'tick') return [state, nothing];
      if (now >= state.endAt) return [terminated, ['timeout']];
      if (now < state.sendAt) return [state, nothing];
      return [{ ...state, sendAt: now + 2 * state.intervalMs, intervalMs: 2 * state.intervalMs }, ['send']];
    case 'proceeding':
      if (input.kind === 'response') return onFirstFinal(input.status, now, context, state.endAt);
      if (input.kind === 'cancelled') return [{ name: 'proceeding', endAt: now + longestMs(context.times) }, nothing];
      if (input.kind === 'tick' && now >= state.endAt) return [terminated, ['timeout']];
      return [state, nothing];
    case 'accepted':
      if (input.kind === 'response' && input.status >= 200 && input.status < 300) return [state, ['pass']];
      if (input.kind === 'tick' && now >= state.endAt) return [terminated, nothing];
      return [state, nothing];
    case 'completed':
      if (input.kind === 'response' && input.status >= 300) return [state, ['ack']];
      if (input.kind === 'transport-error' || (input.kind === 'tick' && now >= state.endAt))
        return [terminated, nothing];
      return [state, nothing];
    case 'terminated':
      return [state, nothing];
  }
}

/** `endAt`: when a cancelled transaction is given up, which a further 1xx does not put off. */
function onFirstFinal(status: number, now: number, context: MachineContext, endAt: number): Step {
  if (status < 200) return [{ name: 'proceeding', endAt }, ['pass']];
  const lingers = now + longestMs(context.times);
  if (status < 300) return [{ name: 'accepted', endAt: lingers }, ['pass']];
  return [context.reliable ? terminated : { name: 'completed', endAt: lingers }, ['ack', 'pass']];
}

/** When a `tick` is due; Infinity: never. */
export function inviteClientDeadline(state: InviteClientState): number {
  if (state.name === 'terminated') return Number.POSITIVE_INFINITY;
  return state.name === 'calling' ? Math.min(state.sendAt, state.endAt) : state.endAt;
}
