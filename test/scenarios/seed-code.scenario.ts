// The page on Gather of Opentact: a code of four digits, told to a callback after each attempt.
// What other dialects say too stands in every-dialect/.
import type { Scenario } from '../../src/testkit/index.ts';

const question = 'Please enter your code.';
const thanks = '<Response><Say>Thank you for entering the code</Say></Response>';
const gather = (attributes: string): string =>
  `<Response><Gather ${attributes}><Say>${question}</Say></Gather><Hangup/></Response>`;
const byGet = gather('numDigits="4" timeout="30000" finishOnKey="*" callback="http://app.test/code?token=1"');
const byPost = gather(
  'numDigits="4" timeout="30000" finishOnKey="*" callback="http://app.test/code?token=1" method="POST"',
);
const start = { method: 'POST', url: '/start' };
const asked = { until: 'prompt-started', prompt: question } as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'code: a callback by GET gets code, attempts and success behind its own query',
    dialect: 'opentact',
    application: { '/start': byGet, '/code': thanks },
    caller: [asked, { press: '1234' }],
    expect: {
      prompts: [question, 'Thank you for entering the code'],
      requests: [start, { method: 'GET', url: '/code?token=1&code=1234&attempts=1&success=true' }],
      gathers: [{ digits: '1234', reason: 'max-digits', terminator: '' }],
      endedBy: 'application',
    },
  },
  {
    name: 'code: a callback by POST gets the query and a body with history and call',
    dialect: 'opentact',
    application: { '/start': byPost, '/code': thanks },
    caller: [asked, { press: '1234' }],
    expect: {
      prompts: [question, 'Thank you for entering the code'],
      requests: [
        start,
        {
          method: 'POST',
          url: '/code?token=1&code=1234&attempts=1&success=true',
          body: {
            history: { 0: { success: true, payload: { success: true, command: { command: 'Gather' } } } },
            call: { from: '15551230001', to: '15551239999', state: 'started' },
          },
        },
      ],
    },
  },
  {
    name: 'code: the star ends a shorter entry and is no part of it',
    dialect: 'opentact',
    application: { '/start': byGet, '/code': thanks },
    caller: [asked, { press: '12*' }],
    expect: {
      requests: [start, { method: 'GET', url: '/code?code=12&success=true' }],
      gathers: [{ digits: '12', terminator: '*', reason: 'terminator' }],
      withinMs: 10_000,
    },
  },
  {
    name: 'code: two attempts without a key are told as failures, the third is right',
    dialect: 'opentact',
    application: {
      '/start': gather('numDigits="4" timeout="3000" attempts="3" callback="http://app.test/code"'),
      '/code': ['', '', thanks],
    },
    caller: [{ until: 'prompt-started', prompt: 3 }, { press: '1234' }],
    expect: {
      prompts: [question, question, question, 'Thank you for entering the code'],
      requests: [
        start,
        { method: 'GET', url: '/code?code=&attempts=1&success=false' },
        { method: 'GET', url: '/code?code=&attempts=2&success=false' },
        { method: 'GET', url: '/code?code=1234&attempts=3&success=true' },
      ],
      gathers: [
        { digits: '', reason: 'first-digit-timeout', attempt: 1 },
        { digits: '', reason: 'first-digit-timeout', attempt: 2 },
        { digits: '1234', reason: 'max-digits', attempt: 3 },
      ],
    },
  },
  {
    name: 'code: a document in answer to a failed attempt takes the place of the attempts left',
    dialect: 'opentact',
    application: {
      '/start': gather('numDigits="4" timeout="3000" attempts="3" callback="http://app.test/code"'),
      '/code': '<Response><Say>Then not.</Say></Response>',
    },
    caller: [],
    expect: {
      prompts: [question, 'Then not.'],
      requests: [start, { method: 'GET', url: '/code?attempts=1&success=false' }],
    },
  },
  {
    name: 'code: too few digits when time is up fail, and are told',
    dialect: 'opentact',
    application: { '/start': gather('numDigits="4" timeout="3000" callback="http://app.test/code"'), '/code': thanks },
    caller: [asked, { press: '12' }],
    expect: {
      requests: [start, { method: 'GET', url: '/code?code=12&success=false' }],
      gathers: [{ digits: '12', reason: 'total-timeout', success: false }],
    },
  },
  {
    name: 'code: the timeout is for the whole entry; it begins with the end of the question, and no digit buys more of it',
    dialect: 'opentact',
    application: { '/start': gather('numDigits="4" timeout="3000" callback="http://app.test/code"'), '/code': thanks },
    caller: [
      { until: 'prompt-ended', prompt: question },
      { waitMs: 1300 },
      { press: '1' },
      { waitMs: 700 },
      { press: '2' },
    ],
    expect: {
      stopped: [],
      gathers: [
        {
          digits: '12',
          reason: 'total-timeout',
          success: false,
          record: [
            'waits for 4 digits; * ends it sooner; 3000 ms for the first, 3000 ms for all; keys stop its prompts',
            'prompt 1 of 1 is asked for',
            'prompt 1 is heard',
            'prompt 1 ended',
            'timer first-digit armed: 3000 ms from the end of the prompts',
            'timer total armed: 3000 ms from the end of the prompts',
            'key 1 taken: digit 1 of 4',
            'timer first-digit cancelled: digit 1 came',
            'key 2 taken: digit 2 of 4',
            'timer total fired',
            'failed: total-timeout, 2 digits',
          ],
        },
      ],
    },
  },
  {
    name: 'code: a callback that fails runs Error',
    dialect: 'opentact',
    application: {
      '/start': `<Response><Gather numDigits="1" callback="http://app.test/code"><Say>${question}</Say><Error><Say>Sorry.</Say></Error></Gather></Response>`,
      '/code': { status: 500, contentType: 'text/plain', body: 'boom' },
    },
    caller: [asked, { press: '1' }],
    expect: { prompts: [question, 'Sorry.'], endedBy: 'application' },
  },
  {
    name: 'code: the caller hangs up in the middle of the entry; nothing is reported',
    dialect: 'opentact',
    application: { '/start': byGet, '/code': thanks },
    caller: [asked, { press: '12' }, { hangUp: true }],
    expect: {
      requests: [start],
      gathers: [{ digits: '12', reason: 'hung-up', success: false, because: ['not reported'] }],
      endedBy: 'caller',
    },
  },
  {
    name: 'code: keys pressed while the application thinks wait for the next document',
    dialect: 'opentact',
    application: {
      '/start': byGet,
      '/code': {
        delayMs: 2000,
        contentType: 'text/xml',
        body: '<Response><Gather numDigits="2" callback="http://app.test/more"><Say>And two more.</Say></Gather></Response>',
      },
      '/more': thanks,
    },
    caller: [asked, { press: '1234' }, { until: 'request', request: '/code' }, { waitMs: 300 }, { press: '56' }],
    expect: {
      prompts: [question, 'Thank you for entering the code'],
      requests: [start, { method: 'GET', url: '/code?code=1234' }, { method: 'GET', url: '/more?code=56' }],
    },
  },
  {
    name: 'code: the first document cannot be had; the caller hears an apology, never silence',
    dialect: 'opentact',
    application: { '/start': { status: 503, contentType: 'text/plain', body: 'down' } },
    caller: [],
    expect: {
      prompts: ['We are sorry, your call cannot be handled at the moment. Please try again later.'],
      answered: true,
      endedBy: 'application',
    },
  },
];
