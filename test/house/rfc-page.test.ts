import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/rfc.md', root), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (section|RFC) \|/.test(line));
const cells = (row: string) => row.split(' | ').map((cell) => cell.replaceAll('|', '').trim());
const paths = (text: string) => [...text.matchAll(/`([^`]+\.ts)`/g)].map(([, path]) => path!);

it('names in docs/rfc.md only files that exist, tests in the column of tests', () => {
  expect(rows.length).toBeGreaterThan(30);
  expect(paths(page).filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  for (const row of rows) {
    const [section, , files, tests, ...rest] = cells(row);
    expect([section, rest.length]).toEqual([section, 1]);
    expect(rest[0], `${section} says nothing of gaps`).not.toBe('');
    if (files === 'none') expect([section, tests]).toEqual([section, 'none']);
    else {
      expect(paths(files!), `${section} names no file`).not.toEqual([]);
      expect(paths(tests!), `${section} names no test`).not.toEqual([]);
    }
    expect(paths(files!).filter((path) => path.endsWith('.test.ts'))).toEqual([]);
    expect(paths(tests!).filter((path) => !path.endsWith('.test.ts'))).toEqual([]);
  }
});

it('has a place in docs/rfc.md for every RFC that the sources of SIP and media name', () => {
  const listed = new Set(page.match(/\b\d{4}\b/g));
  const missing = ['src/sip/', 'src/media/'].flatMap((folder) =>
    readdirSync(new URL(folder, root))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .flatMap((file) =>
        [...readFileSync(new URL(folder + file, root), 'utf8').matchAll(/\bRFC (\d{4})\b/g)]
          .filter(([, number]) => !listed.has(number!))
          .map(([name]) => `${folder}${file}: ${name}`),
      ),
  );
  expect(missing).toEqual([]);
});
