// The table itself: what it compares it would miss if it were otherwise, and what cannot be said is said why.
import { describe, expect, it } from 'vitest';
import { dialectOf, dialects } from '../../../src/dialects/index.ts';
import { runScenario } from '../../../src/testkit/index.ts';
import { expectationOf } from './check.ts';
import { chapters, dialectNames, scenarios } from './index.ts';
import { entered, isDifferent, isNotSupported, type Outcome, over } from './story.ts';
import { vendors } from './vendors.ts';

const stories = chapters.flatMap((chapter) => chapter.stories);
const sentence = /^[A-Z].*[.]$/;

describe('the table of stories', () => {
  it('has every dialect that is built, and no name twice', () => {
    expect([...dialectNames].sort()).toEqual(Object.keys(dialects).sort());
    expect(new Set(stories.map(({ name }) => name)).size).toBe(stories.length);
  });

  it('says of each gap and each difference why, in a sentence', () => {
    for (const story of stories) {
      for (const name of dialectNames) {
        const cell = story.in[name];
        const reason = isNotSupported(cell) ? cell.notSupported : isDifferent(cell) ? cell.because : null;
        if (reason !== null) expect(reason, `${story.name} (${name})`).toMatch(sentence);
      }
    }
  });

  it('has no story that no dialect, or nothing, tells', () => {
    for (const story of stories) {
      expect(Object.keys(story.expect).length, story.name).toBeGreaterThan(0);
      expect(
        Object.values(story.in).some((cell) => !isNotSupported(cell)),
        story.name,
      ).toBe(true);
    }
  });
});

describe.each(dialectNames)('an entry told by %s', (name) => {
  const scenario = scenarios.find((one) => one.name === `every dialect: an entry that is full (${name})`)!;
  const differences = (outcome: Outcome) =>
    runScenario({ ...scenario, expect: expectationOf(outcome, vendors[name]) }, dialectOf(name)).differences;

  it('is as the story says', () => {
    expect(
      differences({ told: [entered('25'), over()], entries: [{ digits: '25', ended: 'full' }], sent: [] }),
    ).toEqual([]);
  });

  it.each([
    ['another digit', { told: [entered('26'), over()] }],
    ['an end that is not told', { told: [entered('25')] }],
    ['something else that is told', { told: [entered('25'), { what: 'asked', path: '/other' }, over()] }],
    ['another entry', { entries: [{ digits: '25', ended: 'terminator' }] }],
    ['no entry', { entries: [] }],
    ['keys that nobody sent', { sent: [{ to: 'caller', keys: '1' }] }],
    ['a recording', { recordings: ['stopped'] }],
    ['a hold', { holds: 1 }],
    ['a sentence', { heard: ['Please enter your code.'] }],
  ] satisfies [string, Outcome][])('would be missed with %s', (_what, outcome) => {
    expect(differences(outcome)).toHaveLength(1);
  });
});

it('a request that nobody expects is a difference', () => {
  const request = { method: 'POST', url: 'http://app.test/start', body: '{"eventType":"surprise","parentCallId":"c"}' };
  expect(() => vendors.bandwidth.read(request)).toThrow('nobody expects the event surprise');
});
