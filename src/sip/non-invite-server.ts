// Owns: the server transaction of every method but INVITE and ACK (RFC 3261 17.2.2) as a pure step function.
// Does not: hold messages, send, or own a timer. An answer later than 64*T1 helps nobody (RFC 4320 3): the peer has
// given up, so a transaction that the user forgot ends there too.
//
//  state       input              next        output              timers
//  (start)                        trying                          64*T1 to answer
//  trying      request again      trying
//  t., p.      respond 1xx        proceeding  send
//  proceeding  request again      proceeding  again
//  t., p.      respond 200-699    completed   send                J = 64*T1; 0 when reliable
//  t., p.      tick, 64*T1 due    terminated
//  completed   request again      completed   again
//  completed   tick, J due        terminated
import { longestMs, type MachineContext } from './transaction-times.ts';

export type NonInviteServerState =
  | { readonly name: 'trying' | 'proceeding' | 'completed'; readonly endAt: number }
  | { readonly name: 'terminated' };

export type NonInviteServerInput =
  | { readonly kind: 'tick' }
  | { readonly kind: 'request' }
  | { readonly kind: 'respond'; readonly status: number };

/** send: the response in hand. again: the last one sent. */
export type NonInviteServerOutput = 'send' | 'again';

type Step = readonly [NonInviteServerState, readonly NonInviteServerOutput[]];
const terminated: NonInviteServerState = { name: 'terminated' };
const nothing: readonly NonInviteServerOutput[] = [];

export function startNonInviteServer(context: MachineContext, now: number): NonInviteServerState {
  return { name: 'trying', endAt: now + longestMs(context.times) };
}

export function stepNonInviteServer(
  state: NonInviteServerState,
  input: NonInviteServerInput,
  now: number,
  context: MachineContext,
): Step {
  if (state.name === 'terminated') return [state, nothing];
  if (input.kind === 'tick') return now >= state.endAt ? [terminated, nothing] : [state, nothing];
  if (input.kind === 'request') return [state, state.name === 'trying' ? nothing : ['again']];
  if (state.name === 'completed') return [state, nothing];
  if (input.status < 200) return [{ name: 'proceeding', endAt: state.endAt }, ['send']];
  return [context.reliable ? terminated : { name: 'completed', endAt: now + longestMs(context.times) }, ['send']];
}

/** When a `tick` is due; Infinity: never. */
export function nonInviteServerDeadline(state: NonInviteServerState): number {
  return state.name === 'terminated' ? Number.POSITIVE_INFINITY : state.endAt;
}
