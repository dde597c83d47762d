// The inbound-call page of Opentact: a menu with a branch for two keys, any other key, and no key at all.
import type { CallerStep, Scenario } from '../../src/testkit/index.ts';

const menu = `<?xml version="1.0" encoding="UTF-8"?>
<Response>
    <Say>Thank you for calling Opentact.</Say>
    <Record />
    <Gather numDigits="1" attempts="2" timeout="10000" finishOnKey="*">
        <Say>Now please enter a 1 for man, 2 for woman.</Say>
        <Switch>
            <Case dtmf="1">
                <Say>Hi, man</Say>
                <Callback url="http://app.test/man"/>
            </Case>
            <Case dtmf="2">
                <Say>Hi, woman</Say>
                <Dial>
                    <Sip>1000@callee.test:9000</Sip>
                </Dial>
            </Case>
            <Default>
                <Say>Hi, nobody</Say>
                <Callback method="post" url="http://app.test/nobody" />
            </Default>
            <Error>
                <Say>No DTMF Code entered.</Say>
            </Error>
        </Switch>
    </Gather>
    <Hangup />
</Response>`;

const application = {
  '/start': menu,
  '/man': '<Response><Say>Goodbye, man.</Say></Response>',
  '/nobody': '<Response><Say>Goodbye, nobody.</Say></Response>',
};
const callee = '1000@callee.test:9000';
const welcome = 'Thank you for calling Opentact.';
const question = 'Now please enter a 1 for man, 2 for woman.';
const start = { method: 'POST', url: '/start?from=15551230001&to=15551239999' };
const pressDuringQuestion = (press: string): readonly CallerStep[] => [
  { until: 'prompt-started', prompt: question },
  { waitMs: 500 },
  { press },
];

export const scenarios: readonly Scenario[] = [
  {
    name: 'menu: key 1 runs its branch, whose callback gives the next document',
    dialect: 'opentact',
    application,
    caller: pressDuringQuestion('1'),
    expect: {
      prompts: [welcome, question, 'Hi, man', 'Goodbye, man.'],
      requests: [start, { method: 'GET', url: '/man' }],
      gathers: [{ digits: '1', reason: 'max-digits', success: true, because: ['barge-in'] }],
      endedBy: 'application',
      answered: true,
      failures: [],
    },
  },
  {
    name: 'menu: key 2 dials; the dialled phone is busy, and the flow goes on to its end',
    dialect: 'opentact',
    application,
    callees: { [callee]: { refuse: { sipStatus: 486 } } },
    caller: pressDuringQuestion('2'),
    expect: {
      prompts: [welcome, question, 'Hi, woman', 'ringback'],
      requests: [start],
      gathers: [{ digits: '2', reason: 'max-digits' }],
      endedBy: 'application',
      failures: ['Dial: busy 1/1'],
    },
  },
  {
    name: 'menu: key 2 dials; after the talk the flow goes on behind the Dial',
    dialect: 'opentact',
    application,
    callees: { [callee]: { answerAfterMs: 3000, hangUpAfterMs: 8000 } },
    caller: pressDuringQuestion('2'),
    expect: { prompts: [welcome, question, 'Hi, woman', 'ringback'], endedBy: 'application', failures: [] },
  },
  {
    name: 'menu: key 2 dials; the caller gives up while it rings',
    dialect: 'opentact',
    application,
    callees: { [callee]: {} },
    caller: [
      ...pressDuringQuestion('2'),
      { until: 'prompt-started', prompt: 'ringback' },
      { waitMs: 4000 },
      { hangUp: true },
    ],
    expect: { prompts: [welcome, question, 'Hi, woman', 'ringback'], endedBy: 'caller', failures: ['Dial: hung-up'] },
  },
  {
    name: 'menu: any other key runs Default',
    dialect: 'opentact',
    application,
    caller: pressDuringQuestion('7'),
    expect: {
      prompts: [welcome, question, 'Hi, nobody', 'Goodbye, nobody.'],
      requests: [start, { method: 'POST', url: '/nobody', body: { call: { from: '15551230001' } } }],
      gathers: [{ digits: '7', reason: 'max-digits', success: true, attempt: 1 }],
      endedBy: 'application',
    },
  },
  {
    name: 'menu: nothing keyed twice runs Error and hangs up',
    dialect: 'opentact',
    application,
    caller: [],
    expect: {
      prompts: [welcome, question, question, 'No DTMF Code entered.'],
      gathers: [
        {
          digits: '',
          reason: 'first-digit-timeout',
          success: false,
          attempt: 1,
          because: ['timer first-digit armed: 10000 ms'],
        },
        { digits: '', reason: 'first-digit-timeout', success: false, attempt: 2 },
      ],
      endedBy: 'application',
    },
  },
  {
    name: 'menu: nothing keyed at first, then a key in the second attempt',
    dialect: 'opentact',
    application,
    caller: [{ until: 'prompt-started', prompt: 3 }, { waitMs: 200 }, { press: '1' }],
    expect: {
      prompts: [welcome, question, question, 'Hi, man', 'Goodbye, man.'],
      gathers: [
        { digits: '', reason: 'first-digit-timeout', attempt: 1 },
        { digits: '1', reason: 'max-digits', attempt: 2 },
      ],
    },
  },
  {
    name: 'menu: a key typed ahead in the welcome skips the question',
    dialect: 'opentact',
    application,
    caller: [{ until: 'prompt-started', prompt: welcome }, { waitMs: 300 }, { press: '1' }],
    expect: {
      prompts: [welcome, 'Hi, man', 'Goodbye, man.'],
      gathers: [{ digits: '1', reason: 'max-digits', because: ['typed ahead'] }],
    },
  },
  {
    name: 'menu: the caller hangs up during the question',
    dialect: 'opentact',
    application,
    caller: [{ until: 'prompt-started', prompt: question }, { waitMs: 700 }, { hangUp: true }],
    expect: {
      prompts: [welcome, question],
      requests: [start],
      gathers: [{ digits: '', reason: 'hung-up', success: false }],
      endedBy: 'caller',
    },
  },
];
