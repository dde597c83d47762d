// Owns: time, as a thing that is handed to whoever needs it. Everything that waits takes a Clock, so that tests and
// simulations run on a virtual one (testkit/virtual-clock.ts) and never sleep.

export interface Timer {
  /** Stops the timer. Harmless when it has fired already. */
  cancel(): void;
}

export interface Clock {
  /** Milliseconds on a clock that never jumps; only differences mean something. */
  now(): number;
  /** Milliseconds since 1970-01-01 UTC; may jump. */
  wall(): number;
  /** Calls `fn` once, `delayMs` from now (0 or more). */
  after(delayMs: number, fn: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, fn) {
    // What is longer fires at once (Node); nobody waits for 24 days.
    const handle = setTimeout(fn, Math.min(delayMs, 2 ** 31 - 1));
    return { cancel: () => clearTimeout(handle) };
  },
};
