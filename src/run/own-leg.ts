// Owns: whom a document runs for: the caller, or a leg that was dialled. Its verbs hear the keys of that leg, and what they
// play and send to "the caller" goes to it.
import type { WorldEvent } from '../call/event.ts';
import type { NodeKind, Party } from '../flow/node.ts';
import type { CallState } from './state.ts';

type Digit = Extract<WorldEvent, { type: 'digit' }>;

export const isOwnKey = (event: WorldEvent, state: CallState): event is Digit =>
  event.type === 'digit' && event.leg === (state.leg?.leg ?? 'caller');

/** The parties of the call that are meant. */
export function partyOf(state: CallState, written: Party): Party {
  if (state.leg === null || written === 'both') return written;
  return written === 'caller' ? 'callee' : 'caller';
}

/** Kinds that belong to a whole call: they fail in a document that runs for one leg of it. */
export const ofWholeCall: ReadonlySet<NodeKind> = new Set([
  ...(['detect', 'dial', 'bridge', 'conference', 'record', 'stream', 'end-stream'] as const),
  ...(['hold', 'tell-keys', 'park'] as const),
]);
