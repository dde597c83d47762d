// Owns: one client transaction in the driver: its machine, its bytes, its single timer, the ACK to a refusal, its CANCEL.
// Does not: match responses; transaction-layer.ts finds the record and hands them in.
import type { Clock, Timer } from '../base/clock.ts';
import { formatMessage } from './format.ts';
import { getHeader, getHeaders, parseCSeq } from './header.ts';
import {
  type InviteClientInput,
  type InviteClientState,
  inviteClientDeadline,
  startInviteClient,
  stepInviteClient,
} from './invite-client.ts';
import type { Header, Peer, SipRequest, SipResponse } from './message.ts';
import {
  type NonInviteClientState,
  nonInviteClientDeadline,
  startNonInviteClient,
  stepNonInviteClient,
} from './non-invite-client.ts';
import { createResponse } from './response.ts';
import type { ClientHandler, ClientTransaction } from './transaction.ts';
import type { MachineContext } from './transaction-times.ts';

export interface ClientContext {
  readonly clock: Clock;
  readonly machine: MachineContext;
  readonly send: (bytes: Buffer, onError: (error: Error) => void) => void;
  /** Starts the CANCEL's own transaction (9.1: same branch, so no Via is added). */
  readonly startCancel: (cancel: SipRequest) => void;
  readonly onTerminated: () => void;
}

export interface ClientRecord {
  readonly transaction: ClientTransaction;
  received(response: SipResponse): void;
  drop(): void;
}

/** A request with its Via, and its bytes. */
export interface SentRequest {
  readonly request: SipRequest;
  readonly branch: string;
  readonly bytes: Buffer;
}

type Input = InviteClientInput;

export function createClientRecord(
  { request, branch, bytes }: SentRequest,
  to: Peer,
  handler: ClientHandler,
  context: ClientContext,
  /** An INVITE that an earlier process sent, and that a 1xx came for. */
  proceeding = false,
): ClientRecord {
  const { clock, machine } = context;
  const invite = request.method === 'INVITE';
  let ackBytes: Buffer | null = null;
  let inviteState: InviteClientState = { name: 'terminated' };
  let otherState: NonInviteClientState = { name: 'terminated' };
  /** none → wanted (until a 1xx came) → sent */
  let cancel: 'none' | 'wanted' | 'sent' = 'none';
  let cancelHeaders: readonly Header[] = [];
  let timer: Timer | null = null;
  let timerAt = Number.POSITIVE_INFINITY;
  let dropped = false;

  const transaction: ClientTransaction = {
    branch,
    request,
    to,
    cancel(headers = []) {
      if (!invite || cancel !== 'none' || (inviteState.name !== 'calling' && inviteState.name !== 'proceeding')) return;
      cancel = 'wanted';
      cancelHeaders = headers;
      cancelIfPossible();
    },
  };

  function cancelIfPossible(): void {
    if (cancel !== 'wanted' || inviteState.name !== 'proceeding') return;
    cancel = 'sent';
    context.startCancel(createCancel(request, cancelHeaders));
    step({ kind: 'cancelled' }, null);
  }

  function step(input: Input, response: SipResponse | null): void {
    if (dropped || stateName() === 'terminated') return;
    const now = clock.now();
    let outputs: readonly string[];
    if (invite) [inviteState, outputs] = stepInviteClient(inviteState, input, now, machine);
    else if (input.kind === 'cancelled') return;
    else [otherState, outputs] = stepNonInviteClient(otherState, input, now, machine);
    finish(outputs, response, now);
  }

  /** The state is settled before the handler runs: it may do anything with this transaction. */
  function finish(outputs: readonly string[], response: SipResponse | null, now: number): void {
    if (stateName() === 'terminated') {
      timer?.cancel();
      context.onTerminated();
    } else arm(now);
    for (const output of outputs) act(output, response);
  }

  function act(output: string, response: SipResponse | null): void {
    switch (output) {
      case 'send':
        context.send(bytes, () => step({ kind: 'transport-error' }, null));
        return;
      case 'ack':
        if (response) ackBytes ??= formatMessage(createAck(request, response));
        if (ackBytes) context.send(ackBytes, () => step({ kind: 'transport-error' }, null));
        return;
      case 'pass':
        if (response) handler.onResponse(response, 'wire');
        cancelIfPossible();
        return;
      case 'timeout':
        handler.onResponse(createResponse(request, 408), 'timeout');
        return;
      case 'transport-error':
        handler.onResponse(createResponse(request, 503), 'transport');
        return;
      default:
    }
  }

  function stateName(): string {
    return invite ? inviteState.name : otherState.name;
  }

  function arm(now: number): void {
    const at = invite ? inviteClientDeadline(inviteState) : nonInviteClientDeadline(otherState);
    if (timer !== null && timerAt <= at) return;
    timer?.cancel();
    timer = null;
    timerAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    timer = clock.after(Math.max(0, Math.ceil(at - now)), () => {
      timer = null;
      timerAt = Number.POSITIVE_INFINITY;
      step({ kind: 'tick' }, null);
    });
  }

  const now = clock.now();
  let outputs: readonly string[];
  if (proceeding) [inviteState, outputs] = [{ name: 'proceeding', endAt: Number.POSITIVE_INFINITY }, []];
  else if (invite) [inviteState, outputs] = startInviteClient(machine, now);
  else [otherState, outputs] = startNonInviteClient(machine, now);
  finish(outputs, null, now);

  return {
    transaction,
    received: (response) => step({ kind: 'response', status: response.status }, response),
    drop() {
      dropped = true;
      timer?.cancel();
    },
  };
}

/** The ACK inside an INVITE transaction that was refused (17.1.1.3): same branch, the response's To. */
export function createAck(request: SipRequest, response: SipResponse): SipRequest {
  const headers: Header[] = [];
  const via = getHeader(request, 'Via');
  if (via !== undefined) headers.push({ name: 'Via', value: via });
  for (const value of getHeaders(request, 'Route')) headers.push({ name: 'Route', value });
  headers.push({ name: 'Max-Forwards', value: '70' });
  copy(headers, request, 'From');
  copy(headers, response, 'To');
  copy(headers, request, 'Call-ID');
  headers.push({ name: 'CSeq', value: `${parseCSeq(getHeader(request, 'CSeq'))?.number ?? 0} ACK` });
  return { kind: 'request', method: 'ACK', uri: request.uri, headers, body: new Uint8Array(0) };
}

/** RFC 3261 9.1: one Via, the INVITE's; its Route; the same Call-ID, From, To and CSeq number. */
function createCancel(request: SipRequest, extra: readonly Header[]): SipRequest {
  const headers: Header[] = [];
  const via = getHeader(request, 'Via');
  if (via !== undefined) headers.push({ name: 'Via', value: via });
  for (const value of getHeaders(request, 'Route')) headers.push({ name: 'Route', value });
  headers.push({ name: 'Max-Forwards', value: '70' });
  copy(headers, request, 'From');
  copy(headers, request, 'To');
  copy(headers, request, 'Call-ID');
  headers.push({ name: 'CSeq', value: `${parseCSeq(getHeader(request, 'CSeq'))?.number ?? 0} CANCEL` }, ...extra);
  return { kind: 'request', method: 'CANCEL', uri: request.uri, headers, body: new Uint8Array(0) };
}

function copy(headers: Header[], from: SipRequest | SipResponse, name: string): void {
  const value = getHeader(from, name);
  if (value !== undefined) headers.push({ name, value });
}
