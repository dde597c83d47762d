// Owns: what a verb's compile function is handed, and reading an element's names against the support table. As in v2, a
// name that cannot be done is an error: nothing is skipped in silence.
// Does not: know what any single verb means (verbs/).
import type { FlowNode, Position } from '../../flow/node.ts';
import type { Problems } from '../problems.ts';
import type { XmlAttribute, XmlElement } from '../xml/document.ts';
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
  /** Whether what is said in recordings can be written down here. */
  readonly transcribes: boolean;
  /** Told of each attribute that a compile function looks at; tests compare it with the support table. */
  readonly onRead: (verb: string, attribute: string) => void;
}

export interface VerbInput {
  readonly scope: Scope;
  readonly fields: Fields;
  readonly at: Position;
  readonly children: readonly Named[];
  /** Whether no verb stands behind it. */
  readonly isLast: boolean;
}

export interface CompiledVerb {
  readonly nodes: readonly FlowNode[];
  /** No verb behind it runs: its answer is the next document, or the call is over. */
  readonly leaves?: boolean;
}

export type CompileVerb = (input: VerbInput) => CompiledVerb;

export const nothing: CompiledVerb = { nodes: [] };

export const positionOf = ({ at, path }: XmlElement): Position => ({ line: at.line, column: at.column, path });

/** The children whose names are known and that may stand here. */
export function childrenOf(element: XmlElement, parent: VerbName | null, scope: Scope): readonly Named[] {
  return elementsOf(element).flatMap((child) => {
    const name = verbNamed(child, scope.problems);
    if (name === null) return [];
    if (!mayStand(name, parent)) {
      misplaced(child, name, parent, scope.problems);
      return [];
    }
    return [{ name, element: child }];
  });
}

function mayStand(name: VerbName, parent: VerbName | null): boolean {
  const inside: readonly string[] = [supportOf(name).inside].flat();
  return inside.includes(parent ?? 'document');
}

function misplaced({ at }: XmlElement, name: VerbName, parent: VerbName | null, problems: Problems): void {
  const allowed = Object.keys(verbs).filter((other) => mayStand(other as VerbName, parent));
  problems.error(
    'verb-misplaced',
    at,
    parent === null ? `<${name}> is not a verb of its own.` : `<${name}> may not stand inside <${parent}>.`,
    parent !== null && allowed.length === 0
      ? `<${parent}> holds no elements.`
      : `Allowed there: ${allowed.join(', ')}.`,
  );
}

function verbNamed({ name, at }: XmlElement, problems: Problems): VerbName | null {
  const known = nameIn(name, Object.keys(verbs)) as VerbName | null;
  if (known === null) {
    const near = suggest(name, Object.keys(verbs));
    const hint = near === null ? null : `Did you mean <${near}>?`;
    problems.error('verb-unknown', at, `<${shorten(name)}> is not a verb of the BXML of v1.`, hint);
    return null;
  }
  if (known !== name) problems.warn('name-case', at, `<${name}> is read as <${known}>.`, `Write <${known}>.`);
  const { level, note } = supportOf(known);
  if (level === 'no') {
    problems.error('verb-not-supported', at, `<${known}> is not supported here, so this document cannot run. ${note}`);
    return null;
  }
  return known;
}

export function fieldsOf({ name, element }: Named, scope: Scope): Fields {
  const { problems } = scope;
  const known = supportOf(name).attributes;
  const read = knownAttributes(element, name, Object.keys(known), problems, (own, attribute) => {
    const { level, note } = known[own]!;
    if (level !== 'no') return true;
    if (!isDefault(attribute))
      problems.warn(
        'attribute-not-supported',
        attribute.at,
        `${own} of <${name}> is not supported; it has no effect. ${note}`,
      );
    return false;
  });
  return new Fields(element, read, problems, (attribute) => scope.onRead(name, attribute));
}

/** `transcribe="false"` asks for nothing that is missing, nor does `volume="0"`. */
const isDefault = ({ value }: XmlAttribute): boolean => ['', '0', 'false', 'none'].includes(value.trim().toLowerCase());
