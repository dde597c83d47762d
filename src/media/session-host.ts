// Owns: what a session needs of the worker that it lives in.
import type { MediaEvent } from './plane.ts';

export interface SessionHost {
  readonly host: string;
  /** Milliseconds, monotonic. */
  now(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  wall(): number;
  /** Which start of the machine it is, and what to add to `now` for the time since then; null when that is unknown. */
  readonly boot?: { readonly id: string; readonly toUptimeMs: number } | null;
  emit(session: number, event: MediaEvent): void;
  /** Runs this once all of this turn is told, or a moment later when nothing is. It may tell something itself. */
  beforeTelling(run: () => void): void;
  /** A fault of ours: the session is to be closed. */
  failed(session: number, error: unknown): void;
  sent(behindMs: number): void;
  skipped(): void;
}
