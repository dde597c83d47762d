// Owns: a clock that moves only when it is told to. Timers due at the same moment fire in the order they were set.
import type { Clock, Timer } from '../base/clock.ts';

export interface VirtualClock extends Clock {
  /** Moves to the next timer and fires it; false when none is left. */
  next(): boolean;
  /** Fires everything that is due within `ms`, then stands exactly there. */
  advance(ms: number): void;
  readonly pending: number;
}

interface Entry {
  readonly dueAt: number;
  readonly order: number;
  readonly fn: () => void;
}

/** 2026-01-01T00:00:00Z: simulations tell the same times on every day. */
export const virtualEpochMs = 1_767_225_600_000;

export function createVirtualClock(epochMs = virtualEpochMs): VirtualClock {
  const entries = new Set<Entry>();
  let time = 0;
  let order = 0;

  function earliest(): Entry | null {
    let best: Entry | null = null;
    for (const entry of entries) {
      if (best === null || entry.dueAt < best.dueAt || (entry.dueAt === best.dueAt && entry.order < best.order))
        best = entry;
    }
    return best;
  }

  function fire(entry: Entry): void {
    entries.delete(entry);
    time = Math.max(time, entry.dueAt);
    entry.fn();
  }

  return {
    now: () => time,
    wall: () => epochMs + time,
    after(delayMs, fn): Timer {
      order += 1;
      const entry: Entry = { dueAt: time + Math.max(0, delayMs), order, fn };
      entries.add(entry);
      return { cancel: () => void entries.delete(entry) };
    },
    next() {
      const entry = earliest();
      if (entry === null) return false;
      fire(entry);
      return true;
    },
    advance(ms) {
      const until = time + ms;
      for (let entry = earliest(); entry !== null && entry.dueAt <= until; entry = earliest()) fire(entry);
      time = until;
    },
    get pending() {
      return entries.size;
    },
  };
}
