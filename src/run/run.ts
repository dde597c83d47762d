// Owns: the face of the interpreter. A run is fed the lines of one call's tape, in order, and says what it wants done.
// Pure: no promise, clock, I/O or randomness; the same lines give the same effects (test/scenarios/replay.test.ts).
import type { Effect } from '../call/effect.ts';
import type { TapeLine } from '../call/event.ts';
import type { Destination } from '../flow/node.ts';

export interface RunOptions {
  /** Where the first document comes from; its method is the app's. A file is asked for the same way. */
  readonly first: Destination;
  /** Told when the call is over. */
  readonly last?: Destination;
  readonly defaults: { readonly language: string };
}

export interface Run {
  /** Takes the next line. Notes are ignored as input; their own turn put them on the tape. */
  step(line: TapeLine): readonly Effect[];
  /** True once the caller's leg is over and every effect was said. */
  readonly over: boolean;
}
