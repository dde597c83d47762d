// Owns: the stories that turn on keys, over a real call whose caller tells keys in one certain way: what is heard and told
// is the same. All other stories are played over a real call in live.test.ts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/call/event.ts';
import { dialectOf } from '../../src/dialects/index.ts';
import {
  createLiveStage,
  formatTimeline,
  type LiveResult,
  type LiveStage,
  type LiveStageOptions,
  type Scenario,
} from '../../src/testkit/index.ts';
import { allScenarios } from './all.ts';
import { aboutKeys } from './every-dialect/index.ts';
import { openStageServer, type StageServer } from './live-server.ts';
import { openPacedSpeech, type PacedSpeech } from './paced-speech.ts';

type Press = Extract<CallEvent, { type: 'digit' | 'digit.released' }>;

export interface LiveWay extends Pick<LiveStageOptions, 'digits' | 'transport'> {
  /** `spoken`: the built-in voice; `paced`: tones as long as a simulation takes the words to be. */
  readonly voice: 'spoken' | 'paced';
  /** Why a story that went wrong is played once more when the others are over. */
  readonly again?: string;
  /** What must be so of each line about a key of the caller. */
  readonly check: (press: Press) => void;
}

const named = /^(menu|code|barge-in|type-ahead|sensitive):/;
const turnsOnKeys = (scenario: Scenario): boolean => named.test(scenario.name) || aboutKeys.includes(scenario);

export function describeStories(title: string, { digits, transport, voice, again, check }: LiveWay): void {
  describe(title, () => {
    const live = allScenarios.filter((scenario) => scenario.onlySimulated === undefined && turnsOnKeys(scenario));
    const spare = new Map(again === undefined ? [] : live.map((scenario) => [scenario, { ...scenario }]));
    const results = new Map<Scenario, Promise<LiveResult>>();
    let stage: LiveStage;
    let speech: PacedSpeech | undefined;
    let staged: StageServer;

    beforeAll(async () => {
      stage = await createLiveStage({
        scenarios: [...live, ...spare.values()],
        dialects: dialectOf,
        language: 'en-US',
        ...(digits === undefined ? {} : { digits }),
        ...(transport === undefined ? {} : { transport }),
      });
      if (voice === 'paced') speech = await openPacedSpeech();
      staged = await openStageServer(stage, speech);
      for (const scenario of live) results.set(scenario, stage.play(scenario, staged.at));
    });

    async function resultOf(scenario: Scenario): Promise<LiveResult> {
      const result = await results.get(scenario)!;
      const second = spare.get(scenario);
      if (result.differences.length === 0 || second === undefined) return result;
      await Promise.all(results.values());
      return stage.play(second, staged.at);
    }

    afterAll(async () => {
      await staged.close();
      await stage.close();
      await speech?.close();
    });

    it.each(live.map((scenario) => [scenario.name, scenario] as const))(
      '%s',
      async (_name, scenario) => {
        const result = await resultOf(scenario);
        expect(result.differences, formatTimeline({ ...result, detailed: true })).toEqual([]);
        for (const { event } of result.tape)
          if ((event.type === 'digit' || event.type === 'digit.released') && event.leg === 'caller') check(event);
      },
      120_000,
    );
  });
}
