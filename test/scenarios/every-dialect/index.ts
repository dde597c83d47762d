// Owns: the table of all stories that every dialect must say something about, and each of them as a scenario of a dialect.
// How to add one: CONTRIBUTING.md.
import type { BuiltDialect } from '../../../src/dialects/index.ts';
import type { ApplicationScript, Reply, Scenario, StoryStep } from '../../../src/testkit/index.ts';
import { expectationOf } from './check.ts';
import { commands } from './commands.ts';
import { ends } from './ends.ts';
import { entries } from './entries.ts';
import { legs } from './legs.ts';
import { menus } from './menus.ts';
import { placedCalls } from './placed.ts';
import { recordings } from './recordings.ts';
import { sounds } from './sounds.ts';
import {
  type Answer,
  type Cell,
  type Chapter,
  type Documents,
  isCommanded,
  isDifferent,
  isNotSupported,
  isPlaced,
  type NotSupported,
  type Step,
  type Story,
} from './story.ts';
import { vendors } from './vendors.ts';

export const chapters: readonly Chapter[] = [entries, menus, sounds, legs, recordings, commands, placedCalls, ends];
export const dialectNames = Object.keys(vendors) as readonly BuiltDialect[];

/** All stories are played over real calls in every dialect, but those that last longer. */
const mostLiveMs = 20_000;
const cannotPlace = 'The stage of real calls calls the server; it cannot ask the server to place a call.';
const tooLong = 'It lasts more than 20 s, which shows nothing in real time that it does not show here.';

export const scenarios: readonly Scenario[] = chapters.flatMap(({ stories }) =>
  stories.flatMap((story) => dialectNames.flatMap((dialect) => scenarioOf(story, dialect) ?? [])),
);

const byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]));

/** Of each story that turns on keys, the first dialect that tells it: how keys travel is the same below all of them. */
export const aboutKeys: readonly Scenario[] = [entries, menus].flatMap(({ stories }) =>
  stories.flatMap((story) => dialectNames.flatMap((dialect) => byName.get(nameOf(story, dialect)) ?? []).slice(0, 1)),
);

function nameOf({ name }: Story, dialect: BuiltDialect): string {
  return `every dialect: ${name} (${dialect})`;
}

/** null where the dialect cannot say it. */
function scenarioOf(story: Story, dialect: BuiltDialect): Scenario | null {
  const cell = story.in[dialect];
  if (isNotSupported(cell)) return null;
  const { callees, mediaMs, brokenMedia } = story;
  const onlySimulated = isPlaced(cell) ? cannotPlace : story.onlySimulated;
  const vendor = vendors[dialect];
  const { method, statusPath } = vendor;
  const outcome = isDifferent(cell) ? { ...story.expect, ...cell.expect } : story.expect;
  const simulated = onlySimulated ?? ((outcome.longerThanMs ?? 0) > mostLiveMs ? tooLong : undefined);
  return {
    ...{ name: nameOf(story, dialect), dialect, first: { path: '/start', method } },
    caller: stepsOf(story.caller, cell),
    ...(statusPath === null ? {} : { statusPath }),
    application: applicationOf('documents' in cell ? cell.documents : cell, statusPath),
    ...(callees === undefined ? {} : { callees }),
    ...(isPlaced(cell) ? { plan: cell.plan, placed: story.placed ?? {} } : {}),
    ...(mediaMs === undefined ? {} : { mediaMs }),
    ...(brokenMedia === undefined ? {} : { brokenMedia }),
    expect: expectationOf(outcome, vendor),
    ...(simulated === undefined ? {} : { onlySimulated: simulated }),
  };
}

function stepsOf(steps: readonly Step[], cell: Exclude<Cell, NotSupported>): readonly StoryStep[] {
  return steps.flatMap((step) => {
    if (!('order' in step)) return [step];
    const ordered = isCommanded(cell) ? cell.orders[step.order] : undefined;
    if (ordered === undefined) throw new Error(`nobody says how to order "${step.order}"`);
    return ordered;
  });
}

function applicationOf(documents: Documents, statusPath: string | null): ApplicationScript {
  const answers = Object.entries(documents).map(([path, answer]: [string, Answer | readonly Answer[]]) => [
    path,
    isList(answer) ? answer.map(replyOf) : replyOf(answer),
  ]);
  return {
    ...(statusPath === null ? {} : { [statusPath]: { status: 204, body: '' } }),
    ...Object.fromEntries(answers),
  };
}

function replyOf(answer: Answer): Reply {
  if (typeof answer !== 'string' || answer === '') return answer;
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${answer}</Response>`;
}

function isList(answer: Answer | readonly Answer[]): answer is readonly Answer[] {
  return Array.isArray(answer);
}
