// Owns: what a node is called in notes and reports.
import type { FlowNode } from '../flow/node.ts';

/** As the document calls it: the last name of the path, e.g. `Say` of `Gather[2]/Say[0]`. */
export function verbOf(node: FlowNode): string {
  if (node.kind === 'ask') return node.verb;
  return /([A-Za-z][\w-]*)(?:\[\d+\])?$/.exec(node.at.path)?.[1] ?? node.kind;
}
