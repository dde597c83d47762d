// Owns: the timer values of RFC 3261 table 4 that all four transaction machines share.
import type { TransactionTimes } from './transaction.ts';

export const defaultTimes: TransactionTimes = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 };

/** Automatic 100 when the user has said nothing by then (17.2.1). */
export const TRYING_AFTER_MS = 200;

/** What a machine must know of its surroundings. Reliable transports retransmit nothing and linger for nothing. */
export interface MachineContext {
  readonly times: TransactionTimes;
  readonly reliable: boolean;
}

/** Timers B, F, H, J, L and M. */
export function longestMs(times: TransactionTimes): number {
  return 64 * times.t1Ms;
}

/** The next interval of a retransmission that doubles up to T2 (timers E and G). */
export function doubledMs(intervalMs: number, times: TransactionTimes): number {
  return Math.min(2 * intervalMs, times.t2Ms);
}
