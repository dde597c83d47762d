// What people report about gather timers: entries cut off, timers that never fire or fire too early, wrong reasons.
import { play, prompt } from '../../src/flow/build.ts';
import type { Scenario } from '../../src/testkit/index.ts';
import { asked, asking, entry, question, story } from './hand-built.ts';

/** Longer than the times that must not run meanwhile. */
const long = question.repeat(4);

export const scenarios: readonly Scenario[] = [
  story(
    'timers: a slow caller is not cut off in the middle of a number',
    entry({ firstDigitMs: 5000, interDigitMs: 3000 }),
    [asked, { press: '5WW5WW5WW0WW1WW2WW3WW4#' }],
    { gathers: [{ digits: '55501234', reason: 'terminator', success: true, because: ['timer inter-digit reset'] }] },
  ),
  story(
    'timers: the one between digits runs from the first digit on, and too short an entry fails with its digits',
    entry({ minDigits: 4, minDigitsAtTimeout: 4, interDigitMs: 2000 }),
    [asked, { press: '12' }],
    { gathers: [{ digits: '12', reason: 'inter-digit-timeout', success: false }], withinMs: 6000 },
  ),
  story(
    'timers: each digit gives the whole time again',
    entry({ maxDigits: 4, interDigitMs: 2000 }),
    [
      asked,
      { press: '1' },
      { waitMs: 1300 },
      { press: '2' },
      { waitMs: 1300 },
      { press: '3' },
      { waitMs: 1300 },
      { press: '4' },
    ],
    { gathers: [{ digits: '1234', reason: 'max-digits' }] },
  ),
  story(
    'timers: a digit that barges in starts the one between digits, so the gather always ends',
    entry({ interDigitMs: 2000 }),
    [asking, { waitMs: 200 }, { press: '7' }],
    {
      gathers: [
        {
          digits: '7',
          reason: 'inter-digit-timeout',
          success: true,
          because: ['barge-in', 'timer inter-digit armed: 2000 ms'],
        },
      ],
      withinMs: 4000,
    },
  ),
  story(
    'timers: the one between digits ends the entry before the one for the whole',
    entry({ interDigitMs: 2000, totalMs: 20_000 }),
    [asked, { press: '77' }],
    { gathers: [{ digits: '77', reason: 'inter-digit-timeout' }], withinMs: 8000 },
  ),
  story(
    'timers: the one for the whole entry ends it however fast the digits come',
    entry({ interDigitMs: 2000, totalMs: 4000, maxDigits: 30 }),
    [asked, { press: '1W1W1W1W1W1W1' }],
    { gathers: [{ digits: '1111', reason: 'total-timeout' }] },
  ),
  story(
    'timers: the last digit just before the timer is an entry, not a timeout',
    entry({ maxDigits: 2, interDigitMs: 2000 }),
    [asked, { press: '1', toneMs: 100, gapMs: 0 }, { waitMs: 1895 }, { press: '2' }],
    { gathers: [{ digits: '12', reason: 'max-digits', success: true }] },
    { onlySimulated: 'the key comes 5 ms before the timer, and a wire alone is less exact than that' },
  ),
  story(
    'timers: nothing keyed fires the first one also when no digit is required',
    entry({ minDigits: 0, minDigitsAtTimeout: 0, firstDigitMs: 4000 }),
    [],
    { gathers: [{ digits: '', reason: 'first-digit-timeout', success: true }], withinMs: 7000 },
  ),
  story(
    'timers: waiting for the first digit begins when the prompt ends, however long it is',
    entry({ prompts: [prompt(question.repeat(12))], firstDigitMs: 3000, maxDigits: 1 }),
    [{ until: 'prompt-ended', prompt: question }, { waitMs: 2500 }, { press: '9' }],
    { gathers: [{ digits: '9', reason: 'max-digits' }] },
  ),
  story(
    'timers: after nothing was keyed the flow goes on with the next verb',
    [entry({ firstDigitMs: 2000 }), play('You keyed nothing.')],
    [],
    {
      prompts: [question, 'You keyed nothing.'],
      gathers: [{ digits: '', reason: 'first-digit-timeout', success: false }],
    },
  ),
  story(
    'timers: a key during a prompt does not make the wait longer than it was set',
    entry({ bargeIn: false, interDigitMs: 3000 }),
    [asking, { waitMs: 100 }, { press: '4' }],
    { gathers: [{ digits: '4', reason: 'inter-digit-timeout', success: true }], withinMs: 6000 },
  ),
  story(
    'timers: a gather without a prompt listens from its first moment',
    entry({ prompts: [], maxDigits: 3 }),
    [{ until: 'answered' }, { waitMs: 400 }, { press: '123' }],
    { prompts: [], gathers: [{ digits: '123', reason: 'max-digits' }] },
  ),
  story(
    'timers: only an attempt without a key is repeated when that is all that repeats',
    entry({
      attempts: 3,
      retryOn: 'nothing-keyed',
      minDigitsAtTimeout: 4,
      minDigits: 4,
      firstDigitMs: 2000,
      interDigitMs: 2000,
    }),
    [{ until: 'prompt-started', prompt: 2 }, { press: '12' }],
    {
      prompts: [question, question],
      gathers: [
        { digits: '', attempt: 1, reason: 'first-digit-timeout' },
        { digits: '12', attempt: 2, success: false, reason: 'inter-digit-timeout' },
      ],
    },
  ),
  story(
    'timers: each of the three ends what it is for, and is named by what it ended',
    [
      entry({ firstDigitMs: 1000, interDigitMs: 1500, totalMs: 4000 }),
      entry({ prompts: [prompt('Again.')], firstDigitMs: 3000, interDigitMs: 1500, totalMs: 9000 }),
      entry({ prompts: [prompt('Once more.')], firstDigitMs: 3000, interDigitMs: 1500, totalMs: 4000 }),
    ],
    [
      { until: 'prompt-ended', prompt: 'Again.' },
      { press: '12' },
      { until: 'prompt-ended', prompt: 'Once more.' },
      { press: '1W2W3W4W5' },
    ],
    {
      gathers: [
        { digits: '', reason: 'first-digit-timeout', because: ['timer first-digit fired'] },
        { digits: '12', reason: 'inter-digit-timeout', because: ['timer inter-digit fired'] },
        { digits: '1234', reason: 'total-timeout', because: ['timer total fired'] },
      ],
    },
  ),
  story(
    'timers: attempts follow one another without a pause of their own',
    entry({ attempts: 3, firstDigitMs: 1000 }),
    [],
    {
      prompts: [question, question, question],
      gathers: [1, 2, 3].map((attempt) => ({ digits: '', attempt, reason: 'first-digit-timeout' as const })),
      withinMs: 9000,
    },
  ),
  story(
    'timers: a terminator before there are enough digits fails the attempt, and the next one counts anew',
    entry({ minDigits: 4, minDigitsAtTimeout: 4, attempts: 2, retryOn: 'any-failure' }),
    [asked, { press: '12#' }, { until: 'prompt-ended', prompt: question }, { press: '1234#' }],
    {
      prompts: [question, question],
      gathers: [
        { digits: '12', terminator: '#', success: false, reason: 'terminator', because: ['before 4 digits'] },
        { digits: '1234', terminator: '#', success: true, reason: 'terminator', attempt: 2 },
      ],
    },
  ),
  story(
    'timers: the terminator alone is an answer where an empty entry is accepted',
    [entry({ acceptEmpty: true, minDigits: 0 }), play('You skipped it.')],
    [asking, { waitMs: 200 }, { press: '#' }],
    {
      prompts: [question, 'You skipped it.'],
      gathers: [{ digits: '', terminator: '#', success: true, reason: 'terminator', because: ['barge-in'] }],
    },
  ),
  story(
    'timers: any of several terminators ends the entry, and is told apart from its digits',
    [
      entry({ terminators: '*#' }),
      entry({ terminators: '*#', prompts: [prompt('Again.')], maxDigits: 3 }),
      entry({ terminators: '*#', prompts: [prompt('Once more.')], maxDigits: 3 }),
    ],
    [
      asked,
      { press: '12*' },
      { until: 'prompt-ended', prompt: 'Again.' },
      { press: '#12#' },
      { until: 'prompt-ended', prompt: 'Once more.' },
      { press: '123' },
    ],
    {
      gathers: [
        { digits: '12', terminator: '*', reason: 'terminator' },
        { digits: '12', terminator: '#', reason: 'terminator', because: ['key # ignored: there is no entry'] },
        { digits: '123', terminator: '', reason: 'max-digits' },
      ],
    },
  ),
  story(
    'timers: the one for the whole entry begins when the prompt ends, also when nothing is keyed',
    entry({ prompts: [prompt(long)], firstDigitMs: 20_000, totalMs: 3000 }),
    [],
    {
      stopped: [],
      gathers: [
        {
          digits: '',
          reason: 'total-timeout',
          success: false,
          because: ['timer total armed: 3000 ms from the end of the prompts'],
        },
      ],
      withinMs: 13_000,
    },
  ),
  story(
    'timers: the one for the whole entry begins with the first digit when that is sooner, and no digit restarts it',
    entry({ prompts: [prompt(long)], interDigitMs: 2000, totalMs: 3000 }),
    [asking, { waitMs: 300 }, { press: '1W1W1W1W1' }],
    {
      stopped: [long],
      gathers: [{ digits: '111', reason: 'total-timeout', because: ['timer total armed: 3000 ms from digit 1'] }],
    },
  ),
  story(
    'timers: none runs while a prompt plays that may not be interrupted',
    entry({
      bargeIn: false,
      prompts: [prompt(long)],
      firstDigitMs: 1500,
      interDigitMs: 1500,
      totalMs: 3000,
      maxDigits: 3,
    }),
    [asking, { waitMs: 200 }, { press: '1' }, asked, { waitMs: 500 }, { press: '23' }],
    {
      stopped: [],
      gathers: [
        {
          digits: '123',
          reason: 'max-digits',
          because: [
            'timer inter-digit armed: 1500 ms from the end of the prompts',
            'timer inter-digit reset: 1500 ms from digit 2',
          ],
        },
      ],
    },
  ),
];
