// Owns: how often a control request is tried while a caller waits for what comes of it: again where the application cannot
// have acted on it, as nobody was there or it said that it cannot just now. Does not: repeat what may have been acted on,
// deliver events (an outbox has days for that).
import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { FetchReply } from './http-client.ts';
import { parseRetryAfter } from './outbox/schedule.ts';

export interface PatienceOptions {
  /** Before the second try, the third, and so on. */
  readonly pausesMs: readonly number[];
  /** Of `clock.now()`: what all tries together may take. */
  readonly deadline: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/** An application that is started anew is back within seconds; a caller takes a longer silence for a broken line. */
export const patientPausesMs = [250, 500, 1000, 1500] as const;
/** Where there is a fallback, that is the better answer. */
export const briefPausesMs = [250] as const;

/** Too many requests, bad gateway, unavailable, gateway timeout: whoever says so has not done what was asked. */
const notNow: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** A try needs some time itself. */
const leastForTryMs = 250;

export async function tryPatiently(once: () => Promise<FetchReply>, options: PatienceOptions): Promise<FetchReply> {
  const { clock, deadline, signal } = options;
  const mayPause = (ms: number): boolean => signal?.aborted !== true && deadline - clock.now() >= ms + leastForTryMs;
  for (const pauseMs of options.pausesMs) {
    let waitMs = pauseMs;
    try {
      const reply = await once();
      if (!notNow.has(reply.status)) return reply;
      waitMs = Math.max(pauseMs, parseRetryAfter(reply.headers['retry-after'], clock.wall()) ?? 0);
      if (waitMs > longest(options.pausesMs) || !mayPause(waitMs)) return reply;
    } catch (error) {
      const again = error instanceof CodedError && error.code === 'fetch-unreachable';
      if (!again || !mayPause(pauseMs)) throw error;
    }
    await new Promise<void>((resolve) => clock.after(waitMs, resolve));
  }
  return once();
}

/** What the application asks for beyond this is longer than a caller waits. */
function longest(pausesMs: readonly number[]): number {
  return Math.max(...pausesMs);
}
