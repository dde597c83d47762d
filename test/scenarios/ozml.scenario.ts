// Ozeki's pages on UserInput and what stands around it: OzML in answer to notifications. What other dialects say too stands in
// every-dialect/.
import type { ExpectedRequest, Scenario } from '../../src/testkit/index.ts';

const question = 'Press 1 or 2.';
const inner = 'Press 3, or star to go back.';
const asked = { until: 'prompt-started', prompt: question } as const;
const askedInside = { until: 'prompt-started', prompt: inner } as const;

const ozml = (inside: string): string => `\n\n<?xml version="1.0"?>\n<Response>${inside}</Response>`;
const speak = (text: string): string => `<Speak>${text}</Speak>`;
const menu = (attributes: string, prompt: string, inputs: string): string =>
  `<UserInput ${attributes}><InitialCommands>${speak(prompt)}</InitialCommands><Inputs>${inputs}</Inputs></UserInput>`;
const input = (key: string, body: string): string => `<Input Key="${key}">${body}</Input>`;
const told = (path: string, name: string, more = ''): ExpectedRequest => ({
  method: 'POST',
  url: path,
  body: `NotificationName=${name}${more}`,
});
const start = told('/start', 'IncomingCall');

const story = (name: string, rest: Omit<Scenario, 'name' | 'dialect'>): Scenario => ({
  name: `ozml: ${name}`,
  dialect: 'ozml',
  ...rest,
});

const nested = ozml(
  menu(
    'Timeout="5" Repeat="true"',
    question,
    input(
      '1',
      menu('Timeout="5" BackKey="*"', inner, input('3', `${speak('Three.')}<Hangup/>`)) + speak('Left inside.'),
    ) + input('2', speak('Two.')),
  ) + speak('Behind.'),
);

const menus: readonly Scenario[] = [
  story('a key that no choice has is passed over, and the prompt goes on', {
    application: { '/start': ozml(menu('Timeout="3"', question, input('1', speak('One.'))) + speak('Behind.')) },
    caller: [asked, { waitMs: 200 }, { press: '7' }, { waitMs: 300 }, { press: '1' }],
    expect: {
      prompts: [question, 'One.', 'Behind.'],
      gathers: [{ digits: '1', reason: 'max-digits', because: ['key 7 ignored: no choice begins with it'] }],
      requests: [start],
      endedBy: 'application',
    },
  }),
  story('a menu inside another leads back to it, as often as the caller likes', {
    application: { '/start': nested },
    caller: [
      ...[asked, { press: '1' }, askedInside, { press: '*' }, asked, { press: '1' }, askedInside, { press: '*' }],
      ...[asked, { press: '2' }],
    ],
    expect: { prompts: [question, inner, question, inner, question, 'Two.', 'Behind.'], failures: [] },
  }),
  story('a menu inside another that nobody answers lets the commands behind it run', {
    application: { '/start': nested },
    caller: [asked, { press: '1' }],
    expect: { prompts: [question, inner, 'Left inside.', 'Behind.'] },
  }),
  story('a choice of the menu inside runs, and hangs up', {
    application: { '/start': nested },
    caller: [asked, { press: '1' }, askedInside, { press: '3' }],
    expect: { prompts: [question, inner, 'Three.'], endedBy: 'application' },
  }),
  story('keys for both menus may be typed ahead', {
    application: {
      '/start': nested.replace('<Response>', `<Response>${speak('Welcome to the company of the menus.')}`),
    },
    caller: [{ until: 'prompt-started', prompt: 'Welcome' }, { press: '13' }],
    expect: {
      prompts: ['Welcome to the company of the menus.', 'Three.'],
      gathers: [
        { digits: '1', reason: 'max-digits' },
        { digits: '3', reason: 'max-digits' },
      ],
    },
  }),
  story('Exit leaves the innermost menu and what stands behind it in its blocks', {
    application: {
      '/start': ozml(
        menu(
          '',
          question,
          input(
            '1',
            `<Array ID="a"><item>x</item><item>y</item></Array><ForEach Source="a">${speak('$item')}<Exit/></ForEach>${speak('Never.')}`,
          ),
        ) + speak('Behind.'),
      ),
    },
    caller: [asked, { press: '1' }],
    expect: { prompts: [question, 'x', 'Behind.'] },
  }),
  story('a BackKey ends an entry of several digits at any place', {
    application: {
      '/start': ozml(`${menu('Digits="4" BackKey="#" ForwardToUrl="/digits"', question, '')}${speak('Behind.')}`),
      '/digits': ozml(speak('Never.')),
    },
    caller: [asked, { press: '42#' }],
    expect: {
      prompts: [question, 'Behind.'],
      requests: [start],
      gathers: [{ digits: '#', reason: 'max-digits', because: ['it is an entry by itself'] }],
    },
  }),
  story('an entry that matches no choice is forwarded, one that does is not', {
    application: {
      '/start': ozml(menu('Digits="2" ForwardToUrl="digits?kept=1"', question, input('12', speak('Twelve.')))),
      '/digits': ozml(menu('Digits="2" ForwardToUrl="digits"', question, input('12', speak('Twelve.')))),
    },
    caller: [asked, { press: '00' }, { until: 'request', request: '/digits' }, asked, { press: '12' }],
    expect: {
      prompts: [question, question, 'Twelve.'],
      requests: [start, told('/digits?kept=1', 'DtmfEntered')],
    },
  }),
  story('keys pressed while the first commands of a menu run count for it', {
    application: {
      '/start': ozml(
        `<UserInput Timeout="3"><InitialCommands>${speak('One moment.')}<Var ID="x">now</Var>${speak('$x press 1.')}</InitialCommands><Inputs>${input('1', speak('One.'))}</Inputs></UserInput>`,
      ),
    },
    caller: [{ until: 'prompt-started', prompt: 'One moment.' }, { waitMs: 200 }, { press: '1' }],
    expect: { prompts: ['One moment.', 'One.'], stopped: [] },
  }),
];

const calls: readonly Scenario[] = [
  story('Reject refuses the call', {
    application: { '/start': ozml(`<Reject/>${speak('Never.')}`) },
    caller: [],
    expect: { prompts: [], answered: false, endedBy: 'application' },
  }),
  story('a Route that fails is asked for again, and the caller hears his own phone ring', {
    application: {
      '/start': [ozml('<Route Destination="a@x" RingTime="20"/>'), ozml('<Route Destination="b@x"/>')],
    },
    callees: { 'a@x': { refuse: { sipStatus: 486 } }, 'b@x': { answerAfterMs: 500, hangUpAfterMs: 2000 } },
    caller: [],
    expect: {
      prompts: [],
      answered: true,
      requests: [start, told('/start', 'RoutingInterception')],
      failures: ['Route: busy 1/1'],
      endedBy: 'application',
    },
  }),
  story('a GoTo ends its script, whatever the answer is', {
    application: { '/start': ozml(`<GoTo>next</GoTo>${speak('Never.')}`), '/next': { status: 204, body: '' } },
    caller: [],
    expect: { prompts: [], requests: [start, told('/next', 'GoTo')], endedBy: 'application' },
  }),
];

export const scenarios: readonly Scenario[] = [...menus, ...calls];
