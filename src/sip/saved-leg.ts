// Owns: what a leg leaves behind for the process that comes after a kill, as plain JSON. Read back by read-saved-leg.ts;
// what is made of it: restored-leg.ts, uas-invite.ts.
// Does not: store; carry passwords, or the digests that a peer sent.
import type { Dialog } from './dialog.ts';
import type { SavedLeg } from './endpoint.ts';
import { formatMessage } from './format.ts';
import type { InviteUsage } from './invite-usage.ts';
import type { Header, Peer, SipRequest } from './message.ts';
import type { SessionInterval } from './session-timer.ts';

/** What was answered to the peer's last request: a copy of it that comes after a restart is answered alike. */
export interface LastAnswer {
  readonly cseq: number;
  readonly method: string;
  readonly status: number;
}

export interface SavedTimer extends SessionInterval {
  /** Wall clock, ms, of the last refresh. */
  readonly since: number;
}

/** Of an INVITE that is answered, what its leg still tells. */
export interface InviteMemory {
  readonly uri: string;
  readonly source: Peer;
  readonly login: string | null;
  readonly headers: readonly Header[];
}

export interface SavedUsage {
  readonly id: string;
  /** Wall clock, ms, of the saving. */
  readonly at: number;
  readonly dialog: Dialog;
  readonly localSdp: string | null;
  readonly takesUpdate: boolean;
  readonly updateRefused: boolean;
  readonly last: LastAnswer | null;
}

export interface ConfirmedInner extends SavedUsage {
  readonly timer: SavedTimer | null;
  /** null on a call we placed. */
  readonly invite: InviteMemory | null;
  /** Realms that challenged a call we placed. */
  readonly realms: readonly string[];
  /** What our ACK to the first 2xx carried. */
  readonly ackSdp: string | null;
}

/** Reliable provisional responses: `waiting` has no PRACK yet, and its first is numbered `rseq`. */
export interface SavedReliable {
  readonly rseq: number;
  readonly waiting: readonly { readonly status: number; readonly sdp: string | null }[];
}

export interface InviteInner extends SavedUsage {
  /** The request as text, its Via completed. */
  readonly invite: string;
  readonly source: Peer;
  readonly local: Peer;
  readonly toTag: string;
  readonly login: string | null;
  readonly progress: { readonly status: 180 | 183; readonly sdp: string | null } | null;
  readonly reliable: SavedReliable;
  /** Given by the owner; sent, or waiting for a PRACK. */
  readonly answer: string | null;
  /** It travelled in a reliable 183. */
  readonly answerSent: boolean;
}

export interface CallingInner {
  readonly id: string;
  /** As it was sent, without its body. */
  readonly invite: string;
  readonly to: Peer;
}

function describeUsage(usage: InviteUsage): SavedUsage {
  const { id, localSdp, updateRefused, last } = usage;
  const at = usage.context.options.clock.wall();
  // A copy: it goes on changing here.
  return {
    id,
    at,
    dialog: { ...usage.dialog! },
    localSdp,
    takesUpdate: usage.peerTakesUpdate,
    updateRefused,
    last,
  };
}

export function describeConfirmed(usage: InviteUsage, invite: InviteMemory | null, ackSdp: string | null): SavedLeg {
  const { interval, since } = usage.countdown;
  const timer: SavedTimer | null = interval === null ? null : { ...interval, since };
  const realms = usage.digest?.realms ?? [];
  const inner: ConfirmedInner = { ...describeUsage(usage), timer, invite, realms, ackSdp };
  return { version: 1, direction: usage.direction, state: 'confirmed', callId: inner.dialog.callId, inner };
}

export function describeInvite(
  usage: InviteUsage,
  state: 'early' | 'answered',
  parts: Omit<InviteInner, keyof SavedUsage>,
): SavedLeg {
  const inner: InviteInner = { ...describeUsage(usage), ...parts };
  return { version: 1, direction: 'incoming', state, callId: inner.dialog.callId, inner };
}

/** Said anew by every request, or spent: of no use to whoever asks the leg for a header later. */
const forgotten = new Set(
  (
    'via record-route route from to call-id cseq contact max-forwards allow supported require session-expires min-se ' +
    'content-type content-length authorization proxy-authorization recv-info accept'
  ).split(' '),
);

export function rememberInvite(request: SipRequest, source: Peer, login: string | null): InviteMemory {
  return {
    uri: request.uri,
    source,
    login,
    headers: request.headers.filter(({ name }) => !forgotten.has(name.toLowerCase())),
  };
}

/** A request as text that is read back the same; without what proves a password. */
export function requestText(request: SipRequest, withBody: boolean): string {
  const headers = request.headers.filter(({ name }) => !/^(proxy-)?authorization$/i.test(name));
  const body = Buffer.from(withBody ? Buffer.from(request.body).toString('utf8') : '', 'utf8');
  return formatMessage({ ...request, headers, body }).toString('utf8');
}
