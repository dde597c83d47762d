// Other legs, recordings, pauses and refusals.
import { dial, hangup, pause, play, record, reject, sendDigits } from '../../src/flow/build.ts';
import type { DialTarget } from '../../src/flow/node.ts';
import type { Scenario } from '../../src/testkit/index.ts';
import { entry, story } from './hand-built.ts';

const sip = (address: string): DialTarget => ({ kind: 'sip', address });
const at = (path: string) => ({ line: 1, column: 1, path });
const dialAt = { at: at('Dial[0]') };

export const scenarios: readonly Scenario[] = [
  story(
    'dial: of two phones the first that answers is joined, the other is let go',
    [dial([sip('a@x'), sip('b@x')], dialAt), play('Welcome back.')],
    [{ until: 'answered' }],
    { prompts: ['ringback', 'Welcome back.'], failures: [], endedBy: 'application' },
    { callees: { 'a@x': {}, 'b@x': { answerAfterMs: 2000, hangUpAfterMs: 5000 } } },
  ),
  story(
    'dial: one by one, the next rings when the one before gives up',
    [dial([sip('a@x'), sip('b@x')], { ...dialAt, order: 'one-by-one', ringMs: 5000 }), play('Welcome back.')],
    [],
    { prompts: ['ringback', 'Welcome back.'], failures: [] },
    { callees: { 'a@x': {}, 'b@x': { answerAfterMs: 1000, hangUpAfterMs: 1000 } } },
  ),
  story(
    'dial: nobody answers in time',
    [dial([sip('a@x'), sip('b@x')], { ...dialAt, ringMs: 8000, onFailed: [play('Nobody is there.')] })],
    [],
    {
      prompts: ['ringback', 'Nobody is there.'],
      failures: ['Dial: no answer 2/2'],
      endedBy: 'application',
      withinMs: 12_000,
    },
    { callees: { 'a@x': {}, 'b@x': {} } },
  ),
  story(
    'dial: the talk ends when its time is up, and the flow goes on',
    [dial([sip('a@x')], { ...dialAt, timeLimitMs: 10_000 }), play('Time is up.')],
    [],
    { prompts: ['ringback', 'Time is up.'], failures: [] },
    { callees: { 'a@x': { answerAfterMs: 500 } } },
  ),
  story(
    'dial: the caller hangs up in the talk and every leg ends',
    [dial([sip('a@x')], dialAt)],
    [{ until: 'prompt-ended', prompt: 'ringback' }, { waitMs: 3000 }, { hangUp: true }],
    { endedBy: 'caller', failures: ['Dial: hung-up'] },
    { callees: { 'a@x': { answerAfterMs: 500 } } },
  ),
  story(
    'dial: keys pressed in the talk are not an answer to the question behind it',
    [dial([sip('a@x')], dialAt), entry({ firstDigitMs: 1500 })],
    [{ until: 'prompt-ended', prompt: 'ringback' }, { waitMs: 500 }, { press: '123' }],
    { gathers: [{ digits: '', reason: 'first-digit-timeout' }] },
    { callees: { 'a@x': { answerAfterMs: 500, hangUpAfterMs: 4000 } } },
  ),
  story(
    'dial: keys that the dialled phone presses are not those of the caller',
    [dial([sip('a@x')], dialAt), entry({ firstDigitMs: 1500 })],
    [],
    { gathers: [{ digits: '', reason: 'first-digit-timeout' }] },
    { callees: { 'a@x': { answerAfterMs: 500, press: '123', hangUpAfterMs: 3000 } } },
  ),
  story(
    'record: a key that does not end a message does not interrupt it, and is kept for the question behind it',
    [
      record('until', { at: at('Record[0]'), terminators: '#', silenceMs: 6000, maxMs: 60_000 }),
      entry({ maxDigits: 1 }),
    ],
    [{ until: 'answered' }, { speakMs: 1000 }, { press: '5' }, { speakMs: 1000 }, { press: '#' }],
    { prompts: [], failures: [], gathers: [{ digits: '5', reason: 'max-digits', because: ['typed ahead'] }] },
  ),
  story(
    'record: the terminator that people press behind a full entry does not end the message behind it',
    [
      entry({ maxDigits: 2 }),
      record('until', { at: at('Record[0]'), terminators: '#', maxMs: 60_000 }),
      entry({ at: at('Gather[1]'), prompts: [], minDigits: 0, acceptEmpty: true, firstDigitMs: 1000 }),
    ],
    [
      { until: 'prompt-started', prompt: 'Enter your number.' },
      { waitMs: 200 },
      { press: '12' },
      { waitMs: 300 },
      { press: '#' },
      { speakMs: 2500 },
      { press: '#' },
    ],
    {
      gathers: [
        { digits: '12', reason: 'max-digits' },
        {
          digits: '',
          terminator: '',
          reason: 'first-digit-timeout',
          because: ['key # ignored: it ends an entry that was already full'],
        },
      ],
    },
  ),
  story(
    'record: a message ends at its key, which is not left over',
    [
      record('until', { at: at('Record[0]'), tag: 'message', terminators: '#', beep: true, maxMs: 60_000 }),
      entry({ firstDigitMs: 1000 }),
    ],
    [{ until: 'prompt-ended', prompt: 'beep' }, { speakMs: 3000 }, { press: '#' }],
    {
      prompts: ['beep', 'Enter your number.'],
      gathers: [{ digits: '', reason: 'first-digit-timeout' }],
      failures: ['Gather: first-digit-timeout'],
    },
  ),
  story(
    'record: a message ends when the caller is silent',
    [record('until', { silenceMs: 3000, maxMs: 60_000 }), play('Thank you.')],
    [{ until: 'answered' }, { speakMs: 5000 }],
    { prompts: ['Thank you.'], failures: [], withinMs: 13_000 },
  ),
  story(
    'record: a message ends when the caller hangs up',
    [record('until', { at: at('Record[0]'), maxMs: 60_000 })],
    [{ until: 'answered' }, { speakMs: 2000 }, { hangUp: true }],
    { endedBy: 'caller', failures: ['Record: hung-up'] },
  ),
  story(
    'record: a message is played back to who left it',
    [
      record('until', { tag: 'message', terminators: '#', maxMs: 60_000 }),
      play({ kind: 'recorded', tag: 'message' }),
      play('Thank you.'),
    ],
    [{ until: 'answered' }, { speakMs: 1500 }, { press: '#' }],
    { prompts: ['recording message', 'Thank you.'], failures: [], endedBy: 'application' },
  ),
  story(
    'record: what was never recorded cannot be played, and the flow goes on',
    [play({ kind: 'recorded', tag: 'message' }, { at: at('Play[0]') }), play('Thank you.')],
    [],
    {
      prompts: ['Thank you.'],
      failures: ['Play: This call has no complete recording named "message".'],
      endedBy: 'application',
    },
  ),
  story(
    'play: a sound file is heard for as long as it lasts, a missing one is told and skipped',
    [
      play({ kind: 'media', url: 'http://app.test/gone.wav' }, { at: at('PlayAudio[0]') }),
      play({ kind: 'media', url: 'http://app.test/jingle.wav' }, { at: at('PlayAudio[1]') }),
    ],
    [],
    {
      prompts: ['http://app.test/jingle.wav'],
      failures: ['PlayAudio: http://app.test/gone.wav answered 404.'],
      withinMs: 3000,
    },
    { mediaMs: { 'http://app.test/jingle.wav': 1200 }, brokenMedia: ['http://app.test/gone.wav'] },
  ),
  story(
    'record: while other verbs run, until they are done',
    [
      record('during', { tag: 'all', body: [play('This is recorded.'), pause(2000, { stopKeys: '#' })] }),
      play('Done.'),
    ],
    [{ until: 'prompt-ended', prompt: 'This is recorded.' }, { waitMs: 500 }, { press: '#' }],
    { prompts: ['This is recorded.', 'Done.'], failures: [], withinMs: 4000 },
  ),
  story('pause: before anything else it lets the phone ring', [pause(3000), reject({ sipStatus: 486 })], [], {
    answered: false,
    endedBy: 'application',
    prompts: [],
  }),
  story(
    'send digits: are sent and the flow goes on',
    [sendDigits('12,#', { at: at('SendDigits[0]') }), play('Sent.'), hangup()],
    [],
    { prompts: ['Sent.'], failures: [] },
  ),
];
