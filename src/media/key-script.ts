// Owns: what is written where keys are to be sent: `0-9 * # A-D` in either case, `,` and `w` for a pause of 500 ms, `W` for one
// of 1 s. Does not: send; the gap between two keys is the sender's, and a pause takes its place.
import { digitOfEvent, eventOfDigit } from './telephone-event-payload.ts';

export type KeyStep = { readonly digit: string } | { readonly pauseMs: number };

/** The shortest tone and gap that a receiver must hear (RFC 4733 3.1). */
export const shortestKeyMs = 40;

/** null when a character is neither key nor pause, or there are none. */
export function parseKeys(text: string): readonly KeyStep[] | null {
  const steps: KeyStep[] = [];
  for (const character of text) {
    const event = eventOfDigit(character);
    if (event >= 0) steps.push({ digit: digitOfEvent(event) });
    else if (character === ',' || character === 'w') steps.push({ pauseMs: 500 });
    else if (character === 'W') steps.push({ pauseMs: 1000 });
    else return null;
  }
  return steps.length === 0 ? null : steps;
}
