// Entries: how many keys, what ends them, and what the application is told of them.
import { earlyKeys } from './early-keys.ts';
import { type Chapter, differs, entered, notSupported, over } from './story.ts';
import { ask, asked, asking, last, question, thanks } from './words.ts';

const noFinishingKey = notSupported('No key finishes an entry: UserInput has a number of digits, or a time.');
const ot = ask.opentact;
const bw = ask.bandwidth;
const v1 = ask['bandwidth-v1'];
const oz = ask.ozml;
const answered = { heard: [question, 'Thank you.'], hungUpBy: 'application' } as const;

export const entries: Chapter = {
  title: 'Entries',
  stories: [
    {
      name: 'an entry that is full',
      caller: [asking, { press: '25' }],
      expect: { ...answered, entries: [{ digits: '25', ended: 'full' }], told: [entered('25'), over()] },
      in: {
        opentact: { '/start': ot('numDigits="2"'), '/keys': thanks.opentact },
        bandwidth: { '/start': bw('maxDigits="2"'), '/keys': thanks.bandwidth },
        'bandwidth-v1': { '/start': v1('maxDigits="2"'), '/keys': thanks['bandwidth-v1'] },
        ozml: { '/start': oz('Digits="2"'), '/keys': thanks.ozml },
      },
    },
    {
      name: 'leading zeros stay',
      caller: [asking, { press: '0042' }],
      expect: { ...answered, entries: [{ digits: '0042', ended: 'full' }], told: [entered('0042'), over()] },
      in: {
        opentact: { '/start': ot('numDigits="4"'), '/keys': thanks.opentact },
        bandwidth: { '/start': bw('maxDigits="4"'), '/keys': thanks.bandwidth },
        'bandwidth-v1': { '/start': v1('maxDigits="4"'), '/keys': thanks['bandwidth-v1'] },
        ozml: { '/start': oz('Digits="4"'), '/keys': thanks.ozml },
      },
    },
    {
      name: 'star and pound are digits like any other, when no key is to finish',
      caller: [asking, { press: '1*#' }],
      expect: { ...answered, entries: [{ digits: '1*#', ended: 'full' }], told: [entered('1*#'), over()] },
      in: {
        opentact: { '/start': ot('numDigits="3" finishOnKey=""'), '/keys': thanks.opentact },
        bandwidth: { '/start': bw('maxDigits="3"'), '/keys': thanks.bandwidth },
        'bandwidth-v1': { '/start': v1('maxDigits="3" terminatingDigits="0"'), '/keys': thanks['bandwidth-v1'] },
        ozml: { '/start': oz('Digits="3"'), '/keys': thanks.ozml },
      },
    },
    {
      name: 'a key finishes an entry, and is no part of it',
      caller: [asking, { press: '123#' }],
      expect: {
        ...answered,
        entries: [{ digits: '123', ended: 'terminator' }],
        told: [entered('123', { finishedBy: '#', ended: 'terminator' }), over()],
        withinMs: 10_000,
      },
      in: {
        opentact: { '/start': ot('numDigits="10" finishOnKey="#"'), '/keys': thanks.opentact },
        bandwidth: { '/start': bw('terminatingDigits="#"'), '/keys': thanks.bandwidth },
        'bandwidth-v1': { '/start': v1(''), '/keys': thanks['bandwidth-v1'] },
        ozml: noFinishingKey,
      },
    },
    {
      name: 'the finishing key alone is an entry of nothing',
      caller: [asking, { press: '*' }],
      expect: {
        ...answered,
        entries: [{ digits: '', ended: 'terminator' }],
        told: [entered('', { finishedBy: '*', success: false, ended: 'terminator' }), over()],
        withinMs: 10_000,
      },
      in: {
        opentact: { '/start': ot('numDigits="4"'), '/keys': thanks.opentact },
        bandwidth: { '/start': bw('terminatingDigits="*#"'), '/keys': thanks.bandwidth },
        'bandwidth-v1': { '/start': v1('terminatingDigits="*#"'), '/keys': thanks['bandwidth-v1'] },
        ozml: noFinishingKey,
      },
    },
    {
      name: 'each key gives the time between keys anew; when it is over, what is there counts',
      caller: [asked, { press: '1' }, { waitMs: 1400 }, { press: '2' }, { waitMs: 1400 }, { press: '3' }],
      expect: {
        ...answered,
        entries: [{ digits: '123', ended: 'time-over' }],
        told: [entered('123', { ended: 'time-over' }), over()],
      },
      in: {
        opentact: notSupported('There is one time for the whole entry, and an entry of fewer digits fails.'),
        bandwidth: { '/start': bw('interDigitTimeout="2"'), '/keys': thanks.bandwidth },
        'bandwidth-v1': { '/start': v1('interDigitTimeout="2"'), '/keys': thanks['bandwidth-v1'] },
        ozml: { '/start': oz('MinDigits="1" MaxDigits="10"'), '/keys': thanks.ozml },
      },
    },
    {
      name: 'one time for the whole entry, which no key makes longer',
      caller: [asked, { press: '1' }, { waitMs: 1400 }, { press: '2' }],
      expect: {
        ...answered,
        entries: [{ digits: '12', ended: 'time-over' }],
        told: [entered('12', { success: false, ended: 'time-over' }), over()],
        withinMs: 8000,
      },
      in: {
        opentact: { '/start': ot('numDigits="4" timeout="3000"'), '/keys': thanks.opentact },
        bandwidth: notSupported('Each key gives the time between keys anew; the whole entry has no time of its own.'),
        'bandwidth-v1': notSupported('As in v2: there is a time between keys only.'),
        ozml: notSupported('Each key gives 3 s anew; the whole entry has no time of its own.'),
      },
    },
    {
      name: 'too few keys for an entry that wants four',
      caller: [asked, { press: '12' }],
      expect: {
        heard: [question, 'Too short.'],
        entries: [{ digits: '12', ended: 'time-over' }],
        told: [entered('12', { success: false, ended: 'time-over' }), over()],
        hungUpBy: 'application',
      },
      in: {
        opentact: { '/start': ot('numDigits="4" timeout="2000"') + last('opentact', 'Too short.'), '/keys': '' },
        bandwidth: notSupported('There is no least number of keys: the application counts them.'),
        'bandwidth-v1': notSupported('As in v2: the application counts the keys.'),
        ozml: differs(
          { '/start': oz('Digits="4"') + last('ozml', 'Too short.') },
          'An entry that is too short is not told; the commands behind it run.',
          { told: [over()] },
        ),
      },
    },
    {
      name: 'nothing is keyed',
      caller: [],
      expect: {
        heard: [question, 'Nothing.'],
        entries: [{ digits: '', ended: 'nothing-keyed' }],
        told: [entered('', { success: false, ended: 'time-over' }), over()],
        hungUpBy: 'application',
      },
      in: {
        opentact: { '/start': ot('timeout="2000"'), '/keys': last('opentact', 'Nothing.') },
        bandwidth: { '/start': bw('firstDigitTimeout="2"'), '/keys': last('bandwidth', 'Nothing.') },
        'bandwidth-v1': { '/start': v1('interDigitTimeout="2"'), '/keys': last('bandwidth-v1', 'Nothing.') },
        ozml: differs(
          { '/start': oz('Timeout="2"') + last('ozml', 'Nothing.') },
          'An empty entry is not told; the commands behind it run.',
          { told: [over()] },
        ),
      },
    },
    {
      name: 'nothing is keyed, the question is asked again, and then a key comes',
      caller: [{ until: 'prompt-started', prompt: 2 }, { press: '7' }],
      expect: {
        heard: [question, question, 'Thank you.'],
        entries: [
          { digits: '', ended: 'nothing-keyed' },
          { digits: '7', ended: 'full' },
        ],
        told: [entered('7'), over()],
      },
      in: {
        opentact: differs(
          { '/start': ot('timeout="2000" attempts="2"'), '/keys': ['', thanks.opentact] },
          'Each attempt is told, also the one that failed.',
          { told: [entered('', { success: false, ended: 'time-over' }), entered('7'), over()] },
        ),
        bandwidth: {
          '/start': bw('firstDigitTimeout="2" maxDigits="1" repeatCount="2"'),
          '/keys': thanks.bandwidth,
        },
        'bandwidth-v1': differs(
          {
            '/start': v1('interDigitTimeout="2" maxDigits="1"'),
            '/keys': [v1('interDigitTimeout="2" maxDigits="1"'), thanks['bandwidth-v1']],
          },
          'Nothing repeats by itself: the application, which is told of the empty entry, asks again.',
          { told: [entered('', { success: false, ended: 'time-over' }), entered('7'), over()] },
        ),
        ozml: { '/start': oz('Timeout="2" Repeat="true"'), '/keys': thanks.ozml },
      },
    },
    ...earlyKeys,
  ],
};
