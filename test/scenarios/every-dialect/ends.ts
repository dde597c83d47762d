// How calls begin and end: refusals, other documents, and applications that fail.
import { type Chapter, differs, notSupported, over } from './story.ts';
import { apology, asIs, ask, asking, gone, last, question, say, thanks } from './words.ts';

const isAnswered = 'A call is answered before its first document.';
const alwaysClear = 'Every end of an answered call is told as NORMAL_CLEARING.';

export const ends: Chapter = {
  title: 'Beginnings and ends',
  stories: [
    {
      name: 'a call is refused',
      caller: [],
      expect: { heard: [], answered: false, told: [over('refused')], hungUpBy: 'application' },
      in: {
        opentact: { '/start': '<Reject/>' },
        bandwidth: { '/start': '<Hangup/>' },
        'bandwidth-v1': notSupported(`${isAnswered} Refuse it over REST, with autoAnswer false.`),
        ozml: { '/start': '<Reject/>' },
      },
    },
    {
      name: 'a document without a verb',
      caller: [],
      expect: { heard: [], answered: false, told: [over('refused')], hungUpBy: 'application' },
      in: {
        opentact: { '/start': asIs('<Response/>') },
        bandwidth: { '/start': asIs('<Response/>') },
        'bandwidth-v1': differs({ '/start': asIs('<Response/>') }, isAnswered, { answered: true, told: [over()] }),
        ozml: { '/start': asIs('<Response/>') },
      },
    },
    {
      name: 'the caller gives up while it rings',
      caller: [{ waitMs: 1000 }, { hangUp: true }],
      callees: { 'a@x': {} },
      expect: { heard: [], answered: false, told: [over('given-up')], hungUpBy: 'caller' },
      in: {
        opentact: { '/start': `<Answer delay="20000"/>${thanks.opentact}` },
        bandwidth: { '/start': '<Ring duration="20" answerCall="false"/>' },
        'bandwidth-v1': notSupported(isAnswered),
        ozml: { '/start': '<Route Destination="a@x"/>' },
      },
    },
    {
      name: 'another document is asked for, by an address relative to this one',
      caller: [],
      expect: {
        heard: ['One.', 'Thank you.'],
        told: [{ what: 'asked', path: '/next' }, over()],
        hungUpBy: 'application',
      },
      in: {
        opentact: { '/start': `${say.opentact('One.')}<Redirect>next</Redirect>`, '/next': thanks.opentact },
        bandwidth: { '/start': `${say.bandwidth('One.')}<Redirect redirectUrl="next"/>`, '/next': thanks.bandwidth },
        'bandwidth-v1': {
          '/start': `${say['bandwidth-v1']('One.')}<Redirect requestUrl="next"/>`,
          '/next': thanks['bandwidth-v1'],
        },
        ozml: { '/start': `${say.ozml('One.')}<GoTo Url="next"/>`, '/next': thanks.ozml },
      },
    },
    {
      name: 'the first document cannot be had',
      caller: [],
      expect: { heard: [apology], answered: true, told: [over('fault')], hungUpBy: 'application' },
      in: {
        opentact: { '/start': gone },
        bandwidth: { '/start': gone },
        'bandwidth-v1': differs(
          { '/start': gone },
          'The call is refused with 503, so that the provider may try another way.',
          { heard: [], answered: false },
        ),
        ozml: { '/start': gone },
      },
    },
    {
      name: 'the first answer is empty',
      caller: [],
      expect: { heard: [apology], answered: true, told: [over('fault')], hungUpBy: 'application' },
      in: {
        opentact: { '/start': asIs('') },
        bandwidth: { '/start': asIs('') },
        'bandwidth-v1': differs({ '/start': asIs('') }, 'It ends the call.', { heard: [], told: [over()] }),
        ozml: { '/start': asIs('') },
      },
    },
    {
      name: 'a document that is not well-formed',
      caller: [],
      expect: { heard: [apology], answered: true, told: [over('fault')], hungUpBy: 'application' },
      in: {
        opentact: { '/start': asIs('<Response><Say>Hello</Response>') },
        bandwidth: { '/start': asIs('<Response><SpeakSentence>Hello</Response>') },
        'bandwidth-v1': differs({ '/start': asIs('<Response><SpeakSentence>Hello</Response>') }, alwaysClear, {
          told: [over()],
        }),
        ozml: { '/start': asIs('<Response><Speak>Hello</Response>') },
      },
    },
    {
      name: 'a verb that nobody knows',
      caller: [],
      expect: { heard: [apology], answered: true, told: [over('fault')], hungUpBy: 'application' },
      in: {
        opentact: differs({ '/start': `<Sai/>${thanks.opentact}` }, 'It is skipped.', {
          heard: ['Thank you.'],
          told: [over()],
        }),
        bandwidth: { '/start': `<Sai/>${thanks.bandwidth}` },
        'bandwidth-v1': differs({ '/start': `<Sai/>${thanks['bandwidth-v1']}` }, alwaysClear, { told: [over()] }),
        ozml: differs({ '/start': `<Sai/>${thanks.ozml}` }, 'It is skipped.', {
          heard: ['Thank you.'],
          told: [over()],
        }),
      },
    },
    {
      name: 'the application fails when it is told the keys',
      caller: [asking, { press: '1' }],
      expect: { heard: [question, apology], answered: true, hungUpBy: 'application' },
      in: {
        opentact: { '/start': ask.opentact(''), '/keys': gone },
        bandwidth: { '/start': ask.bandwidth('maxDigits="1"'), '/keys': gone },
        'bandwidth-v1': { '/start': ask['bandwidth-v1']('maxDigits="1"'), '/keys': gone },
        ozml: { '/start': ask.ozml(''), '/keys': gone },
      },
    },
    {
      name: 'the application fails when it is told the keys, and the document says what to do then',
      caller: [asking, { press: '1' }],
      expect: { heard: [question, 'Then not.'], hungUpBy: 'application' },
      in: {
        opentact: {
          '/start': `${ask.opentact('').replace('</Gather>', `<Error>${say.opentact('Then not.')}</Error></Gather>`)}<Hangup/>`,
          '/keys': gone,
        },
        bandwidth: {
          '/start': ask.bandwidth('maxDigits="1" gatherFallbackUrl="/instead"'),
          '/keys': gone,
          '/instead': last('bandwidth', 'Then not.'),
        },
        'bandwidth-v1': notSupported('A requestUrl has no second address.'),
        ozml: { '/start': ask.ozml('') + last('ozml', 'Then not.'), '/keys': gone },
      },
    },
    {
      name: 'the application answers the keys with nothing',
      caller: [asking, { press: '1' }],
      expect: { heard: [question], hungUpBy: 'application', withinMs: 6000 },
      in: {
        opentact: differs(
          { '/start': ask.opentact('') + last('opentact', 'Going on.'), '/keys': asIs('') },
          'The document goes on.',
          { heard: [question, 'Going on.'] },
        ),
        bandwidth: { '/start': ask.bandwidth('maxDigits="1"') + last('bandwidth', 'Never.'), '/keys': asIs('') },
        'bandwidth-v1': { '/start': ask['bandwidth-v1']('maxDigits="1"'), '/keys': asIs('') },
        ozml: differs(
          { '/start': ask.ozml('') + last('ozml', 'Going on.'), '/keys': asIs('') },
          'The commands behind it run.',
          { heard: [question, 'Going on.'] },
        ),
      },
    },
  ],
};
