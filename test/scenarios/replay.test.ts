// A call is the replay of its tape: a fresh run that is fed the same lines wants the same things in the same order.
import { describe, expect, it } from 'vitest';
import { createRun } from '../../src/run/create-run.ts';
import { runScenario } from '../../src/testkit/index.ts';
import { allScenarios, dialectFor } from './all.ts';

describe('replayed from its tape', () => {
  it.each(allScenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) => {
    const { simulation } = runScenario(scenario, dialectFor(scenario));
    // As it would come back from a store: nothing but JSON.
    const tape: typeof simulation.tape = JSON.parse(JSON.stringify(simulation.tape));
    const run = createRun(simulation.run);
    const effects = tape.flatMap((line) => run.step(line).map((effect) => ({ after: line.seq, effect })));
    expect(effects).toEqual(simulation.effects);
    expect(run.over).toBe(true);
  });
});
