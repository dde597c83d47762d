// Owns: from a document's text to a flow: its size, the root, the verbs in their order, and what happens behind the last.
// Does not: know a single verb's attributes (verbs/) or spellings (support.ts).
import { hangup, pause } from '../../flow/build.ts';
import { check } from '../../flow/check.ts';
import { deepFreeze } from '../../flow/freeze.ts';
import type { Block, FlowNode } from '../../flow/node.ts';
import { warnStrayText, warnUnreachable } from '../bxml/remarks.ts';
import type { Compiled } from '../dialect.ts';
import { Problems } from '../problems.ts';
import { readXml, type XmlElement } from '../xml/document.ts';
import { shorten } from '../xml/fields.ts';
import { byDefault } from './decisions.ts';
import { childrenOf, fieldsOf, positionOf, type Scope } from './scope.ts';
import type { VerbName } from './support.ts';
import { compileVerb, isRunnable } from './verbs/index.ts';

export function compile(
  text: string,
  source: string,
  options: Partial<Pick<Scope, 'onRead' | 'transcribes'>> = {},
): Compiled {
  const { onRead = () => {}, transcribes = false } = options;
  const problems = new Problems(source);
  const start = { line: 1, column: 1 };
  if (text.trim() === '') {
    problems.warn('document-empty', start, 'The answer holds no document; the call ends.');
    return { flow: deepFreeze({ dialect: 'bandwidth-v1', source, body: [] }), problems: problems.sorted() };
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > byDefault.documentBytes) {
    problems.error(
      'document-too-large',
      start,
      `The document has ${bytes} bytes; ${byDefault.documentBytes} are the most.`,
    );
    return { flow: null, problems: problems.sorted() };
  }
  const root = readXml(text, problems);
  if (root !== null && root.name !== 'Response')
    problems.error(
      'document-wrong-root',
      root.at,
      `The root element is <${shorten(root.name)}>.`,
      'Use <Response> as the root element.',
    );
  if (root === null || problems.refused) return { flow: null, problems: problems.sorted() };
  warnStrayText(root, problems);
  const body = compileBody(root, { source, problems, transcribes, onRead });
  if (problems.refused) return { flow: null, problems: problems.sorted() };
  const flow = deepFreeze({
    dialect: 'bandwidth-v1' as const,
    source,
    body: body.length > 0 ? body : [hangup({ at: positionOf(root) })],
  });
  problems.addAll(check(flow));
  return { flow, problems: problems.sorted() };
}

/** Behind these as the last verb a call is kept for a while. */
const lingering: ReadonlySet<VerbName> = new Set(['PlayAudio', 'SpeakSentence', 'SendDtmf']);

function compileBody(root: XmlElement, scope: Scope): Block {
  const nodes: FlowNode[] = [];
  let last: string | null = null;
  let told = false;
  const all = childrenOf(root, null, scope).filter(({ name }) => isRunnable(name));
  for (const [index, child] of all.entries()) {
    const { name, element } = child;
    if (!isRunnable(name)) continue;
    const fields = fieldsOf(child, scope);
    const at = positionOf(element);
    const isLast = index === all.length - 1;
    const input = { scope, fields, at, isLast, children: childrenOf(element, name, scope) };
    const { nodes: made, leaves = false } = compileVerb(name, input);
    if (last !== null) {
      if (!told) warnUnreachable(name, element, last, scope.problems);
      told = true;
      continue;
    }
    nodes.push(...made);
    if (leaves) last = `the <${name}> of line ${element.at.line}`;
    else if (isLast && lingering.has(name) && made.length > 0) {
      const after = { ...at, path: `${at.path}/after` };
      nodes.push(pause(byDefault.lingerMs, { at: after }), hangup({ at: after }));
    }
  }
  return nodes;
}
