// Owns: Var, Array and ForEach.
import * as build from '../../../flow/build.ts';
import { elementsOf, shorten, textOf } from '../../xml/fields.ts';
import type { Parameters } from '../parameters.ts';
import { type CompileCommand, leaving, nothing } from '../scope.ts';
import { variableName, withVariables } from '../variables.ts';

export const setVar: CompileCommand = ({ given, at }) => {
  const name = nameIn(given, 'ID');
  const value = given.text('Value') ?? '';
  return name === null ? nothing : { nodes: [build.set(name, withVariables(value), at)] };
};

export const array: CompileCommand = ({ given, at }) => {
  const name = nameIn(given, 'ID');
  const items = elementsOf(given.element)
    .filter((child) => child.name.toLowerCase() === 'item')
    .map((item) => withVariables(textOf(item)));
  return name === null ? nothing : { nodes: [build.set(name, items, at)] };
};

export const forEach: CompileCommand = ({ scope, given, at, children }) => {
  const name = nameIn(given, 'Source');
  const { jumps } = scope.counts;
  const body = scope.block(children, scope);
  if (name === null) return nothing;
  const round = build.loop(name, body, at);
  const mayLeave = scope.counts.jumps > jumps;
  return { nodes: [mayLeave ? { ...round, while: { subject: leaving, equals: [''] } } : round] };
};

/** `$list` is read as `list`. */
function nameIn(given: Parameters, parameter: string): string | null {
  const written = given.needed(parameter);
  if (written === null) return null;
  const name = written.replace(/^\$/, '');
  if (variableName.test(name)) return name;
  given.wrong(
    parameter,
    `"${shorten(written, 30)}" is no name of a variable; the command is skipped.`,
    'Allowed: a letter or underscore, then letters, digits and underscores.',
  );
  return null;
}
