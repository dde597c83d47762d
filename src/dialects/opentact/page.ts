// Owns: the support page of the dialect, made from support.ts and decisions.ts. scripts/make-support-table.ts writes it
// to docs/dialects/opentact.md; page.test.ts compares.
import { decisions } from './decisions.ts';
import { type VerbSupport, verbs } from './support.ts';

export function formatSupportPage(): string {
  const all = Object.entries(verbs) as [string, VerbSupport][];
  const sections = all.filter(([, { level }]) => level !== 'no').map(([name, support]) => formatVerb(name, support));
  return [
    '# Opentact call-flow XML: what is supported',
    'Made from `src/dialects/opentact/support.ts` and `decisions.ts` by `scripts/make-support-table.ts`. Do not edit by hand.',
    'Two generations of the dialect are in use: *old* (`numDigits`, `Switch`, `Sip`) and *new* (`dtmf_length`, `DTMF`, `To`). They may be mixed in one document. All times are in milliseconds. The root element is `<Response>`; a document has at most 64 KB, 2,000 elements and a depth of 50. What is wrong with a document is told with line and column; only XML that is not well-formed, a wrong root or a broken limit refuses it.',
    '## Verbs',
    table(
      ['Element', 'Generation', 'Supported', 'Note'],
      all.map(([name, { level, since, note }]) => [`\`${name}\``, since, level, note]),
    ),
    ...sections,
    '## Decisions',
    'What the public documentation leaves open, and what this server does.',
    table(
      ['About', 'Decision', 'Reason'],
      decisions.map(({ about, decision, reason }) => [about, decision, reason]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

function formatVerb(name: string, { inside, content, attributes }: VerbSupport): string {
  const where = typeof inside === 'string' ? '' : ` Stands in ${inside.map((parent) => `\`${parent}\``).join(' or ')}.`;
  const rows = Object.entries(attributes).map(([attribute, { level, byDefault, note }]) => [
    `\`${attribute}\``,
    level,
    byDefault,
    note,
  ]);
  const lines = [`### ${name}`, `Content: ${content}.${where}`];
  return (rows.length === 0 ? lines : [...lines, table(['Attribute', 'Supported', 'Default', 'Note'], rows)]).join(
    '\n\n',
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
