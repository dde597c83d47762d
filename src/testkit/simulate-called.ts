// Owns: the phone of a simulated call that we place: it rings, answers or refuses as its script says. Who is called is known
// to the process that calls: what a phone that rings does once that is gone, nobody learns.
import type { Clock } from '../base/clock.ts';
import type { WorldEvent } from '../call/event.ts';
import type { CalleeScript } from './scenario.ts';
import { refusesAfterMs, ringsAfterMs } from './simulate-legs.ts';

export interface CalledPhoneOptions {
  readonly clock: Clock;
  readonly script: CalleeScript;
  readonly put: (event: WorldEvent) => void;
  readonly onAnswered: () => void;
  readonly onRefused: (sipStatus: number) => void;
}

export interface CalledPhone {
  /** It is the call's turn. */
  call(): void;
  /** It rings for nobody any more. */
  drop(): void;
}

export function createCalledPhone({ clock, script, put, onAnswered, onRefused }: CalledPhoneOptions): CalledPhone {
  const { answerAfterMs, refuse } = script;
  let ringing = false;

  function later(delayMs: number, step: () => void): void {
    clock.after(delayMs, () => {
      if (ringing) step();
    });
  }

  return {
    call() {
      ringing = true;
      put({ type: 'leg.invited', leg: 'caller', sipCallId: 'call-1@simulated' });
      later(ringsAfterMs, () => put({ type: 'leg.ringing', leg: 'caller', sipStatus: 180 }));
      if (refuse !== undefined)
        later(refuse.afterMs ?? refusesAfterMs, () => {
          ringing = false;
          onRefused(refuse.sipStatus);
        });
      if (answerAfterMs !== undefined)
        later(answerAfterMs, () => {
          ringing = false;
          onAnswered();
        });
    },
    drop() {
      ringing = false;
    },
  };
}
