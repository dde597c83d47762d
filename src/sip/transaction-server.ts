// Owns: one server transaction in the driver: its machine, its last response, its single timer.
// Does not: match requests; transaction-layer.ts finds the record and steps it.
import type { Clock, Timer } from '../base/clock.ts';
import { formatMessage } from './format.ts';
import {
  type InviteServerInput,
  type InviteServerState,
  inviteServerDeadline,
  startInviteServer,
  stepInviteServer,
} from './invite-server.ts';
import type { Peer, SipRequest, SipResponse } from './message.ts';
import {
  type NonInviteServerState,
  nonInviteServerDeadline,
  startNonInviteServer,
  stepNonInviteServer,
} from './non-invite-server.ts';
import { createResponse } from './response.ts';
import type { ServerTransaction } from './transaction.ts';
import type { MachineContext } from './transaction-times.ts';

export interface ServerContext {
  readonly clock: Clock;
  readonly machine: MachineContext;
  readonly send: (bytes: Buffer) => void;
  readonly kept?: () => Promise<void>;
  /** An ACK that the transaction does not consume. */
  readonly passAck: (ack: SipRequest) => void;
  /** The first final response was sent. */
  readonly onFinal: (status: number) => void;
  readonly onTerminated: () => void;
}

export interface ServerRecord {
  readonly toTag: string;
  retransmitted(): void;
  acknowledged(ack: SipRequest): void;
  /** Tells the user once, unless it has answered finally. */
  cancelled(cancel: SipRequest): void;
  drop(): void;
}

type Input = InviteServerInput;

export function createServerRecord(
  request: SipRequest,
  source: Peer,
  local: Peer,
  toTag: string,
  context: ServerContext,
): { readonly record: ServerRecord; readonly transaction: ServerTransaction } {
  const { clock, machine } = context;
  const invite = request.method === 'INVITE';
  let inviteState: InviteServerState = startInviteServer(clock.now());
  let otherState: NonInviteServerState = startNonInviteServer(machine, clock.now());
  let last: Buffer | null = null;
  let final = false;
  let cancelSeen = false;
  let timer: Timer | null = null;
  let timerAt = Number.POSITIVE_INFINITY;

  // Let go after the final response, but for a refused INVITE: a record lingers for half a minute, and need not hold the request.
  let held: ServerTransaction | null = {
    request,
    source,
    local,
    toTag,
    respond(response) {
      step({ kind: 'respond', status: response.status }, response, null);
    },
    onCancel: null,
    onAck: null,
    onTimeout: null,
  };

  function step(input: Input, response: SipResponse | null, ack: SipRequest | null): void {
    const now = clock.now();
    const before = invite ? inviteState.name : otherState.name;
    if (before === 'terminated') return;
    let outputs: readonly string[];
    if (invite) [inviteState, outputs] = stepInviteServer(inviteState, input, now, machine);
    else if (input.kind === 'ack') return;
    else [otherState, outputs] = stepNonInviteServer(otherState, input, now, machine);
    for (const output of outputs) act(output, response, ack);
    if ((invite ? inviteState.name : otherState.name) === 'terminated') {
      timer?.cancel();
      last = null;
      context.onTerminated();
    } else arm(now);
  }

  function act(output: string, response: SipResponse | null, ack: SipRequest | null): void {
    switch (output) {
      case 'send':
        if (response === null) return;
        last = formatMessage(response);
        context.send(last);
        if (!final && response.status >= 200) {
          final = true;
          // What comes after a 2xx needs neither request nor response here: the user repeats it.
          if (!invite || response.status < 300) held = null;
          context.onFinal(response.status);
        }
        return;
      case 'again':
        if (last) context.send(last);
        return;
      case 'trying':
        if (context.kept === undefined) trying();
        else void context.kept().then(trying);
        return;
      case 'acked':
        held?.onAck?.();
        return;
      case 'pass-ack':
        if (ack) context.passAck(ack);
        return;
      case 'timeout':
        held?.onTimeout?.();
        return;
      default:
    }
  }

  /** From here on the peer does not repeat its INVITE: one that nobody knows of would be waited for in vain. */
  function trying(): void {
    if (held === null || last !== null || inviteState.name !== 'proceeding') return;
    last = formatMessage(createResponse(held.request, 100));
    context.send(last);
  }

  function arm(now: number): void {
    const at = invite ? inviteServerDeadline(inviteState) : nonInviteServerDeadline(otherState);
    // A timer that fires too early only ticks once for nothing; one that is too late is replaced.
    if (timer !== null && timerAt <= at) return;
    timer?.cancel();
    timer = null;
    timerAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    timer = clock.after(Math.max(0, Math.ceil(at - now)), () => {
      timer = null;
      timerAt = Number.POSITIVE_INFINITY;
      step({ kind: 'tick' }, null, null);
    });
  }

  arm(clock.now());
  const transaction = held;
  const record: ServerRecord = {
    toTag,
    retransmitted: () => step({ kind: 'request' }, null, null),
    acknowledged: (ack) => step({ kind: 'ack' }, null, ack),
    cancelled(cancel) {
      if (final || cancelSeen) return;
      cancelSeen = true;
      held?.onCancel?.(cancel);
    },
    drop() {
      timer?.cancel();
      inviteState = otherState = { name: 'terminated' };
    },
  };
  return { record, transaction };
}
