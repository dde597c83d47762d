// Owns: when an event that was not taken is tried again. docs/events.md publishes it; it is the example of Standard
// Webhooks. Each time is spread by a fifth, so that what failed together does not come back together.

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Before each attempt, counted from the one before it. */
export const delaysMs: readonly number[] = [
  0,
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
];
const spread = 0.2;
const longestRetryAfterMs = 24 * hourMs;

/** Until the next attempt after so many; null after the last. `random` is 0..1. */
export function delayAfter(attempts: number, random: number): number | null {
  const delayMs = delaysMs[attempts];
  return delayMs === undefined ? null : Math.round(delayMs * (1 - spread + 2 * spread * random));
}

/** Retry-After (RFC 9110 §10.2.3): seconds or a date. null when there is none that can be understood. */
export function parseRetryAfter(text: string | undefined, wallMs: number): number | null {
  if (text === undefined) return null;
  const waitMs = /^\s*\d{1,9}\s*$/.test(text) ? Number(text) * secondMs : Date.parse(text) - wallMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(0, waitMs), longestRetryAfterMs);
}
