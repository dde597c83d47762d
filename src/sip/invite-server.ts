// Owns: the INVITE server transaction (RFC 3261 17.2.1, corrected by RFC 6026 7.1) as a pure step function.
// Does not: hold messages, send, or own a timer; retransmit a 2xx (that is the user's, 13.3.1.4, by `respond` again).
// A response that cannot be sent ends nothing: the peer's retransmission may find the way open again, and H and L end it.
//
//  state       input              next        output              timers
//  (start)                        proceeding                      100 after 200 ms of silence
//  proceeding  tick, 200 ms due   proceeding  trying
//  proceeding  request again      proceeding  again               the last 1xx; a 100 when there was none
//  proceeding  respond 1xx        proceeding  send
//  proceeding  respond 2xx        accepted    send                L = 64*T1
//  proceeding  respond 300-699    completed   send                G = T1 (doubling up to T2; none when reliable), H = 64*T1
//  accepted    request again      accepted
//  accepted    respond 2xx        accepted    send
//  accepted    ACK                accepted    pass-ack            only a peer of RFC 2543 reuses the branch
//  accepted    tick, L due        terminated
//  completed   request again      completed   again
//  completed   tick, G due        completed   again               G = min(2G, T2)
//  completed   ACK                confirmed   acked               I = T4; 0 when reliable
//  completed   tick, H due        terminated  timeout
//  confirmed   ACK, request       confirmed
//  confirmed   tick, I due        terminated
import { doubledMs, longestMs, type MachineContext, TRYING_AFTER_MS } from './transaction-times.ts';

export type InviteServerState =
  | { readonly name: 'proceeding'; readonly tryingAt: number }
  | { readonly name: 'accepted'; readonly endAt: number }
  | { readonly name: 'completed'; readonly sendAt: number; readonly intervalMs: number; readonly endAt: number }
  | { readonly name: 'confirmed'; readonly endAt: number }
  | { readonly name: 'terminated' };

export type InviteServerInput =
  | { readonly kind: 'tick' }
  | { readonly kind: 'request' }
  | { readonly kind: 'respond'; readonly status: number }
  | { readonly kind: 'ack' };

/** send: the response in hand. again: the last one sent. trying: a 100 made by the layer. */
export type InviteServerOutput = 'send' | 'again' | 'trying' | 'acked' | 'pass-ack' | 'timeout';

type Step = readonly [InviteServerState, readonly InviteServerOutput[]];
const terminated: InviteServerState = { name: 'terminated' };
const nothing: readonly InviteServerOutput[] = [];
const never = Number.POSITIVE_INFINITY;

export function startInviteServer(now: number): InviteServerState {
  return { name: 'proceeding', tryingAt: now + TRYING_AFTER_MS };
}

export function stepInviteServer(
  state: InviteServerState,
  input: InviteServerInput,
  now: number,
  context: MachineContext,
): Step {
  switch (state.name) {
    case 'proceeding':
      if (input.kind === 'respond') return onRespond(input.status, now, context);
      if (input.kind === 'request' && state.tryingAt === never) return [state, ['again']];
      if (input.kind === 'request' || (input.kind === 'tick' && now >= state.tryingAt)) {
        return [{ name: 'proceeding', tryingAt: never }, ['trying']];
      }
      return [state, nothing];
    case 'accepted':
      if (input.kind === 'respond' && input.status >= 200 && input.status < 300) return [state, ['send']];
      if (input.kind === 'ack') return [state, ['pass-ack']];
      if (input.kind === 'tick' && now >= state.endAt) return [terminated, nothing];
      return [state, nothing];
    case 'completed':
      if (input.kind === 'ack') {
        return [context.reliable ? terminated : { name: 'confirmed', endAt: now + context.times.t4Ms }, ['acked']];
      }
      if (input.kind === 'request') return [state, ['again']];
      if (input.kind !== 'tick') return [state, nothing];
      if (now >= state.endAt) return [terminated, ['timeout']];
      if (now < state.sendAt) return [state, nothing];
      return [again(state, now, context), ['again']];
    case 'confirmed':
      return input.kind === 'tick' && now >= state.endAt ? [terminated, nothing] : [state, nothing];
    case 'terminated':
      return [state, nothing];
  }
}

function onRespond(status: number, now: number, context: MachineContext): Step {
  if (status < 200) return [{ name: 'proceeding', tryingAt: never }, ['send']];
  const endAt = now + longestMs(context.times);
  if (status < 300) return [{ name: 'accepted', endAt }, ['send']];
  const { t1Ms } = context.times;
  return [{ name: 'completed', sendAt: context.reliable ? never : now + t1Ms, intervalMs: t1Ms, endAt }, ['send']];
}

function again(
  state: InviteServerState & { name: 'completed' },
  now: number,
  context: MachineContext,
): InviteServerState {
  const intervalMs = doubledMs(state.intervalMs, context.times);
  return { ...state, sendAt: now + intervalMs, intervalMs };
}

/** When a `tick` is due; Infinity: never. */
export function inviteServerDeadline(state: InviteServerState): number {
  switch (state.name) {
    case 'proceeding':
      return state.tryingAt;
    case 'completed':
      return Math.min(state.sendAt, state.endAt);
    case 'terminated':
      return never;
    default:
      return state.endAt;
  }
}
