// Owns: why a call or a transferred leg is over, in the vendor's words.
import type { CallFacts, Report } from '../../flow/report.ts';

const ofQ850: Readonly<Record<number, string>> = {
  1: 'UNALLOCATED_NUMBER',
  16: 'NORMAL_CLEARING',
  17: 'USER_BUSY',
  18: 'NO_USER_RESPONSE',
  19: 'NO_ANSWER',
  21: 'CALL_REJECTED',
  22: 'NUMBER_CHANGED',
  28: 'INVALID_NUMBER_FORMAT',
  31: 'NORMAL_UNSPECIFIED',
  38: 'NETWORK_OUT_OF_ORDER',
  41: 'NORMAL_TEMPORARY_FAILURE',
  102: 'RECOVERY_ON_TIMER_EXPIRE',
};

export interface CallEnd {
  readonly by: 'peer' | 'us' | 'fault';
  readonly reason: string;
  readonly q850Cause: number;
}

export function causeOfCall(
  { by, q850Cause }: Pick<CallEnd, 'by' | 'q850Cause'>,
  call: Pick<CallFacts, 'direction' | 'answeredAt'>,
): string {
  if (call.answeredAt !== null) return by === 'fault' ? 'NORMAL_TEMPORARY_FAILURE' : 'NORMAL_CLEARING';
  if (call.direction === 'inbound') {
    if (by === 'peer') return 'ORIGINATOR_CANCEL';
    return by === 'us' && q850Cause === 16 ? 'CALL_REJECTED' : nameOf(q850Cause);
  }
  if (by === 'us' && q850Cause === 16) return 'ORIGINATOR_CANCEL';
  return nameOf(q850Cause);
}

/** Whether a call that we placed rang for as long as it might. */
export const wasTimeout = ({ by, reason }: Pick<CallEnd, 'by' | 'reason'>, call: CallFacts): boolean =>
  call.direction === 'outbound' && call.answeredAt === null && by === 'us' && reason === 'no answer';

/** Of the reasons in src/run/dial.ts. */
const ofLegs: Readonly<Record<string, string>> = {
  busy: 'USER_BUSY',
  'no answer': 'NO_ANSWER',
  declined: 'CALL_REJECTED',
  'unknown number': 'UNALLOCATED_NUMBER',
  'the caller left': 'NORMAL_CLEARING',
  completed: 'NORMAL_CLEARING',
};

export function causeOfLeg({
  reason,
  answeredMs,
}: Pick<Extract<Report, { kind: 'leg-end' }>, 'reason' | 'answeredMs'>): string {
  if (answeredMs !== null) return 'NORMAL_CLEARING';
  const words = reason.replace(/ \d+\/\d+$/, '');
  if (words === 'cancelled' || words === 'the caller left') return 'ORIGINATOR_CANCEL';
  return (Object.hasOwn(ofLegs, words) ? ofLegs[words] : undefined) ?? 'NORMAL_TEMPORARY_FAILURE';
}

const nameOf = (q850Cause: number): string => ofQ850[q850Cause] ?? 'NORMAL_UNSPECIFIED';
