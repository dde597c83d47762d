// Owns: the tape of one call, in memory: ordered, numbered, append-only. Everything else that is known of a call is read
// from here. A tape that was cut off is written on: its numbers and its time go on where they stopped.
// Does not: store lines beyond the process (a reader does, through onLine), decide anything.
import type { Clock } from '../base/clock.ts';
import type { CallEvent, TapeLine } from './event.ts';

export interface Tape {
  /** Writes the next line and hands it to the readers before it returns. */
  append<E extends CallEvent>(event: E): TapeLine<E>;
  readonly lines: readonly TapeLine[];
}

export interface TapeOptions {
  readonly clock: Clock;
  readonly onLine: (line: TapeLine) => void;
  /** A tape to write on, and the `since` at which it stood still. */
  readonly cut?: { readonly lines: readonly TapeLine[]; readonly sinceMs: number };
}

export function createTape({ clock, onLine, cut }: TapeOptions): Tape {
  const lines: TapeLine[] = [...(cut?.lines ?? [])];
  let startedAt = clock.now() - (cut?.sinceMs ?? 0);
  return {
    lines,
    append(event) {
      const now = clock.now();
      if (lines.length === 0) startedAt = now;
      const since = Math.round(now - startedAt);
      const line = Object.freeze({ seq: lines.length + 1, at: Math.round(clock.wall()), since, event });
      lines.push(line);
      onLine(line);
      return line;
    },
  };
}
