// Owns: how much new work is let in: a rate of new requests and a number of unanswered calls (RFC 3261 21.5.4 and the
// stateless answer of 16.11). Requests inside dialogs never come here, so that calls that stand are not disturbed.
// Does not: count per source: one trunk is one source, and a flood may forge a thousand.
import type { Clock } from '../base/clock.ts';

export interface OverloadLimits {
  /** New requests outside dialogs in a second; as many again are answered 503, the rest with silence. */
  readonly newPerSecond: number;
  /** Incoming calls neither answered nor refused. */
  readonly earlyLegs: number;
  readonly legs: number;
}

export const defaultOverloadLimits: OverloadLimits = { newPerSecond: 5000, earlyLegs: 2000, legs: 20_000 };

export interface Overload {
  /** For every new request; `invite` also looks at the number of legs. */
  admit(invite: boolean, earlyLegs: number, legs: number): boolean | 'drop';
}

export function createOverload(clock: Clock, limits: OverloadLimits = defaultOverloadLimits): Overload {
  let windowStart = Number.NEGATIVE_INFINITY;
  let count = 0;
  return {
    admit(invite, earlyLegs, legs) {
      const now = clock.now();
      if (now - windowStart >= 100) {
        windowStart = now;
        count = 0;
      }
      count += 1;
      const perWindow = limits.newPerSecond / 10;
      if (count > 2 * perWindow) return 'drop';
      if (count > perWindow) return false;
      return !invite || (earlyLegs < limits.earlyLegs && legs < limits.legs);
    },
  };
}
