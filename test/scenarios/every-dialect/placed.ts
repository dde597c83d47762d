// Calls that are asked for over the REST interface of the dialect: who is called, and what is told when nobody answers.
import { orderByRest, orderByUrl } from './orders.ts';
import { type Chapter, entered, notSupported, over, placed, type Story } from './story.ts';
import { ask, asked, question, thanks } from './words.ts';

const noInterface = notSupported('There is no REST interface.');
const number = '+15551239999';
const start = 'http://app.test/start';
const end = 'http://app.test/over';
const plans = {
  bandwidth: await orderByRest('bandwidth', {
    ...{ applicationId: 'app-1', from: '+15551230001', to: number },
    ...{ answerUrl: start, disconnectUrl: end, callTimeout: 5 },
  }),
  'bandwidth-v1': await orderByRest('bandwidth-v1', {
    ...{ from: '+15551230001', to: number },
    ...{ callbackUrl: start, callbackHttpMethod: 'GET', callTimeout: 5 },
  }),
  ozml: await orderByUrl({
    ...{ command: 'Call', Dialed: number, CallerId: '+15551230001' },
    ...{ Url: start, FinishedUrl: end, ErrorUrl: end, RingTime: '5' },
  }),
};

const thanking: Story['in'] = {
  opentact: noInterface,
  bandwidth: placed({ '/start': thanks.bandwidth }, plans.bandwidth),
  'bandwidth-v1': placed({ '/start': thanks['bandwidth-v1'] }, plans['bandwidth-v1']),
  ozml: placed({ '/start': thanks.ozml }, plans.ozml),
};

export const placedCalls: Chapter = {
  title: 'Calls that are placed over REST',
  stories: [
    {
      name: 'who is called answers, and hears the document',
      caller: [],
      placed: { answerAfterMs: 1500 },
      expect: { heard: ['Thank you.'], told: [over()], answered: true, hungUpBy: 'application' },
      in: thanking,
    },
    {
      name: 'who is called is asked for keys',
      caller: [asked, { press: '42' }],
      placed: { answerAfterMs: 1500 },
      expect: {
        heard: [question, 'Thank you.'],
        entries: [{ digits: '42', ended: 'full' }],
        told: [entered('42'), over()],
        hungUpBy: 'application',
      },
      in: {
        opentact: noInterface,
        bandwidth: placed({ '/start': ask.bandwidth('maxDigits="2"'), '/keys': thanks.bandwidth }, plans.bandwidth),
        'bandwidth-v1': placed(
          { '/start': ask['bandwidth-v1']('maxDigits="2"'), '/keys': thanks['bandwidth-v1'] },
          plans['bandwidth-v1'],
        ),
        ozml: placed({ '/start': ask.ozml('Digits="2"'), '/keys': thanks.ozml }, plans.ozml),
      },
    },
    {
      name: 'who is called over REST is busy',
      caller: [],
      placed: { refuse: { sipStatus: 486 } },
      expect: { heard: [], told: [over('busy')], answered: false },
      in: thanking,
    },
    {
      name: 'nobody answers a call that is placed in time',
      caller: [],
      placed: {},
      expect: { heard: [], told: [over('nobody')], answered: false, longerThanMs: 4900, withinMs: 5500 },
      in: thanking,
    },
  ],
};
