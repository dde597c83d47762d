// Owns: reading the elements of BXML, of both generations, against a support table: which are known, where they may stand, which
// of their attributes count. A name that cannot be done is an error: BXML with an unknown verb ends the call, it does not go on
// without it. Does not: know any verb of either; their tables are handed in.
import type { FlowNode, Position } from '../../flow/node.ts';
import type { VerbSupport } from '../bandwidth/support.ts';
import type { Problems } from '../problems.ts';
import type { XmlAttribute, XmlElement } from '../xml/document.ts';
import { elementsOf, Fields, shorten } from '../xml/fields.ts';
import { knownAttributes, nameIn } from '../xml/known-names.ts';
import { suggest } from '../xml/suggest.ts';

/** A child element whose name the dialect knows. */
export interface Named<Name extends string> {
  readonly name: Name;
  readonly element: XmlElement;
}

export interface BxmlScope {
  readonly source: string;
  readonly problems: Problems;
  /** Whether there is a transcription engine. */
  readonly transcribes?: boolean;
  /** Told of each attribute that a compile function looks at; tests compare it with the support table. */
  readonly onRead: (verb: string, attribute: string) => void;
}

export interface CompiledVerb {
  readonly nodes: readonly FlowNode[];
  /** No verb behind it runs: its answer is the next document, or the call is over. */
  readonly leaves?: boolean;
}

export const nothing: CompiledVerb = { nodes: [] };

export const positionOf = ({ at, path }: XmlElement): Position => ({ line: at.line, column: at.column, path });

export interface ElementRules<Name extends string> {
  /** As a user calls the language. */
  readonly language: string;
  readonly names: readonly Name[];
  readonly supportOf: (name: Name) => VerbSupport;
  /** `parent` null: as a verb of the document. */
  readonly mayStand: (name: Name, parent: Name | null) => boolean;
  /** Values that ask for nothing, in small letters: an attribute that is missing here is not missed with them. */
  readonly idle: readonly string[];
}

export interface Elements<Name extends string> {
  /** The children whose names are known and that may stand here. */
  childrenOf(element: XmlElement, parent: Name | null, scope: BxmlScope): readonly Named<Name>[];
  fieldsOf(named: Named<Name>, scope: BxmlScope): Fields;
}

export function createElements<Name extends string>(rules: ElementRules<Name>): Elements<Name> {
  const { language, names, supportOf, mayStand, idle } = rules;

  function misplaced({ at }: XmlElement, name: Name, parent: Name | null, problems: Problems): void {
    const { inside } = supportOf(name);
    const allowed = names.filter((other) => mayStand(other, parent));
    const home = inside === 'document' ? 'a document' : `<${[inside].flat().join('> or <')}>`;
    problems.error(
      'verb-misplaced',
      at,
      parent === null ? `<${name}> is not a verb of its own.` : `<${name}> may not stand inside <${parent}>.`,
      parent === null
        ? `It belongs into ${home}.`
        : allowed.length === 0
          ? `<${parent}> holds no elements.`
          : `Allowed there: ${allowed.join(', ')}.`,
    );
  }

  function verbNamed({ name, at }: XmlElement, problems: Problems): Name | null {
    const known = nameIn(name, names) as Name | null;
    if (known === null) {
      const near = suggest(name, names);
      const hint = near === null ? null : `Did you mean <${near}>?`;
      problems.error('verb-unknown', at, `<${shorten(name)}> is not a verb of ${language}.`, hint);
      return null;
    }
    if (known !== name) problems.warn('name-case', at, `<${name}> is read as <${known}>.`, `Write <${known}>.`);
    const { level, note } = supportOf(known);
    if (level !== 'no') return known;
    problems.error('verb-not-supported', at, `<${known}> is not supported here, so this document cannot run. ${note}`);
    return null;
  }

  const isIdle = ({ value }: XmlAttribute): boolean => idle.includes(value.trim().toLowerCase());

  return {
    childrenOf: (element, parent, { problems }) =>
      elementsOf(element).flatMap((child) => {
        const name = verbNamed(child, problems);
        if (name === null) return [];
        if (mayStand(name, parent)) return [{ name, element: child }];
        misplaced(child, name, parent, problems);
        return [];
      }),
    fieldsOf({ name, element }, { problems, onRead }) {
      const known = supportOf(name).attributes;
      const read = knownAttributes(element, name, Object.keys(known), problems, (own, attribute) => {
        const { level, note } = known[own]!;
        if (level !== 'no') return true;
        const words = `${own} of <${name}> is not supported; it has no effect. ${note}`;
        if (!isIdle(attribute)) problems.warn('attribute-not-supported', attribute.at, words);
        return false;
      });
      return new Fields(element, read, problems, (attribute) => onRead(name, attribute));
    },
  };
}
