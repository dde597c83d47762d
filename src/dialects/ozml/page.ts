// Owns: the support page of the dialect, made from support.ts and decisions.ts. scripts/make-support-table.ts writes it to
// docs/dialects/ozml.md; page.test.ts compares.
import { decisions } from './decisions.ts';
import { type CommandSupport, commands, type Level } from './support.ts';

export function formatSupportPage(): string {
  const all = Object.entries(commands) as [string, CommandSupport][];
  const count = (of: (support: CommandSupport) => Level | 'never', level: Level): number =>
    all.filter(([, support]) => of(support) === level).length;
  const scripts = ({ script }: CommandSupport) => script;
  const urls = ({ api }: CommandSupport) => api;
  return [
    '# OzML and the HTTP API of Ozeki: what is supported',
    'Made from `src/dialects/ozml/support.ts` and `decisions.ts` by `scripts/make-support-table.ts`. Do not edit by hand.',
    'An app with `dialect: ozml` answers notifications with OzML. The same commands are taken by URL, at `/api?command=…` and `/?command=…`. How the two are set up stands in [Coming from Ozeki](../ozeki.md).',
    '## Commands',
    `In scripts ${count(scripts, 'yes')} are supported and ${count(scripts, 'part')} in part; by URL ${count(urls, 'yes')} and ${count(urls, 'part')}. What is never taken by URL (code 303) is what the vendor allows in scripts only.`,
    table(
      ['Command', 'In a script', 'By URL', 'Note'],
      all.map(([name, { script, api, note, also = [] }]) => [
        [name, ...also].map((each) => `\`${each}\``).join(', '),
        script,
        api,
        note,
      ]),
    ),
    ...all.filter(([, { parameters }]) => Object.keys(parameters).length > 0).map(formatCommand),
    '## Decisions',
    'What the public documentation leaves open, and where this server does otherwise than the vendor’s.',
    table(
      ['About', 'Decision', 'Reason'],
      decisions.map(({ about, decision, reason }) => [about, decision, reason]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

function formatCommand([name, { inside, content, parameters }]: readonly [string, CommandSupport]): string {
  const where = typeof inside === 'string' ? '' : ` Stands in ${inside.map((parent) => `\`${parent}\``).join(' or ')}.`;
  const rows = Object.entries(parameters).map(([parameter, { level, byDefault, note, also = [], text, only }]) => [
    [parameter, ...also].map((each) => `\`${each}\``).join(', '),
    level,
    byDefault,
    [
      note,
      ...(text === true ? ['May be the text of the element.'] : []),
      ...(only === 'api' ? ['By URL only.'] : only === 'script' ? ['In a script only.'] : []),
    ].join(' '),
  ]);
  return [
    `### ${name}`,
    ...(content === '–' ? [] : [`Content: ${content}.${where}`]),
    table(['Parameter', 'Supported', 'Default', 'Note'], rows),
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
