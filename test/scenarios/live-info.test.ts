// Every story once more over a real call, whose SIP goes over TCP, whose keys come by SIP INFO and whose words are really
// spoken: what is heard and told is the same. That a prompt is stopped by the interpreter here and not by the media is all that differs.
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

const live = allScenarios.filter(({ onlySimulated }) => onlySimulated === undefined);
let stage: LiveStage;
let staged: StageServer;
const results = new Map<Scenario, Promise<LiveResult>>();

beforeAll(async () => {
  stage = await createLiveStage({
    scenarios: live,
    dialects: dialectOf,
    language: 'en-US',
    digits: 'info',
    transport: 'tcp',
  });
  staged = await openStageServer(stage);
  for (const scenario of live) results.set(scenario, stage.play(scenario, staged.at));
});

afterAll(async () => {
  await staged.close();
  await stage.close();
});

describe('over a real call with keys by INFO', () => {
  it.each(live.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_name, scenario) => {
      const result = await results.get(scenario)!;
      expect(result.differences, formatTimeline({ ...result, detailed: true })).toEqual([]);
      for (const { event } of result.tape)
        if (event.type === 'digit' && event.leg === 'caller')
          expect(event.heard.map(({ via }) => via)).toEqual(['info']);
    },
    120_000,
  );
});
