// Every story in virtual time.
import { describe, expect, it } from 'vitest';
import { formatTimeline, runScenario } from '../../src/testkit/index.ts';
import { allScenarios, dialectFor } from './all.ts';

describe('in virtual time', () => {
  it.each(allScenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) => {
    const { simulation, differences } = runScenario(scenario, dialectFor(scenario));
    expect(differences, formatTimeline({ ...simulation, detailed: true })).toEqual([]);
  });

  it('has a name of its own for each', () => {
    expect(new Set(allScenarios.map(({ name }) => name)).size).toBe(allScenarios.length);
  });
});
