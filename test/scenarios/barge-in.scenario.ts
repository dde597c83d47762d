// What people report about keys during prompts: prompts that stop when they must not, or do not when they must, and keys
// that are eaten by the stop.
import { branch, gather, hangup, play, prompt } from '../../src/flow/build.ts';
import type { NodeOf } from '../../src/flow/node.ts';
import type { Scenario } from '../../src/testkit/index.ts';
import { asked, asking, entry, question, story } from './hand-built.ts';

const choice = (fields: Partial<NodeOf<'gather'>> = {}): NodeOf<'gather'> =>
  gather({
    at: { line: 1, column: 1, path: 'Gather[0]' },
    prompts: [prompt('Twelve or twenty-one.')],
    maxDigits: 2,
    firstDigitMs: 3000,
    interDigitMs: 1500,
    unmatched: 'ignore',
    branches: [branch('12', play('Twelve.')), branch('21', play('Twenty-one.'))],
    ...fields,
  });

export const scenarios: readonly Scenario[] = [
  story(
    'barge-in: the first digit stops the prompt, skips the ones behind it, and is the first digit of the entry',
    entry({ prompts: [prompt(question), prompt('Then press pound.')], maxDigits: 4 }),
    [asking, { waitMs: 300 }, { press: '9876' }],
    {
      prompts: [question],
      stopped: [question],
      gathers: [{ digits: '9876', reason: 'max-digits', because: ['barge-in: prompt 1 stopped, 1 more skipped'] }],
    },
  ),
  story(
    'barge-in: forbidden, the prompt plays to its end and the keys count all the same',
    [entry({ bargeIn: false, maxDigits: 4 }), play('Thank you.')],
    [asking, { waitMs: 100 }, { press: '1234' }],
    {
      prompts: [question, 'Thank you.'],
      stopped: [],
      gathers: [{ digits: '1234', reason: 'max-digits', because: ['may not be interrupted', 'prompt 1 ended'] }],
    },
  ),
  story(
    'barge-in: forbidden, an entry begun in the prompt goes on behind it',
    entry({ bargeIn: false, maxDigits: 4 }),
    [asking, { waitMs: 100 }, { press: '12' }, asked, { press: '34' }],
    { stopped: [], gathers: [{ digits: '1234', reason: 'max-digits' }] },
  ),
  story(
    'barge-in: a prompt that cannot be fetched is told, and the keys are still gathered',
    entry({ prompts: [prompt({ kind: 'media', url: 'http://app.test/missing.wav' }), prompt(question)], maxDigits: 2 }),
    [asked, { press: '42' }],
    { prompts: [question], gathers: [{ digits: '42', reason: 'max-digits', because: ['prompt 1 failed'] }] },
    { brokenMedia: ['http://app.test/missing.wav'] },
  ),
  story(
    'barge-in: a key that is no choice does not interrupt, and the right one still counts',
    [
      gather({
        prompts: [prompt('One for sales, two for service.')],
        maxDigits: 1,
        unmatched: 'ignore',
        branches: [branch('1', play('Sales.')), branch('2', play('Service.'))],
      }),
    ],
    [
      { until: 'prompt-started', prompt: 'One for' },
      { waitMs: 100 },
      { press: '9' },
      { until: 'prompt-ended', prompt: 'One for' },
      { press: '2' },
    ],
    {
      prompts: ['One for sales, two for service.', 'Service.'],
      stopped: [],
      gathers: [{ digits: '2', reason: 'max-digits', because: ['key 9 ignored: no choice begins with it'] }],
    },
  ),
  story(
    'barge-in: the terminator pressed first neither interrupts nor breaks anything',
    entry({ maxDigits: 4 }),
    [asking, { waitMs: 100 }, { press: '#' }, asked, { press: '12#' }],
    {
      stopped: [],
      gathers: [
        {
          digits: '12',
          terminator: '#',
          reason: 'terminator',
          because: ['key # ignored: there is no entry to end yet'],
        },
      ],
    },
  ),
  story(
    'barge-in: without a terminator, # is a digit like any other',
    entry({ terminators: '', maxDigits: 3 }),
    [asked, { press: '1#*' }],
    { gathers: [{ digits: '1#*', terminator: '', reason: 'max-digits' }] },
  ),
  story(
    'barge-in: a digit just before the end of the prompt leaves no dead air',
    entry({ maxDigits: 2, interDigitMs: 3000 }),
    [asking, { waitMs: 850 }, { press: '1' }],
    { gathers: [{ digits: '1', reason: 'inter-digit-timeout' }], withinMs: 5000 },
  ),
  story(
    'barge-in: ten digits as fast as a dialler sends them are ten digits',
    entry(),
    [asking, { waitMs: 50 }, { press: '1234567890', toneMs: 40, gapMs: 40 }],
    { gathers: [{ digits: '1234567890', reason: 'max-digits' }] },
  ),
  story(
    'barge-in: the same digit again and again counts each time',
    entry({ maxDigits: 6 }),
    [asking, { press: '111111' }],
    { gathers: [{ digits: '111111', reason: 'max-digits' }] },
  ),
  story(
    'barge-in: a key during an announcement does not interrupt it and is not lost',
    [play('Welcome to the longest announcement of all.'), entry({ maxDigits: 4 }), hangup()],
    [
      { until: 'prompt-started', prompt: 'Welcome' },
      { waitMs: 200 },
      { press: '12' },
      { waitMs: 500 },
      { press: '34' },
    ],
    {
      prompts: ['Welcome to the longest announcement of all.'],
      stopped: [],
      gathers: [{ digits: '1234', reason: 'max-digits', because: ['typed ahead'] }],
    },
  ),
  story(
    'barge-in: a key that is held for three seconds is one digit',
    entry({ maxDigits: 3, interDigitMs: 6000 }),
    [asked, { press: '5', toneMs: 3000 }, { press: '12' }],
    { gathers: [{ digits: '512', reason: 'max-digits' }] },
  ),
  story(
    'barge-in: an entry that is none of the choices is forgotten, and the caller may try again',
    choice(),
    [{ until: 'prompt-ended', prompt: 'Twelve or' }, { press: '11' }, { waitMs: 300 }, { press: '21' }],
    {
      prompts: ['Twelve or twenty-one.', 'Twenty-one.'],
      gathers: [{ digits: '21', reason: 'max-digits', because: ['entry 11 forgotten: it is none of the choices'] }],
    },
  ),
  story(
    'barge-in: behind an entry that is none of the choices the time for the first digit begins anew, and ends the wait',
    [choice(), choice()],
    [
      { until: 'prompt-ended', prompt: 'Twelve or' },
      { press: '11' },
      { waitMs: 2000 },
      { press: '21' },
      { until: 'prompt-ended', prompt: 'Twelve or' },
      { press: '11' },
    ],
    {
      prompts: ['Twelve or twenty-one.', 'Twenty-one.', 'Twelve or twenty-one.'],
      gathers: [
        {
          digits: '21',
          reason: 'max-digits',
          because: [
            'timer inter-digit cancelled: the entry was forgotten',
            'timer first-digit armed: 3000 ms from the forgotten entry',
          ],
        },
        { digits: '', reason: 'first-digit-timeout', success: false },
      ],
    },
  ),
  story(
    'barge-in: an entry that is none of the choices when the whole time is over is no success',
    [choice({ interDigitMs: 10_000, totalMs: 2500, onFailed: [play('That was no choice.')] })],
    [{ until: 'prompt-ended', prompt: 'Twelve or' }, { press: '1' }],
    {
      prompts: ['Twelve or twenty-one.', 'That was no choice.'],
      gathers: [{ digits: '1', reason: 'total-timeout', success: false, because: ['it is none of the choices'] }],
    },
  ),
  story(
    'barge-in: forbidden, keys behind a complete entry wait for the next question',
    [
      entry({ bargeIn: false, maxDigits: 2, prompts: [prompt(question.repeat(3))] }),
      entry({ prompts: [prompt('And your code.')], maxDigits: 2 }),
    ],
    [asking, { waitMs: 100 }, { press: '1234' }],
    {
      prompts: [question.repeat(3)],
      stopped: [],
      gathers: [
        { digits: '12', reason: 'max-digits', because: ['a key is left for what follows: the entry is complete'] },
        { digits: '34', reason: 'max-digits', because: ['typed ahead'] },
      ],
    },
  ),
];
