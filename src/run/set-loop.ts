// Owns: `set` and `loop`: variables, and rounds over a number or a list.
import type { NodeOf } from '../flow/node.ts';
import type { CallState } from './state.ts';
import { lookUp, substitute } from './substitute.ts';
import { type Outcome, type Steps, succeeded } from './verb.ts';

export function* set(node: NodeOf<'set'>, state: CallState): Steps<Outcome> {
  const { name, value } = node;
  state.variables.set(
    name,
    typeof value === 'string' ? substitute(state, value) : value.map((item) => substitute(state, item)),
  );
  return succeeded('set');
}

export function* loop(node: NodeOf<'loop'>, state: CallState): Steps<Outcome> {
  const { over } = node;
  const list = typeof over === 'string' ? itemsOf(state, over) : null;
  const rounds = list === null ? Number(over) : list.length;
  // Without a body nothing would be counted as a step, however many rounds a stranger asks for.
  if (node.body.length === 0) return succeeded(`${rounds} rounds`);
  for (let round = 0; round < rounds; round += 1) {
    const { while: goesOn } = node;
    if (goesOn !== undefined && !goesOn.equals.includes(lookUp(state, goesOn.subject)))
      return succeeded(`${round} rounds`);
    if (list !== null) state.variables.set('item', list[round] ?? '');
    const exit = yield* state.block(node.body);
    if (exit !== 'go-on') return succeeded(`left in round ${round + 1}`, { exit });
  }
  return succeeded(`${rounds} rounds`);
}

function itemsOf(state: CallState, name: string): readonly string[] {
  const value = state.variables.get(name);
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
