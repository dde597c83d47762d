// Owns: one call's turn: an event comes in, becomes a line of the tape, the run says what it wants, that is done. The live
// call and the simulator share it, so that neither can do something in an order that the other cannot.
// A fault of the run or of an effect ends this call and nothing else.
import type { Effect } from './effect.ts';
import type { NoteEvent, TapeLine, WorldEvent } from './event.ts';
import type { Tape } from './tape.ts';

/** What decides: run/ makes it, call/ only feeds it the lines and does what it says. */
export interface Interpreter {
  step(line: TapeLine): readonly Effect[];
  /** True once everything was said. */
  readonly over: boolean;
}

export interface CallLoopOptions {
  readonly tape: Tape;
  readonly run: Interpreter;
  /** Does an effect that is not a note. May call `put` before it returns: such events wait for their turn. */
  readonly perform: (effect: Effect) => void;
  readonly onFault: (error: unknown) => void;
  /** The run has been fed a tape already; events wait until `resume`. */
  readonly resumed?: boolean;
}

export interface CallLoop {
  put(event: WorldEvent): void;
  /** Writes the notes that were missing, then has `first` take its turn, then does `restore`; then come those that waited. */
  resume(notes: readonly NoteEvent[], first: WorldEvent, restore: () => void): void;
  /** True once the run has said everything. Later events are still written to the tape, and nothing follows from them. */
  readonly over: boolean;
}

const protocolError = 111;

export function createCallLoop({ tape, run, perform, onFault, resumed = false }: CallLoopOptions): CallLoop {
  const waiting: WorldEvent[] = [];
  let busy = resumed;
  let faulted = false;
  let ended = false;

  function fault(error: unknown): void {
    onFault(error);
    if (faulted) return;
    faulted = true;
    try {
      perform({ type: 'call.hangup', reason: 'fault' });
    } catch (second) {
      onFault(second);
    }
  }

  function enact(effect: Effect): void {
    if (effect.type !== 'note') {
      perform(effect);
      return;
    }
    if (effect.event.type === 'call.ended') {
      if (ended) return;
      ended = true;
    }
    tape.append(effect.event);
  }

  function turn(event: WorldEvent): void {
    const line = tape.append(event);
    if (faulted) {
      // The run is no longer to be trusted, but readers of the tape are owed the end of the call.
      const gone = (event.type === 'leg.ended' || event.type === 'leg.failed') && event.leg === 'caller';
      if (gone || event.type === 'conference.ended')
        enact({ type: 'note', event: { type: 'call.ended', reason: 'fault', q850Cause: protocolError } });
      return;
    }
    for (const effect of run.step(line)) enact(effect);
  }

  function guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      fault(error);
    }
  }

  function drain(): void {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const event = next;
      guarded(() => turn(event));
    }
    busy = false;
  }

  return {
    put(event) {
      waiting.push(event);
      if (busy) return;
      busy = true;
      drain();
    },
    resume(notes, first, restore) {
      guarded(() => {
        for (const event of notes) enact({ type: 'note', event });
        if (ended) return;
        turn(first);
        restore();
      });
      drain();
    },
    get over() {
      return faulted ? ended : run.over;
    },
  };
}
