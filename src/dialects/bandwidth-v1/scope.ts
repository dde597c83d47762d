// Owns: what a verb's compile function is handed, and the rules by which elements are read against the support table.
// Does not: read them (bxml/elements.ts), know what any single verb means (verbs/).
import type { Position } from '../../flow/node.ts';
import { type BxmlScope, type CompiledVerb, createElements, type Named as NamedElement } from '../bxml/elements.ts';
import type { Fields } from '../xml/fields.ts';
import { supportOf, type VerbName, verbs } from './support.ts';

export { type CompiledVerb, nothing, positionOf } from '../bxml/elements.ts';

export type Named = NamedElement<VerbName>;
export type Scope = BxmlScope;

export interface VerbInput {
  readonly scope: Scope;
  readonly fields: Fields;
  readonly at: Position;
  readonly children: readonly Named[];
  /** Whether no verb stands behind it. */
  readonly isLast: boolean;
}

export type CompileVerb = (input: VerbInput) => CompiledVerb;

export const { childrenOf, fieldsOf } = createElements<VerbName>({
  language: 'the BXML of v1',
  names: Object.keys(verbs) as VerbName[],
  supportOf,
  mayStand(name, parent) {
    const inside: readonly string[] = [supportOf(name).inside].flat();
    return inside.includes(parent ?? 'document');
  },
  // `transcribe="false"` and `volume="0"` ask for nothing that is missing.
  idle: ['', '0', 'false', 'none'],
});
