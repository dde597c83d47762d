// Every story over a real SIP call: a server, phones and applications on loopback sockets, all stories at the same time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialectOf } from '../../src/dialects/index.ts';
import { createLiveStage, formatTimeline, type LiveResult, type LiveStage } from '../../src/testkit/index.ts';
import { allScenarios } from './all.ts';
import { openStageServer, type StageServer } from './live-server.ts';

const live = allScenarios.filter(({ onlySimulated }) => onlySimulated === undefined);
let stage: LiveStage;
let staged: StageServer;
const results = new Map<string, Promise<LiveResult>>();

beforeAll(async () => {
  stage = await createLiveStage({ scenarios: live, dialects: dialectOf, language: 'en-US' });
  staged = await openStageServer(stage);
  for (const scenario of live) results.set(scenario.name, stage.play(scenario, staged.at));
});

afterAll(async () => {
  await staged.close();
  await stage.close();
});

describe('over a real call', () => {
  it.each(live.map(({ name }) => [name] as const))(
    '%s',
    async (name) => {
      const result = await results.get(name)!;
      expect(result.differences, formatTimeline({ ...result, detailed: true })).toEqual([]);
    },
    120_000,
  );
});
