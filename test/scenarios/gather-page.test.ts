// docs/gather.md keeps its promises: the reasons are those of the code, the forms are those of the record, and each thing that
// others ran into has a story, or says why not.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reasonWords } from '../../src/server/commands/explain-words.ts';
import { packageRoot } from '../../src/server/package-root.ts';
import { runScenario } from '../../src/testkit/index.ts';
import { allScenarios, dialectFor } from './all.ts';

const page = readFileSync(join(packageRoot, 'docs', 'gather.md'), 'utf8');

/** The rows of the table under a heading, without its head. */
function tableOf(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const rows = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) => row.slice(2, -2).split(' | '));
}

describe('the page on collecting keys', () => {
  it('has the reasons that explain tells', () => {
    const told = Object.entries(reasonWords).map(([reason, { enough, short }]) => [
      `\`${reason}\``,
      enough ?? '–',
      short ?? '–',
    ]);
    expect(tableOf('Why it ended')).toEqual(told);
  });

  it('has every form of a line of the record, and no form that no story shows', () => {
    const forms = tableOf('The record').map(([form = '']) => form.slice(1, -1));
    const patterns = forms.map((form) => {
      const escaped = form.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
      const filled = escaped
        .replaceAll('…', '.*')
        .replaceAll(/\bN\b/g, '\\d+')
        .replaceAll(/\bK\b/g, '[0-9*#A-D•]')
        .replaceAll(/\bT\b/g, '(first-digit|inter-digit|total)');
      return new RegExp(`^${filled}$`);
    });
    const lines = allScenarios.flatMap((scenario) =>
      runScenario(scenario, dialectFor(scenario)).simulation.tape.flatMap(({ event }) =>
        event.type === 'gather.finished' ? event.decisions.map(({ what }) => what) : [],
      ),
    );
    expect(lines.filter((line) => !patterns.some((pattern) => pattern.test(line)))).toEqual([]);
    expect(forms.filter((_, index) => !lines.some((line) => patterns[index]!.test(line)))).toEqual([]);
  });
});

describe('what others ran into', () => {
  const rows = tableOf('What others ran into');
  const names = new Set(allScenarios.map(({ name }) => name));

  it('is all there', () => {
    expect(rows.map(([number]) => Number(number))).toEqual(Array.from({ length: 65 }, (_, index) => index + 1));
  });

  it.each(rows.map((row) => [row[0]!, row] as const))('%s: is held by a story, or says why not', (_, row) => {
    const [, reported = '', story = ''] = row;
    for (const [, name, owner, number] of reported.matchAll(
      /\[([^\]]+)\]\(https:\/\/github\.com\/([\w.-]+\/[\w.-]+?)(?:\/issues\/(\d+))?\)/g,
    ))
      expect(name).toBe(number === undefined ? owner : `${owner}#${number}`);
    for (const [, file] of story.matchAll(/\]\(\.\.\/([^)]+)\)/g))
      expect(existsSync(join(packageRoot, file!)), file).toBe(true);
    if (story.startsWith('No story: ')) {
      expect(story.length).toBeGreaterThan(30);
      return;
    }
    const named = [...story.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect(names.has(name), name).toBe(true);
  });

  const list = join(packageRoot, '..', 'shared', 'spec', 'pains.md');
  it.skipIf(!existsSync(list))('names the threads that it is about (not run without the list of them)', () => {
    const lines = readFileSync(list, 'utf8').split('\n');
    for (const [number, reported = ''] of rows) {
      const line = lines.find((text) => text.startsWith(`${number}. `)) ?? '';
      for (const [, repository = '', issue] of reported.matchAll(/\[[\w.-]+\/([\w.-]+)#(\d+)\]/g)) {
        expect(line).toContain(`#${issue}`);
        // The list leaves the first words of a name out that it had just before.
        expect(line).toContain(repository.split('-').at(-1));
      }
    }
  });
});
