// Commands beside a document: what somebody else has the call do while it goes on.
import {
  destination,
  dial,
  flow,
  gather,
  hangup,
  hold,
  park,
  play,
  prompt,
  record,
  sendDigits,
} from '../../src/flow/build.ts';
import type { Block, NodeOf } from '../../src/flow/node.ts';
import { applicationOrigin, type Scenario, type StoryStep } from '../../src/testkit/index.ts';
import { asked, entry, question, story } from './hand-built.ts';

const at = (path: string) => ({ line: 1, column: 1, path });
const told = (path: string) => destination(`${applicationOrigin}${path}`, { method: 'POST' });
const beside = (name: string, ...body: Block): StoryStep => ({ command: { kind: 'beside', name, body } });
const endBeside = (name: string): StoryStep => ({ command: { kind: 'end-beside', name } });

const longSentence = 'This is a sentence that takes its time, so that something else can come.';
const keyIt = 'Key it now.';
const pin = (fields: Partial<NodeOf<'gather'>> = {}) =>
  gather({
    at: at('g1/Gather[0]'),
    prompts: [prompt(keyIt)],
    maxDigits: 2,
    attempts: 1,
    notify: told('/gathered'),
    ...fields,
  });
const talk = dial([{ kind: 'sip', address: 'a@x' }], { at: at('Dial[0]') });
const phone = (hangUpAfterMs: number) => ({ callees: { 'a@x': { answerAfterMs: 500, hangUpAfterMs } } });
const talking: readonly StoryStep[] = [{ until: 'prompt-ended', prompt: 'ringback' }, { waitMs: 500 }];
const acknowledged = { status: 204, body: '' };

/** A story whose application answers `paths` with nothing. */
function acknowledging(paths: readonly string[], made: Scenario, more: Scenario['application'] = {}): Scenario {
  const answers = Object.fromEntries(paths.map((path) => [path, acknowledged]));
  return { ...made, application: { ...made.application, ...answers, ...more } };
}

export const scenarios: readonly Scenario[] = [
  acknowledging(
    ['/sound'],
    story(
      'beside: a sound waits for the end of the one that plays, is told, and the document goes on behind it',
      [play(longSentence), play('The end.')],
      [
        { until: 'prompt-started', prompt: longSentence },
        { waitMs: 300 },
        beside('s1', play('Beside.', { at: at('s1/Say[0]'), notify: told('/sound') })),
      ],
      {
        prompts: [longSentence, 'Beside.', 'The end.'],
        stopped: [],
        requests: [
          { method: 'POST', url: '/start' },
          { method: 'POST', url: '/sound', body: { kind: 'sound', status: 'started', sound: 'speech' } },
          { method: 'POST', url: '/sound', body: { kind: 'sound', status: 'done' } },
        ],
        endedBy: 'application',
        failures: [],
      },
    ),
  ),
  acknowledging(
    ['/gathered'],
    story(
      'beside: a gather on a call that waits tells what was keyed, and the call waits on',
      [play('Please wait.'), park({ at: at('Park[0]') })],
      [
        { until: 'prompt-ended', prompt: 'Please wait.' },
        { waitMs: 300 },
        beside('g1', pin()),
        { until: 'prompt-ended', prompt: keyIt },
        { press: '42' },
        { until: 'request', request: '/gathered' },
        { waitMs: 500 },
        { hangUp: true },
      ],
      {
        prompts: ['Please wait.', keyIt],
        gathers: [{ digits: '42', reason: 'max-digits' }],
        requests: [
          { method: 'POST', url: '/start' },
          { method: 'POST', url: '/gathered', body: { kind: 'gather', digits: '42', success: true } },
        ],
        failures: ['Park: hung-up'],
        endedBy: 'caller',
      },
    ),
  ),
  acknowledging(
    ['/gathered'],
    story(
      'beside: a gather whose caller hangs up is told all the same',
      [play('Please wait.'), park({ at: at('Park[0]') })],
      [
        { until: 'prompt-ended', prompt: 'Please wait.' },
        beside('g1', pin()),
        { until: 'prompt-ended', prompt: keyIt },
        { press: '4' },
        { waitMs: 200 },
        { hangUp: true },
      ],
      {
        gathers: [{ digits: '4', reason: 'hung-up' }],
        requests: [
          { method: 'POST', url: '/start' },
          { method: 'POST', url: '/gathered', body: { digits: '4', success: false, reason: 'hung-up' } },
        ],
        endedBy: 'caller',
      },
    ),
  ),
  story(
    'beside: of two gathers the newer has the keys, then the older, which its time never left',
    entry({ maxDigits: 3, firstDigitMs: 20_000 }),
    [
      asked,
      beside('g1', gather({ at: at('g1/Gather[0]'), maxDigits: 2, attempts: 1, prompts: [] })),
      { waitMs: 200 },
      { press: '12345' },
    ],
    {
      prompts: [question],
      gathers: [
        { digits: '12', reason: 'max-digits' },
        { digits: '345', reason: 'max-digits' },
      ],
    },
  ),
  story(
    'beside: an entry is completed by name, and the other gather listens on',
    entry({ maxDigits: 3, firstDigitMs: 20_000 }),
    [
      asked,
      beside('g1', gather({ at: at('g1/Gather[0]'), maxDigits: 5, attempts: 1, prompts: [] })),
      { waitMs: 200 },
      { press: '12' },
      { waitMs: 200 },
      { command: { kind: 'complete-gather', name: 'g1' } },
      { waitMs: 200 },
      { press: '345' },
    ],
    {
      gathers: [
        { digits: '12', reason: 'completed-by-command' },
        { digits: '345', reason: 'max-digits' },
      ],
    },
  ),
  story(
    'beside: a gather that is ended by its name leaves the document as it was',
    [play(longSentence), play('The end.')],
    [
      { until: 'prompt-started', prompt: longSentence },
      beside('g1', gather({ at: at('g1/Gather[0]'), prompts: [], maxDigits: 5, attempts: 1, firstDigitMs: 60_000 })),
      { waitMs: 300 },
      { press: '1' },
      { waitMs: 300 },
      endBeside('g1'),
    ],
    {
      prompts: [longSentence, 'The end.'],
      stopped: [],
      gathers: [{ digits: '1', reason: 'cancelled' }],
      endedBy: 'application',
      withinMs: 15_000,
    },
  ),
  acknowledging(
    [],
    story(
      'beside: a document that answers a report takes the place of the one that runs',
      [play('Please wait.'), park({ at: at('Park[0]') })],
      [
        { until: 'prompt-ended', prompt: 'Please wait.' },
        beside('g1', gather({ at: at('g1/Gather[0]'), prompts: [], maxDigits: 1, report: told('/result') })),
        { waitMs: 200 },
        { press: '1' },
      ],
      {
        prompts: ['Please wait.', 'Another document.'],
        requests: [
          { method: 'POST', url: '/start' },
          { method: 'POST', url: '/result', body: { digits: '1' } },
        ],
        failures: ['Park: cancelled'],
        endedBy: 'application',
      },
    ),
    {
      '/result': flow([play('Another document.'), hangup({ at: at('Hangup[0]') })], {
        source: `${applicationOrigin}/result`,
      }),
    },
  ),
  story(
    'beside: what has nobody to answer it leaves the document as it is',
    [play(longSentence), play('The end.')],
    [
      { until: 'prompt-started', prompt: longSentence },
      beside('g1', gather({ at: at('g1/Gather[0]'), prompts: [], maxDigits: 1, report: told('/nowhere') })),
      { waitMs: 200 },
      { press: '1' },
    ],
    {
      prompts: [longSentence, 'The end.'],
      stopped: [],
      failures: ['Gather: http://app.test/nowhere answered 404.'],
      endedBy: 'application',
    },
  ),
  acknowledging(
    ['/gathered'],
    story(
      'beside: the caller’s keys go to a gather while two people talk, and not to the question behind the talk',
      [talk, entry({ firstDigitMs: 1500 })],
      [
        ...talking,
        { press: '9' },
        beside('g1', pin({ prompts: [] })),
        { waitMs: 200 },
        { press: '42' },
        { until: 'request', request: '/gathered' },
        { press: '8' },
      ],
      {
        prompts: ['ringback', question],
        gathers: [
          { digits: '42', reason: 'max-digits' },
          { digits: '', reason: 'first-digit-timeout' },
        ],
      },
      phone(5000),
    ),
  ),
  story(
    'beside: keys are sent to the dialled phone, and a sound is heard there, while two people talk',
    [talk, play('Welcome back.')],
    [
      ...talking,
      beside('d1', sendDigits('12#', { at: at('d1/SendDigits[0]'), to: 'callee' })),
      beside('s1', play('For you alone.', { at: at('s1/Say[0]'), to: 'callee' })),
    ],
    { prompts: ['ringback', 'For you alone.', 'Welcome back.'], stopped: ['ringback'], failures: [] },
    phone(5000),
  ),
  story(
    'beside: a sound for the dialled phone is over when that hangs up',
    [talk, play('Welcome back.')],
    [...talking, beside('s1', play(longSentence.repeat(3), { at: at('s1/Say[0]'), to: 'callee' }))],
    {
      prompts: ['ringback', longSentence.repeat(3), 'Welcome back.'],
      failures: ['Say: the other side left'],
      endedBy: 'application',
    },
    phone(3000),
  ),
  acknowledging(
    ['/recorded'],
    story(
      'beside: a talk is recorded from one command to another',
      [talk, play('Welcome back.')],
      [
        ...talking,
        beside('r1', record('start', { at: at('r1/Record[0]'), tag: 'talk', notify: told('/recorded') })),
        { speakMs: 1000 },
        beside('r2', record('stop', { at: at('r2/Record[0]'), tag: 'talk' })),
        { until: 'request', request: '/recorded' },
      ],
      {
        prompts: ['ringback', 'Welcome back.'],
        requests: [
          { method: 'POST', url: '/start' },
          { method: 'POST', url: '/recorded', body: { kind: 'recording' } },
        ],
        failures: [],
      },
      phone(5000),
    ),
  ),
  story(
    'beside: a caller who talks is held until somebody lets go',
    [talk, play('Welcome back.')],
    [
      ...talking,
      beside('h1', hold('hold', { at: at('h1/Hold[0]'), timeoutMs: null })),
      { waitMs: 800 },
      endBeside('h1'),
      { waitMs: 300 },
    ],
    { prompts: ['ringback', 'Welcome back.'], failures: ['Hold: cancelled'], endedBy: 'application' },
    phone(5000),
  ),
  story(
    'beside: a call that waits is connected by command, let go by command, and waits on',
    [play('Please wait.'), park({ at: at('Park[0]') })],
    [
      { until: 'prompt-ended', prompt: 'Please wait.' },
      beside('t1', dial([{ kind: 'sip', address: 'a@x' }], { at: at('t1/Dial[0]') })),
      { until: 'prompt-ended', prompt: 'ringback' },
      { waitMs: 1000 },
      endBeside('t1'),
      { waitMs: 300 },
      beside('s1', play('Back with you.', { at: at('s1/Say[0]') })),
      { until: 'prompt-ended', prompt: 'Back with you.' },
      { hangUp: true },
    ],
    {
      prompts: ['Please wait.', 'ringback', 'Back with you.'],
      failures: ['Dial: cancelled', 'Park: hung-up'],
      endedBy: 'caller',
    },
    phone(60_000),
  ),
  story(
    'beside: a hang-up ends the call with everything that runs',
    [play(longSentence)],
    [
      { until: 'prompt-started', prompt: longSentence },
      beside('g1', gather({ at: at('g1/Gather[0]'), prompts: [], maxDigits: 5, attempts: 1, firstDigitMs: 60_000 })),
      { waitMs: 300 },
      beside('end', hangup({ at: at('end/Hangup[0]'), reason: 'by the desk' })),
    ],
    {
      gathers: [{ digits: '', reason: 'cancelled' }],
      failures: ['play: cancelled', 'Gather: cancelled'],
      endedBy: 'application',
    },
  ),
];
