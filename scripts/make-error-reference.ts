// Owns: docs/errors.md, from src/base/codes.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../src/base/codes.ts';
import { writeOrCheck } from './generated.ts';

/** The comment lines of codes.ts are its chapters. */
function chapters(): ReadonlyMap<string, string> {
  const source = readFileSync(join(import.meta.dirname, '..', 'src', 'base', 'codes.ts'), 'utf8');
  const titles = new Map<string, string>();
  let title = 'other';
  for (const line of source.slice(source.indexOf('export const errorCodes')).split('\n')) {
    const comment = /^ {2}\/\/ (.+)$/.exec(line);
    const code = /^ {2}'([a-z0-9-]+)':/.exec(line);
    if (comment !== null) title = comment[1]!;
    if (code !== null) titles.set(code[1]!, title);
  }
  return titles;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const titles = chapters();
const lines = [
  '# Errors',
  '',
  '<!-- Made by scripts/make-error-reference.ts from src/base/codes.ts. -->',
  '',
  'Every error names its code in brackets, where it happened, and what to do.',
];
let current = '';
for (const [code, { summary, fix }] of Object.entries(errorCodes)) {
  const title = titles.get(code) ?? 'other';
  if (title !== current)
    lines.push(
      '',
      `## ${title[0]!.toUpperCase()}${title.slice(1)}`,
      '',
      '| code | what happened | what to do |',
      '|---|---|---|',
    );
  current = title;
  lines.push(`| \`${code}\` | ${cell(summary)} | ${cell(fix)} |`);
}
writeOrCheck('docs/errors.md', `${lines.join('\n')}\n`);
