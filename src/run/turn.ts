// Owns: one turn of steps that a stranger's document holds: it may go round a loop that never waits, which ends those steps
// and nothing else.
import { CodedError } from '../base/errors.ts';
import type { Effect } from '../call/effect.ts';
import { advance, type Line, type Steps } from './verb.ts';

/** Of a turn that never ends so much is done and told; of the rest only what lets go of something. */
const keptOfEndlessTurn = 100;

/** The error: the steps are to be closed, for they would never wait. */
export function takeTurn(
  steps: Steps<unknown>,
  line: Line | undefined,
  effects: Effect[],
): 'sleeps' | 'ended' | CodedError {
  const before = effects.length;
  try {
    return advance(steps, line, effects) ? 'ended' : 'sleeps';
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'flow-never-waits') throw error;
    const rest = effects.splice(before + keptOfEndlessTurn);
    effects.push(...rest.filter(({ type }) => type !== 'note' && type !== 'application.notify'));
    return error;
  }
}
