// Owns: what a call is to do that somebody asked for: one that we place, or one whose application has no first document.
// It stands on the tape, so that a restart does not depend on who asked.
import type { Destination, Flow } from './node.ts';

export interface CallPlan {
  /** Runs once the call is answered; on a call that came in, at its start. */
  readonly flow: Flow;
  /** Told when the call is over. */
  readonly last: Destination | null;
  /** How long a call that we place may ring before it is given up. Of no use to one that came in. */
  readonly ringMs: number;
  /** How long whoever is asked or told may take, in place of what a destination says. */
  readonly webhookMs?: number;
}
