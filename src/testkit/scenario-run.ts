// Owns: a scenario run in virtual time.
import type { Dialect } from '../dialects/dialect.ts';
import type { CallPlan } from '../flow/plan.ts';
import { applicationOrigin, type Scenario } from './scenario.ts';
import { checkScenario, promptsOn } from './scenario-check.ts';
import { type Kill, type Simulation, simulate } from './simulate.ts';
import { describeSound } from './timeline.ts';

export interface ScenarioResult {
  readonly simulation: Simulation;
  /** Empty when everything was as expected. */
  readonly differences: readonly string[];
}

export function runScenario(
  scenario: Scenario,
  dialect: Pick<Dialect, 'compile' | 'request' | 'opening'>,
  kills: readonly Kill[] = [],
): ScenarioResult {
  const { first, statusPath, application, placed, callees, conferences, mediaMs, brokenMedia, caller, expect } =
    scenario;
  const plan = scenario.plan ?? openingOf(scenario, dialect);
  const simulation = simulate({
    dialect,
    application,
    caller,
    kills,
    ...(first === undefined ? {} : { first }),
    ...(statusPath === undefined ? {} : { statusPath }),
    ...(plan === undefined ? {} : { plan }),
    ...(placed === undefined ? {} : { placed }),
    ...(callees === undefined ? {} : { callees }),
    ...(conferences === undefined ? {} : { conferences }),
    ...(mediaMs === undefined ? {} : { mediaMs }),
    ...(brokenMedia === undefined ? {} : { brokenMedia }),
  });
  const { tape, requests, faults, stuck, stepLeft, unheard } = simulation;
  const effects = simulation.effects.map(({ effect }) => effect);
  const heard = promptsOn(tape, promptWords(simulation));
  const differences = [...checkScenario(expect, { tape, requests, effects, keysHeard: null, ...heard })];
  for (const fault of faults) differences.push(`fault: ${fault instanceof Error ? fault.stack : String(fault)}`);
  if (stuck !== null) differences.push(`the call stood still (${stuck}) and the caller had to hang up`);
  if (stepLeft !== null) differences.push(`the caller never came to the step ${JSON.stringify(stepLeft)}`);
  if (unheard.length > 0)
    differences.push(`keys pressed before the answer: ${unheard.map(({ digit }) => digit).join('')}`);
  return { simulation, differences };
}

/** As a server makes it for an app of its configuration. */
function openingOf({ first }: Scenario, { opening }: Pick<Dialect, 'opening'>): CallPlan | undefined {
  const { path, method } = first ?? { path: '/start', method: 'POST' };
  const to = { url: `${applicationOrigin}${path}`, method, fallbackUrl: null, timeoutMs: null, extra: {} };
  return opening?.({ first: to, autoAnswer: true }) ?? undefined;
}

export function promptsHeard(simulation: Pick<Simulation, 'tape' | 'effects'>): readonly string[] {
  return promptsOn(simulation.tape, promptWords(simulation)).prompts;
}

function promptWords({ effects }: Pick<Simulation, 'effects'>): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const { effect } of effects)
    if (effect.type === 'prompt.start') words.set(effect.prompt, describeSound(effect.sound));
  return words;
}
