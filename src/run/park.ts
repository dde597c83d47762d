// Owns: `park`: the call stays as it is until it is over or a command brings another document.
import type { NodeOf } from '../flow/node.ts';
import { nextLine, type Outcome, type Steps } from './verb.ts';

export function* park(_node: NodeOf<'park'>): Steps<Outcome> {
  for (;;) yield* nextLine();
}
