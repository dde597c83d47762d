// Owns: what runs beside the document of a call: the blocks that commands brought, each under a name, in the order in which
// they came. Each has an error, a lost document and keys of its own; the rest of the call's state they share.
// Does not: end the call or replace its document; whoever made it is told how a block was left (create-run.ts).
import type { Effect } from '../call/effect.ts';
import type { Block } from '../flow/node.ts';
import type { CallState } from './state.ts';
import { takeTurn } from './turn.ts';
import { advance, closing, type Exit, type Line, type Steps } from './verb.ts';

export interface Besides {
  /** Ignored, with a note, when one of that name still runs or too many do. */
  start(name: string, body: Block, effects: Effect[]): void;
  /** Gives the line to those that ran before it. */
  goOn(line: Line, effects: Effect[]): void;
  /** Closes the one of that name; harmless when there is none. */
  end(name: string, effects: Effect[]): void;
  close(why: CallState['closing'], effects: Effect[]): void;
}

interface Beside {
  readonly name: string;
  readonly steps: Steps<void>;
  /** How its block was left, once it was. */
  exit: Exit;
  lost: boolean;
  error: string | readonly string[] | undefined;
  /** The line that started it is not for it. */
  isNew: boolean;
}

/** Every line is given to each of them. */
export const mostBeside = 32;

export function createBesides(
  state: CallState,
  onExit: (exit: Exclude<Exit, 'go-on'>, effects: Effect[]) => void,
): Besides {
  const running = new Map<string, Beside>();

  /** What a document and those beside it must not see of each other. */
  function inPlaceOf<Result>(beside: Beside, work: () => Result): Result {
    const { strand, lost, fault, variables } = state;
    const error = variables.get('error');
    const setError = (value: Beside['error']): void => {
      if (value === undefined) variables.delete('error');
      else variables.set('error', value);
    };
    state.strand = beside.name;
    state.lost = beside.lost;
    setError(beside.error);
    try {
      return work();
    } finally {
      beside.lost = state.lost;
      beside.error = variables.get('error');
      Object.assign(state, { strand, lost, fault });
      setError(error);
    }
  }

  function refuse(source: string, message: string, effects: Effect[]): void {
    effects.push({ type: 'note', event: { type: 'flow.failed', source, code: 'beside-refused', message } });
  }

  function closeOne(beside: Beside, why: CallState['closing'], effects: Effect[]): void {
    running.delete(beside.name);
    state.closing = why;
    inPlaceOf(beside, () => advance(closing(beside.steps), undefined, effects));
  }

  function take(beside: Beside, line: Line | undefined, effects: Effect[]): void {
    const turn = inPlaceOf(beside, () => takeTurn(beside.steps, line, effects));
    if (turn === 'sleeps') return;
    if (turn === 'ended') {
      running.delete(beside.name);
      if (beside.exit !== 'go-on') onExit(beside.exit, effects);
      return;
    }
    closeOne(beside, 'cancelled', effects);
    const { code, message } = turn;
    effects.push({ type: 'note', event: { type: 'flow.failed', source: beside.name, code, message } });
  }

  return {
    start(name, body, effects) {
      if (running.has(name)) return refuse(name, 'Something of that name still runs beside the document.', effects);
      if (running.size >= mostBeside)
        return refuse(name, `${mostBeside} blocks run beside the document already.`, effects);
      const beside: Beside = { name, steps: run(), exit: 'go-on', lost: false, error: undefined, isNew: true };
      function* run(): Steps<void> {
        beside.exit = yield* state.block(body);
      }
      running.set(name, beside);
      take(beside, undefined, effects);
    },
    goOn(line, effects) {
      for (const beside of [...running.values()]) {
        // One before it may have ended the call.
        if (running.get(beside.name) !== beside) continue;
        if (beside.isNew) beside.isNew = false;
        else take(beside, line, effects);
      }
    },
    end(name, effects) {
      const beside = running.get(name);
      if (beside !== undefined) closeOne(beside, 'cancelled', effects);
    },
    close(why, effects) {
      for (const beside of [...running.values()]) closeOne(beside, why, effects);
    },
  };
}
