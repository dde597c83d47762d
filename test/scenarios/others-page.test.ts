// docs/what-others-ran-into.md keeps its promises: every number once, and for each a test that exists by its exact name, or
// the reason why there is none.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/server/package-root.ts';
import { allScenarios } from './all.ts';

const page = readFileSync(join(packageRoot, 'docs', 'what-others-ran-into.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((row) => row.slice(2, -2).split(' | '));
const stories = new Set(allScenarios.map(({ name }) => name));
const most = 65;

/** Whether the file has a test, a group of tests or a story of that name. */
function isIn(file: string, name: string): boolean {
  const text = readFileSync(join(packageRoot, file), 'utf8');
  const quoted = `(['"\`])${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\1`;
  if (file.endsWith('.scenario.ts'))
    return stories.has(name) && new RegExp(`(?:story\\(\\s*|name:\\s*)${quoted}`).test(text);
  return new RegExp(`\\b(?:it|describe|describeStories)(?:\\.\\w+(?:\\([^\\n]*\\))?)*\\(\\s*${quoted}`).test(text);
}

describe('what others ran into', () => {
  it('is all there, each once and in order', () => {
    expect(rows.map(([number]) => Number(number))).toEqual(Array.from({ length: most }, (_, index) => index + 1));
    for (const row of rows) expect(row.length, row[0]).toBe(4);
  });

  it.each(rows.map((row) => [row[0]!, row] as const))(
    '%s: is held by a test that exists, or says why not',
    (_, row) => {
      const [, reported = '', does = '', held = ''] = row;
      expect(reported).toMatch(/^[A-Z].*\. \([^()]+\)$/);
      if (held.startsWith('Not held: ')) {
        expect(does).toBe('–');
        expect(held.length).toBeGreaterThan(50);
        return;
      }
      expect(does).toMatch(/\.\)?$/);
      for (const each of held.split('<br>')) {
        const [, label, file, name] = /^\[([\w.-]+)\]\(\.\.\/((?:src|test)\/[\w/.-]+)\): `(.+)`$/.exec(each) ?? [];
        expect(file?.endsWith(`/${label}`), each).toBe(true);
        expect(isIn(file!, name!), each).toBe(true);
      }
    },
  );

  it('would miss a test that is not there', () => {
    expect(isIn('test/scenarios/timers.scenario.ts', 'timers: each digit gives the whole time')).toBe(false);
    expect(isIn('test/scenarios/barge-in.scenario.ts', 'timers: each digit gives the whole time again')).toBe(false);
    expect(isIn('src/media/sdp.test.ts', 'has no events when the offer has')).toBe(false);
    expect(isIn('src/media/sdp.test.ts', 'has no events when the offer has none')).toBe(true);
  });
});
