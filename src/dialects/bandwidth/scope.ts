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
}

export type CompileVerb = (input: VerbInput) => CompiledVerb;

const prompts: ReadonlySet<string> = new Set(['SpeakSentence', 'PlayAudio'] satisfies VerbName[]);

export const { childrenOf, fieldsOf } = createElements<VerbName>({
  language: 'BXML',
  names: Object.keys(verbs) as VerbName[],
  supportOf,
  mayStand(name, parent) {
    const { inside } = supportOf(name);
    if (parent === null) return inside === 'document';
    return parent === 'Gather' ? prompts.has(name) : inside !== 'document' && inside.includes(parent);
  },
  // `transcribe="false"` asks for nothing that is missing.
  idle: ['', 'false', 'none'],
});
