// Owns: reading back what an earlier process saved of a leg or a registered contact. Nothing of it is believed before it is
// checked: it may be of another version, or damaged.
// Does not: make anything of it.
import { CodedError } from '../base/errors.ts';
import type { Dialog } from './dialog.ts';
import type { SavedBinding, SavedLeg } from './endpoint.ts';
import type { Peer, SipRequest } from './message.ts';
import { parseMessage } from './parse.ts';
import type { CallingInner, ConfirmedInner, InviteInner, SavedUsage } from './saved-leg.ts';

/** What was read back. */
export type KnownLeg =
  | { readonly state: 'confirmed'; readonly direction: SavedLeg['direction']; readonly inner: ConfirmedInner }
  | {
      readonly state: 'early' | 'answered';
      readonly direction: 'incoming';
      readonly inner: InviteInner;
      readonly request: SipRequest;
    }
  | {
      readonly state: 'calling';
      readonly direction: 'outgoing';
      readonly inner: CallingInner;
      readonly request: SipRequest;
    };

/** Throws CodedError `sip-leg-unreadable`. */
export function readSavedLeg(saved: unknown): KnownLeg {
  const leg = record(saved, 'leg');
  if (leg['version'] !== 1) return fail(`its version is ${JSON.stringify(leg['version'])?.slice(0, 20)}`);
  const inner = record(leg['inner'], 'inner');
  const direction = oneOf(leg['direction'], ['incoming', 'outgoing'] as const, 'direction');
  const state = oneOf(leg['state'], ['calling', 'early', 'answered', 'confirmed'] as const, 'state');
  if (state === 'confirmed') return { state, direction, inner: readConfirmed(inner, direction) };
  if (state === 'calling') {
    if (direction !== 'outgoing') return fail('direction');
    const { id, to, invite } = inner;
    const calling = { id: text(id, 'id'), to: peer(to, 'to'), invite: text(invite, 'invite') };
    return { state, direction, inner: calling, request: readInvite(calling.invite) };
  }
  if (direction !== 'incoming') return fail('direction');
  const read = readInviteInner(inner);
  if (state === 'answered' && read.answer === null) return fail('answer');
  return { state, direction, inner: read, request: readInvite(read.invite) };
}

type Raw = Readonly<Record<string, unknown>>;

function readUsage(raw: Raw): SavedUsage {
  return {
    id: text(raw['id'], 'id'),
    at: count(raw['at'], 'at', Number.MAX_SAFE_INTEGER),
    dialog: readDialog(record(raw['dialog'], 'dialog')),
    localSdp: orNull(raw['localSdp'], 'localSdp', text),
    takesUpdate: raw['takesUpdate'] === true,
    updateRefused: raw['updateRefused'] === true,
    last: orNull(raw['last'], 'last', (value, field) => {
      const last = record(value, field);
      return {
        cseq: count(last['cseq'], field),
        method: text(last['method'], field),
        status: count(last['status'], field, 699),
      };
    }),
  };
}

function readDialog(raw: Raw): Dialog {
  const word = (name: keyof Dialog) => text(raw[name], `dialog.${name}`);
  return {
    callId: word('callId'),
    localTag: word('localTag'),
    remoteTag: word('remoteTag'),
    localAddress: word('localAddress'),
    remoteAddress: word('remoteAddress'),
    localUri: word('localUri'),
    remoteUri: word('remoteUri'),
    remoteName: word('remoteName'),
    routeSet: list(raw['routeSet'], 'dialog.routeSet', text),
    remoteTarget: word('remoteTarget'),
    localCSeq: count(raw['localCSeq'], 'dialog.localCSeq'),
    remoteCSeq: orNull(raw['remoteCSeq'], 'dialog.remoteCSeq', count),
    source: peer(raw['source'], 'dialog.source'),
  };
}

function readConfirmed(raw: Raw, direction: SavedLeg['direction']): ConfirmedInner {
  const invite = orNull(raw['invite'], 'invite', (value, field) => {
    const memory = record(value, field);
    const headers = list(memory['headers'], 'invite.headers', (one, at) => {
      const header = record(one, at);
      return { name: text(header['name'], at), value: text(header['value'], at) };
    });
    const login = orNull(memory['login'], 'invite.login', text);
    return { uri: text(memory['uri'], 'invite.uri'), source: peer(memory['source'], 'invite.source'), login, headers };
  });
  if ((invite === null) === (direction === 'incoming')) return fail('invite');
  return {
    ...readUsage(raw),
    timer: orNull(raw['timer'], 'timer', (value, field) => {
      const timer = record(value, field);
      return {
        expiresS: count(timer['expiresS'], 'timer.expiresS'),
        refresher: oneOf(timer['refresher'], ['us', 'peer'] as const, 'timer.refresher'),
        since: count(timer['since'], 'timer.since', Number.MAX_SAFE_INTEGER),
      };
    }),
    invite,
    realms: list(raw['realms'], 'realms', text),
    ackSdp: orNull(raw['ackSdp'], 'ackSdp', text),
  };
}

function readInviteInner(raw: Raw): InviteInner {
  const reliable = record(raw['reliable'], 'reliable');
  return {
    ...readUsage(raw),
    invite: text(raw['invite'], 'invite'),
    source: peer(raw['source'], 'source'),
    local: peer(raw['local'], 'local'),
    toTag: text(raw['toTag'], 'toTag'),
    login: orNull(raw['login'], 'login', text),
    progress: orNull(raw['progress'], 'progress', (value, field) => {
      const progress = record(value, field);
      return {
        status: oneOf(progress['status'], [180, 183] as const, 'progress.status'),
        sdp: orNull(progress['sdp'], field, text),
      };
    }),
    reliable: {
      rseq: count(reliable['rseq'], 'reliable.rseq'),
      waiting: list(reliable['waiting'], 'reliable.waiting', (value, field) => {
        const one = record(value, field);
        return { status: count(one['status'], field, 199), sdp: orNull(one['sdp'], field, text) };
      }),
    },
    answer: orNull(raw['answer'], 'answer', text),
    answerSent: raw['answerSent'] === true,
  };
}

function readInvite(message: string): SipRequest {
  const parsed = parseMessage(Buffer.from(message, 'utf8'));
  return parsed.kind === 'request' && parsed.method === 'INVITE' ? parsed : fail('invite');
}

/** A registered contact of the store; throws like `readSavedLeg`. */
export function readBinding(saved: unknown): SavedBinding {
  const raw = record(saved, 'binding');
  const params = list(raw['params'], 'params', (value, field) => {
    const param = record(value, field);
    return { name: text(param['name'], field), value: orNull(param['value'], field, text) };
  });
  const q = raw['q'];
  return {
    login: text(raw['login'], 'login'),
    uri: text(raw['uri'], 'uri'),
    displayName: text(raw['displayName'], 'displayName'),
    params,
    q: typeof q === 'number' && q >= 0 && q <= 1 ? q : fail('q'),
    expiresAt: count(raw['expiresAt'], 'expiresAt', Number.MAX_SAFE_INTEGER),
    callId: text(raw['callId'], 'callId'),
    cseq: count(raw['cseq'], 'cseq', 2 ** 32),
    source: peer(raw['source'], 'source'),
  };
}

function fail(field: string): never {
  throw new CodedError('sip-leg-unreadable', `what was saved of a SIP leg cannot be used: ${field}`);
}

function record(value: unknown, field: string): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : fail(field);
}

const maxText = 128 * 1024;

function text(value: unknown, field: string): string {
  return typeof value === 'string' && value.length <= maxText ? value : fail(field);
}

function count(value: unknown, field: string, max = 2 ** 32): number {
  return typeof value === 'number' && value >= 0 && value <= max ? Math.floor(value) : fail(field);
}

function oneOf<T>(value: unknown, all: readonly T[], field: string): T {
  return all.includes(value as T) ? (value as T) : fail(field);
}

function orNull<T>(value: unknown, field: string, read: (value: unknown, field: string) => T): T | null {
  return value === null ? null : read(value, field);
}

function list<T>(value: unknown, field: string, read: (value: unknown, field: string) => T): T[] {
  return Array.isArray(value) && value.length <= 256 ? value.map((one) => read(one, field)) : fail(field);
}

function peer(value: unknown, field: string): Peer {
  const raw = record(value, field);
  return {
    transport: oneOf(raw['transport'], ['udp', 'tcp'] as const, field),
    address: text(raw['address'], field),
    port: count(raw['port'], field, 65_535),
  };
}
