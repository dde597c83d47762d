// docs/gather.md keeps its promises: the reasons are those of the code, and the forms are those of the record.
import { readFileSync } from 'node:fs';
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
