// Owns: the promise that folders of src/ import only what the table in docs/architecture.md allows, that no two of them
// import each other, and that no files import each other's values in a circle. Test files may import anything.
//
// Cell grammar: names separated by commas; `all`; `call (types)` allows `import type` only. Everyone may import base.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

export interface FileImport {
  readonly file: string;
  readonly line: number;
  readonly target: string;
  readonly typeOnly: boolean;
  /** `await import(…)`: runs later, so it closes no circle. */
  readonly lazy: boolean;
}

export type Table = ReadonlyMap<string, ReadonlyMap<string, 'values' | 'types'>>;

/** The first markdown table whose head is `folder | may import`. */
export function parseTable(markdown: string): Table {
  const rows = markdown.split('\n').map((row) => row.trim());
  const head = rows.findIndex((row) => /^\|\s*folder\s*\|\s*may import\s*\|$/i.test(row));
  if (head < 0) throw new Error('no table "| folder | may import |" found');
  const table = new Map<string, ReadonlyMap<string, 'values' | 'types'>>();
  for (const row of rows.slice(head + 2)) {
    const cells = /^\|([^|]*)\|([^|]*)\|$/.exec(row);
    if (cells === null) break;
    const plain = (text: string): string => text.replaceAll('`', '').trim();
    const allowed = plain(cells[2]!)
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && name !== '—');
    table.set(
      plain(cells[1]!),
      new Map(
        allowed.map((name) =>
          name.endsWith('(types)') ? [name.replace(/\s*\(types\)$/, ''), 'types'] : [name, 'values'],
        ),
      ),
    );
  }
  return table;
}

const statement = /^[ \t]*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

/** Relative imports of one file. Specifiers are literal by house style, so text is enough. */
export function importsOf(file: string, source: string): readonly FileImport[] {
  const found: FileImport[] = [];
  for (const match of source.matchAll(statement)) {
    const specifier = match[2] ?? match[3]!;
    if (!specifier.startsWith('.')) continue;
    // `typeof import('…')` and `import('…').Name` in a type are type imports too, but house style writes import type.
    found.push({
      file,
      line: source.slice(0, match.index).split('\n').length,
      target: resolve(dirname(file), specifier),
      typeOnly: match[1] !== undefined,
      lazy: match[3] !== undefined,
    });
  }
  return found;
}

/** Problems as `file:line: message`, sorted. `root` is the folder that holds the folders of the table. */
export function checkImports(root: string, imports: readonly FileImport[], table: Table): readonly string[] {
  const folderOf = (file: string): string => relative(root, file).split(sep)[0]!;
  const show = (file: string): string => relative(dirname(root), file);
  const problems: string[] = [];
  const edges = new Map<string, FileImport>();
  for (const one of imports) {
    if (relative(root, one.target).startsWith('..')) {
      problems.push(`${show(one.file)}:${one.line}: leaves src/`);
      continue;
    }
    const [from, to] = [folderOf(one.file), folderOf(one.target)];
    if (from === to) continue;
    edges.set(`${from} ${to}`, edges.get(`${from} ${to}`) ?? one);
    const allowed = table.get(from);
    const kind = to === 'base' ? 'values' : (allowed?.get(to) ?? allowed?.get('all'));
    if (allowed === undefined) problems.push(`${show(one.file)}:${one.line}: the table has no row for ${from}`);
    else if (kind === undefined) problems.push(`${show(one.file)}:${one.line}: ${from} may not import ${to}`);
    else if (kind === 'types' && !one.typeOnly)
      problems.push(`${show(one.file)}:${one.line}: ${from} may import only types of ${to}`);
  }
  for (const [edge, one] of edges) {
    const [from, to] = edge.split(' ') as [string, string];
    if (from < to && edges.has(`${to} ${from}`))
      problems.push(`${show(one.file)}:${one.line}: ${from} and ${to} import each other`);
  }
  for (const circle of circles(imports.filter((one) => !one.typeOnly && !one.lazy))) {
    problems.push(`${circle.map(show).join(' → ')}: import each other's values in a circle`);
  }
  return problems.sort();
}

/** One circle for each file at which a depth-first walk meets itself. */
function circles(imports: readonly FileImport[]): readonly (readonly string[])[] {
  const targets = new Map<string, string[]>();
  for (const { file, target } of imports) targets.set(file, [...(targets.get(file) ?? []), target]);
  const found: string[][] = [];
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    state.set(file, 'open');
    path.push(file);
    for (const target of targets.get(file) ?? []) visit(target);
    path.pop();
    state.set(file, 'done');
  };
  for (const file of targets.keys()) visit(file);
  return found;
}

function readTree(root: string): readonly FileImport[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(root, name));
  return files.flatMap((file) => importsOf(file, readFileSync(file, 'utf8')));
}

if (import.meta.main) {
  const project = dirname(import.meta.dirname);
  const table = parseTable(readFileSync(join(project, 'docs', 'architecture.md'), 'utf8'));
  const imports = readTree(join(project, 'src'));
  const problems = checkImports(join(project, 'src'), imports, table);
  for (const problem of problems) console.error(problem);
  console.log(`${imports.length} imports checked against docs/architecture.md: ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
