// Every story once more over a real call whose phone knows no telephone-events: its keys are tones in the audio, as some
// carriers send them. What is heard and told is the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialectOf } from '../../src/dialects/index.ts';
import {
  createLiveStage,
  formatTimeline,
  type LiveResult,
  type LiveStage,
  type Scenario,
} from '../../src/testkit/index.ts';
import { allScenarios } from './all.ts';
import { openStageServer, type StageServer } from './live-server.ts';
import { openPacedSpeech, type PacedSpeech } from './paced-speech.ts';

const live = allScenarios.filter(({ onlySimulated }) => onlySimulated === undefined);
let stage: LiveStage;
let speech: PacedSpeech;
let staged: StageServer;
const results = new Map<Scenario, Promise<LiveResult>>();

beforeAll(async () => {
  stage = await createLiveStage({ scenarios: live, dialects: dialectOf, language: 'en-US', digits: 'inband' });
  speech = await openPacedSpeech();
  staged = await openStageServer(stage, speech);
  for (const scenario of live) results.set(scenario, stage.play(scenario, staged.at));
});

afterAll(async () => {
  await staged.close();
  await stage.close();
  await speech.close();
});

describe('over a real call with keys as tones', () => {
  it.each(live.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_name, scenario) => {
      const result = await results.get(scenario)!;
      expect(result.differences, formatTimeline({ ...result, detailed: true })).toEqual([]);
      for (const { event } of result.tape)
        if (event.type === 'digit' && event.leg === 'caller')
          expect(event.heard.map(({ via }) => via)).toEqual(['inband']);
    },
    120_000,
  );
});
