// Owns: from a document's text to a flow: the root, blocks of commands, and which Error belongs to which command.
// Does not: know a single verb's attributes (verbs/) or spellings (support.ts).

import { hangup, play, speech } from '../../flow/build.ts';
import { check } from '../../flow/check.ts';
import { deepFreeze } from '../../flow/freeze.ts';
import type { Block, FlowNode } from '../../flow/node.ts';
import type { Compiled } from '../dialect.ts';
import { Problems } from '../problems.ts';
import { readXml, type XmlElement } from '../xml/document.ts';
import { fieldsOf, knownChildren, type Named, positionOf, type Scope } from './scope.ts';
import { supportOf } from './support.ts';
import { canFail, commands, isCommand } from './verbs/index.ts';

export function compile(text: string, source: string, onRead: Scope['onRead'] = () => {}): Compiled {
  const problems = new Problems(source);
  if (text.trim() === '') {
    problems.warn(
      'document-empty',
      { line: 1, column: 1 },
      'The answer holds no document; a running call goes on, a new one ends.',
    );
    return { flow: deepFreeze({ dialect: 'opentact', source, body: [] }), problems: problems.sorted() };
  }
  const root = readXml(text, problems);
  if (root !== null && root.name !== 'Response') {
    problems.error(
      'document-wrong-root',
      root.at,
      `The root element is <${root.name}>.`,
      'Use <Response> as the root element.',
    );
  }
  if (root === null || problems.refused) return { flow: null, problems: problems.sorted() };
  const scope: Scope = {
    source,
    problems,
    onRead,
    block: (children) => compileBlock(children, scope),
    single: (child) => compileCommand({ command: child, errors: [] }, [], [], scope),
    errorBlock: (element) => compileError(element, scope),
  };
  const body = scope.block(knownChildren(root, problems, false));
  const flow = deepFreeze({
    dialect: 'opentact' as const,
    source,
    body: body.length > 0 ? body : [hangup({ at: positionOf(root) })],
  });
  problems.addAll(check(flow));
  return { flow, problems: problems.sorted() };
}

interface Step {
  readonly command: Named;
  /** Error elements that directly follow the command. */
  readonly errors: XmlElement[];
}

function compileBlock(children: readonly Named[], scope: Scope): Block {
  const steps: Step[] = [];
  for (const child of children) {
    const last = steps.at(-1);
    if (child.name === 'Error' && last !== undefined) last.errors.push(child.element);
    else if (child.name === 'Error') {
      scope.problems.warn(
        'error-block-unused',
        child.element.at,
        'This <Error> follows no command, so it never runs.',
        'Put it into or directly behind a command.',
      );
    } else steps.push({ command: child, errors: [] });
  }
  const nodes: FlowNode[] = [];
  for (const [index, step] of steps.entries())
    nodes.push(...compileCommand(step, steps.slice(index + 1), nodes, scope));
  return nodes;
}

function compileCommand(
  step: Step,
  rest: readonly Step[],
  before: readonly FlowNode[],
  scope: Scope,
): readonly FlowNode[] {
  const { command } = step;
  const { name, element } = command;
  if (!isCommand(name)) {
    const { inside } = supportOf(name);
    const where = typeof inside === 'string' ? '' : ` It belongs into <${inside.join('> or <')}>.`;
    scope.problems.warn('verb-misplaced', element.at, `<${name}> is not a command of its own; it is skipped.${where}`);
    return [];
  }
  const children = knownChildren(element, scope.problems, holdsText(name));
  const errors = [...children.filter((child) => child.name === 'Error').map((child) => child.element), ...step.errors];
  for (const [index, error] of errors.entries()) {
    if (!canFail(name))
      scope.problems.warn('error-block-unused', error.at, `<${name}> cannot fail, so this <Error> never runs.`);
    else if (index > 0)
      scope.problems.warn('error-block-unused', error.at, `<${name}> has an <Error> already; this one never runs.`);
  }
  return commands[name]({
    scope,
    fields: fieldsOf(command, scope),
    at: positionOf(element),
    children: children.filter((child) => child.name !== 'Error'),
    rest: rest.map((following) => following.command.name),
    before,
    onFailed: errors[0] !== undefined && canFail(name) ? scope.errorBlock(errors[0]) : null,
  });
}

/** `say` and `play` speak the reason, which the interpreter keeps in the variable `error`. */
function compileError(element: XmlElement, scope: Scope): Block {
  const fields = fieldsOf({ name: 'Error', element }, scope);
  const [say, alsoSay] = [fields.boolean('say', false), fields.boolean('play', false)];
  const body = scope.block(knownChildren(element, scope.problems, false));
  return say || alsoSay
    ? [play(speech('{{error}}', { gender: 'female' }), { at: positionOf(element) }), ...body]
    : body;
}

const holdsText = (name: Named['name']): boolean => ['Say', 'Play', 'Callback', 'Redirect', 'Dial'].includes(name);
