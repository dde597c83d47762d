// Owns: from a document's text to a flow: the root, the verbs in their order, and where they end.
// Does not: know a single verb's attributes (verbs/) or spellings (support.ts).
import { answer, hangup } from '../../flow/build.ts';
import { check } from '../../flow/check.ts';
import { deepFreeze } from '../../flow/freeze.ts';
import type { Block, FlowNode } from '../../flow/node.ts';
import { warnStrayText, warnUnreachable } from '../bxml/remarks.ts';
import type { Compiled } from '../dialect.ts';
import { Problems } from '../problems.ts';
import { readXml, type XmlElement } from '../xml/document.ts';
import { shorten } from '../xml/fields.ts';
import { childrenOf, fieldsOf, positionOf, type Scope } from './scope.ts';
import { compileVerb, isRunnable } from './verbs/index.ts';

const roots: ReadonlySet<string> = new Set(['Response', 'Bxml']);

export function compile(
  text: string,
  source: string,
  options: Partial<Pick<Scope, 'onRead' | 'transcribes'>> = {},
): Compiled {
  const { onRead = () => {}, transcribes = false } = options;
  const problems = new Problems(source);
  if (text.trim() === '') {
    problems.warn('document-empty', { line: 1, column: 1 }, 'The answer holds no document; the call ends.');
    return { flow: deepFreeze({ dialect: 'bandwidth', source, body: [] }), problems: problems.sorted() };
  }
  const root = readXml(text, problems);
  if (root !== null && !roots.has(root.name)) {
    problems.error(
      'document-wrong-root',
      root.at,
      `The root element is <${shorten(root.name)}>.`,
      'Use <Response> or <Bxml> as the root element.',
    );
  }
  if (root === null || problems.refused) return { flow: null, problems: problems.sorted() };
  warnStrayText(root, problems);
  const body = compileBody(root, { source, problems, transcribes, onRead });
  if (problems.refused) return { flow: null, problems: problems.sorted() };
  const flow = deepFreeze({
    dialect: 'bandwidth' as const,
    source,
    body: body.length > 0 ? body : [hangup({ at: positionOf(root) })],
  });
  problems.addAll(check(flow));
  return { flow, problems: problems.sorted() };
}

function compileBody(root: XmlElement, scope: Scope): Block {
  const nodes: FlowNode[] = [];
  let last: string | null = null;
  let told = false;
  for (const child of childrenOf(root, null, scope)) {
    const { name, element } = child;
    if (!isRunnable(name)) continue;
    const fields = fieldsOf(child, scope);
    // What stands in a sentence is SSML.
    const children = name === 'SpeakSentence' ? [] : childrenOf(element, name, scope);
    const { nodes: made, leaves = false } = compileVerb(name, { scope, fields, at: positionOf(element), children });
    if (last !== null) {
      if (!told) warnUnreachable(name, element, last, scope.problems);
      told = true;
      continue;
    }
    // A pause by itself lets the caller's phone ring; in BXML the call is answered.
    if (name === 'Pause' && !nodes.some(({ kind }) => kind === 'answer'))
      nodes.push(answer({ at: positionOf(element) }));
    nodes.push(...made);
    if (leaves) last = `the <${name}> of line ${element.at.line}`;
  }
  return nodes;
}
