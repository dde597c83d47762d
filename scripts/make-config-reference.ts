// Owns: config.schema.json and docs/configuration.md, both from src/server/config-schema.ts.
import { configJsonSchema, type JsonSchema } from '../src/server/config-schema.ts';
import { environmentName, settableKeys } from '../src/server/config-settings.ts';
import { writeOrCheck } from './generated.ts';

const schema = configJsonSchema();
const settable = settableKeys(schema);

/** What people write without quotes (`number: 1000`) is read as it stands, so editors must not complain about it. */
const writtenAsNumbers = new Set(['number', 'login', 'username', 'password']);
const relaxed = (key: string, value: unknown): unknown =>
  writtenAsNumbers.has(key) && (value as JsonSchema | null)?.type === 'string'
    ? { ...(value as JsonSchema), type: ['string', 'number'] }
    : value;

writeOrCheck('config.schema.json', `${JSON.stringify({ title: 'Keytone configuration', ...schema }, relaxed, 2)}\n`);

function typeOf(leaf: JsonSchema): string {
  if (leaf.enum !== undefined) return leaf.enum.map((value) => `\`${value}\``).join(', ');
  if (leaf.anyOf !== undefined) return 'text or list';
  if (leaf.type === 'array') return 'list of texts';
  return leaf.type === 'integer' ? 'whole number' : 'text';
}

function defaultOf(leaf: JsonSchema, isRequired: boolean): string {
  if (leaf.default !== undefined)
    return Array.isArray(leaf.default) && leaf.default.length === 0 ? 'none' : `\`${String(leaf.default)}\``;
  return isRequired ? '**needed**' : '—';
}

function rows(group: JsonSchema, prefix: string): readonly string[] {
  return Object.entries(group.properties ?? {}).flatMap(([name, leaf]) => {
    const key = `${prefix}${name}`;
    if (leaf.type === 'object') return rows(leaf, `${key}.`);
    // Every key with a default is optional, whatever the JSON Schema of the other direction says.
    const isRequired = (group.required ?? []).includes(name) && leaf.default === undefined;
    const environment = settable.has(key) ? ` \`${environmentName(key)}\`` : '';
    return [
      `| \`${key}\` | ${typeOf(leaf)} | ${defaultOf(leaf, isRequired)} | ${leaf.description ?? ''}${environment} |`,
    ];
  });
}

const head = ['| key | value | default | meaning, and its environment variable |', '|---|---|---|---|'];

function section(name: string, group: JsonSchema): readonly string[] {
  const isList = group.type === 'array' && group.items !== undefined && group.items !== false;
  const table = isList ? rows(group.items as JsonSchema, `${name}[].`) : rows(group, `${name}.`);
  return ['', `## ${name}`, '', group.description ?? '', '', ...head, ...table];
}

const top = Object.entries(schema.properties ?? {});
const isSection = ([, leaf]: readonly [string, JsonSchema]): boolean => leaf.type === 'object' || leaf.type === 'array';

const page = [
  '# Configuration',
  '',
  '<!-- Made by scripts/make-config-reference.ts from src/server/config-schema.ts. -->',
  '',
  'One YAML file, named with `keytone serve --config FILE` or `KEYTONE_CONFIG`. Every key has a default, and without a file',
  'number 1000 answers with a short menu ([examples/welcome.xml](../examples/welcome.xml)).',
  '',
  'Over the file come environment variables, and over those `--set key=value`. Lists of texts are written with commas there.',
  'A `KEYTONE_` variable that names no key is an error, like an unknown key in the file. `keytone check FILE` tells every',
  'mistake with its line and column. Relative paths start at the folder of the file.',
  '',
  'Editors that know JSON Schema complete the keys when the file begins with',
  '`# yaml-language-server: $schema=./node_modules/keytone/config.schema.json`.',
  '',
  '```yaml',
  'apps:',
  '  - name: menu',
  '    dialect: opentact',
  '    url: http://localhost:3000/call',
  'numbers:',
  '  - { number: "1000", app: menu }',
  'users:',
  '  - { login: alice, password: change-me }',
  '```',
  '',
  '## What listens where',
  '',
  'SIP and RTP listen on every address, so that a softphone on the local network can call at once. HTTP listens on this',
  'machine only, because it has no login yet. Put a reverse proxy in front of it, or set `http.host`, when it must be reached',
  'from elsewhere.',
  ...top.filter(isSection).flatMap(([name, group]) => section(name, group)),
  '',
  '## Other keys',
  '',
  ...head,
  ...rows({ ...schema, properties: Object.fromEntries(top.filter((entry) => !isSection(entry))) }, ''),
  '',
];

writeOrCheck('docs/configuration.md', page.join('\n'));
