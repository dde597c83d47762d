// Owns: how long anybody waits for the disk. While the database keeps up, until it has what was given to it; once it does
// not, nobody waits until it has caught up. Both turns are logged once.
// Does not: know what is written.
import type { Log } from '../base/log.ts';

export interface Patience {
  /** Resolves when `batch` is written, or when waiting for it is given up. */
  wait(batch: number): Promise<void>;
  written(batch: number): void;
  /** Nobody waits from here on until everything that was given so far is written. */
  fallBehind(reason: string): void;
  close(): void;
  readonly behind: boolean;
  /** How often somebody went on without the disk. */
  readonly undurable: number;
}

export interface PatienceOptions {
  readonly patienceMs: number;
  readonly log: Log;
  /** The batch of what was given last, and how much is not written yet. */
  readonly pending: () => { readonly last: number; readonly waiting: number };
}

interface Waiter {
  readonly until: number;
  readonly since: number;
  readonly resolve: () => void;
}

export function createPatience({ patienceMs, log, pending }: PatienceOptions): Patience {
  let waiters: Waiter[] = [];
  let timer: NodeJS.Timeout | undefined;
  let undurable = 0;
  let behind: { readonly at: number; readonly until: number; readonly undurable: number } | null = null;
  let closed = false;

  function lookAtOldest(): void {
    timer = undefined;
    const oldest = waiters[0];
    if (oldest === undefined) return;
    const leftMs = oldest.since + patienceMs - performance.now();
    if (leftMs > 0) timer = setTimeout(lookAtOldest, leftMs);
    else fallBehind(`nothing was written for ${patienceMs} ms`);
  }

  function fallBehind(reason: string): void {
    if (behind === null) {
      const { last, waiting } = pending();
      behind = { at: performance.now(), until: last, undurable };
      log.warn({ waiting, reason }, 'The database takes no writes for the moment; they are kept and tried again');
    }
    undurable += waiters.length;
    letGo(waiters.length);
  }

  function letGo(count: number): void {
    if (count === 0) return;
    const gone = waiters.slice(0, count);
    waiters = waiters.slice(count);
    for (const { resolve } of gone) resolve();
  }

  return {
    wait(batch) {
      if (behind !== null || closed) {
        undurable += 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        waiters.push({ until: batch, since: performance.now(), resolve });
        timer ??= setTimeout(lookAtOldest, patienceMs);
      });
    },
    written(batch) {
      const first = waiters.findIndex(({ until }) => until > batch);
      letGo(first < 0 ? waiters.length : first);
      if (behind === null || batch < behind.until) return;
      const awayMs = Math.round(performance.now() - behind.at);
      log.info({ awayMs, notWaitedFor: undurable - behind.undurable }, 'The database takes writes again');
      behind = null;
    },
    fallBehind,
    close() {
      closed = true;
      clearTimeout(timer);
      letGo(waiters.length);
    },
    get behind() {
      return behind !== null;
    },
    get undurable() {
      return undurable;
    },
  };
}
