// Owns: the clock of a process that can be killed: with it go all its timers.
import type { Clock, Timer } from '../base/clock.ts';

export interface MortalClock extends Clock {
  kill(): void;
}

export function createMortalClock(clock: Clock): MortalClock {
  const timers = new Set<Timer>();
  let dead = false;
  return {
    now: () => clock.now(),
    wall: () => clock.wall(),
    after(delayMs, fn) {
      if (dead) return { cancel() {} };
      const timer = clock.after(delayMs, () => {
        timers.delete(timer);
        fn();
      });
      timers.add(timer);
      return timer;
    },
    kill() {
      dead = true;
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
}
