import { describe, expect, it } from 'vitest';
import { checkImports, importsOf, parseTable } from '../../scripts/check-imports.ts';

const table = parseTable(
  [
    'text',
    '',
    '| folder | may import |',
    '|---|---|',
    '| `flow` | — |',
    '| `call` | `flow` |',
    '| `store` | `call (types)` |',
    '| `server` | all |',
    '',
    'more',
  ].join('\n'),
);

const check = (files: Readonly<Record<string, string>>): readonly string[] => {
  const imports = Object.entries(files).flatMap(([file, source]) => importsOf(`/src/${file}`, source));
  return checkImports('/src', imports, table);
};

describe('the import table', () => {
  it('lets through what it names, base for everyone, and all for the wiring', () => {
    expect(
      check({
        'call/leg.ts':
          "import { a } from '../flow/node.ts';\nimport { b } from '../base/ids.ts';\nimport fs from 'node:fs';",
        'store/store.ts': "import type { T } from '../call/event.ts';",
        'server/server.ts': "import { s } from '../store/store.ts';\nconst { c } = await import('../call/leg.ts');",
      }),
    ).toEqual([]);
  });

  it('names the line of an import that it lacks, type imports included', () => {
    expect(check({ 'flow/node.ts': "// one\nimport type { A } from '../call/leg.ts';" })).toEqual([
      'src/flow/node.ts:2: flow may not import call',
    ]);
    expect(check({ 'flow/node.ts': "export {\n  a,\n  b,\n} from '../call/leg.ts';" })).toEqual([
      'src/flow/node.ts:1: flow may not import call',
    ]);
    expect(check({ 'flow/node.ts': "const a = await import('../call/leg.ts');" })).toEqual([
      'src/flow/node.ts:1: flow may not import call',
    ]);
  });

  it('keeps a types-only permission to types', () => {
    expect(check({ 'store/store.ts': "import { T } from '../call/event.ts';" })).toEqual([
      'src/store/store.ts:1: store may import only types of call',
    ]);
  });

  it('wants a row for every folder, and nothing from outside of src', () => {
    expect(
      check({ 'radio/tune.ts': "import { a } from '../flow/node.ts';\nimport { t } from '../../scripts/x.ts';" }),
    ).toEqual(['src/radio/tune.ts:1: the table has no row for radio', 'src/radio/tune.ts:2: leaves src/']);
  });

  it('finds two folders that import each other', () => {
    expect(
      check({
        'server/a.ts': "import type { A } from '../call/leg.ts';",
        'call/leg.ts': "import type { B } from '../server/a.ts';",
      }),
    ).toEqual([
      'src/call/leg.ts:1: call and server import each other',
      'src/call/leg.ts:1: call may not import server',
    ]);
  });

  it('finds a circle of values, and lets types and lazy imports close one', () => {
    const circle = { 'call/a.ts': "import { b } from './b.ts';", 'call/b.ts': "import { c } from './c.ts';" };
    expect(check({ ...circle, 'call/c.ts': "import { a } from './a.ts';" })).toEqual([
      "src/call/a.ts → src/call/b.ts → src/call/c.ts → src/call/a.ts: import each other's values in a circle",
    ]);
    expect(check({ ...circle, 'call/c.ts': "import type { a } from './a.ts';" })).toEqual([]);
    expect(check({ ...circle, 'call/c.ts': "const later = () => import('./a.ts');" })).toEqual([]);
  });
});
