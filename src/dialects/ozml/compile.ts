// Owns: from the text of an OzML script to a flow: the root, blocks of commands, and where they are left early. A UserInput may
// be left from inside by Exit and by the key that leads back to the menu around it: then what stands behind in the blocks
// between is passed over, by a variable that names where the call goes.
// Does not: know a single command's parameters (verbs/) or spellings (support.ts).
import { answer, choose, hangup } from '../../flow/build.ts';
import { check } from '../../flow/check.ts';
import { deepFreeze } from '../../flow/freeze.ts';
import type { Block, FlowNode } from '../../flow/node.ts';
import type { Compiled } from '../dialect.ts';
import { Problems } from '../problems.ts';
import { readXml, type XmlElement } from '../xml/document.ts';
import { shorten } from '../xml/fields.ts';
import { Parameters } from './parameters.ts';
import { type CompiledCommand, childrenOf, leaving, type Named, nothing, positionOf, type Scope } from './scope.ts';
import { supportOf } from './support.ts';
import { compileCommand, isRunnable, ringsOn } from './verbs/index.ts';

const roots: ReadonlySet<string> = new Set(['response', 'ozml']);

export interface ScriptOptions {
  readonly onRead?: Scope['onRead'];
  readonly filesDir?: string | null;
}

export function compile(text: string, source: string, options: ScriptOptions = {}): Compiled {
  const problems = new Problems(source);
  if (text.trim() === '') {
    problems.warn('document-empty', { line: 1, column: 1 }, 'The answer holds no script; the call ends.');
    return { flow: deepFreeze({ dialect: 'ozml', source, body: [] }), problems: problems.sorted() };
  }
  const root = readXml(text, problems);
  if (root !== null && !roots.has(root.name.toLowerCase())) {
    const said = `The root element is <${shorten(root.name)}>.`;
    problems.error('document-wrong-root', root.at, said, 'Use <Response> as the root element.');
  }
  if (root === null || problems.refused) return { flow: null, problems: problems.sorted() };
  const scope = scopeOf(source, problems, 'script', options);
  const body = compileScript(root, childrenOf(root, problems), scope);
  if (problems.refused) return { flow: null, problems: problems.sorted() };
  const flow = deepFreeze({ dialect: 'ozml' as const, source, body });
  problems.addAll(check(flow));
  return { flow, problems: problems.sorted() };
}

export function scopeOf(
  source: string,
  problems: Problems,
  form: Scope['form'],
  { onRead = () => {}, filesDir = null }: ScriptOptions = {},
): Scope {
  return {
    ...{ source, problems, form, filesDir, onRead },
    menus: [],
    counts: { menus: 0, jumps: 0 },
    block: compileBlock,
  };
}

/** The whole of a script. Whoever does not refuse or pass on a call answers it, whatever comes first. */
export function compileScript(root: XmlElement, children: readonly Named[], scope: Scope): Block {
  const stray = root.children.find(({ kind }) => kind === 'text');
  if (stray?.kind === 'text')
    scope.problems.warn(
      'text-misplaced',
      stray.at,
      `"${shorten(stray.value.trim(), 30)}" stands in <${shorten(root.name)}> outside of any command; it is ignored.`,
    );
  const [first] = children;
  if (first?.name === 'Reject') return [...compileOne(first, scope).nodes];
  const body = compileBlock(children, scope);
  if (body.length === 0) return [hangup({ at: positionOf(root) })];
  return first !== undefined && ringsOn(first.name)
    ? body
    : [answer({ at: { ...positionOf(root), path: 'Answer' } }), ...body];
}

function compileBlock(children: readonly Named[], scope: Scope): Block {
  const nodes: FlowNode[] = [];
  for (const [index, child] of children.entries()) {
    const jumps = scope.counts.jumps;
    const { nodes: made, leaves = false } =
      child.name === 'Reject' ? misplaced(child, scope) : compileOne(child, scope);
    nodes.push(...made);
    const rest = children.slice(index + 1);
    if (leaves) {
      for (const unreached of rest.slice(0, 1))
        scope.problems.warn(
          'flow-unreachable',
          unreached.element.at,
          `Nothing from <${unreached.name}> on ever runs: <${child.name}> at line ${child.element.at.line} comes before it.`,
        );
      break;
    }
    if (scope.counts.jumps === jumps || rest.length === 0) continue;
    const body = compileBlock(rest, scope);
    if (body.length > 0) nodes.push(choose([{ when: { subject: leaving, equals: [''] }, body }], [], body[0]!.at));
    break;
  }
  return nodes;
}

function compileOne({ name, element }: Named, scope: Scope): CompiledCommand {
  if (!isRunnable(name)) return misplaced({ name, element }, scope);
  const { problems, form } = scope;
  const given = new Parameters(element, name, problems, (parameter) => scope.onRead(name, parameter), form);
  return compileCommand(name, { scope, given, at: positionOf(element), children: childrenOf(element, problems) });
}

function misplaced({ name, element }: Named, { problems }: Scope): CompiledCommand {
  const { inside } = supportOf(name);
  const where =
    name === 'Reject'
      ? 'It only means something as the first command of a script.'
      : typeof inside === 'string'
        ? 'It only means something by URL.'
        : `It belongs into <${inside.join('> or <')}>.`;
  problems.warn('verb-misplaced', element.at, `<${name}> is skipped here. ${where}`);
  return nothing;
}
