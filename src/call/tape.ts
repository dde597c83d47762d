// Owns: the tape of one call, in memory: ordered, numbered, append-only. Everything else that is known of a call is read
// from here. Does not: store lines beyond the process (a reader does, through onLine), decide anything.
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
}

export function createTape({ clock, onLine }: TapeOptions): Tape {
  const lines: TapeLine[] = [];
  let startedAt = 0;
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
