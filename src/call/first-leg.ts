// Owns: what a call knows of the leg that its run belongs to, and that its tape names `caller`, whichever side placed it.
// Two files make one: caller-leg.ts for whoever calls us, called-leg.ts for whom we call.
import type { Leg } from './leg.ts';

export interface FirstLeg {
  readonly leg: Leg;
  /** queued: one that we place, and whose turn has not come. */
  readonly state: 'queued' | 'ringing' | 'live' | 'ended';
  /** ISO 8601; null while it rings. */
  readonly answeredAt: string | null;
  /** Nobody is there any more. */
  readonly gone: boolean;
  answer(): Promise<void>;
  reject(sipStatus: number): void;
  /** `sipStatus` is what a call that came in hears when it was not answered yet. */
  hangUp(reason: string, q850Cause: number, sipStatus: number): void;
  close(): void;
}

export function stateOf({ gone, answeredAt }: Pick<FirstLeg, 'gone' | 'answeredAt'>): 'ringing' | 'live' | 'ended' {
  if (gone) return 'ended';
  return answeredAt === null ? 'ringing' : 'live';
}
