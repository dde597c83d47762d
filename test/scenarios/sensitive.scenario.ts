// Keys that are a secret: the application gets them, nobody else does.
import type { Scenario } from '../../src/testkit/index.ts';

const question = 'Please enter your PIN.';
const thanks = '<Response><Say>Thank you.</Say></Response>';
const gather = (attributes: string): string =>
  `<Response><Gather sensitive="true" timeout="30000" callback="http://app.test/pin" ${attributes}><Say>${question}</Say></Gather></Response>`;
const start = { method: 'POST', url: '/start' };
const asked = { until: 'prompt-ended', prompt: question } as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'sensitive: the callback is told the keys, the record how many there were',
    dialect: 'opentact',
    application: { '/start': gather('numDigits="4"'), '/pin': thanks },
    caller: [asked, { press: '4711' }],
    expect: {
      prompts: [question, 'Thank you.'],
      requests: [start, { method: 'GET', url: '/pin?code=4711&success=true' }],
      gathers: [{ digits: '••••', reason: 'max-digits', because: ['key • taken: digit 4 of 4'] }],
    },
  },
  {
    name: 'sensitive: the key that ends the entry is no secret',
    dialect: 'opentact',
    application: { '/start': gather('numDigits="8" finishOnKey="#"'), '/pin': thanks },
    caller: [asked, { press: '4711#' }],
    expect: {
      requests: [start, { method: 'GET', url: '/pin?code=4711&success=true' }],
      gathers: [{ digits: '••••', terminator: '#', reason: 'terminator', because: ['key # taken'] }],
    },
  },
  {
    name: 'sensitive: keys typed ahead of the question are masked as well',
    dialect: 'opentact',
    application: {
      '/start': gather('numDigits="4"').replace('<Gather', '<Say>Welcome to the bank of all banks.</Say><Gather'),
      '/pin': thanks,
    },
    caller: [{ until: 'prompt-started', prompt: 'Welcome' }, { waitMs: 100 }, { press: '4711' }],
    expect: {
      prompts: ['Welcome to the bank of all banks.', 'Thank you.'],
      requests: [start, { method: 'GET', url: '/pin?code=4711' }],
      gathers: [{ digits: '••••', reason: 'max-digits', because: ['key • taken, typed ahead'] }],
    },
  },
];
