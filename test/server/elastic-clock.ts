// Owns: a clock that runs as the system's does, and that a test may let run ahead: a minute passes in a second, with sockets,
// disk and threads at work between its steps. Does not: move time of the media, which has its own.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Timer } from '../../src/base/clock.ts';

export interface ElasticClock extends Clock {
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
}

interface Entry {
  readonly dueAt: number;
  readonly fn: () => void;
  handle: NodeJS.Timeout | undefined;
}

const stepMs = 250;
/** For what one step causes to happen outside. */
const breathMs = 4;

export function createElasticClock(): ElasticClock {
  const entries = new Set<Entry>();
  let aheadMs = 0;
  const now = (): number => performance.now() + aheadMs;

  function fire(entry: Entry): void {
    clearTimeout(entry.handle);
    if (entries.delete(entry)) entry.fn();
  }

  return {
    now,
    wall: () => Date.now() + aheadMs,
    after(delayMs, fn): Timer {
      const entry: Entry = { dueAt: now() + delayMs, fn, handle: undefined };
      entry.handle = setTimeout(() => fire(entry), Math.min(delayMs, 2 ** 31 - 1));
      entries.add(entry);
      return {
        cancel() {
          clearTimeout(entry.handle);
          entries.delete(entry);
        },
      };
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= stepMs) {
        aheadMs += Math.min(stepMs, left);
        const due = [...entries].filter(({ dueAt }) => dueAt <= now());
        for (const entry of due.sort((a, b) => a.dueAt - b.dueAt)) fire(entry);
        await sleep(breathMs);
      }
    },
  };
}
