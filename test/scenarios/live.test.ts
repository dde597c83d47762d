// Every story over a real SIP call: a server, phones and applications on loopback sockets, all stories at the same time.
// What a story needs that a real call cannot give stands in it as `onlySimulated`.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialectOf } from '../../src/dialects/index.ts';
import { createRun } from '../../src/run/create-run.ts';
import {
  createLiveStage,
  formatTimeline,
  type LiveResult,
  type LiveStage,
  outline,
  runScenario,
  type Scenario,
} from '../../src/testkit/index.ts';
import { allScenarios, dialectFor } from './all.ts';
import { openStageServer, type StageServer } from './live-server.ts';
import { openPacedSpeech, type PacedSpeech } from './paced-speech.ts';

const live = allScenarios.filter(({ onlySimulated }) => onlySimulated === undefined);
const named = live.map((scenario): readonly [string, Scenario] => [scenario.name, scenario]);
const longestStoryMs = 120_000;
let stage: LiveStage;
let speech: PacedSpeech;
let staged: StageServer;
const results = new Map<Scenario, Promise<LiveResult>>();

beforeAll(async () => {
  stage = await createLiveStage({ scenarios: live, dialects: dialectOf, language: 'en-US' });
  speech = await openPacedSpeech();
  staged = await openStageServer(stage, speech);
  for (const scenario of live) results.set(scenario, stage.play(scenario, staged.at));
});

afterAll(async () => {
  await staged.close();
  await stage.close();
  await speech.close();
});

describe('over a real call', () => {
  it.each(named)(
    '%s',
    async (_name, scenario) => {
      const result = await results.get(scenario)!;
      expect(result.differences, formatTimeline({ ...result, detailed: true })).toEqual([]);
    },
    longestStoryMs,
  );
});

describe('over a real call as in virtual time', () => {
  it.each(named)(
    '%s',
    async (_name, scenario) => {
      const result = await results.get(scenario)!;
      expect(result.outline).toEqual(outline(runScenario(scenario, dialectFor(scenario)).simulation));
    },
    longestStoryMs,
  );
});

describe('replayed from the tape of a real call', () => {
  it.each(named)(
    '%s',
    async (_name, scenario) => {
      const { tape, effects, run: options } = await results.get(scenario)!;
      const lines: typeof tape = JSON.parse(JSON.stringify(tape));
      const run = createRun(options);
      const again = lines.flatMap((line) => run.step(line).map((effect) => ({ after: line.seq, effect })));
      expect(again).toEqual(effects);
      expect(run.over).toBe(true);
    },
    longestStoryMs,
  );
});

describe('the live run', () => {
  it('plays every story, but those that say why they cannot be', () => {
    const reasons = allScenarios.flatMap(({ onlySimulated }) => onlySimulated ?? []);
    expect(live.length + reasons.length).toBe(allScenarios.length);
    for (const reason of reasons) expect(reason.length).toBeGreaterThan(20);
    expect(results.size).toBe(live.length);
  });

  it(
    'leaves no call, and met no fault of the server',
    async () => {
      await Promise.all(results.values());
      expect(staged.server.calls.size).toBe(0);
      expect(staged.faults).toEqual([]);
    },
    longestStoryMs,
  );
});
