// Owns: a run in the hand of a test: put an event, see the effects. Time is said, not waited for.
import type { Effect, EffectType } from '../call/effect.ts';
import type { NoteEvent, WorldEvent } from '../call/event.ts';
import { destination, flow } from '../flow/build.ts';
import type { Block } from '../flow/node.ts';
import { createRun } from './create-run.ts';

export type EffectOf<Type extends EffectType> = Extract<Effect, { type: Type }>;

export interface RunRig {
  /** The effects of this event, notes left out. */
  put(event: WorldEvent, atMs?: number): readonly Effect[];
  press(digits: string): readonly Effect[];
  /** All effects of a type so far. */
  all<Type extends EffectType>(type: Type): readonly EffectOf<Type>[];
  last<Type extends EffectType>(type: Type): EffectOf<Type>;
  notes<Type extends NoteEvent['type']>(type: Type): readonly Extract<NoteEvent, { type: Type }>[];
  hangUp(): readonly Effect[];
  readonly over: boolean;
}

/** A call that has come in and been given `body`; answered when the flow asks for it, unless `answers` is false. */
export function startRun(body: Block, { answers = true } = {}): RunRig {
  const rig = createRig();
  rig.put({ type: 'call.incoming', call: 'c1', app: 'a1', from: '15551230001', to: '15551239999', signalling: {} });
  const effects = rig.put({ type: 'document.fetched', request: 'request-1', flow: flow(body), httpStatus: 200 });
  if (answers && effects.some(({ type }) => type === 'call.answer')) rig.put({ type: 'leg.answered', leg: 'caller' });
  return rig;
}

export function createRig(): RunRig {
  const run = createRun({ first: destination('http://app.test/start'), defaults: { language: 'en-US' } });
  const said: Effect[] = [];
  let seq = 0;
  let since = 0;
  let presses = 0;

  function put(event: WorldEvent, atMs = since): readonly Effect[] {
    since = atMs;
    seq += 1;
    const effects = run.step({ seq, at: since, since, event });
    said.push(...effects);
    return effects.filter(({ type }) => type !== 'note');
  }
  const all = <Type extends EffectType>(type: Type) =>
    said.filter((effect): effect is EffectOf<Type> => effect.type === type);

  return {
    put,
    all,
    press(digits) {
      return [...digits].flatMap((digit) => {
        presses += 1;
        return put({ type: 'digit', leg: 'caller', press: presses, digit, heard: [{ via: 'info', at: 0 }] });
      });
    },
    last(type) {
      const found = all(type).at(-1);
      if (found === undefined) throw new Error(`no effect ${type} was said`);
      return found;
    },
    notes: <Type extends NoteEvent['type']>(type: Type) =>
      all('note').flatMap(({ event }) => (event.type === type ? [event as Extract<NoteEvent, { type: Type }>] : [])),
    hangUp: () => put({ type: 'leg.ended', leg: 'caller', by: 'peer', q850Cause: 16, reason: 'hung up' }),
    get over() {
      return run.over;
    },
  };
}
