// Owns: whose turn it is among the calls that we place: at most so many of an account begin within any second, the others
// wait, those of a lower priority number first, then as they came. Providers refuse calls that come faster.
// Does not: keep who waits over a restart (their tapes do), call anybody.
import type { Clock } from '../base/clock.ts';

export interface PlaceQueue {
  /** A turn to come; null when as many wait as may. `promised`: it had a place before a restart, which it keeps. */
  join(account: string, priority: number, options?: { readonly promised?: boolean }): Turn | null;
  /** How many wait, and how many may. */
  of(account: string): { readonly size: number; readonly most: number };
}

export interface Turn {
  /** Whether it was not its turn at once. */
  readonly waits: boolean;
  /** `go` is called once: now, if its turn has come already, or when it comes. */
  take(go: () => void): void;
  /** Gives its place to the others; harmless when its turn has come. */
  leave(): void;
}

export interface PlaceQueueOptions {
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** Calls that may begin within a second; 0 for as many as come. */
  readonly rateOf: (account: string) => number;
}

interface Waiting {
  readonly priority: number;
  go: (() => void) | null;
  hasTurn: boolean;
}

interface Line {
  readonly waiting: Waiting[];
  /** When the calls of the last second began. */
  readonly begun: number[];
  timer: { cancel(): void } | null;
}

const second = 1000;
/** Whoever waits longer than this is better told so at once. */
const longestWaitS = 300;

export function createPlaceQueue({ clock, rateOf }: PlaceQueueOptions): PlaceQueue {
  const lines = new Map<string, Line>();
  const mostOf = (rate: number): number => (rate === 0 ? Number.MAX_SAFE_INTEGER : rate * longestWaitS);

  function lineOf(account: string): Line {
    const known = lines.get(account);
    if (known !== undefined) return known;
    const line: Line = { waiting: [], begun: [], timer: null };
    lines.set(account, line);
    return line;
  }

  function hasRoom({ begun }: Line, rate: number): boolean {
    const now = clock.now();
    while (begun.length > 0 && begun[0]! + second <= now) begun.shift();
    return rate === 0 || begun.length < rate;
  }

  function begin(line: Line, one: Waiting): void {
    line.begun.push(clock.now());
    one.hasTurn = true;
    one.go?.();
  }

  function serve(account: string, line: Line): void {
    line.timer?.cancel();
    line.timer = null;
    while (line.waiting.length > 0 && hasRoom(line, rateOf(account))) begin(line, line.waiting.shift()!);
    if (line.waiting.length > 0) {
      const waitMs = Math.max(1, Math.ceil(line.begun[0]! + second - clock.now()));
      line.timer = clock.after(waitMs, () => serve(account, line));
    }
  }

  return {
    join(account, priority, { promised = false } = {}) {
      const rate = rateOf(account);
      const line = lineOf(account);
      const one: Waiting = { priority, go: null, hasTurn: false };
      const waits = line.waiting.length > 0 || !hasRoom(line, rate);
      if (!waits) begin(line, one);
      else {
        if (!promised && line.waiting.length >= mostOf(rate)) return null;
        const behind = line.waiting.findIndex((other) => other.priority > priority);
        line.waiting.splice(behind < 0 ? line.waiting.length : behind, 0, one);
        if (line.timer === null) serve(account, line);
      }
      return {
        waits,
        take(go) {
          if (one.hasTurn) go();
          else one.go = go;
        },
        leave() {
          const at = line.waiting.indexOf(one);
          if (at >= 0) line.waiting.splice(at, 1);
          if (line.waiting.length > 0) return;
          line.timer?.cancel();
          line.timer = null;
        },
      };
    },
    of(account) {
      return { size: lines.get(account)?.waiting.length ?? 0, most: mostOf(rateOf(account)) };
    },
  };
}
