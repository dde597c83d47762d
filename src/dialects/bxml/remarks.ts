// Owns: what is remarked of a document of BXML as a whole, in both generations.
import type { Problems } from '../problems.ts';
import type { XmlElement } from '../xml/document.ts';
import { shorten } from '../xml/fields.ts';

/** `last`: what ends the document before `name`. */
export function warnUnreachable(name: string, { at }: XmlElement, last: string, problems: Problems): void {
  problems.warn(
    'flow-unreachable',
    at,
    `Nothing from <${name}> on ever runs: ${last} ends this document.`,
    'Put it into the document that answers, or delete it.',
  );
}

export function warnStrayText(root: XmlElement, problems: Problems): void {
  const stray = root.children.find((child) => child.kind === 'text');
  if (stray?.kind !== 'text') return;
  const shown = shorten(stray.value.trim(), 30);
  problems.warn('text-misplaced', stray.at, `"${shown}" stands in <${root.name}> outside of any verb; it is ignored.`);
}
