// Killed at every line of every story and taken up from the tape: the call goes on as if nothing had been.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWorldEvent, type TapeLine } from '../../src/call/event.ts';
import { flow, gather, prompt } from '../../src/flow/build.ts';
import { createRun } from '../../src/run/create-run.ts';
import {
  formatTimeline,
  type Kill,
  plainDialect,
  runScenario,
  type Simulation,
  simulate,
} from '../../src/testkit/index.ts';
import { allScenarios, dialectFor } from './all.ts';

/**
 * What is the same whether somebody was killed or not: what the run decided, keys and requests in order; and what else
 * happened before its end, though not which of two things of the same moment came first.
 */
function storyOf({ tape, requests }: Pick<Simulation, 'tape' | 'requests'>): readonly string[] {
  const end = tape.find(({ event }) => event.type === 'call.ended')!;
  const told = tape
    .filter(({ event, since, seq }) => seq <= end.seq && !(isWorldEvent(event) && since === end.since))
    .filter(({ event }) => !beside.has(event.type))
    .map(({ event }) => ({
      inOrder: !isWorldEvent(event) || event.type === 'digit',
      text: JSON.stringify(event, (key, value) => (timed.has(key) ? undefined : value)),
    }));
  return [
    ...told.filter(({ inOrder }) => inOrder).map(({ text }) => text),
    ...told
      .filter(({ inOrder }) => !inOrder)
      .map(({ text }) => text)
      .sort(),
    ...requests.map(({ method, url, body }) => withoutTimes(`${method} ${url} ${body ?? ''}`)),
  ];
}

/** Asking again takes its time again, and what is told says when. */
const withoutTimes = (told: string): string =>
  told
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d(:|%3A)\d\d(:|%3A)\d\d(\.\d{3})?Z/g, 'TIME')
    .replaceAll(/"PT[\d.]+S"/g, '"LENGTH"')
    .replaceAll(/\b((?:Ring)?Duration)=\d+/g, '$1=LENGTH');

/** The end of a press, and what nobody waits for. */
const beside: ReadonlySet<string> = new Set(['call.recovered', 'digit.released', 'notice.told']);
/** Asking again takes its time again. */
const timed = new Set(['heard', 'at', 'atMs', 'playedMs', 'decisions', 'durationMs', 'bytes']);

/** What a restart is known to cut short: keys on their way and phones that ring. */
function isInterrupted(tape: readonly TapeLine[]): boolean {
  return tape.some(
    ({ event }) =>
      (event.type === 'digits.failed' && event.code === 'digits-interrupted') ||
      ((event.type === 'leg.failed' || event.type === 'leg.ended') &&
        event.reason === 'a restart of the server came between'),
  );
}

function replaysAs({ tape, effects, run }: Simulation): void {
  const fresh = createRun(run);
  const said = tape.flatMap((line) => fresh.step(line).map((effect) => ({ after: line.seq, effect })));
  expect(said).toEqual(effects);
}

describe('killed at every line and taken up', () => {
  it.each(allScenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) => {
    const dialect = dialectFor(scenario);
    const { simulation: whole } = runScenario(scenario, dialect);
    const end = whole.tape.findIndex(({ event }) => event.type === 'call.ended');
    const lastWorld = whole.tape.findLast(({ event, seq }) => seq <= end && isWorldEvent(event))!.seq;
    let compared = 0;
    for (let atLine = 1; atLine < whole.tape.length; atLine += 1) {
      const { simulation, differences } = runScenario(scenario, dialect, [{ atLine, downMs: 0 }]);
      const words = (): string => `killed at line ${atLine}\n${formatTimeline({ ...simulation, detailed: true })}`;
      expect(simulation.faults, words()).toEqual([]);
      // Where only what the run had decided already was missing, nobody needs to take the call up.
      if (atLine < lastWorld) expect(simulation.tape.some(({ event }) => event.type === 'call.recovered')).toBe(true);
      expect(simulation.tape.filter(({ event }) => event.type === 'call.ended').length, words()).toBe(1);
      replaysAs(simulation);
      if (isInterrupted(simulation.tape)) continue;
      compared += 1;
      expect(storyOf(simulation), words()).toEqual(storyOf(whole));
      expect(differences, words()).toEqual([]);
    }
    expect(compared).toBeGreaterThan(0);
  });
});

it('killed again and again, at any moment', () => {
  const anyKill: fc.Arbitrary<Kill> = fc.record({ atMs: fc.integer({ min: 0, max: 15_000 }), downMs: fc.constant(0) });
  fc.assert(
    fc.property(fc.constantFrom(...allScenarios), fc.array(anyKill, { minLength: 1, maxLength: 6 }), (story, kills) => {
      const dialect = dialectFor(story);
      const { simulation: whole } = runScenario(story, dialect);
      const { simulation, differences } = runScenario(story, dialect, kills);
      const words = formatTimeline({ ...simulation, detailed: true });
      expect(simulation.faults, words).toEqual([]);
      replaysAs(simulation);
      if (isInterrupted(simulation.tape)) return;
      expect(storyOf(simulation), words).toEqual(storyOf(whole));
      // The silence that ends a recording is counted anew.
      expect(
        differences.filter((words) => !words.startsWith('the call took')),
        words,
      ).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

describe('while nobody is there', () => {
  const code = flow([
    gather({ prompts: [prompt('Your code.')], maxDigits: 4, firstDigitMs: 5000, interDigitMs: 3000 }),
  ]);
  const told = (call: Simulation, type: string) => call.tape.filter(({ event }) => event.type === type);

  it('no timer runs: the time that remained is there afterwards', () => {
    const call = simulate({
      dialect: plainDialect,
      application: { '/start': code },
      caller: [{ until: 'answered' }, { waitMs: 1000 }, { press: '1' }],
      kills: [{ atMs: 2500, downMs: 60_000 }],
    });
    expect(call.faults).toEqual([]);
    // A press 1.05 s after the start, then 3 s of which the dead minute is none.
    expect(told(call, 'gather.finished')).toMatchObject([{ since: 4050, event: { digits: '1' } }]);
    expect(told(call, 'call.recovered')).toMatchObject([{ since: 2500, event: { downMs: 60_000 } }]);
  });

  it('the digits typed before count, those typed meanwhile are lost, and the caller goes on', () => {
    const call = simulate({
      dialect: plainDialect,
      application: { '/start': code },
      caller: [
        ...[{ until: 'answered' } as const, { waitMs: 1000 }, { press: '12' }],
        ...[{ waitMs: 600 }, { press: '9' }, { waitMs: 2000 }, { press: '34' }],
      ],
      kills: [{ atMs: 1800, downMs: 1000 }],
    });
    expect(call.lost.map(({ digit }) => digit)).toEqual(['9']);
    expect(told(call, 'gather.finished')).toMatchObject([{ event: { digits: '1234', reason: 'max-digits' } }]);
  });

  it('who hangs up is gone afterwards, and the call ends once', () => {
    const call = simulate({
      dialect: plainDialect,
      application: { '/start': code },
      caller: [{ until: 'answered' }, { waitMs: 1000 }, { press: '12' }, { waitMs: 700 }, { hangUp: true }],
      kills: [{ atMs: 1800, downMs: 1000 }],
    });
    expect(told(call, 'gather.finished')).toMatchObject([{ event: { digits: '12', reason: 'hung-up' } }]);
    expect(told(call, 'call.ended').length).toBe(1);
  });
});
