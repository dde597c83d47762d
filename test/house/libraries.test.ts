import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('names every dependency with its licence in docs/decisions/0002-libraries.md, and no other', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const rows = [...read('docs/decisions/0002-libraries.md').matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)];
  const documented = Object.fromEntries(rows.map(([, name, licence]) => [name, licence!.trim()]));
  expect(Object.keys(documented).sort()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort());
  for (const [name, licence] of Object.entries(documented)) {
    const declared: unknown = JSON.parse(read(`node_modules/${name}/package.json`)).license;
    // `sip` carries its licence as a file.
    if (declared !== undefined) expect([name, declared]).toEqual([name, licence]);
  }
});
