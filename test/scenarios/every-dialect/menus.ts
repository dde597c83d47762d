// Menus: what each key leads to, in the document or by what the application answers.
import type { CallerStep } from '../../../src/testkit/index.ts';
import { type Chapter, notSupported } from './story.ts';
import { ask, last, say, slow } from './words.ts';

const main = 'One for sales, two for service.';
const lower = 'One for orders, two for returns.';
const during = (prompt: string): CallerStep => ({ until: 'prompt-started', prompt });

/** A menu of each vendor: by its own branches, or by what the application answers to the key. */
const ot = (text: string, inside: string, attributes = ''): string =>
  `<Gather ${attributes}>${say.opentact(text)}<Switch>${inside}</Switch></Gather>`;
const choice = (key: string, inside: string): string => `<Case dtmf="${key}">${inside}</Case>`;
const bw = (text: string, to: string): string => ask.bandwidth('maxDigits="1"', to, text);
const v1 = (text: string, to: string): string => ask['bandwidth-v1']('maxDigits="1"', to, text);
const oz = (text: string, inside: string, attributes = ''): string =>
  `<UserInput ${attributes}><InitialCommands>${say.ozml(text)}</InitialCommands><Inputs>${inside}</Inputs></UserInput>`;
const input = (key: string, inside: string): string => `<Input Key="${key}">${inside}</Input>`;

const otMain = ot(main, choice('1', last('opentact', 'Sales.')) + choice('2', last('opentact', 'Service.')));
const ozMain = oz(main, input('1', last('ozml', 'Sales.')) + input('2', last('ozml', 'Service.')));

export const menus: Chapter = {
  title: 'Menus',
  stories: [
    {
      name: 'a key leads to its branch',
      caller: [during(main), { waitMs: 300 }, { press: '2' }],
      expect: { heard: [main, 'Service.'], entries: [{ digits: '2', ended: 'full' }], hungUpBy: 'application' },
      in: {
        opentact: { '/start': otMain },
        bandwidth: { '/start': bw(main, '/chosen'), '/chosen': last('bandwidth', 'Service.') },
        'bandwidth-v1': { '/start': v1(main, '/chosen'), '/chosen': last('bandwidth-v1', 'Service.') },
        ozml: { '/start': ozMain },
      },
    },
    {
      name: 'a wrong key is said to be wrong, and the menu comes again',
      caller: [during(main), { press: '9' }, during(main), { press: '1' }],
      expect: {
        heard: [main, 'That was wrong.', main, 'Sales.'],
        entries: [
          { digits: '9', ended: 'full' },
          { digits: '1', ended: 'full' },
        ],
        hungUpBy: 'application',
      },
      in: {
        opentact: {
          '/start': ot(
            main,
            `${choice('1', last('opentact', 'Sales.'))}<Default>${say.opentact('That was wrong.')}${otMain}</Default>`,
          ),
        },
        bandwidth: {
          '/start': bw(main, '/chosen'),
          '/chosen': [say.bandwidth('That was wrong.') + bw(main, '/chosen'), last('bandwidth', 'Sales.')],
        },
        'bandwidth-v1': {
          '/start': v1(main, '/chosen'),
          '/chosen': [say['bandwidth-v1']('That was wrong.') + v1(main, '/chosen'), last('bandwidth-v1', 'Sales.')],
        },
        ozml: {
          '/start': oz(main, input('1', last('ozml', 'Sales.')), 'ForwardToUrl="/wrong"'),
          '/wrong': say.ozml('That was wrong.') + ozMain,
        },
      },
    },
    {
      name: 'a wrong key is passed over, and the menu goes on',
      caller: [during(main), { waitMs: 200 }, { press: '9' }, { until: 'prompt-ended', prompt: main }, { press: '1' }],
      expect: {
        heard: [main, 'Sales.'],
        cutShort: [],
        entries: [{ digits: '1', ended: 'full' }],
        hungUpBy: 'application',
      },
      in: {
        opentact: notSupported('A key that is no Case is an entry all the same: Default runs.'),
        bandwidth: notSupported('Gather knows no choices: every key is told.'),
        'bandwidth-v1': notSupported('Gather knows no choices: every key is told.'),
        ozml: { '/start': ozMain },
      },
    },
    {
      name: 'a menu behind a menu',
      caller: [during(main), { press: '1' }, during(lower), { press: '2' }],
      expect: {
        heard: [main, lower, 'Returns.'],
        entries: [
          { digits: '1', ended: 'full' },
          { digits: '2', ended: 'full' },
        ],
        hungUpBy: 'application',
      },
      in: {
        opentact: { '/start': ot(main, choice('1', ot(lower, choice('2', last('opentact', 'Returns.'))))) },
        bandwidth: {
          ...{ '/start': bw(main, '/one'), '/one': bw(lower, '/two') },
          '/two': last('bandwidth', 'Returns.'),
        },
        'bandwidth-v1': {
          ...{ '/start': v1(main, '/one'), '/one': v1(lower, '/two') },
          '/two': last('bandwidth-v1', 'Returns.'),
        },
        ozml: { '/start': oz(main, input('1', oz(lower, input('2', last('ozml', 'Returns.'))))) },
      },
    },
    {
      name: 'both keys of two menus are pressed in the first: the second is not heard',
      caller: [during(main), { press: '12' }],
      expect: {
        heard: [main, 'Returns.'],
        entries: [
          { digits: '1', ended: 'full' },
          { digits: '2', ended: 'full' },
        ],
        hungUpBy: 'application',
      },
      in: {
        opentact: {
          '/start': ot(main, choice('1', '<Callback url="/one"/>')),
          '/one': slow(ot(lower, choice('2', last('opentact', 'Returns.')))),
        },
        bandwidth: {
          ...{ '/start': bw(main, '/one'), '/one': slow(bw(lower, '/two')) },
          '/two': last('bandwidth', 'Returns.'),
        },
        'bandwidth-v1': {
          ...{ '/start': v1(main, '/one'), '/one': slow(v1(lower, '/two')) },
          '/two': last('bandwidth-v1', 'Returns.'),
        },
        ozml: {
          '/start': oz(main, input('1', '<GoTo Url="/one"/>')),
          '/one': slow(oz(lower, input('2', last('ozml', 'Returns.')))),
        },
      },
    },
    {
      name: 'a key leads back to the menu above',
      caller: [during(main), { press: '1' }, during(lower), { press: '*' }, during(main), { press: '2' }],
      expect: {
        heard: [main, lower, main, 'Service.'],
        entries: [
          { digits: '1', ended: 'full' },
          { digits: '*', ended: 'full' },
          { digits: '2', ended: 'full' },
        ],
        hungUpBy: 'application',
      },
      in: {
        opentact: {
          '/start': ot(
            main,
            choice('1', ot(lower, choice('*', '<Callback url="/main"/>'), 'finishOnKey=""')),
            'finishOnKey=""',
          ),
          '/main': otMain,
        },
        bandwidth: {
          '/start': bw(main, '/one'),
          '/one': [bw(lower, '/two'), last('bandwidth', 'Service.')],
          '/two': bw(main, '/one'),
        },
        'bandwidth-v1': {
          '/start': v1(main, '/one'),
          '/one': [v1(lower, '/two'), last('bandwidth-v1', 'Service.')],
          '/two': v1(main, '/one'),
        },
        ozml: {
          '/start': oz(
            main,
            input('1', oz(lower, input('1', last('ozml', 'Orders.')), 'BackKey="*"')) +
              input('2', last('ozml', 'Service.')),
          ),
        },
      },
    },
    {
      name: 'choices of two digits',
      caller: [during(main), { press: '21' }],
      expect: { heard: [main, 'Service.'], entries: [{ digits: '21', ended: 'full' }], hungUpBy: 'application' },
      in: {
        opentact: { '/start': ot(main, choice('21', last('opentact', 'Service.')), 'numDigits="2"') },
        bandwidth: {
          '/start': ask.bandwidth('maxDigits="2"', '/chosen', main),
          '/chosen': last('bandwidth', 'Service.'),
        },
        'bandwidth-v1': {
          '/start': ask['bandwidth-v1']('maxDigits="2"', '/chosen', main),
          '/chosen': last('bandwidth-v1', 'Service.'),
        },
        ozml: { '/start': oz(main, input('21', last('ozml', 'Service.')) + input('12', last('ozml', 'Sales.'))) },
      },
    },
  ],
};
