// What people report about keys pressed before they are asked for: lost, counted twice, or left over for the wrong question.
import { answer, ask, branch, destination, flow, gather, hangup, pause, play, prompt } from '../../src/flow/build.ts';
import type { Block, NodeOf } from '../../src/flow/node.ts';
import { applicationOrigin, type Scenario } from '../../src/testkit/index.ts';
import { asked, asking, entry, question, result, story } from './hand-built.ts';

const at = (path: string) => ({ line: 1, column: 1, path });
/** Slow enough that every key is pressed before the answer. */
const slowly = (body: Block) => ({ delayMs: 1000, flow: flow(body) });
/** One level of a menu in documents of their own. */
const level = (name: string, key: string, next: string): string => `<Response>
  <Gather numDigits="1" timeout="10000">
    <Say>${name} menu.</Say>
    <Switch>
      <Case dtmf="${key}"><Callback url="http://app.test/${next}"/></Case>
      <Default><Say>That was wrong.</Say></Default>
    </Switch>
  </Gather>
</Response>`;
/** Asks for two digits twice, and tells each attempt to an application that takes its time. */
const twoAttempts = (fields: Partial<NodeOf<'gather'>>): Scenario['application'] => ({
  '/start': flow([
    entry({ maxDigits: 2, minDigits: 2, attempts: 2, report: result, reportWhen: 'each-attempt', ...fields }),
    hangup(),
  ]),
  '/result': { delayMs: 1500, body: '' },
});
const welcome = 'Welcome to the longest announcement of all.';
/** A question that the terminator alone is an answer to. */
const skippable = entry({ at: at('Gather[1]'), prompts: [prompt('And your code.')], minDigits: 0, acceptEmpty: true });
const second = entry({ at: at('Gather[1]'), prompts: [prompt('And your code.')], maxDigits: 4 });

export const scenarios: readonly Scenario[] = [
  story(
    'type-ahead: one digit too many belongs to the next question',
    [entry({ maxDigits: 3 }), second],
    [asking, { press: '123456#', gapMs: 400 }],
    {
      prompts: [question, 'And your code.'],
      gathers: [
        { digits: '123', reason: 'max-digits' },
        { digits: '456', terminator: '#', reason: 'terminator' },
      ],
    },
  ),
  story(
    'type-ahead: keys that were used once are not used again',
    [entry({ maxDigits: 3 }), entry({ at: at('Gather[1]'), prompts: [prompt('And your code.')], firstDigitMs: 2000 })],
    [asking, { press: '123' }],
    {
      prompts: [question, 'And your code.'],
      gathers: [
        { digits: '123', reason: 'max-digits' },
        { digits: '', reason: 'first-digit-timeout' },
      ],
    },
  ),
  story(
    'type-ahead: the terminator behind a full entry does not end the next one',
    [
      entry({ maxDigits: 3 }),
      entry({ at: at('Gather[1]'), prompts: [prompt('And your code.')], maxDigits: 4, acceptEmpty: true }),
    ],
    [asking, { press: '123#', gapMs: 400 }, { until: 'prompt-ended', prompt: 'And your code.' }, { press: '99#' }],
    {
      prompts: [question, 'And your code.'],
      gathers: [
        { digits: '123', reason: 'max-digits' },
        { digits: '99', terminator: '#', reason: 'terminator' },
      ],
    },
  ),
  story(
    'type-ahead: a key pressed the moment the call is answered is kept for the question',
    [answer(), pause(1500), entry({ maxDigits: 1 })],
    [{ until: 'answered' }, { press: '7' }],
    { prompts: [], gathers: [{ digits: '7', reason: 'max-digits', because: ['typed ahead'] }] },
  ),
  story(
    'type-ahead: the beginning of an entry, keyed ahead, skips the prompt and starts the time between digits',
    [play(welcome), entry({ maxDigits: 4, interDigitMs: 2000 })],
    [{ until: 'prompt-started', prompt: welcome }, { waitMs: 200 }, { press: '1' }],
    {
      prompts: [welcome],
      stopped: [],
      gathers: [
        {
          digits: '1',
          reason: 'inter-digit-timeout',
          because: [
            'key 1 taken, typed ahead',
            'prompts skipped: keys were typed ahead',
            'timer inter-digit armed: 2000 ms from the beginning: keys were typed ahead',
          ],
        },
      ],
      withinMs: 8000,
    },
  ),
  story(
    'type-ahead: prompts that may not be interrupted are heard all the same',
    [
      play(welcome),
      entry({ bargeIn: false, maxDigits: 2 }),
      entry({ at: at('Gather[1]'), bargeIn: false, prompts: [prompt('And your code.')], maxDigits: 2 }),
    ],
    [
      { until: 'prompt-started', prompt: welcome },
      { waitMs: 200 },
      { press: '123' },
      { until: 'prompt-ended', prompt: 'And your code.' },
      { press: '4' },
    ],
    {
      prompts: [welcome, question, 'And your code.'],
      stopped: [],
      gathers: [
        { digits: '12', reason: 'max-digits', because: ['entry complete; the prompt may not be interrupted'] },
        { digits: '34', reason: 'max-digits', because: ['key 3 taken, typed ahead', 'key 4 taken: digit 2 of 2'] },
      ],
    },
  ),
  story(
    'type-ahead: the key that stops an announcement is used up by that',
    [play(welcome, { stopKeys: '*' }), entry({ terminators: '', maxDigits: 2 })],
    [{ until: 'prompt-started', prompt: welcome }, { waitMs: 200 }, { press: '*' }, asked, { press: '12' }],
    { prompts: [welcome, question], stopped: [welcome], gathers: [{ digits: '12', reason: 'max-digits' }] },
  ),
  story(
    'type-ahead: the key that ends a pause is used up by that',
    [answer(), pause(8000, { stopKeys: '*' }), entry({ terminators: '', maxDigits: 2 })],
    [{ until: 'answered' }, { waitMs: 300 }, { press: '*' }, asked, { press: '12' }],
    { prompts: [question], gathers: [{ digits: '12', reason: 'max-digits' }], withinMs: 6000 },
  ),
  story(
    'type-ahead: the terminator that people press behind a full entry does not end the pause behind it',
    [entry({ maxDigits: 2 }), pause(2500, { stopKeys: '#' }), play('Thank you.')],
    [asking, { press: '12' }, { waitMs: 300 }, { press: '#' }, { waitMs: 700 }, { press: '5' }],
    {
      prompts: [question, 'Thank you.'],
      gathers: [{ digits: '12', reason: 'max-digits' }],
      longerThanMs: 3000,
    },
  ),
  story(
    'type-ahead: a terminator long after a full entry is a key of the next question',
    [entry({ maxDigits: 2 }), play(`${welcome} ${welcome}`), skippable],
    [asking, { press: '12' }, { until: 'prompt-started', prompt: welcome }, { waitMs: 3000 }, { press: '#' }],
    {
      prompts: [question, `${welcome} ${welcome}`],
      gathers: [
        { digits: '12', reason: 'max-digits' },
        { digits: '', terminator: '#', reason: 'terminator', success: true, because: ['typed ahead'] },
      ],
    },
  ),
  story(
    'type-ahead: two terminators end two entries',
    [entry(), skippable, play('You skipped it.')],
    [asking, { press: '12##', gapMs: 400 }],
    {
      prompts: [question, 'And your code.', 'You skipped it.'],
      gathers: [
        { digits: '12', terminator: '#', reason: 'terminator' },
        { digits: '', terminator: '#', reason: 'terminator', success: true },
      ],
    },
  ),
  {
    ...story('type-ahead: keys pressed between two attempts count for the next one', [], [], {}),
    application: twoAttempts({}),
    caller: [asked, { press: '1#' }, { until: 'request', request: '/result' }, { waitMs: 200 }, { press: '42' }],
    expect: {
      prompts: [question],
      gathers: [
        { digits: '1', terminator: '#', reason: 'terminator', success: false },
        { digits: '42', reason: 'max-digits', attempt: 2, because: ['typed ahead'] },
      ],
    },
  },
  {
    ...story('type-ahead: flush drops what came between two attempts as well', [], [], {}),
    application: twoAttempts({ typeAhead: 'flush' }),
    caller: [
      asked,
      { press: '1#' },
      { until: 'request', request: '/result' },
      { waitMs: 200 },
      { press: '42' },
      asked,
      { press: '77' },
    ],
    expect: {
      prompts: [question, question],
      gathers: [
        { digits: '1', terminator: '#', reason: 'terminator', success: false },
        {
          digits: '77',
          reason: 'max-digits',
          attempt: 2,
          because: ['key 4 ignored: this gather flushes', 'key 2 ignored: this gather flushes'],
        },
      ],
    },
  },
  story(
    'type-ahead: flush drops what came before and says so',
    [play('Welcome.'), entry({ typeAhead: 'flush', maxDigits: 2 })],
    [{ until: 'prompt-started', prompt: 'Welcome.' }, { press: '1' }, asking, { waitMs: 200 }, { press: '42' }],
    {
      prompts: ['Welcome.', question],
      gathers: [
        { digits: '42', reason: 'max-digits', because: ['key 1 ignored: this gather flushes keys typed ahead'] },
      ],
    },
  ),
  story(
    'type-ahead: a pause and an announcement between two questions lose nothing',
    [entry({ maxDigits: 1 }), play('One moment.'), pause(1000), second],
    [
      asking,
      { press: '1' },
      { until: 'prompt-started', prompt: 'One moment.' },
      { press: '2' },
      { waitMs: 900 },
      { press: '345' },
    ],
    {
      prompts: [question, 'One moment.'],
      gathers: [
        { digits: '1', reason: 'max-digits' },
        { digits: '2345', reason: 'max-digits' },
      ],
    },
  ),
  {
    ...story('type-ahead: four menus in four documents, keyed blind in one second', [], [], {}),
    application: {
      '/start': flow([
        gather({
          prompts: [prompt('First menu.')],
          branches: [branch('1', ask('Callback', destination(`${applicationOrigin}/two`)))],
        }),
      ]),
      '/two': slowly([
        gather({
          prompts: [prompt('Second menu.')],
          branches: [branch('2', ask('Callback', destination(`${applicationOrigin}/three`)))],
        }),
      ]),
      '/three': slowly([
        gather({
          prompts: [prompt('Third menu.')],
          branches: [branch('3', ask('Callback', destination(`${applicationOrigin}/four`)))],
        }),
      ]),
      '/four': slowly([entry({ prompts: [prompt('Fourth menu.')], maxDigits: 2 }), play('Well done.'), hangup()]),
    },
    caller: [
      { until: 'prompt-started', prompt: 'First menu.' },
      { press: '12345', toneMs: 80, gapMs: 80 },
    ],
    expect: {
      prompts: ['First menu.', 'Well done.'],
      gathers: [
        { digits: '1', reason: 'max-digits' },
        { digits: '2', reason: 'max-digits' },
        { digits: '3', reason: 'max-digits' },
        { digits: '45', reason: 'max-digits' },
      ],
      endedBy: 'application',
    },
  },
  {
    ...story(
      'type-ahead: keys pressed while a report is answered are there for the document it brings',
      entry({ maxDigits: 2, report: result }),
      [],
      {},
    ),
    application: {
      '/start': flow([entry({ maxDigits: 2, report: result })]),
      '/result': { delayMs: 1500, flow: flow([second, hangup()]) },
    },
    caller: [asked, { press: '12' }, { until: 'request', request: '/result' }, { waitMs: 200 }, { press: '3456' }],
    expect: {
      prompts: [question],
      gathers: [
        { digits: '12', reason: 'max-digits' },
        { digits: '3456', reason: 'max-digits', because: ['typed ahead'] },
      ],
    },
  },
  story(
    'type-ahead: more keys than anybody types ahead are given up from the first on, and each is told',
    [play('The longest announcement of all that were ever made.'.repeat(2)), entry({ terminators: '', maxDigits: 32 })],
    [
      { until: 'prompt-started', prompt: 'The longest' },
      { press: `12${'0'.repeat(31)}9`, toneMs: 40, gapMs: 40 },
    ],
    {
      gathers: [
        {
          digits: `${'0'.repeat(31)}9`,
          reason: 'max-digits',
          because: ['key 1 ignored: more than 32 keys were waiting', 'key 2 ignored: more than 32 keys were waiting'],
        },
      ],
    },
  ),
  {
    name: 'type-ahead: a menu of four levels, keyed blind within a second',
    dialect: 'opentact',
    application: {
      '/start': level('First', '3', 'two'),
      '/two': { delayMs: 1000, body: level('Second', '1', 'three') },
      '/three': { delayMs: 1000, body: level('Third', '4', 'four') },
      '/four': { delayMs: 1000, body: level('Fourth', '1', 'end') },
      '/end': '<Response><Say>You are there.</Say></Response>',
    },
    caller: [
      { until: 'prompt-started', prompt: 'First menu.' },
      { press: '3141', toneMs: 100, gapMs: 100 },
    ],
    expect: {
      prompts: ['First menu.', 'You are there.'],
      gathers: ['3', '1', '4', '1'].map((digits) => ({ digits, reason: 'max-digits' as const, success: true })),
      requests: ['/start', '/two', '/three', '/four', '/end'].map((url, index) => ({
        method: index === 0 ? 'POST' : 'GET',
        url,
      })),
      endedBy: 'application',
    },
  },
];
