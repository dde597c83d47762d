// Owns: the timers of one call by name; all are gone when the call is.
import type { Clock, Timer } from '../base/clock.ts';

export interface Timers {
  arm(name: string, delayMs: number): void;
  /** Harmless after it fired. */
  cancel(name: string): void;
  /** One without a name, which nobody cancels. */
  after(delayMs: number, fn: () => void): void;
  close(): void;
}

export function createTimers(clock: Clock, fired: (name: string) => void): Timers {
  const armed = new Map<string, Timer>();
  let nameless = 0;

  function arm(name: string, delayMs: number, fn: () => void): void {
    armed.get(name)?.cancel();
    const timer = clock.after(delayMs, () => {
      armed.delete(name);
      fn();
    });
    armed.set(name, timer);
  }

  return {
    arm: (name, delayMs) => arm(name, delayMs, () => fired(name)),
    cancel(name) {
      armed.get(name)?.cancel();
      armed.delete(name);
    },
    after(delayMs, fn) {
      nameless += 1;
      arm(`#${nameless}`, delayMs, fn);
    },
    close() {
      for (const timer of armed.values()) timer.cancel();
      armed.clear();
    },
  };
}
