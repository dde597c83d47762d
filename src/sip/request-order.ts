// Owns: the order of what a peer sent in a dialog while nobody listened. Each of its requests is repeated on a timer of its
// own (RFC 3261 section 17.1.2.2), so after a restart a later one may come first; taken at once it would make the earlier
// one out of order (12.2.2), and a key would be lost.
// Does not: wait longer than the peer's next repetitions take. A gap that nothing fills is then taken as a gap.
import type { Clock } from '../base/clock.ts';

export interface RequestOrder {
  /** True: kept; `serve` is called in its turn. `last` is the number of the last request served; null: none yet. */
  keeps(number: number, last: number | null, serve: () => void): boolean;
  /** Up to `last` all is served: what follows without a gap is, too. `last` is asked again after each. */
  advance(last: () => number | null): void;
  /** Serves what is left. */
  release(): void;
  /** Forgets what is left. */
  close(): void;
}

/** The longest interval of repetitions, T2. */
export const longestRepeatMs = 4000;
const maxWaiting = 64;

export function createRequestOrder(clock: Clock, windowMs: number): RequestOrder {
  let open = true;
  let waiting: { readonly number: number; readonly serve: () => void }[] = [];
  const timer = clock.after(Math.min(windowMs, longestRepeatMs), release);

  function release(): void {
    open = false;
    timer.cancel();
    const left = waiting.sort((a, b) => a.number - b.number);
    waiting = [];
    for (const { serve } of left) serve();
  }

  return {
    keeps(number, last, serve) {
      if (!open || last === null || number <= last + 1 || waiting.length >= maxWaiting) return false;
      waiting.push({ number, serve });
      return true;
    },
    advance(last) {
      for (;;) {
        const served = last();
        const next = waiting.findIndex(({ number }) => served === null || number <= served + 1);
        if (next < 0) return;
        const [request] = waiting.splice(next, 1);
        request!.serve();
      }
    },
    release,
    close() {
      open = false;
      timer.cancel();
      waiting = [];
    },
  };
}
