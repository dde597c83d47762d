// Calls that somebody asked for: those that we place, and those that come in and know what to do.
import { destination, flow, gather, hangup, park, play, prompt, sendDigits } from '../../src/flow/build.ts';
import type { Block } from '../../src/flow/node.ts';
import type { CallPlan } from '../../src/flow/plan.ts';
import { applicationOrigin, type Scenario, type StoryStep } from '../../src/testkit/index.ts';

const at = (path: string) => ({ line: 1, column: 1, path });
const told = (path: string) => destination(`${applicationOrigin}${path}`, { method: 'POST' });
const beside = (name: string, ...body: Block): StoryStep => ({ command: { kind: 'beside', name, body } });
const over = { method: 'POST', url: '/over' };
const onlySimulated = 'The stage of real calls calls the server; it cannot ask the server to place a call.';

function asked(
  name: string,
  body: Block,
  caller: readonly StoryStep[],
  expect: Scenario['expect'],
  { placed, ringMs = 20_000 }: { placed?: Scenario['placed']; ringMs?: number },
): Scenario {
  const plan: CallPlan = { flow: flow(body, { source: `${applicationOrigin}/plan` }), last: told('/over'), ringMs };
  const nothing = { status: 204, body: '' };
  return {
    ...{ name, dialect: 'none', plan, caller, expect, onlySimulated },
    ...(placed === undefined ? {} : { placed }),
    application: { '/over': nothing, '/gathered': nothing },
  };
}

export const scenarios: readonly Scenario[] = [
  asked(
    'placed: who answers hears what was planned, and only the end is told',
    [play('Hello.'), hangup({ at: at('Hangup[0]') })],
    [],
    { prompts: ['Hello.'], requests: [{ ...over, body: { kind: 'call-end', by: 'us' } }], failures: [] },
    { placed: { answerAfterMs: 3000 } },
  ),
  asked(
    'placed: who is busy hears nothing, and that is told',
    [play('Hello.')],
    [],
    { prompts: [], answered: false, requests: [{ ...over, body: { kind: 'call-end', by: 'peer', q850Cause: 17 } }] },
    { placed: { refuse: { sipStatus: 486 } } },
  ),
  asked(
    'placed: nobody answers in time',
    [play('Hello.')],
    [],
    {
      ...{ prompts: [], answered: false, longerThanMs: 4900, withinMs: 5200 },
      requests: [{ ...over, body: { kind: 'call-end', by: 'us', reason: 'no answer' } }],
    },
    { placed: {}, ringMs: 5000 },
  ),
  asked(
    'placed: what comes beside its flow while it rings is done once somebody answers',
    [play('Hello.'), park({ at: at('Park[0]') })],
    [
      { waitMs: 500 },
      beside('d1', sendDigits('12', { at: at('d1/SendDigits[0]') })),
      { until: 'prompt-ended', prompt: 'Hello.' },
      { waitMs: 1000 },
      { hangUp: true },
    ],
    { prompts: ['Hello.'], requests: [over], failures: ['Park: hung-up'], endedBy: 'caller' },
    { placed: { answerAfterMs: 2000 } },
  ),
  asked(
    'placed: keys are gathered by command from a call that waits',
    [park({ at: at('Park[0]') })],
    [
      { until: 'answered' },
      { waitMs: 300 },
      beside(
        'g1',
        gather({
          ...{ at: at('g1/Gather[0]'), prompts: [prompt('Your code.')], maxDigits: 4, attempts: 1 },
          notify: told('/gathered'),
        }),
      ),
      { until: 'prompt-ended', prompt: 'Your code.' },
      { press: '1234' },
      { until: 'request', request: '/gathered' },
      { command: { kind: 'hangup', reason: 'done' } },
    ],
    {
      prompts: ['Your code.'],
      gathers: [{ digits: '1234', reason: 'max-digits' }],
      requests: [{ method: 'POST', url: '/gathered', body: { digits: '1234' } }, over],
      endedBy: 'application',
    },
    { placed: { answerAfterMs: 1000 } },
  ),
  asked(
    'planned: a call that comes in and knows what to do asks for no document',
    [play('Welcome.'), hangup({ at: at('Hangup[0]') })],
    [],
    { prompts: ['Welcome.'], requests: [over], answered: true, endedBy: 'application' },
    {},
  ),
];
