// Keys that come early or late: while a question is heard, while the application thinks, behind a full entry; secrets; and a
// caller who leaves.
import { entered, notSupported, over, type Story } from './story.ts';
import { ask, asking, question, say, slow, thanks } from './words.ts';

const noFinishingKey = notSupported('No key finishes an entry: UserInput has a number of digits, or a time.');
const ot = ask.opentact;
const bw = ask.bandwidth;
const v1 = ask['bandwidth-v1'];
const oz = ask.ozml;
const answered = { heard: [question, 'Thank you.'], hungUpBy: 'application' } as const;

export const earlyKeys: readonly Story[] = [
  {
    name: 'the first key stops the question and what stands behind it, and counts',
    caller: [asking, { waitMs: 300 }, { press: '98' }],
    expect: {
      ...answered,
      cutShort: [question],
      entries: [{ digits: '98', ended: 'full' }],
      told: [entered('98'), over()],
    },
    in: {
      opentact: { '/start': ot('numDigits="2"', '/keys', question, 'Take your time.'), '/keys': thanks.opentact },
      bandwidth: { '/start': bw('maxDigits="2"', '/keys', question, 'Take your time.'), '/keys': thanks.bandwidth },
      'bandwidth-v1': {
        '/start': v1('maxDigits="2"', '/keys', question, 'Take your time.'),
        '/keys': thanks['bandwidth-v1'],
      },
      ozml: { '/start': oz('Digits="2"', '/keys', question, 'Take your time.'), '/keys': thanks.ozml },
    },
  },
  {
    name: 'a sentence that no key stops, and the keys count all the same',
    caller: [asking, { waitMs: 200 }, { press: '98' }],
    expect: { ...answered, cutShort: [], entries: [{ digits: '98', ended: 'full' }], told: [entered('98'), over()] },
    in: {
      opentact: {
        '/start': `${say.opentact(question)}<Gather callback="/keys" numDigits="2"/>`,
        '/keys': thanks.opentact,
      },
      bandwidth: {
        '/start': `${say.bandwidth(question)}<Gather gatherUrl="/keys" maxDigits="2"/>`,
        '/keys': thanks.bandwidth,
      },
      'bandwidth-v1': {
        '/start': `${say['bandwidth-v1'](question)}<Gather requestUrl="/keys" maxDigits="2"/>`,
        '/keys': thanks['bandwidth-v1'],
      },
      ozml: {
        '/start': `${say.ozml(question)}<UserInput ForwardToUrl="/keys" Digits="2"/>`,
        '/keys': thanks.ozml,
      },
    },
  },
  {
    name: 'keys that come while the application thinks are there for its next question',
    caller: [asking, { press: '12' }, { until: 'request', request: '/keys' }, { waitMs: 300 }, { press: '34' }],
    expect: {
      ...answered,
      entries: [
        { digits: '12', ended: 'full' },
        { digits: '34', ended: 'full' },
      ],
      told: [entered('12'), entered('34'), over()],
    },
    in: {
      opentact: {
        '/start': ot('numDigits="2"'),
        '/keys': slow(ot('numDigits="2"', '/more', 'And two more.')),
        '/more': thanks.opentact,
      },
      bandwidth: {
        '/start': bw('maxDigits="2"'),
        '/keys': slow(bw('maxDigits="2"', '/more', 'And two more.')),
        '/more': thanks.bandwidth,
      },
      'bandwidth-v1': {
        '/start': v1('maxDigits="2"'),
        '/keys': slow(v1('maxDigits="2"', '/more', 'And two more.')),
        '/more': thanks['bandwidth-v1'],
      },
      ozml: {
        '/start': oz('Digits="2"'),
        '/keys': slow(oz('Digits="2"', '/more', 'And two more.')),
        '/more': thanks.ozml,
      },
    },
  },
  {
    name: 'the finishing key behind an entry that was full already ends nothing, nor does it stop the next question',
    caller: [asking, { press: '12#' }, { until: 'prompt-ended', prompt: 'And two more.' }, { press: '34' }],
    expect: {
      heard: [question, 'And two more.', 'Thank you.'],
      cutShort: [question],
      entries: [
        { digits: '12', ended: 'full' },
        { digits: '34', ended: 'full' },
      ],
      told: [entered('12'), entered('34'), over()],
    },
    in: {
      opentact: {
        '/start': ot('numDigits="2" finishOnKey="#"'),
        '/keys': ot('numDigits="2" finishOnKey="#"', '/more', 'And two more.'),
        '/more': thanks.opentact,
      },
      bandwidth: {
        '/start': bw('maxDigits="2" terminatingDigits="#"'),
        '/keys': bw('maxDigits="2" terminatingDigits="#"', '/more', 'And two more.'),
        '/more': thanks.bandwidth,
      },
      'bandwidth-v1': {
        '/start': v1('maxDigits="2"'),
        '/keys': v1('maxDigits="2"', '/more', 'And two more.'),
        '/more': thanks['bandwidth-v1'],
      },
      ozml: noFinishingKey,
    },
  },
  {
    name: 'a secret entry reaches the application and is masked everywhere else',
    caller: [asking, { press: '4711' }],
    expect: { ...answered, entries: [{ digits: '••••', ended: 'full' }], told: [entered('4711'), over()] },
    in: {
      opentact: { '/start': ot('numDigits="4" sensitive="true"'), '/keys': thanks.opentact },
      bandwidth: { '/start': bw('maxDigits="4" sensitive="true"'), '/keys': thanks.bandwidth },
      'bandwidth-v1': notSupported('Gather has no word for a secret.'),
      ozml: { '/start': oz('Digits="4" Sensitive="true"'), '/keys': thanks.ozml },
    },
  },
  {
    name: 'the caller hangs up in the middle of an entry: only the end of the call is told',
    caller: [asking, { press: '12' }, { waitMs: 200 }, { hangUp: true }],
    expect: {
      heard: [question],
      entries: [{ digits: '12', ended: 'hung-up' }],
      told: [over()],
      hungUpBy: 'caller',
    },
    in: {
      opentact: { '/start': ot('numDigits="4"'), '/keys': thanks.opentact },
      bandwidth: { '/start': bw('maxDigits="4"'), '/keys': thanks.bandwidth },
      'bandwidth-v1': { '/start': v1('maxDigits="4"'), '/keys': thanks['bandwidth-v1'] },
      ozml: { '/start': oz('Digits="4"'), '/keys': thanks.ozml },
    },
  },
];
