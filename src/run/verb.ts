// Owns: what a verb is: a generator that yields an effect to have it done, or null to sleep until the tape's next line.
// `finally` blocks may yield effects, never null: a closed verb tidies up and does not wait.
import { CodedError } from '../base/errors.ts';
import type { Effect } from '../call/effect.ts';
import type { TapeLine, WorldEvent } from '../call/event.ts';
import type { Block, Flow } from '../flow/node.ts';

export type Line = TapeLine<WorldEvent>;
export type Steps<Result> = Generator<Effect | null, Result, Line | undefined>;

/** How a block was left: at its end, because the call is over for the document, or because a new document came. */
export type Exit = 'go-on' | 'end' | { readonly replaceWith: Flow };

export interface Outcome {
  readonly success: boolean;
  /** Neutral words; a dialect puts its own in their place. */
  readonly reason: string;
  /** Of a failure: its code, where it has one. */
  readonly fault?: string;
  /** Run after verb.finished, in place of nothing: the branch that was chosen. */
  readonly next: Block | null;
  readonly exit: Exit;
}

export function succeeded(reason: string, more: { next?: Block | null; exit?: Exit } = {}): Outcome {
  return { success: true, reason, next: more.next ?? null, exit: more.exit ?? 'go-on' };
}

export function failed(reason: string, fault?: string): Outcome {
  return { success: false, reason, ...(fault === undefined ? {} : { fault }), next: null, exit: 'go-on' };
}

/** Sleeps until the next line. */
export function* nextLine(): Steps<Line> {
  const line = yield null;
  if (line === undefined) throw new Error('a verb that slept was woken without a line');
  return line;
}

/** More effects than any sane document has between two events. */
const mostEffectsInOneTurn = 10_000;

/** Runs until the steps sleep or end. `true`: they have ended. */
export function advance(steps: Steps<unknown>, line: Line | undefined, effects: Effect[]): boolean {
  const limit = effects.length + mostEffectsInOneTurn;
  let result = steps.next(line);
  while (result.done !== true && result.value !== null) {
    effects.push(result.value);
    if (effects.length > limit)
      throw new CodedError('flow-never-waits', 'The document goes round a loop that never waits.');
    result = steps.next(undefined);
  }
  return result.done === true;
}

/** Thrown into a verb that must end where it is; nobody catches it but `closing`. */
const closed = Symbol('closed');

/**
 * Ends the steps where they are; what they do in `finally` is still done. (`return()` will not do: after a `yield` in an
 * inner `finally`, the verb around it would go on as if nothing had happened.)
 */
export function* closing(steps: Steps<unknown>): Steps<void> {
  try {
    let result = steps.throw(closed);
    while (result.done !== true) {
      if (result.value === null) throw new Error('a verb that is being closed tried to wait');
      yield result.value;
      result = steps.next(undefined);
    }
  } catch (error) {
    if (error !== closed) throw error;
  }
}
