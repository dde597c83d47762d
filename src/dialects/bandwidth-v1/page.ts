// Owns: the support page of the dialect, made from support.ts, rest/support.ts and decisions.ts. scripts/make-support-table.ts
// writes it to docs/dialects/bandwidth-v1.md; page.test.ts compares.
import type { Level, VerbSupport } from '../bandwidth/support.ts';
import { decisions } from './decisions.ts';
import { endpoints, leftOut } from './rest/support.ts';
import { verbs } from './support.ts';

export function formatSupportPage(): string {
  const all = Object.entries(verbs) as [string, VerbSupport][];
  const sections = all.filter(([, { level }]) => level !== 'no').map(([name, support]) => formatVerb(name, support));
  const verbCount = (level: Level): number => all.filter(([, support]) => support.level === level).length;
  const endpointCount = (level: Level): number => endpoints.filter((endpoint) => endpoint.level === level).length;
  return [
    '# Bandwidth v1 (Catapult): what is supported',
    'Made from `support.ts`, `rest/support.ts` and `decisions.ts` of `src/dialects/bandwidth-v1` by `scripts/make-support-table.ts`. Do not edit by hand.',
    'An app with `dialect: bandwidth-v1` is told events and driven over REST, or answers events with the BXML of v1. How it is set up stands in [Coming from Bandwidth v1](../bandwidth-v1.md). The newer interface of the vendor is [another dialect](bandwidth.md).',
    '## REST',
    `Of ${endpoints.length} endpoints ${endpointCount('yes')} are supported, ${endpointCount('part')} in part, ${endpointCount('no')} not. ${leftOut}`,
    table(
      ['Endpoint', 'Supported', 'Note'],
      endpoints.map(({ method, path, level, note }) => [`\`${method} ${path}\``, level, note]),
    ),
    '## Events',
    table(
      ['`eventType`', 'When'],
      [
        ['`incomingcall`', 'A call comes in.'],
        ['`answer`', 'A call is answered, also one that was transferred to.'],
        ['`speak`, `playback`', 'A sentence or a sound that a request asked for begins and ends.'],
        ['`dtmf`', 'A key is pressed that no gather takes.'],
        ['`gather`', 'A gather is over.'],
        ['`recording`', 'The file of a recording is complete.'],
        ['`transcription`', 'What was said in a recording is written down. Its text is at `textUrl` only.'],
        ['`transferComplete`', 'The talk with the one that a call was transferred to is over.'],
        ['`hangup`, `timeout`', 'The call is over; nobody answered in time.'],
        ['`conference`', 'A conference begins (`created`) or ends (`completed`).'],
        ['`conference-member`', 'A member joined, left, or was muted or held.'],
        ['`conference-speak`, `conference-playback`', 'A sentence or a sound in a conference begins and ends.'],
        ['`redirect`', 'A Redirect of BXML runs.'],
      ],
    ),
    'Not sent: `error`, and those of messages. What went wrong on a call is among its events over REST.',
    '## BXML',
    `Of ${all.length} elements ${verbCount('yes')} are supported, ${verbCount('part')} in part, ${verbCount('no')} not. A document with one that is not supported is refused, never run without it. The root element is \`<Response>\`; a document has at most 16 KB.`,
    table(
      ['Element', 'Supported', 'Note'],
      all.map(([name, { level, note }]) => [`\`${name}\``, level, note]),
    ),
    ...sections,
    '## Decisions',
    "What the public documentation leaves open, and where this server does otherwise than the vendor's.",
    table(
      ['About', 'Decision', 'Reason'],
      decisions.map(({ about, decision, reason }) => [about, decision, reason]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

function formatVerb(name: string, { inside, content, attributes }: VerbSupport): string {
  const places = [inside].flat().filter((place) => place !== 'document');
  const where = places.length === 0 ? '' : ` Stands in ${places.map((parent) => `\`${parent}\``).join(' or ')}.`;
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
