// Somebody else's hand on a call: a gather is stopped, completed or replaced from outside, and one listens at a time.
import { flow, hangup, play, prompt } from '../../src/flow/build.ts';
import type { Scenario } from '../../src/testkit/index.ts';
import { asked, asking, entry, question, story } from './hand-built.ts';

const other = flow([entry({ prompts: [prompt('Something else.')], maxDigits: 3 }), hangup()], {
  source: 'http://app.test/other',
});

export const scenarios: readonly Scenario[] = [
  story(
    'commands: another document stops the prompt of a gather, takes its place, and only its gather listens',
    entry({ maxDigits: 4 }),
    [
      asking,
      { waitMs: 200 },
      { command: { kind: 'run', flow: other } },
      { until: 'prompt-ended', prompt: 'Something else.' },
      { press: '123' },
    ],
    {
      prompts: [question, 'Something else.'],
      gathers: [
        { digits: '', reason: 'cancelled', success: false, because: ['something else took its place'] },
        { digits: '123', reason: 'max-digits' },
      ],
      failures: ['Gather: cancelled'],
    },
  ),
  story(
    'commands: an entry completed from outside succeeds with what was keyed',
    [entry({ interDigitMs: 30_000 }), play('Thank you.')],
    [asked, { press: '12' }, { waitMs: 300 }, { command: { kind: 'complete-gather' } }],
    {
      prompts: [question, 'Thank you.'],
      gathers: [{ digits: '12', reason: 'completed-by-command', success: true }],
      withinMs: 8000,
    },
  ),
  story(
    'commands: completed from outside in the middle of a prompt that may not be interrupted, it ends at once',
    [entry({ bargeIn: false, attempts: 3, prompts: [prompt(question.repeat(8))] }), play('Thank you.')],
    [asking, { waitMs: 300 }, { command: { kind: 'complete-gather' } }],
    {
      prompts: [question.repeat(8), 'Thank you.'],
      gathers: [{ digits: '', reason: 'completed-by-command', success: false, attempt: 1 }],
      withinMs: 6000,
    },
  ),
  story(
    'commands: hanging up from outside ends a gather that listens',
    entry(),
    [asked, { press: '1' }, { waitMs: 300 }, { command: { kind: 'hangup', reason: 'by the desk' } }],
    { gathers: [{ digits: '1', reason: 'cancelled', success: false }], endedBy: 'application' },
  ),
];
