// Owns: a call as the vendor tells its state, made from what is kept of it and from its tape; which calls and apps of an
// account this interface knows: those of this dialect.
import type { TapeLine } from '../../../call/event.ts';
import type { CallFacts } from '../../../flow/report.ts';
import type { AppRecord, CallRecord, Voice } from '../../rest.ts';
import { applicationIdOf, callIdOf, ownCallId } from '../call-id.ts';
import { type Cause, causeOfCall } from '../cause.ts';
import { signallingWords } from '../signalling-words.ts';
import { callNotFound, notNow } from './reply.ts';

export const accountUrl = (here: string, account: string): string =>
  `${here}/api/v2/accounts/${encodeURIComponent(account)}`;
export const callUrl = (here: string, account: string, callId: string): string =>
  `${accountUrl(here, account)}/calls/${callId}`;

/** By its id, or by its name. */
export function appOf(applicationId: string, voice: Voice): AppRecord | null {
  const wanted = applicationId.trim();
  const own = [...voice.apps().filter(({ dialect }) => dialect === 'bandwidth'), voice.appFor('bandwidth')];
  const found = own.find(({ name }) => applicationIdOf(name) === wanted.toLowerCase() || name === wanted);
  return found ?? null;
}

/** Throws the vendor's 404 for one that is not there, is not the account's, or speaks another dialect. */
export async function needCall(callId: string, voice: Voice): Promise<CallRecord> {
  const call = await voice.call(ownCallId(callId));
  if (call === null || !isOurs(call, voice)) throw callNotFound(callId);
  return call;
}

const others = ['opentact', 'bandwidth-v1', 'ozml', 'twiml'] as const;

/** A call of an app that is there no more is told of too. */
export function isOurs({ app }: Pick<CallFacts, 'app'>, voice: Voice): boolean {
  const found = voice.apps().find(({ name }) => name === app);
  if (found !== undefined) return found.dialect === 'bandwidth';
  return others.every((dialect) => voice.appFor(dialect).name !== app);
}

/** One that can be told something now: answered, and not over. */
export async function needLiveCall(callId: string, voice: Voice): Promise<CallRecord> {
  const call = await needCall(callId, voice);
  if (call.endedAt !== null || call.answeredAt === null) throw notNow(callId);
  return call;
}

export async function viewCall(call: CallRecord, voice: Voice): Promise<Readonly<Record<string, unknown>>> {
  const { id, direction, from, to, startedAt, answeredAt, endedAt, enqueuedAt } = call;
  // What we placed, is answered, not over and did not wait needs no tape.
  const isPlain = direction === 'outbound' && endedAt === null && answeredAt !== null && enqueuedAt === undefined;
  const tape = isPlain ? [] : await voice.tape(id);
  const state = stateOf(call, tape);
  const cause = causeOf(call, tape);
  return {
    applicationId: applicationIdOf(call.app),
    accountId: voice.account,
    callId: callIdOf(id),
    parentCallId: null,
    to,
    from,
    direction,
    state,
    stirShaken: stirShakenIn(tape),
    identity: null,
    enqueuedTime: enqueuedAt ?? (direction === 'outbound' ? startedAt : undefined),
    // Of one that waited, when its turn had come.
    startTime: state === 'queued' ? undefined : enqueuedAt === undefined ? startedAt : (invitedAt(tape) ?? startedAt),
    answerTime: answeredAt,
    endTime: endedAt,
    disconnectCause: cause?.cause ?? null,
    errorMessage: cause?.errorMessage ?? null,
    errorId: cause?.errorId ?? null,
    lastUpdate: endedAt ?? answeredAt ?? lastOf(tape) ?? startedAt,
  };
}

type State = 'queued' | 'initiated' | 'answered' | 'disconnected';

function stateOf({ endedAt, answeredAt, direction }: CallRecord, tape: readonly TapeLine[]): State {
  if (endedAt !== null) return 'disconnected';
  if (answeredAt !== null) return 'answered';
  return direction === 'inbound' || invitedAt(tape) !== null ? 'initiated' : 'queued';
}

/** null of one that is not over. */
function causeOf(call: CallRecord, tape: readonly TapeLine[]): Cause | null {
  if (call.endedAt === null) return null;
  let by: 'peer' | 'us' | 'fault' = 'peer';
  let fault: string | null = null;
  for (const { event } of tape) {
    if (event.type === 'document.failed') fault = event.code;
    if (event.type === 'document.fetched') fault = null;
    if (event.type !== 'leg.ended' || event.leg !== 'caller') continue;
    by = event.by;
    break;
  }
  return causeOfCall({ by, reason: call.reason ?? 'unknown', q850Cause: call.q850Cause ?? 0, fault }, call);
}

/** As the carrier that the call came from says. */
function stirShakenIn([first]: readonly TapeLine[]): unknown {
  return first?.event.type === 'call.incoming' ? signallingWords(first.event.signalling)['stirShaken'] : undefined;
}

function invitedAt(tape: readonly TapeLine[]): string | null {
  const line = tape.find(({ event }) => event.type === 'leg.invited');
  return line === undefined ? null : iso(line);
}

function lastOf(tape: readonly TapeLine[]): string | null {
  const line = tape.at(-1);
  return line === undefined ? null : iso(line);
}

const iso = ({ at }: TapeLine): string => new Date(at).toISOString();
