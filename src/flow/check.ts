// Owns: what is wrong with a flow in any dialect: commands that never run, entries that cannot be made, sounds without
// end. All warnings; a flow that passes the schema can run.
// Does not: know spellings (a dialect's compiler does that) or explore paths (the explorer does that).
import type { ErrorCode } from '../base/codes.ts';
import { errorCodes } from '../base/codes.ts';
import type { Block, Flow, FlowNode, GatherNode, NodeKind, NodeOf, Position, Prompt } from './node.ts';
import type { Problem } from './problem.ts';

type Warn = (code: ErrorCode, at: Position, message: string, hint?: string) => void;

export function check(flow: Flow): readonly Problem[] {
  const problems: Problem[] = [];
  const warn: Warn = (code, at, message, hint) => {
    problems.push({
      code,
      severity: 'warning',
      message,
      hint: hint ?? errorCodes[code].fix,
      source: flow.source,
      line: at.line,
      column: at.column,
    });
  };
  checkBlock(flow.body, warn);
  return problems;
}

/** Every block that a node holds, so that nothing is left out when a kind is added. */
const blocksOf: { [Kind in NodeKind]: (node: NodeOf<Kind>) => readonly (Block | null)[] } = {
  answer: () => [],
  alarm: ({ body, onFailed }) => [body, onFailed],
  'send-alarm': ({ onFailed }) => [onFailed],
  reject: () => [],
  hangup: () => [],
  play: ({ onFailed }) => [onFailed],
  pause: () => [],
  gather: ({ branches, onOther, onFailed }) => [...branches.map(({ body }) => body), onOther, onFailed],
  'send-digits': ({ onFailed }) => [onFailed],
  record: ({ body, onFailed }) => [body, onFailed],
  dial: ({ onFailed, targets }) => [onFailed, ...targets.map(({ alone = null }) => alone)],
  bridge: ({ onFailed, target }) => [onFailed, target?.body ?? null],
  conference: ({ onFailed }) => [onFailed],
  hold: () => [],
  park: () => [],
  detect: () => [],
  stream: () => [],
  'end-stream': () => [],
  branch: ({ cases, otherwise }) => [...cases.map(({ body }) => body), otherwise],
  set: () => [],
  loop: ({ body }) => [body],
  ask: ({ onFailed }) => [onFailed],
  notify: () => [],
  'tell-keys': () => [],
  http: ({ onFailed }) => [onFailed],
};

/** The blocks inside a node, for whoever walks a flow. */
export function innerBlocks<Kind extends NodeKind>(node: NodeOf<Kind>): readonly Block[] {
  const list = blocksOf[node.kind as Kind] as (node: NodeOf<Kind>) => readonly (Block | null)[];
  return list(node).filter((block) => block !== null);
}

function checkBlock(block: Block, warn: Warn): void {
  const last = block.findIndex(neverGoesOn);
  const unreachable = last < 0 ? undefined : block[last + 1];
  if (unreachable !== undefined) {
    warn(
      'flow-unreachable',
      unreachable.at,
      `This can never run: the ${block[last]!.kind} at line ${block[last]!.at.line} before it ends the call.`,
    );
  }
  for (const node of block) {
    checkNode(node, warn);
    for (const inner of innerBlocks(node)) checkBlock(inner, warn);
  }
}

/** Whether nothing behind the node in its block can run, whatever the caller does. */
function neverGoesOn(node: FlowNode): boolean {
  switch (node.kind) {
    case 'hangup':
    case 'reject':
      return true;
    case 'branch':
      return [node.otherwise, ...node.cases.map(({ body }) => body)].every((block) => block.some(neverGoesOn));
    case 'record':
      return node.mode === 'during' && node.body.some(neverGoesOn);
    case 'loop':
      return typeof node.over === 'number' && node.over > 0 && node.body.some(neverGoesOn);
    default:
      return false;
  }
}

function checkNode(node: FlowNode, warn: Warn): void {
  switch (node.kind) {
    case 'play':
      checkPrompt(node.prompt, node.at, warn);
      if (node.prompt.times === null && node.stopKeys === '' && node.mostMs === undefined)
        warn('flow-endless', node.at, 'This sound repeats until the call ends, so nothing after it runs.');
      break;
    case 'gather':
      checkGather(node, warn);
      break;
    case 'dial':
      if (node.targets.length === 0)
        warn('flow-dial-nobody', node.at, 'Nobody is named to call, so this always fails.');
      break;
    case 'record':
      if (node.mode === 'until' && node.maxMs === null && node.silenceMs === null && node.terminators === '') {
        warn(
          'flow-endless',
          node.at,
          'This recording ends only with the call.',
          'Give it a longest duration, a finishing key or an end by silence.',
        );
      }
      break;
    case 'loop':
      if (typeof node.over === 'number' && !(node.over <= 10_000))
        warn('flow-endless', node.at, `${node.over} rounds are as good as for ever.`);
      break;
  }
}

function checkPrompt({ sound, times }: Prompt, at: Position, warn: Warn): void {
  const empty =
    (sound.kind === 'speech' && sound.text.trim() === '') ||
    (sound.kind === 'media' && sound.url === '') ||
    (sound.kind === 'tone' && sound.frequenciesHz.length === 0) ||
    times === 0;
  if (empty) warn('flow-prompt-empty', at, 'This prompt has nothing to say or play.');
}

function checkGather(node: GatherNode, warn: Warn): void {
  const { at, maxDigits, terminators, branches } = node;
  for (const prompt of node.prompts) checkPrompt(prompt, at, warn);
  const endless = node.prompts.findIndex(({ times }) => times === null);
  if (endless >= 0 && endless < node.prompts.length - 1)
    warn('flow-endless', at, 'A prompt of this gather repeats for ever, so the prompts after it are never heard.');
  if (maxDigits < 1 || node.minDigits > maxDigits || node.minDigitsAtTimeout > maxDigits) {
    warn(
      'flow-gather-impossible',
      at,
      `No entry can succeed: at least ${Math.max(node.minDigits, node.minDigitsAtTimeout)} digits are wanted and at most ${maxDigits} fit.`,
    );
  } else if (/[0-9]/.test(terminators) && [...'0123456789'].every((key) => terminators.includes(key))) {
    warn('flow-gather-impossible', at, 'Every digit is a finishing key, so no digit can be entered.');
  }
  if (node.firstDigitMs === null && node.totalMs === null)
    warn('flow-gather-endless', at, 'Nothing ends this gather while the caller is silent.');
  const seen = new Set<string>();
  for (const { digits, body } of branches) {
    const place = body[0]?.at ?? at;
    const finishing = [...digits].find((key) => terminators.includes(key));
    if (seen.has(digits))
      warn('flow-branch-duplicate', place, `There is a branch for ${digits} already; this one never runs.`);
    else if (finishing !== undefined) {
      warn(
        'flow-branch-impossible',
        place,
        `The branch for ${digits} can never run: ${finishing} finishes the entry and is not part of it.`,
        `Choose another finishing key than ${finishing}, or other digits.`,
      );
    } else if (digits.length > maxDigits) {
      warn(
        'flow-branch-impossible',
        place,
        `The branch for ${digits} can never run: the entry has at most ${maxDigits} digit${maxDigits === 1 ? '' : 's'}.`,
        `Ask for ${digits.length} digits.`,
      );
    } else if (digits.length < node.minDigits && !(digits.length === 1 && node.soleKeys?.includes(digits))) {
      warn(
        'flow-branch-impossible',
        place,
        `The branch for ${digits} can never run: at least ${node.minDigits} digits are wanted.`,
      );
    }
    seen.add(digits);
  }
  if (branches.length === 0 && node.report === null && node.notify === undefined && node.onOther === null) {
    warn('flow-report-lost', at, 'The digits of this gather go nowhere.');
  }
}
