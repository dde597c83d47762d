// Bandwidth's v1: calls that documents run (events by GET), and calls that commands drive while events are told (by POST).
// What other dialects say too stands in every-dialect/.
import type { Command } from '../../src/call/event.ts';
import { callbackOf, tell } from '../../src/dialects/bandwidth-v1/callback.ts';
import { gatherBlock } from '../../src/dialects/bandwidth-v1/rest/gather.ts';
import { Input } from '../../src/dialects/bandwidth-v1/rest/input.ts';
import * as build from '../../src/flow/build.ts';
import type { ExpectedRequest, Scenario } from '../../src/testkit/index.ts';

const origin = 'http://app.test';
const question = 'Please enter your 5 digit code';
const thanks = '<Response><SpeakSentence>Thank you.</SpeakSentence><Hangup/></Response>';
const asked = { until: 'prompt-started', prompt: question } as const;

const bxml = (inside: string): string => `<?xml version="1.0" encoding="UTF-8"?><Response>${inside}</Response>`;
const gather = (attributes: string, behind = ''): string =>
  bxml(`<Gather requestUrl="/result" ${attributes}><SpeakSentence>${question}</SpeakSentence></Gather>${behind}`);

type Rest = Omit<Scenario, 'name' | 'dialect' | 'first'>;

/** By GET: incomingcall gets the same answer as answer, and nobody reads it. */
const document = (name: string, rest: Rest): Scenario => ({
  name: `bandwidth v1: ${name}`,
  dialect: 'bandwidth-v1',
  first: { path: '/start', method: 'GET' },
  ...rest,
});
const asks = (path: string, eventType: string, query = ''): ExpectedRequest => ({
  method: 'GET',
  url: `${path}?eventType=${eventType}${query}`,
});
const opened = [asks('/start', 'incomingcall', '&callState=active'), asks('/start', 'answer', '&callState=active')];
const over = (cause = 'NORMAL_CLEARING'): ExpectedRequest => asks('/start', 'hangup', `&cause=${cause}`);

const documents: readonly Scenario[] = [
  document('a gather that is full is told, and its answer is the next document', {
    application: { '/start': gather('maxDigits="5" terminatingDigits="*" interDigitTimeout="7"'), '/result': thanks },
    caller: [asked, { press: '12345' }],
    expect: {
      prompts: [question, 'Thank you.'],
      requests: [
        ...opened,
        asks('/result', 'gather', '&reason=max-digits&state=completed&digits=12345&terminatingDigit='),
        over(),
      ],
      gathers: [{ digits: '12345', reason: 'max-digits' }],
      endedBy: 'application',
    },
  }),
  document('a gather without any key is told too, so that the application can ask again', {
    application: { '/start': gather('interDigitTimeout="2"'), '/result': [gather('maxDigits="1"'), thanks] },
    caller: [{ until: 'prompt-started', prompt: 2 }, { press: '7' }],
    expect: {
      prompts: [question, question, 'Thank you.'],
      requests: [
        ...opened,
        asks('/result', 'gather', '&reason=inter-digit-timeout&digits='),
        asks('/result', 'gather', '&reason=max-digits&digits=7'),
        over(),
      ],
    },
  }),
  document('a gather with a verb behind it is told and left, and its answer is for nobody', {
    application: {
      '/start': gather('maxDigits="1"', '<SpeakSentence>Going on.</SpeakSentence><Hangup/>'),
      '/result': thanks,
    },
    caller: [asked, { press: '1' }],
    expect: {
      prompts: [question, 'Going on.'],
      requests: [...opened, asks('/result', 'gather', '&digits=1'), over()],
      endedBy: 'application',
    },
  }),
  document('sounds, pauses, keys and redirects follow each other', {
    application: {
      '/start': bxml(
        '<PlayAudio repeatCount="2">/a.wav</PlayAudio><Pause length="0.5"/><SendDtmf>1w2</SendDtmf><Redirect requestUrl="/next"/>',
      ),
      '/next': thanks,
    },
    mediaMs: { [`${origin}/a.wav`]: 400 },
    caller: [],
    expect: {
      prompts: [`${origin}/a.wav`, 'Thank you.'],
      requests: [...opened, asks('/next', 'redirect', '&callState=active'), over()],
    },
  }),
  document('a recording is told while the call is up, and its answer runs', {
    application: {
      '/start': bxml('<Record requestUrl="/recorded" terminatingDigits="#" silenceTimeout="0"/>'),
      '/recorded': thanks,
    },
    caller: [{ until: 'answered' }, { speakMs: 1000 }, { press: '#' }],
    expect: {
      prompts: ['Thank you.'],
      requests: [...opened, asks('/recorded', 'recording', '&status=complete&state=complete'), over()],
    },
  }),
  document('a transfer that is answered ends the call, and is told where its events go', {
    application: {
      '/start': bxml('<Transfer transferTo="sip:a@x" tag="t"/><SpeakSentence>Never heard.</SpeakSentence>'),
    },
    callees: { 'sip:a@x': { answerAfterMs: 500, hangUpAfterMs: 2000 } },
    caller: [],
    expect: {
      prompts: ['ringback'],
      requests: [...opened, asks('/start', 'transferComplete', '&callState=active&tag=t'), over()],
      failures: [],
      endedBy: 'application',
    },
  }),
  document('whoever answers a transfer is spoken to alone first', {
    application: {
      '/start': bxml('<Transfer transferTo="sip:a@x"><SpeakSentence>A call for you.</SpeakSentence></Transfer>'),
    },
    callees: { 'sip:a@x': { answerAfterMs: 500, hangUpAfterMs: 5000 } },
    caller: [],
    expect: {
      prompts: ['ringback', 'A call for you.'],
      requests: [...opened, asks('/start', 'transferComplete'), over()],
      failures: [],
    },
  }),
  document('a transfer that nobody answers goes on with the next verb', {
    application: {
      '/start': bxml(
        '<Transfer callTimeout="20"><PhoneNumber>sip:a@x</PhoneNumber><PhoneNumber>sip:b@x</PhoneNumber></Transfer><SpeakSentence>Nobody is there.</SpeakSentence><Hangup/>',
      ),
    },
    callees: { 'sip:a@x': { refuse: { sipStatus: 486 } }, 'sip:b@x': { refuse: { sipStatus: 480, afterMs: 300 } } },
    caller: [],
    expect: { prompts: ['ringback', 'Nobody is there.'], requests: [...opened, over()] },
  }),
];

/** By POST: commands come as they do over REST. */
const driven = (name: string, rest: Rest): Scenario => ({
  name: `bandwidth v1: ${name}`,
  dialect: 'bandwidth-v1',
  ...rest,
});
const callback = callbackOf({ url: `${origin}/start` });
const beside = (name: string, body: Extract<Command, { kind: 'beside' }>['body']) =>
  ({ command: { kind: 'beside', name, body } }) as const;
const gatherOverRest = (id: string, fields: Readonly<Record<string, unknown>>) =>
  beside(id, gatherBlock(id, new Input('gather', fields), callback));
const speak = (text: string) =>
  beside('audio', [build.play(text, { at: { ...build.nowhere, path: 'audio' }, notify: tell(callback, 'sound') })]);
const told = (eventType: string, body: Readonly<Record<string, unknown>> = {}): ExpectedRequest => ({
  method: 'POST',
  url: '/start',
  body: { eventType, ...body },
});
const party = { from: '15551230001', to: '15551239999', callState: 'active' };
const begun = [told('incomingcall', party), told('answer', party)];
const ended = told('hangup', { cause: 'NORMAL_CLEARING', callState: 'completed' });
const ready = { until: 'answered' } as const;
const longSentence = 'A sentence that is long enough to be interrupted by another one.';
const howTo = {
  maxDigits: '5',
  terminatingDigits: '*',
  interDigitTimeout: '7',
  prompt: { sentence: question },
};

const commands: readonly Scenario[] = [
  driven('the gather of the how-to, over REST, is told with its digits', {
    application: { '/start': '' },
    caller: [ready, gatherOverRest('gtr-1', howTo), asked, { press: '12345' }, { waitMs: 500 }, { hangUp: true }],
    expect: {
      prompts: [question],
      requests: [
        ...begun,
        told('gather', { reason: 'max-digits', state: 'completed', digits: '12345', gatherId: 'gtr-1' }),
        ended,
      ],
      endedBy: 'caller',
    },
  }),
  driven('keys that no gather takes are told one by one, those of a gather are not', {
    application: { '/start': '' },
    caller: [
      ready,
      { press: '1' },
      { waitMs: 300 },
      gatherOverRest('gtr-1', { maxDigits: 2 }),
      { press: '23' },
      { waitMs: 300 },
      { press: '4' },
      { waitMs: 300 },
      { hangUp: true },
    ],
    expect: {
      requests: [
        ...begun,
        told('dtmf', { dtmfDigit: '1' }),
        told('gather', { digits: '23' }),
        told('dtmf', { dtmfDigit: '4' }),
        ended,
      ],
      gathers: [{ digits: '23', reason: 'max-digits' }],
    },
  }),
  driven('a gather that is completed is told with what was keyed so far', {
    application: { '/start': '' },
    caller: [
      ready,
      gatherOverRest('gtr-1', {}),
      { press: '99' },
      { waitMs: 200 },
      { command: { kind: 'complete-gather', name: 'gtr-1' } },
      { waitMs: 300 },
      { command: { kind: 'hangup', reason: 'over REST' } },
    ],
    expect: {
      requests: [...begun, told('gather', { reason: 'completed', digits: '99' }), ended],
      endedBy: 'application',
    },
  }),
  driven('a sentence over REST is told when it begins and when it is over, and one takes the place of another', {
    application: { '/start': '' },
    caller: [
      ready,
      speak(longSentence),
      { until: 'prompt-started', prompt: longSentence },
      { waitMs: 300 },
      { command: { kind: 'end-beside', name: 'audio' } },
      { waitMs: 300 },
      speak('Short.'),
      { until: 'prompt-ended', prompt: 'Short.' },
      { waitMs: 300 },
      { hangUp: true },
    ],
    expect: {
      prompts: [longSentence, 'Short.'],
      stopped: [longSentence],
      requests: [
        ...begun,
        told('speak', { status: 'started', state: 'PLAYBACK_START' }),
        told('speak', { status: 'done', state: 'PLAYBACK_STOP' }),
        told('speak', { status: 'started' }),
        told('speak', { status: 'done' }),
        ended,
      ],
    },
  }),
  driven('a caller who leaves in a gather is told by it first', {
    application: { '/start': '' },
    caller: [ready, gatherOverRest('gtr-1', { tag: 'pin' }), { press: '8' }, { waitMs: 200 }, { hangUp: true }],
    expect: {
      requests: [...begun, told('gather', { reason: 'hung-up', digits: '8', tag: 'pin' }), ended],
    },
    onlySimulated: 'Two notices are on their way at the same time, and a network may deliver either of them first.',
  }),
  driven('a call that its application cannot be told of is refused', {
    application: { '/start': { status: 500, contentType: 'text/plain', body: 'no' } },
    caller: [],
    expect: { requests: [begun[0]!, told('hangup', { cause: 'NORMAL_TEMPORARY_FAILURE' })], answered: false },
  }),
];

export const scenarios: readonly Scenario[] = [...documents, ...commands];
