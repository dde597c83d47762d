// Owns: why a call or a dialled leg is over, in the vendor's words. The list of causes is the vendor's; which of our reasons
// is which cause is decided in decisions.ts.
import type { CallFacts, Report } from '../../flow/report.ts';
import { stableUuid } from '../stable-uuid.ts';

export interface Cause {
  readonly cause: string;
  readonly errorMessage?: string;
  readonly errorId?: string;
}

/** Of the reasons in src/run/dial.ts. */
const ofLegs: Readonly<Record<string, readonly [cause: string, message: string]>> = {
  busy: ['busy', 'Callee is busy'],
  'no answer': ['timeout', 'Callee did not answer in time'],
  declined: ['rejected', 'Callee rejected the call'],
  'unknown number': ['error', 'Callee does not exist'],
};

const ended: ReadonlySet<string> = new Set(['completed', 'hung up', 'time limit']);

/** `about` makes the id of the error: the same fault of the same leg has the same one. */
export function causeOfLeg(reason: string, wasAnswered: boolean, about: string): Cause {
  // A dial that failed says how many failed, as `busy 2/2`.
  const words = reason.replace(/ \d+\/\d+$/, '');
  if (words === 'the caller left') return { cause: wasAnswered ? 'hangup' : 'cancel' };
  if (words === 'cancelled') return { cause: 'cancel' };
  const known = Object.hasOwn(ofLegs, words) ? ofLegs[words] : undefined;
  if (known !== undefined) return fault(known[0], known[1], about);
  return wasAnswered || ended.has(words) ? { cause: 'hangup' } : fault('unknown', words, about);
}

/** Of a bridge that was not made. */
const ofBridges: Readonly<Record<string, string>> = { 'call-already-bridged': 'busy', 'call-not-answered': 'rejected' };

export const causeOfBridge = (code: string): string => ofBridges[code] ?? 'unknown';

const notSupported: ReadonlySet<string> = new Set(['verb-not-supported', 'attribute-not-supported']);
/** Codes of what could not be had; the others are problems in a document. */
const notHad = /^(fetch-|document-(http-status|missing|file-))/;

const refusals: Readonly<Record<number, string>> = {
  1: 'error',
  17: 'busy',
  18: 'timeout',
  19: 'timeout',
  21: 'rejected',
};

export function causeOfCall(
  {
    by,
    reason,
    q850Cause,
    fault: code,
  }: Pick<Extract<Report, { kind: 'call-end' }>, 'by' | 'reason' | 'q850Cause' | 'fault'>,
  call: CallFacts,
): Cause {
  if (code !== null) {
    if (notSupported.has(code)) return fault('application-error', 'The BXML asks for what is not supported', call.id);
    if (notHad.test(code)) return fault('callback-error', `The application could not be asked (${code})`, call.id);
    return fault('invalid-bxml', `The BXML is not valid (${code})`, call.id);
  }
  if (by === 'fault') return fault('error', reason, call.id);
  if (call.answeredAt !== null) return { cause: 'hangup' };
  if (call.direction === 'outbound' && by === 'us')
    return reason === 'no answer' ? fault('timeout', 'Callee did not answer in time', call.id) : { cause: 'cancel' };
  if (by === 'us') return { cause: 'rejected' };
  if (call.direction === 'inbound') return { cause: 'cancel' };
  return fault(refusals[q850Cause] ?? 'unknown', reason, call.id);
}

function fault(cause: string, errorMessage: string, about: string): Cause {
  return { cause, errorMessage, errorId: stableUuid('error', `${about} ${cause}`) };
}
