// Owns: UserInput: its prompts, its choices, and the ways back out of it. Does not: collect a key (src/run).
import * as build from '../../../flow/build.ts';
import type { Block, FlowNode, GatherBranch, Prompt } from '../../../flow/node.ts';
import { byDefault } from '../decisions.ts';
import { destinationOf } from '../destination.ts';
import { Parameters } from '../parameters.ts';
import {
  type CommandInput,
  type CompileCommand,
  childrenOf,
  leaving,
  type Menu,
  type Named,
  type Scope,
} from '../scope.ts';

const anyDigits = { min: 1, max: 128 };

export const userInput: CompileCommand = (input) => {
  const { given, at } = input;
  const scope = inside(input.scope);
  const menu = scope.menus.at(-1)!;
  const { before, prompts } = initialCommands(input, scope);
  const inputs = inputsOf(input, scope);
  const back = backKey(input, inputs);
  const branches = [...inputs, ...back.branches];
  const forward = destinationOf(given, 'ForwardToUrl', 'DtmfEntered', scope.source);
  const repeats = given.boolean('Repeat', false);
  const timeoutMs = given.seconds('Timeout', byDefault.inputTimeoutMs, { min: 0, max: 86_400 });
  const { least, most } = digitsOf(given, inputs);
  const core: FlowNode[] = [
    ...before,
    build.gather({
      at,
      prompts,
      minDigits: least,
      minDigitsAtTimeout: least,
      maxDigits: most,
      soleKeys: back.key,
      // Without a pause a menu that repeats would not let anybody think.
      firstDigitMs: repeats ? Math.max(1000, timeoutMs) : timeoutMs,
      interDigitMs: byDefault.interDigitMs,
      attempts: repeats ? byDefault.rounds : 1,
      retryOn: 'any-failure',
      // A value that cannot be read means that somebody wanted it.
      sensitive: given.boolean('Sensitive', given.given('Sensitive') !== null),
      branches,
      unmatched: forward === null ? 'ignore' : 'finish',
      report: forward,
      reportWhen: 'end-if-unmatched',
    }),
  ];
  return { nodes: [...(menu.again ? againAndAgain(menu, core, input) : core), ...leaveHere(menu, input)] };
};

function inside(scope: Scope): Scope {
  scope.counts.menus += 1;
  const menu: Menu = { label: `menu-${scope.counts.menus}`, exits: false, again: false };
  return { ...scope, menus: [...scope.menus, menu] };
}

/** What stands at its end and is only sound, a key may stop. The rest runs before, once; keys pressed meanwhile wait. */
function initialCommands(
  { children }: CommandInput,
  scope: Scope,
): { readonly before: Block; readonly prompts: readonly Prompt[] } {
  const commands = children
    .filter(({ name }) => name === 'InitialCommands')
    .flatMap(({ element }) => childrenOf(element, scope.problems));
  const nodes = scope.block(commands, scope);
  const firstSound = nodes.findLastIndex((node) => promptOf(node) === null) + 1;
  return {
    before: nodes.slice(0, firstSound),
    prompts: nodes.slice(firstSound).flatMap((node) => promptOf(node) ?? []),
  };
}

function promptOf(node: FlowNode): Prompt | null {
  if (node.kind === 'play') return node.to === 'caller' && node.mostMs === undefined ? node.prompt : null;
  return node.kind === 'pause' ? build.prompt({ kind: 'silence', durationMs: node.durationMs }) : null;
}

function inputsOf({ children }: CommandInput, scope: Scope): readonly GatherBranch[] {
  const listed = children.flatMap((child): readonly Named[] =>
    child.name === 'Inputs' ? childrenOf(child.element, scope.problems) : child.name === 'Input' ? [child] : [],
  );
  return listed.flatMap(({ name, element }) => {
    if (name !== 'Input') {
      scope.problems.warn('verb-misplaced', element.at, `<${name}> is skipped here. <Inputs> holds <Input> only.`);
      return [];
    }
    const given = new Parameters(element, 'Input', scope.problems, (one) => scope.onRead('Input', one), scope.form);
    const digits = given.needed('Key')?.toUpperCase().replaceAll(/\s/g, '') ?? null;
    const body = scope.block(childrenOf(element, scope.problems), scope);
    if (digits === null) return [];
    if (/^[0-9*#A-D]{1,128}$/.test(digits)) return [{ digits, body }];
    given.wrong(
      'Key',
      `No caller can press "${digits.slice(0, 30)}"; this Input is skipped.`,
      'Allowed: 0-9, *, # and A-D.',
    );
    return [];
  });
}

function backKey(
  { given, scope, at }: CommandInput,
  inputs: readonly GatherBranch[],
): { readonly key: string; readonly branches: readonly GatherBranch[] } {
  const key = given.keys('BackKey').slice(0, 1);
  if (key === '' || inputs.some(({ digits }) => digits === key)) return { key: '', branches: [] };
  const upper = scope.menus.at(-1);
  if (upper === undefined) return { key, branches: [build.branch(key)] };
  upper.again = true;
  scope.counts.jumps += 1;
  return { key, branches: [build.branch(key, build.set(leaving, `again:${upper.label}`, at))] };
}

function digitsOf(
  given: Parameters,
  inputs: readonly GatherBranch[],
): { readonly least: number; readonly most: number } {
  const lengths = inputs.map(({ digits }) => digits.length);
  const exact = given.integer('Digits', null, anyDigits);
  const most = given.integer('MaxDigits', null, anyDigits) ?? exact ?? Math.max(1, ...lengths);
  const least = given.integer('MinDigits', null, anyDigits) ?? exact ?? Math.min(most, ...lengths);
  return { least: Math.min(least, most), most };
}

/** Once more for each time that a menu inside of it leads back here. */
function againAndAgain({ label }: Menu, core: Block, { at }: CommandInput): Block {
  const again = `again:${label}`;
  const round = build.loop(byDefault.rounds, [build.set(leaving, '', at), ...core], at);
  return [build.set(leaving, again, at), { ...round, while: { subject: leaving, equals: [again] } }];
}

function leaveHere({ label, exits }: Menu, { at }: CommandInput): Block {
  if (!exits) return [];
  const here = { subject: leaving, equals: [`exit:${label}`] };
  return [build.choose([{ when: here, body: [build.set(leaving, '', at)] }], [], at)];
}
