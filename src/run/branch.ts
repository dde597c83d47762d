// Owns: `branch`: the first case whose subject has one of its values.
import type { NodeOf } from '../flow/node.ts';
import type { CallState } from './state.ts';
import { lookUp } from './substitute.ts';
import { type Outcome, type Steps, succeeded } from './verb.ts';

export function* branch(node: NodeOf<'branch'>, state: CallState): Steps<Outcome> {
  const chosen = node.cases.find(({ when }) => when.equals.includes(lookUp(state, when.subject)));
  if (chosen === undefined) return succeeded('no case', { next: node.otherwise });
  const { subject } = chosen.when;
  return succeeded(`${subject} is ${lookUp(state, subject)}`, { next: chosen.body });
}
