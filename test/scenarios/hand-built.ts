// Owns: small words for scenarios whose flows are built by hand, because what they are about is a rule of the collector
// and not of one vendor.
import { destination, flow, gather, hangup, prompt } from '../../src/flow/build.ts';
import type { Block, FlowNode, NodeOf } from '../../src/flow/node.ts';
import { applicationOrigin, type CallerStep, type Scenario, type StoryStep } from '../../src/testkit/index.ts';

const at = (path: string) => ({ line: 1, column: 1, path });

/** A gather of up to ten digits that asks once, ends at `#`, and reports to `/result`. */
export function entry(fields: Partial<NodeOf<'gather'>> = {}): NodeOf<'gather'> {
  return gather({
    at: at('Gather[0]'),
    prompts: [prompt('Enter your number.')],
    maxDigits: 10,
    terminators: '#',
    attempts: 1,
    ...fields,
  });
}

export const question = 'Enter your number.';
export const asking: CallerStep = { until: 'prompt-started', prompt: question };
export const asked: CallerStep = { until: 'prompt-ended', prompt: question };
export const result = destination(`${applicationOrigin}/result`);

export function story(
  name: string,
  body: Block | FlowNode,
  caller: readonly StoryStep[],
  expect: Scenario['expect'],
  more: Partial<Scenario> = {},
): Scenario {
  const nodes = Array.isArray(body) ? (body as Block) : [body as FlowNode];
  const start = flow([...nodes, hangup({ at: at('Hangup[0]') })], { source: `${applicationOrigin}/start` });
  return { name, dialect: 'none', application: { '/start': start }, caller, expect, ...more };
}
