// Writes docs/dialects/compared.md from the stories that every dialect tells (test/scenarios/every-dialect). `--check` writes
// nothing and fails when the page is stale.
import { chapters, dialectNames } from '../test/scenarios/every-dialect/index.ts';
import { type Cell, isDifferent, isNotSupported, type Told } from '../test/scenarios/every-dialect/story.ts';
import { vendors } from '../test/scenarios/every-dialect/vendors.ts';
import { writeOrCheck } from './generated.ts';

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const head = (first: string): readonly string[] => [
  row([first, ...dialectNames.map((dialect) => `[${vendors[dialect].title}](${dialect}.md)`)]),
  row(Array.from({ length: dialectNames.length + 1 }, () => '---')),
];

function wordsOf(cell: Cell): string {
  if (isNotSupported(cell)) return `no: ${cell.notSupported}`;
  return isDifferent(cell) ? `yes, but: ${cell.because}` : 'yes';
}

const things: { readonly [W in Told['what']]: string } = {
  entry: 'the keys of an entry',
  key: 'a key outside of any entry',
  recording: 'a recording is complete',
  transfer: 'how a transfer went',
  'callee-answered': 'somebody who was called has answered',
  sound: 'a sound that was ordered over REST begins and ends',
  asked: 'which document is asked for',
  over: 'the call is over',
};
const fields: Readonly<Record<string, string>> = {
  digits: 'the digits',
  finishedBy: 'the key that finished it',
  success: 'whether it was a success',
  ended: 'why it ended',
  outcome: 'the outcome',
  why: 'why',
  edge: '',
};

function told(what: Told['what']): readonly string[] {
  return dialectNames.map((dialect) => {
    const known: readonly string[] | string = vendors[dialect].tells[what];
    if (typeof known === 'string') return `no: ${known}`;
    return ['yes', known.flatMap((name) => fields[name] || []).join(', ')].filter((words) => words !== '').join(': ');
  });
}

const cells = chapters.flatMap(({ stories }) => stories.flatMap((story) => dialectNames.map((name) => story.in[name])));
const no = cells.filter(isNotSupported).length;
const different = cells.filter(isDifferent).length;
const stories = chapters.flatMap((chapter) => chapter.stories).length;

writeOrCheck(
  'docs/dialects/compared.md',
  [
    '<!-- Made by scripts/make-dialect-comparison.ts. Change test/scenarios/every-dialect, then run: npm run generate -->',
    '# Dialects compared',
    '',
    'The same stories of calls in each dialect: in its documents, and in two chapters by its REST interface. Each is a test: it is run in',
    'virtual time, killed at every line and taken up, replayed from its tape, and played over a real SIP call, but for those that last',
    'more than 20 s and those that are placed. The page of each dialect tells what its words mean.',
    '',
    `${stories} stories in ${dialectNames.length} dialects: ${cells.length - no} are told, ${different} of them with another outcome than in the others, ${no} cannot be told.`,
    '',
    '- **yes**: it says it, and what comes of it is the same.',
    '- **yes, but**: it says it, and this is different.',
    '- **no**: it cannot say it, for this reason.',
    '',
    ...chapters.flatMap(({ title, stories: told }) => [
      `## ${title}`,
      '',
      ...head('story'),
      ...told.map((story) => row([story.name, ...dialectNames.map((dialect) => wordsOf(story.in[dialect]))])),
      '',
    ]),
    '## What the application is told',
    '',
    ...head('what'),
    ...Object.entries(things).map(([what, words]) => row([words, ...told(what as Told['what'])])),
    '',
  ].join('\n'),
);
