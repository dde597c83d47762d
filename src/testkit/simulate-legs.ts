// Owns: the phones that a simulated call dials: each rings, answers, refuses or hangs up as its script says.
import type { Clock } from '../base/clock.ts';
import type { Heard, LegName, WorldEvent } from '../call/event.ts';
import type { CalleeScript } from './scenario.ts';
import { keystrokes } from './script.ts';

export interface SimulatedLegsOptions {
  readonly clock: Clock;
  readonly put: (event: WorldEvent) => void;
  /** Gives the number of the press. */
  readonly press: (leg: LegName, digit: string, heard: readonly Heard[]) => number;
  readonly callees: Readonly<Record<string, CalleeScript>>;
}

export interface SimulatedLegs {
  dial(leg: LegName, address: string): void;
  hangUp(leg: LegName): void;
  /** Whether one has answered. */
  readonly isAnswered: boolean;
  /** Those that ring are known to nobody any more. */
  dropRinging(): void;
  close(): void;
}

export const ringsAfterMs = 50;
/** One that refuses has rung first, so long that its ringing is heard on a busy machine too. */
export const refusesAfterMs = 400;
export const pressesAfterMs = 500;

export function createSimulatedLegs({ clock, put, press, callees }: SimulatedLegsOptions): SimulatedLegs {
  const legs = new Map<LegName, 'ringing' | 'live'>();

  function pressAll(leg: LegName, keys: string): void {
    for (const { digit, atMs, toneMs } of keystrokes({ press: keys }).keys) {
      clock.after(pressesAfterMs + atMs, () => {
        if (legs.get(leg) !== 'live') return;
        const heard = { via: 'rfc4733', at: clock.wall() } as const;
        const number = press(leg, digit, [heard]);
        clock.after(toneMs, () => {
          const whole = [{ ...heard, durationMs: toneMs }];
          if (legs.has(leg)) put({ type: 'digit.released', leg, press: number, durationMs: toneMs, heard: whole });
        });
      });
    }
  }

  function end(leg: LegName, by: 'peer' | 'us'): void {
    const was = legs.get(leg);
    if (!legs.delete(leg)) return;
    if (was === 'ringing') put({ type: 'leg.failed', leg, sipStatus: 487, reason: 'cancelled' });
    else put({ type: 'leg.ended', leg, by, q850Cause: 16, reason: 'hung up' });
  }

  return {
    dial(leg, address) {
      const { refuse, answerAfterMs, hangUpAfterMs, press: keys } = callees[address] ?? {};
      legs.set(leg, 'ringing');
      clock.after(ringsAfterMs, () => {
        if (legs.get(leg) === 'ringing') put({ type: 'leg.ringing', leg, sipStatus: 180 });
      });
      if (refuse !== undefined) {
        const { sipStatus, afterMs = refusesAfterMs } = refuse;
        clock.after(afterMs, () => {
          if (legs.delete(leg)) put({ type: 'leg.failed', leg, sipStatus, reason: `refused with ${sipStatus}` });
        });
      }
      if (answerAfterMs === undefined) return;
      clock.after(answerAfterMs, () => {
        if (!legs.has(leg)) return;
        legs.set(leg, 'live');
        put({ type: 'leg.answered', leg });
        if (keys !== undefined) pressAll(leg, keys);
        if (hangUpAfterMs !== undefined) clock.after(hangUpAfterMs, () => end(leg, 'peer'));
      });
    },
    hangUp: (leg) => end(leg, 'us'),
    get isAnswered() {
      return [...legs.values()].includes('live');
    },
    dropRinging() {
      for (const [leg, state] of legs) if (state === 'ringing') legs.delete(leg);
    },
    close() {
      for (const leg of [...legs.keys()]) end(leg, 'us');
    },
  };
}
