// A document that cannot go on is the application's mistake; the caller hears an apology, never silence or a refusal.
import { destination, gather, loop, notify, set } from '../../src/flow/build.ts';
import { applicationOrigin, type Scenario } from '../../src/testkit/index.ts';
import { asked, entry, question, story } from './hand-built.ts';

const sorry = 'We are sorry, your call cannot be handled at the moment. Please try again later.';
const down = { status: 500, contentType: 'text/plain', body: 'down' };
const start = { method: 'POST', url: '/start' };
const at = (path: string) => ({ line: 1, column: 1, path });

export const scenarios: readonly Scenario[] = [
  story(
    'apology: a document that goes round and round without waiting is ended, and the caller hears why not',
    [loop(1_000_000, [set('x', 'again')])],
    [],
    { prompts: [sorry], answered: true, endedBy: 'application' },
  ),
  story(
    'apology: an endless round behind an answer loses neither the answer nor the call',
    [entry({ maxDigits: 2 }), loop(1_000_000, [set('x', '1', at('Set[0]'))], at('Loop[1]')), gather()],
    [asked, { press: '42' }],
    { prompts: [question, sorry], gathers: [{ digits: '42', reason: 'max-digits' }], endedBy: 'application' },
  ),
  story(
    'apology: an endless round does not flood the application with what it tells it',
    [loop(1_000_000, [notify(destination(`${applicationOrigin}/told`), at('Notify[0]'))], at('Loop[0]'))],
    [],
    { prompts: [sorry], endedBy: 'application', withinMs: 12_000 },
    {
      onlySimulated: 'what is told without being waited for comes to a real application in any order',
      application: {},
    },
  ),
  {
    name: 'apology: a call that is sent on before it was answered, to a document that is not there',
    dialect: 'opentact',
    application: { '/start': '<Response><Redirect>http://app.test/gone</Redirect></Response>', '/gone': down },
    caller: [],
    expect: {
      prompts: [sorry],
      requests: [start, { method: 'GET', url: '/gone' }],
      answered: true,
      endedBy: 'application',
      failures: ['Redirect: http://app.test/gone answered 500.'],
    },
  },
  {
    name: 'apology: an entry whose callback fails, with nothing behind it',
    dialect: 'opentact',
    application: {
      '/start': `<Response><Gather callback="http://app.test/code"><Say>${question}</Say></Gather></Response>`,
      '/code': down,
    },
    caller: [asked, { press: '1' }],
    expect: { prompts: [question, sorry], endedBy: 'application' },
  },
  {
    name: 'apology: none when the document says what to do instead',
    dialect: 'opentact',
    application: {
      '/start':
        '<Response><Callback url="http://app.test/gone"><Error><Say>Then not.</Say></Error></Callback></Response>',
      '/gone': down,
    },
    caller: [],
    expect: { prompts: ['Then not.'], endedBy: 'application' },
  },
];
