// Owns: a scenario run in virtual time.
import type { Dialect } from '../dialects/dialect.ts';
import type { Scenario } from './scenario.ts';
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
  dialect: Pick<Dialect, 'compile' | 'request'>,
  kills: readonly Kill[] = [],
): ScenarioResult {
  const { first, statusPath, application, plan, placed, callees, conferences, mediaMs, brokenMedia, caller, expect } =
    scenario;
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
  const differences = [...checkScenario(expect, { tape, requests, ...promptsOn(tape, promptWords(simulation)) })];
  for (const fault of faults) differences.push(`fault: ${fault instanceof Error ? fault.stack : String(fault)}`);
  if (stuck !== null) differences.push(`the call stood still (${stuck}) and the caller had to hang up`);
  if (stepLeft !== null) differences.push(`the caller never came to the step ${JSON.stringify(stepLeft)}`);
  if (unheard.length > 0)
    differences.push(`keys pressed before the answer: ${unheard.map(({ digit }) => digit).join('')}`);
  return { simulation, differences };
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
