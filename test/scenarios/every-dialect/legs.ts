// Somebody else is called and connected with the caller.
import { type Chapter, differs, entered, notSupported, over } from './story.ts';
import { ask, asked, last, question, say } from './words.ts';

const talks = { 'a@x': { answerAfterMs: 500, hangUpAfterMs: 2000 } } as const;
const back = 'Welcome back.';
const endsTheScript = 'A transfer that worked ends the script.';
const onlyWhenAnswered = 'A transfer is told only when somebody answered; else the next verb runs.';
const talked = { what: 'transfer', outcome: 'talked' } as const;
const bw = (attributes = '', inside = '<SipUri>a@x</SipUri>'): string =>
  `<Transfer transferCompleteUrl="/done" ${attributes}>${inside}</Transfer>`;

export const legs: Chapter = {
  title: 'Other parties',
  stories: [
    {
      name: 'somebody is called, answers and hangs up: the caller goes on',
      caller: [],
      callees: talks,
      expect: { heard: ['ringback', back], told: [talked, over()], hungUpBy: 'application' },
      in: {
        opentact: { '/start': `<Dial><Sip>a@x</Sip></Dial>${last('opentact', back)}` },
        bandwidth: { '/start': bw(), '/done': last('bandwidth', back) },
        'bandwidth-v1': {
          '/start': '<Transfer transferTo="a@x" requestUrl="/done"/>',
          '/done': last('bandwidth-v1', back),
        },
        ozml: differs(
          { '/start': `<BlindTransfer Target="a@x" FinishedUrl="/done"/>${last('ozml', back)}`, '/done': '' },
          endsTheScript,
          { heard: ['ringback'] },
        ),
      },
    },
    {
      name: 'who is called is busy',
      caller: [],
      callees: { 'a@x': { refuse: { sipStatus: 486 } } },
      expect: {
        heard: ['ringback', 'Not now.'],
        told: [{ what: 'transfer', outcome: 'busy' }, over()],
        hungUpBy: 'application',
      },
      in: {
        opentact: { '/start': `<Dial><Sip>a@x</Sip><Error>${say.opentact('Not now.')}</Error></Dial><Hangup/>` },
        bandwidth: { '/start': bw(), '/done': last('bandwidth', 'Not now.') },
        'bandwidth-v1': differs(
          { '/start': `<Transfer transferTo="a@x" requestUrl="/done"/>${last('bandwidth-v1', 'Not now.')}` },
          onlyWhenAnswered,
          { told: [over()] },
        ),
        ozml: {
          '/start': `<BlindTransfer Target="a@x" FinishedUrl="/done"/>${last('ozml', 'Not now.')}`,
          '/done': '',
        },
      },
    },
    {
      name: 'nobody answers in time',
      caller: [],
      callees: { 'a@x': {} },
      expect: {
        heard: ['ringback', 'Nobody is there.'],
        told: [{ what: 'transfer', outcome: 'nobody' }, over()],
        hungUpBy: 'application',
        longerThanMs: 2000,
        withinMs: 6000,
      },
      in: {
        opentact: {
          '/start': `<Dial timeout="2000"><Sip>a@x</Sip><Error>${say.opentact('Nobody is there.')}</Error></Dial><Hangup/>`,
        },
        bandwidth: { '/start': bw('callTimeout="2"'), '/done': last('bandwidth', 'Nobody is there.') },
        'bandwidth-v1': differs(
          { '/start': `<Transfer transferTo="a@x" callTimeout="2"/>${last('bandwidth-v1', 'Nobody is there.')}` },
          onlyWhenAnswered,
          { told: [over()] },
        ),
        ozml: differs(
          {
            '/start': `<BlindTransfer Target="a@x" FinishedUrl="/done"/>${last('ozml', 'Nobody is there.')}`,
            '/done': '',
          },
          'How long it rings cannot be said: 60 s.',
          { longerThanMs: 60_000, withinMs: 66_000 },
        ),
      },
    },
    {
      name: 'of two that are called the first who answers is connected',
      caller: [],
      callees: { 'a@x': {}, 'b@x': { answerAfterMs: 700, hangUpAfterMs: 1500 } },
      expect: { heard: ['ringback', back], told: [talked, over()], hungUpBy: 'application' },
      in: {
        opentact: { '/start': `<Dial><Sip>a@x</Sip><Sip>b@x</Sip></Dial>${last('opentact', back)}` },
        bandwidth: { '/start': bw('', '<SipUri>a@x</SipUri><SipUri>b@x</SipUri>'), '/done': last('bandwidth', back) },
        'bandwidth-v1': {
          '/start':
            '<Transfer requestUrl="/done"><PhoneNumber>a@x</PhoneNumber><PhoneNumber>b@x</PhoneNumber></Transfer>',
          '/done': last('bandwidth-v1', back),
        },
        ozml: notSupported('BlindTransfer and Route call one party.'),
      },
    },
    {
      name: 'the caller hangs up in the talk',
      caller: [{ until: 'prompt-ended', prompt: 'ringback' }, { waitMs: 1000 }, { hangUp: true }],
      callees: { 'a@x': { answerAfterMs: 500 } },
      expect: { heard: ['ringback'], told: [over()], hungUpBy: 'caller' },
      in: {
        opentact: { '/start': `<Dial><Sip>a@x</Sip></Dial>${last('opentact', back)}` },
        bandwidth: { '/start': bw(), '/done': last('bandwidth', back) },
        'bandwidth-v1': {
          '/start': '<Transfer transferTo="a@x" requestUrl="/done"/>',
          '/done': last('bandwidth-v1', back),
        },
        ozml: { '/start': `<BlindTransfer Target="a@x"/>${last('ozml', back)}` },
      },
    },
    {
      name: 'keys of a talk are for the other side, not for the question behind it',
      caller: [{ until: 'prompt-ended', prompt: 'ringback' }, { waitMs: 500 }, { press: '123' }, asked, { press: '7' }],
      callees: { 'a@x': { answerAfterMs: 500, hangUpAfterMs: 3500 } },
      expect: {
        heard: ['ringback', question, 'Thank you.'],
        entries: [{ digits: '7', ended: 'full' }],
        told: [talked, entered('7'), over()],
      },
      in: {
        opentact: {
          '/start': `<Dial><Sip>a@x</Sip></Dial>${ask.opentact('')}`,
          '/keys': last('opentact', 'Thank you.'),
        },
        bandwidth: {
          ...{ '/start': bw(), '/done': ask.bandwidth('maxDigits="1"') },
          '/keys': last('bandwidth', 'Thank you.'),
        },
        'bandwidth-v1': {
          '/start': '<Transfer transferTo="a@x" requestUrl="/done"/>',
          '/done': ask['bandwidth-v1']('maxDigits="1"'),
          '/keys': last('bandwidth-v1', 'Thank you.'),
        },
        ozml: notSupported(endsTheScript),
      },
    },
    {
      name: "the caller's own phone rings on until somebody else answers",
      caller: [],
      callees: { 'a@x': { answerAfterMs: 700, hangUpAfterMs: 1500 } },
      expect: { heard: [], answered: true, told: [over()], hungUpBy: 'application' },
      in: {
        opentact: notSupported('Dial answers the call, and the caller hears it ring.'),
        bandwidth: { '/start': '<Forward to="a@x"/>' },
        'bandwidth-v1': notSupported('A call is answered before its first document.'),
        ozml: { '/start': '<Route Destination="a@x"/>' },
      },
    },
    {
      name: 'who is called hears a sentence alone, and then the two are connected',
      caller: [],
      callees: { 'a@x': { answerAfterMs: 500, hangUpAfterMs: 4000 } },
      expect: {
        heard: ['ringback', 'A call for you.', back],
        told: [{ what: 'callee-answered' }, talked, over()],
        hungUpBy: 'application',
      },
      in: {
        opentact: notSupported('Who is dialled is joined at once.'),
        bandwidth: {
          '/start': bw('', '<SipUri transferAnswerUrl="/screen">a@x</SipUri>'),
          '/screen': say.bandwidth('A call for you.'),
          '/done': last('bandwidth', back),
        },
        'bandwidth-v1': {
          '/start': `<Transfer transferTo="a@x" requestUrl="/done">${say['bandwidth-v1']('A call for you.')}</Transfer>`,
          '/done': last('bandwidth-v1', back),
        },
        ozml: notSupported('Who is called is joined at once.'),
      },
    },
    {
      name: 'who is called is asked first, and sent keys, before the two are connected',
      caller: [],
      callees: { 'a@x': { answerAfterMs: 500, press: '1', hangUpAfterMs: 8000 } },
      expect: {
        sent: [{ to: 'callee', keys: '9' }],
        entries: [{ digits: '1', ended: 'full' }],
        told: [{ what: 'callee-answered' }, entered('1'), talked, over()],
      },
      in: {
        opentact: notSupported('Who is dialled is joined at once.'),
        bandwidth: {
          '/start': bw('', '<SipUri transferAnswerUrl="/screen">a@x</SipUri>'),
          '/screen': ask.bandwidth('maxDigits="1" firstDigitTimeout="3"', '/accept', 'A call for you.'),
          '/accept': '<SendDtmf>9</SendDtmf>',
          '/done': last('bandwidth', back),
        },
        'bandwidth-v1': notSupported('Who is called hears what stands in the Transfer, and is asked nothing.'),
        ozml: notSupported('Who is called is joined at once; SendDTMF with Party callee comes by URL.'),
      },
    },
    {
      name: 'the caller waits in a conference until somebody ends it',
      caller: [{ until: 'answered' }, { waitMs: 1200 }, { conference: { kind: 'end', reason: 'over' } }],
      expect: { heard: [back], told: [over()], longerThanMs: 1200, hungUpBy: 'application' },
      in: {
        opentact: notSupported('There are no conferences.'),
        bandwidth: { '/start': `<Conference>ops</Conference>${last('bandwidth', back)}` },
        'bandwidth-v1': { '/start': `<Conference from="+15551230000"/>${last('bandwidth-v1', back)}` },
        ozml: notSupported('There are no conferences.'),
      },
    },
    {
      name: 'the caller is put on hold for a while',
      caller: [],
      expect: { heard: ['One.', 'Two.'], holds: 1, longerThanMs: 1000, hungUpBy: 'application' },
      in: {
        opentact: { '/start': `${say.opentact('One.')}<Hold timeout="1000"/>${last('opentact', 'Two.')}` },
        bandwidth: notSupported('Only a Conference has hold.'),
        'bandwidth-v1': notSupported('Only a conference has hold.'),
        ozml: notSupported('Hold goes through the HTTP API of the server: see the commands below.'),
      },
    },
  ],
};
