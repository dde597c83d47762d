// The decision record, word for word: what armed, reset and fired each timer, what became of each key, when each prompt
// was heard, and the rule that ended the entry. Nothing that happened may be missing, and nothing else may be there.
import { play, prompt } from '../../src/flow/build.ts';
import type { Scenario } from '../../src/testkit/index.ts';
import { asked, asking, entry, question, result, story } from './hand-built.ts';

const welcome = 'Welcome to the longest announcement of all.';
const times = { firstDigitMs: 5000, interDigitMs: 3000, totalMs: 20_000 };
const heard = ['prompt 1 of 1 is asked for', 'prompt 1 is heard'];

export const scenarios: readonly Scenario[] = [
  story(
    'decisions: an entry behind its prompts',
    entry({ ...times, prompts: [prompt(question), prompt('Then press pound.')], maxDigits: 4 }),
    [{ until: 'prompt-ended', prompt: 'Then press pound.' }, { waitMs: 300 }, { press: '12#' }],
    {
      gathers: [
        {
          digits: '12',
          reason: 'terminator',
          record: [
            'waits for 1 to 4 digits; # ends it sooner; 5000 ms for the first, 3000 ms between two, 20000 ms for all; keys stop its prompts',
            'prompt 1 of 2 is asked for',
            'prompt 1 is heard',
            'prompt 1 ended: ',
            'prompt 2 of 2 is asked for',
            'prompt 2 is heard',
            'prompt 2 ended: ',
            'timer first-digit armed: 5000 ms from the end of the prompts',
            'timer total armed: 20000 ms from the end of the prompts',
            'key 1 taken: digit 1 of 4',
            'timer first-digit cancelled: digit 1 came',
            'timer inter-digit armed: 3000 ms from digit 1',
            'key 2 taken: digit 2 of 4',
            'timer inter-digit reset: 3000 ms from digit 2',
            'key # taken: it ends the entry',
            'timer total cancelled: the entry is over',
            'timer inter-digit cancelled: the entry is over',
            'succeeded: terminator, 2 digits; the terminator was pressed',
          ],
        },
      ],
    },
  ),
  story(
    'decisions: a key that is ignored, and one that barges in',
    entry({ ...times, prompts: [prompt(question.repeat(3)), prompt('Then press pound.')], maxDigits: 2, minDigits: 2 }),
    [asking, { waitMs: 200 }, { press: '#' }, { waitMs: 500 }, { press: '1' }, { waitMs: 500 }, { press: '2' }],
    {
      gathers: [
        {
          digits: '12',
          reason: 'max-digits',
          record: [
            'waits for 1 to 2 digits; # ends it sooner, from 2 digits on; 5000 ms',
            'prompt 1 of 2 is asked for',
            'prompt 1 is heard',
            'key # ignored: there is no entry to end yet',
            'key 1 taken: digit 1 of 2',
            'barge-in: prompt 1 stopped, 1 more skipped',
            'timer inter-digit armed: 3000 ms from digit 1',
            'timer total armed: 20000 ms from digit 1',
            'prompt 1 was stopped: ',
            'key 2 taken: digit 2 of 2',
            'timer inter-digit cancelled: the entry is over',
            'timer total cancelled: the entry is over',
            'succeeded: max-digits, 2 digits; that is as many as it takes',
          ],
        },
      ],
    },
  ),
  story(
    'decisions: keys typed ahead, and too few of them',
    [play(welcome), entry({ interDigitMs: 2000, minDigitsAtTimeout: 4, maxDigits: 4 })],
    [{ until: 'prompt-started', prompt: welcome }, { waitMs: 200 }, { press: '12' }],
    {
      gathers: [
        {
          digits: '12',
          reason: 'inter-digit-timeout',
          record: [
            'waits for 4 digits; # ends it sooner; 5000 ms for the first, 2000 ms between two; keys stop its prompts',
            ' ms before: digit 1 of 4',
            ' ms before: digit 2 of 4',
            'prompts skipped: keys were typed ahead',
            'timer inter-digit armed: 2000 ms from the beginning: keys were typed ahead',
            'timer inter-digit fired',
            'failed: inter-digit-timeout, 2 digits; without # it takes 4 digits',
          ],
        },
      ],
    },
  ),
  story(
    'decisions: a prompt that may not be interrupted, and one key too many',
    [entry({ terminators: '', bargeIn: false, prompts: [prompt(question.repeat(3))], maxDigits: 2 })],
    [asking, { waitMs: 200 }, { press: '123' }],
    {
      gathers: [
        {
          digits: '12',
          reason: 'max-digits',
          record: [
            'waits for 1 to 2 digits; no key ends it sooner; 5000 ms for the first, 5000 ms between two; its prompts play to their end',
            ...heard,
            'key 1 taken: digit 1 of 2',
            'key 2 taken: digit 2 of 2',
            'entry complete; the prompt may not be interrupted and plays to its end',
            'a key is left for what follows: the entry is complete',
            'prompt 1 ended: ',
            'succeeded: max-digits, 2 digits; that is as many as it takes',
          ],
        },
      ],
    },
  ),
  story(
    'decisions: nothing keyed, without a prompt',
    entry({ prompts: [], terminators: '', firstDigitMs: 1500, interDigitMs: null, totalMs: 9000, maxDigits: 1 }),
    [],
    {
      gathers: [
        {
          digits: '',
          reason: 'first-digit-timeout',
          record: [
            'waits for 1 digit; no key ends it sooner; 1500 ms for the first, 9000 ms for all',
            'timer first-digit armed: 1500 ms from the beginning: there is no prompt',
            'timer total armed: 9000 ms from the beginning: there is no prompt',
            'timer first-digit fired',
            'timer total cancelled: the entry is over',
            'failed: first-digit-timeout, 0 digits; it takes 1 digit',
          ],
        },
      ],
    },
  ),
  story(
    'decisions: the caller hangs up in the middle',
    entry({ maxDigits: 4, report: result }),
    [asked, { waitMs: 200 }, { press: '1' }, { waitMs: 300 }, { hangUp: true }],
    {
      requests: [{ method: 'POST', url: '/start' }],
      gathers: [
        {
          digits: '1',
          reason: 'hung-up',
          record: [
            'waits for 1 to 4 digits',
            ...heard,
            'prompt 1 ended: ',
            'timer first-digit armed: 5000 ms from the end of the prompts',
            'key 1 taken: digit 1 of 4',
            'timer first-digit cancelled: digit 1 came',
            'timer inter-digit armed: 5000 ms from digit 1',
            'timer inter-digit cancelled: the entry is over',
            'failed: hung-up, 1 digit; the caller is gone',
            'not reported: the document is over',
          ],
        },
      ],
    },
  ),
];
