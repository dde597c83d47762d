// Owns: what a verb's compile function is handed, and reading an element's names against the support table.
// Does not: know what any single verb means (verbs/).
import type { Block, FlowNode, Position } from '../../flow/node.ts';
import type { Problems } from '../problems.ts';
import type { XmlElement } from '../xml/document.ts';
import { elementsOf, Fields, shorten } from '../xml/fields.ts';
import { knownAttributes, nameIn } from '../xml/known-names.ts';
import { suggest } from '../xml/suggest.ts';
import { supportOf, type VerbName, verbs } from './support.ts';

/** A child element whose name the dialect knows. */
export interface Named {
  readonly name: VerbName;
  readonly element: XmlElement;
}

export interface Scope {
  readonly source: string;
  readonly problems: Problems;
  /** Told of each attribute that a compile function looks at; tests compare it with the support table. */
  readonly onRead: (verb: string, attribute: string) => void;
  readonly block: (children: readonly Named[]) => Block;
  /** The nodes of one verb that stands outside of a block, e.g. a prompt of a Gather. */
  readonly single: (child: Named) => readonly FlowNode[];
  readonly errorBlock: (element: XmlElement) => Block;
}

export interface VerbInput {
  readonly scope: Scope;
  readonly fields: Fields;
  readonly at: Position;
  /** Known children, without Error. */
  readonly children: readonly Named[];
  /** The commands that follow in the same block, and the nodes before. */
  readonly rest: readonly VerbName[];
  readonly before: readonly FlowNode[];
  readonly onFailed: Block | null;
}

export type CompileVerb = (input: VerbInput) => readonly FlowNode[];

export const positionOf = ({ at, path }: XmlElement): Position => ({ line: at.line, column: at.column, path });

/** The children whose names are known. The others, and stray text, become warnings. */
export function knownChildren(element: XmlElement, problems: Problems, textAllowed: boolean): readonly Named[] {
  const stray = textAllowed ? undefined : element.children.find((child) => child.kind === 'text');
  if (stray?.kind === 'text') {
    problems.warn(
      'text-misplaced',
      stray.at,
      `"${shorten(stray.value.trim(), 30)}" stands in <${element.name}> outside of any command; it is ignored.`,
    );
  }
  return elementsOf(element).flatMap((child) => {
    const name = verbNamed(child, problems);
    return name === null ? [] : [{ name, element: child }];
  });
}

function verbNamed(element: XmlElement, problems: Problems): VerbName | null {
  const { name, at } = element;
  const known = nameIn(name, Object.keys(verbs)) as VerbName | null;
  if (known === null) {
    const near = suggest(name, Object.keys(verbs));
    problems.warn(
      'verb-unknown',
      at,
      `<${shorten(name)}> is not a command; it is skipped.`,
      near === null ? null : `Did you mean <${near}>?`,
    );
    return null;
  }
  if (known !== name) problems.warn('name-case', at, `<${name}> is read as <${known}>.`, `Write <${known}>.`);
  if (supportOf(known).level === 'no') {
    problems.warn('verb-not-supported', at, `<${known}> is not supported; it is skipped. ${supportOf(known).note}`);
    return null;
  }
  return known;
}

export function fieldsOf({ name, element }: Named, scope: Scope): Fields {
  const { problems } = scope;
  const known = supportOf(name).attributes;
  const read = knownAttributes(element, name, Object.keys(known), problems, (own, { at }) => {
    const { level, note } = known[own]!;
    if (level !== 'no') return true;
    problems.warn('attribute-not-supported', at, `${own} of <${name}> has no effect. ${note}`);
    return false;
  });
  return new Fields(element, read, problems, (attribute) => scope.onRead(name, attribute));
}
