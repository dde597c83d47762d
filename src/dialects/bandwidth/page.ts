// Owns: the support page of the dialect, made from support.ts and decisions.ts. scripts/make-support-table.ts writes it
// to docs/dialects/bandwidth.md; page.test.ts compares.
import { decisions } from './decisions.ts';
import { endpoints, orderFields, restDecisions } from './rest/support.ts';
import { type Level, type Support, type VerbSupport, verbs } from './support.ts';

export function formatSupportPage(): string {
  const all = Object.entries(verbs) as [string, VerbSupport][];
  const sections = all.filter(([, { level }]) => level !== 'no').map(([name, support]) => formatVerb(name, support));
  return [
    '# Bandwidth v2: what is supported',
    'Made from `src/dialects/bandwidth/support.ts`, `rest/support.ts` and `decisions.ts` by `scripts/make-support-table.ts`. Do not edit by hand.',
    'An app with `dialect: bandwidth` answers webhooks of Programmable Voice (v2) with BXML. Its REST interface is that of v2, at `/api/v2` of this server; [how to point a client at it](../bandwidth.md). v1 (Catapult) is [another dialect](bandwidth-v1.md). The root element is `<Response>` or `<Bxml>`; a document has at most 64 KB, 2,000 elements and a depth of 50. What is wrong with a document is told with line and column.',
    [
      '```yaml',
      'apps:',
      '  - name: menu',
      '    dialect: bandwidth',
      '    url: http://localhost:3000/initiate',
      '    statusUrl: http://localhost:3000/disconnect',
      'numbers:',
      '  - { number: "+15551234567", app: menu }',
      '```',
    ].join('\n'),
    '## Verbs',
    `Of ${all.length} elements ${counted(all)}. A document with one that is not supported is refused, never run without it.`,
    table(
      ['Element', 'Supported', 'Note'],
      all.map(([name, { level, note }]) => [`\`${name}\``, level, note]),
    ),
    ...sections,
    '## Webhooks',
    table(
      ['`eventType`', 'When', 'The answer'],
      [
        ['`initiate`', 'A call comes in.', 'BXML'],
        ['`answer`', 'A call that was placed is answered.', 'BXML'],
        ['`gather`', 'A Gather with `gatherUrl` is over.', 'BXML'],
        ['`dtmf`', 'A key is pressed behind StartGather, while no Gather runs.', 'ignored'],
        ['`redirect`', 'A Redirect runs.', 'BXML'],
        ['`recordComplete`', 'A Record with `recordCompleteUrl` is over and the call is up.', 'BXML'],
        ['`recordingAvailable`', 'The file of a recording is complete.', 'ignored'],
        [
          '`transferAnswer`',
          'A dialled leg with `transferAnswerUrl` has answered.',
          'BXML for that leg; no Transfer, Bridge, Conference, Forward, recording or stream',
        ],
        ['`transferComplete`', 'A Transfer with `transferCompleteUrl` is over and the call is up.', 'BXML'],
        [
          '`mediaStreamStarted`, `mediaStreamRejected`, `mediaStreamStopped`',
          'A stream with `streamEventUrl` begins, is refused, is over.',
          'ignored',
        ],
        [
          '`transcriptionAvailable`',
          'What was said in a recording is written down, or will not be; with an engine only.',
          'ignored',
        ],
        [
          '`realTimeTranscriptionStarted`, `realTimeTranscriptionRejected`, `realTimeTranscriptionStopped`',
          'A StartTranscription with `transcriptionEventUrl` begins, is refused, is over; without an engine it is refused.',
          'ignored',
        ],
        ['`realTimeTranscriptionAvailable`', 'All that it heard is written down.', 'ignored'],
        ['`transferDisconnect`', 'A dialled leg with `transferDisconnectUrl` is over.', 'ignored'],
        ['`bridgeComplete`', 'The other call left a Bridge, or could not be joined.', 'BXML'],
        [
          '`bridgeTargetComplete`',
          'The call that a Bridge took the other one into has left.',
          'BXML for the other call',
        ],
        [
          '`machineDetectionComplete`',
          'A call that was asked for with `machineDetection` is answered, and it is known who speaks.',
          'ignored',
        ],
        [
          '`disconnect`',
          'The call is over; sent to `statusUrl` of the app, or to the `disconnectUrl` that it was asked for with.',
          'ignored',
        ],
        [
          '`conferenceCreated`, `conferenceMemberJoin`, `conferenceMemberExit`, `conferenceRedirect`',
          'A conference with `conferenceEventUrl` began, a call came into it or left it, a document was asked for over REST. One after the other.',
          'BXML for the conference',
        ],
        ['`conferenceCompleted`', 'Its last call has left, or it was ended.', 'ignored'],
        ['`conferenceRecordingAvailable`', 'The file of a recording of a conference is complete.', 'ignored'],
      ],
    ),
    '## REST',
    `Below \`/api/v2/accounts/{accountId}\`. Of ${Object.keys(endpoints).length} endpoints ${counted(Object.entries(endpoints))}. Faults are \`{type, description, id}\` with the vendor's statuses.`,
    supportTable('Endpoint', endpoints),
    '### The body of `POST /calls`',
    `Of ${Object.keys(orderFields).length} fields ${counted(Object.entries(orderFields))}.`,
    supportTable('Field', orderFields),
    '## Decisions',
    "What the public documentation leaves open, and where this server does otherwise than the vendor's.",
    table(
      ['About', 'Decision', 'Reason'],
      [...decisions, ...restDecisions].map(({ about, decision, reason }) => [about, decision, reason]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

function counted(all: readonly (readonly [string, Support])[]): string {
  const count = (level: Level): number => all.filter(([, support]) => support.level === level).length;
  return `${count('yes')} are supported, ${count('part')} in part, ${count('no')} not`;
}

const supportTable = (what: string, rows: Readonly<Record<string, Support>>): string =>
  table(
    [what, 'Supported', 'Note'],
    Object.entries(rows).map(([name, { level, note }]) => [`\`${name}\``, level, note]),
  );

function formatVerb(name: string, { inside, content, attributes }: VerbSupport): string {
  const where = typeof inside === 'string' ? '' : ` Stands in ${inside.map((parent) => `\`${parent}\``).join(' or ')}.`;
  const rows = Object.entries(attributes).map(([attribute, { level, byDefault, note, refuses }]) => [
    `\`${attribute}\``,
    level,
    byDefault,
    refuses === true ? `${note} A document with it is refused.` : note,
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
