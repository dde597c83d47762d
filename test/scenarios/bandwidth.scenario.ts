// Bandwidth's page on the gather event and the verbs around it: BXML in answer to webhooks, from initiate to disconnect.
// What other dialects say too stands in every-dialect/.
import type { ExpectedRequest, Scenario } from '../../src/testkit/index.ts';

const question = 'Please enter your code.';
const thanks = '<Response><SpeakSentence>Thank you.</SpeakSentence></Response>';
const apology = 'We are sorry, your call cannot be handled at the moment. Please try again later.';
const asked = { until: 'prompt-started', prompt: question } as const;
const party = { from: '15551230001', to: '15551239999', direction: 'inbound' };

const bxml = (inside: string): string => `<?xml version="1.0" encoding="UTF-8"?><Response>${inside}</Response>`;
const gather = (attributes: string, behind = ''): string =>
  bxml(`<Gather gatherUrl="/result" ${attributes}><SpeakSentence>${question}</SpeakSentence></Gather>${behind}`);
const told = (path: string, eventType: string, body: Readonly<Record<string, unknown>> = {}): ExpectedRequest => ({
  method: 'POST',
  url: path,
  body: { ...party, eventType, ...body },
});
const start = told('/start', 'initiate');
const result = (digits: string, terminatingDigit: string): ExpectedRequest =>
  told('/result', 'gather', { digits, terminatingDigit });
const over = (cause: string, body: Readonly<Record<string, unknown>> = {}): ExpectedRequest =>
  told('/over', 'disconnect', { cause, ...body });

type Rest = Omit<Scenario, 'name' | 'dialect' | 'statusPath'>;
const story = (name: string, rest: Rest): Scenario => ({
  name: `bandwidth: ${name}`,
  dialect: 'bandwidth',
  statusPath: '/over',
  ...rest,
  application: { '/over': { status: 204, body: '' }, ...rest.application },
});

const gathers: readonly Scenario[] = [
  story('a terminating digit pressed first is told alone, and nothing is repeated', {
    application: { '/start': gather('terminatingDigits="*#" repeatCount="3"'), '/result': thanks },
    caller: [asked, { press: '*' }],
    expect: { prompts: [question, 'Thank you.'], requests: [start, result('', '*'), over('hangup')] },
  }),
  story('nothing keyed repeats the question, and then is told as empty digits', {
    application: { '/start': gather('repeatCount="2" firstDigitTimeout="1"'), '/result': thanks },
    caller: [],
    expect: {
      prompts: [question, question, 'Thank you.'],
      requests: [start, result('', ''), over('hangup')],
      gathers: [
        { digits: '', reason: 'first-digit-timeout', attempt: 1 },
        { digits: '', reason: 'first-digit-timeout', attempt: 2 },
      ],
    },
  }),
  story('some digits and then none end a gather; nothing is repeated', {
    application: { '/start': gather('repeatCount="3" interDigitTimeout="1.5"'), '/result': thanks },
    caller: [asked, { press: '42' }],
    expect: {
      requests: [start, result('42', ''), over('hangup')],
      gathers: [{ digits: '42', reason: 'inter-digit-timeout', attempt: 1 }],
    },
  }),
  story('what stands behind a gather with a gatherUrl never runs, not even when the answer is empty', {
    application: {
      '/start': gather('maxDigits="1"', '<SpeakSentence>Never heard.</SpeakSentence>'),
      '/result': { status: 204, body: '' },
    },
    caller: [asked, { press: '1' }],
    expect: { prompts: [question], requests: [start, result('1', ''), over('hangup')], endedBy: 'application' },
  }),
  story('a gather without a gatherUrl drops its digits and goes on', {
    application: {
      '/start': bxml(
        `<Gather maxDigits="1"><SpeakSentence>${question}</SpeakSentence></Gather><SpeakSentence>Go on.</SpeakSentence>`,
      ),
    },
    caller: [asked, { press: '1' }],
    expect: { prompts: [question, 'Go on.'], requests: [start, over('hangup')] },
  }),
  story('a gather by GET has its properties in the query', {
    application: {
      '/start': bxml(
        `<Gather gatherUrl="/result?token=1" gatherMethod="GET" maxDigits="3"><PlayAudio>/ask.wav</PlayAudio></Gather>`,
      ),
      '/result': thanks,
    },
    mediaMs: { 'http://app.test/ask.wav': 800 },
    caller: [{ until: 'prompt-started', prompt: 'ask.wav' }, { press: '0*7' }],
    expect: {
      prompts: ['http://app.test/ask.wav', 'Thank you.'],
      requests: [
        start,
        { method: 'GET', url: '/result?token=1&eventType=gather&digits=0*7&terminatingDigit=&direction=inbound' },
        over('hangup'),
      ],
    },
  }),
];

const verbs: readonly Scenario[] = [
  story('keys behind StartGather are told one by one, but for those of a gather', {
    application: {
      '/start': bxml(
        `<StartGather dtmfUrl="/key"/><Pause duration="2"/><Gather gatherUrl="/result" maxDigits="2"><SpeakSentence>${question}</SpeakSentence></Gather>`,
      ),
      '/key': { status: 204, body: '' },
      '/result': bxml('<StopGather/><Pause duration="1.5"/>'),
    },
    caller: [
      { until: 'answered' },
      { press: '5' },
      { waitMs: 2500 },
      { press: '6' },
      { until: 'request', request: '/result' },
      { waitMs: 300 },
      { press: '7' },
    ],
    expect: {
      prompts: [],
      requests: [start, told('/key', 'dtmf', { digit: '5' }), result('56', ''), over('hangup')],
    },
  }),
  story('a tag stays with every webhook until it is cleared', {
    application: {
      '/start': bxml('<Tag>one {{two}} 100%</Tag><Redirect redirectUrl="next"/>'),
      '/next': bxml('<Redirect redirectUrl="/last" tag="three"/>'),
      '/last': bxml('<Tag/><Redirect redirectUrl="/end" redirectMethod="GET"/>'),
      '/end': bxml('<Hangup/>'),
    },
    caller: [],
    expect: {
      requests: [
        start,
        told('/next', 'redirect', { tag: 'one {{two}} 100%' }),
        told('/last', 'redirect', { tag: 'three' }),
        { method: 'GET', url: '/end?eventType=redirect' },
        over('rejected'),
      ],
      answered: false,
    },
  }),
  story('a sentence in SSML is heard in its parts', {
    application: {
      '/start': bxml(
        '<SpeakSentence>One <emphasis>big</emphasis><break time="600ms"/><sub alias="two">2</sub></SpeakSentence>',
      ),
    },
    caller: [],
    expect: { prompts: ['One big', 'silence of 600 ms', 'two'], requests: [start, over('hangup')] },
  }),
  story('Pause answers, keys are sent, and what is not there is passed over', {
    application: {
      '/start': bxml('<Pause duration="0.5"/><SendDtmf>1w2</SendDtmf><PlayAudio>/gone.wav</PlayAudio><Pause/>'),
    },
    brokenMedia: ['http://app.test/gone.wav'],
    caller: [],
    expect: {
      prompts: [],
      requests: [start, over('hangup')],
      failures: ['PlayAudio: http://app.test/gone.wav answered 404.'],
      answered: true,
    },
  }),
  story('Ring is heard, or leaves the call unanswered', {
    application: {
      '/start': bxml('<Ring duration="1" answerCall="false"/><Ring duration="1.5"/>'),
    },
    caller: [],
    expect: { prompts: ['ringback'], requests: [start, over('hangup')], answered: true },
  }),
  story('Ring that does not answer and Hangup refuse the call', {
    application: { '/start': bxml('<Ring duration="0.5" answerCall="false"/><Hangup/>') },
    caller: [],
    expect: { prompts: [], requests: [start, over('rejected')], answered: false, endedBy: 'application' },
  }),
  story('an empty document refuses the call', {
    application: { '/start': '<Bxml/>' },
    caller: [],
    expect: { requests: [start, over('rejected')], answered: false },
  }),
  story('Record is told while the call is up, and its answer runs', {
    application: {
      '/start': bxml('<Record recordCompleteUrl="/recorded" maxDuration="30"/><SpeakSentence>Never.</SpeakSentence>'),
      '/recorded': thanks,
    },
    caller: [{ until: 'answered' }, { speakMs: 1500 }, { press: '#' }],
    expect: {
      prompts: ['Thank you.'],
      requests: [start, told('/recorded', 'recordComplete', { channels: 1, fileFormat: 'wav' }), over('hangup')],
      failures: [],
    },
  }),
  story('a file of a recording is told when it is complete', {
    application: {
      '/start': bxml(
        '<Record recordingAvailableUrl="/available" silenceTimeout="2" tag="mail"/><SpeakSentence>Bye.</SpeakSentence>',
      ),
      '/available': { status: 204, body: '' },
    },
    caller: [{ until: 'answered' }, { speakMs: 1500 }],
    expect: {
      prompts: ['Bye.'],
      requests: [
        start,
        told('/available', 'recordingAvailable', { status: 'complete', tag: 'mail' }),
        over('hangup', { tag: 'mail' }),
      ],
    },
  }),
  story('the caller hangs up in a Record: its end is not told, its file is', {
    application: {
      '/start': bxml('<Record recordCompleteUrl="/recorded" recordingAvailableUrl="/available"/>'),
      '/available': { status: 204, body: '' },
    },
    caller: [{ until: 'answered' }, { speakMs: 1500 }, { waitMs: 1000 }, { hangUp: true }],
    expect: {
      requests: [start, over('hangup'), told('/available', 'recordingAvailable', { status: 'complete' })],
      endedBy: 'caller',
    },
    onlySimulated: 'Two notices are on their way at the same time, and a network may deliver either of them first.',
  }),
  story('of two background recordings only one runs, and none can be stopped twice', {
    application: {
      '/start': bxml(
        '<StopRecording/><StartRecording recordingAvailableUrl="/available" multiChannel="true"/><StartRecording/><SpeakSentence>On tape.</SpeakSentence><StopRecording/><StopRecording/><Pause/>',
      ),
      '/available': '',
    },
    caller: [],
    expect: {
      prompts: ['On tape.'],
      requests: [start, told('/available', 'recordingAvailable', { channels: 2 }), over('hangup')],
      failures: [],
    },
  }),
  story('what comes between PauseRecording and ResumeRecording is not in the recording', {
    application: {
      '/start': bxml(
        '<PauseRecording/><StartRecording recordingAvailableUrl="/available"/><Pause duration="1"/><PauseRecording/><PauseRecording/><SpeakSentence>Off the record.</SpeakSentence><ResumeRecording/><Pause duration="0.5"/><StopRecording/><Pause/>',
      ),
      '/available': '',
    },
    caller: [],
    expect: {
      prompts: ['Off the record.'],
      requests: [start, told('/available', 'recordingAvailable', { duration: 'PT1.5S' }), over('hangup')],
      failures: ['PauseRecording: no such recording is running'],
    },
    onlySimulated: 'A wire delivers packets late by moments, so a recording is not the same to the millisecond.',
  }),
  story('streams are told when they begin, when they are refused, and when they are over', {
    application: {
      '/start': bxml(
        '<StartStream name="a" tracks="both" destination="ws://app.test/a" streamEventUrl="/stream"/><StartStream name="a" destination="ws://app.test/a" streamEventUrl="/stream"/><StartStream name="b" tracks="both" destination="ws://app.test/b"/><StartStream name="c" destination="ws://app.test/c" streamEventUrl="/stream"/><SpeakSentence>Listening.</SpeakSentence><StopStream name="a"/><StopStream name="c"/><Pause/>',
      ),
      '/stream': '',
    },
    caller: [],
    expect: {
      prompts: ['Listening.'],
      requests: [
        start,
        told('/stream', 'mediaStreamRejected', { cause: 'duplicate' }),
        told('/stream', 'mediaStreamRejected', { cause: 'track-limit' }),
        told('/stream', 'mediaStreamStarted', {}),
        told('/stream', 'mediaStreamStopped', { cause: 'closed' }),
        over('hangup'),
      ],
      failures: [
        'StartStream: a stream named a runs already',
        'StartStream: more than 4 tracks of one call',
        'StopStream: no stream named c runs',
      ],
    },
    onlySimulated: 'Nobody listens on a websocket in a story; test/server/stream.test.ts does.',
  }),
];

const callee = { 'a@x': { answerAfterMs: 500, hangUpAfterMs: 2000 } };
const screened =
  '<Gather gatherUrl="/accept" maxDigits="1" firstDigitTimeout="3"><SpeakSentence>A call for you.</SpeakSentence></Gather>';
const calledLeg = { to: 'a@x', direction: 'outbound', transferTo: 'a@x', tag: 'b' };
const legs: readonly Scenario[] = [
  story('Transfer asks the leg that answered, alone, and joins it when its document is over', {
    application: {
      '/start': bxml(
        '<Transfer transferCompleteUrl="/done"><SipUri transferAnswerUrl="/screen" tag="b">a@x</SipUri></Transfer>',
      ),
      '/screen': bxml(screened),
      '/accept': bxml('<SpeakSentence>You are connected.</SpeakSentence>'),
      '/done': thanks,
    },
    callees: { 'a@x': { answerAfterMs: 500, press: '1', hangUpAfterMs: 8000 } },
    caller: [],
    expect: {
      requests: [
        start,
        told('/screen', 'transferAnswer', calledLeg),
        told('/accept', 'gather', { ...calledLeg, digits: '1' }),
        told('/done', 'transferComplete', { cause: 'hangup', transferTo: 'a@x' }),
        over('hangup'),
      ],
      gathers: [{ digits: '1', reason: 'max-digits' }],
      failures: [],
    },
    onlySimulated: 'A story over real calls watches what the caller hears only.',
  }),
  story('Transfer lets a leg go that its document hangs up, and the caller goes on', {
    application: {
      '/start': bxml(
        '<Transfer transferCompleteUrl="/done"><SipUri transferAnswerUrl="/screen" tag="b">a@x</SipUri></Transfer>',
      ),
      '/screen': bxml(screened),
      '/accept': bxml('<Hangup/>'),
      '/done': thanks,
    },
    callees: { 'a@x': { answerAfterMs: 500, hangUpAfterMs: 60_000 } },
    caller: [],
    expect: {
      prompts: ['ringback', 'A call for you.', 'Thank you.'],
      requests: [
        start,
        told('/screen', 'transferAnswer', calledLeg),
        told('/accept', 'gather', { ...calledLeg, digits: '' }),
        told('/done', 'transferComplete', { cause: 'hangup', transferTo: 'a@x' }),
        over('hangup'),
      ],
      withinMs: 20_000,
    },
    onlySimulated: 'A story over real calls watches what the caller hears only.',
  }),
  story('Transfer joins a leg whose application has nothing to say to it', {
    application: {
      '/start': bxml(
        '<Transfer transferCompleteUrl="/done"><SipUri transferAnswerUrl="/screen">a@x</SipUri></Transfer>',
      ),
      '/screen': '<Response/>',
      '/done': thanks,
    },
    callees: { 'a@x': { answerAfterMs: 500, hangUpAfterMs: 3000 } },
    caller: [],
    expect: { prompts: ['ringback', 'Thank you.'], failures: [], longerThanMs: 3000 },
  }),
  story('Transfer to somebody who is busy', {
    application: {
      '/start': bxml('<Transfer transferCompleteUrl="/done"><SipUri>a@x</SipUri></Transfer>'),
      '/done': bxml('<SpeakSentence>Busy.</SpeakSentence>'),
    },
    callees: { 'a@x': { refuse: { sipStatus: 486 } } },
    caller: [],
    expect: {
      prompts: ['ringback', 'Busy.'],
      requests: [
        start,
        told('/done', 'transferComplete', { cause: 'busy', errorMessage: 'Callee is busy' }),
        over('hangup'),
      ],
    },
  }),
  story('Transfer without a URL goes on with the next verb, and the dialled leg is told by itself', {
    application: {
      '/start': bxml(
        '<Transfer tag="a"><SipUri transferDisconnectUrl="/left" tag="b">a@x</SipUri></Transfer><SpeakSentence>Welcome back.</SpeakSentence>',
      ),
      '/left': '',
    },
    callees: callee,
    caller: [],
    expect: {
      prompts: ['ringback', 'Welcome back.'],
      requests: [
        start,
        {
          method: 'POST',
          url: '/left',
          body: {
            eventType: 'transferDisconnect',
            direction: 'outbound',
            from: party.from,
            to: 'a@x',
            transferTo: 'a@x',
            cause: 'hangup',
            tag: 'b',
          },
        },
        over('hangup', { tag: 'a' }),
      ],
    },
  }),
  story('keys of the caller are told while the call is transferred', {
    application: {
      '/start': bxml('<StartGather dtmfUrl="/key" tag="t"/><Transfer><SipUri>a@x</SipUri></Transfer>'),
      '/key': { status: 204, body: '' },
    },
    callees: { 'a@x': { answerAfterMs: 500, hangUpAfterMs: 3500 } },
    caller: [{ until: 'prompt-ended', prompt: 'ringback' }, { waitMs: 700 }, { press: '9' }],
    expect: { requests: [start, told('/key', 'dtmf', { digit: '9', tag: 't' }), over('hangup')], failures: [] },
  }),
  story('Forward to somebody who refuses refuses the caller', {
    application: { '/start': bxml('<Forward to="a@x"/>') },
    callees: { 'a@x': { refuse: { sipStatus: 603 } } },
    caller: [],
    expect: { requests: [start, over('rejected')], answered: false, failures: ['Forward: declined 1/1'] },
  }),
  story('Bridge to a call that is not there is told', {
    application: {
      '/start': bxml('<Bridge bridgeCompleteUrl="/bridged">c-0-0</Bridge>'),
      '/bridged': bxml('<SpeakSentence>Nobody there.</SpeakSentence>'),
    },
    caller: [],
    expect: {
      prompts: ['Nobody there.'],
      requests: [start, told('/bridged', 'bridgeComplete', { cause: 'unknown' }), over('hangup')],
    },
  }),
];

const faults: readonly Scenario[] = [
  story('an application that fails is callback-error, and the caller hears an apology', {
    application: {
      '/start': gather('maxDigits="1"'),
      '/result': { status: 500, contentType: 'text/plain', body: 'x' },
    },
    caller: [asked, { press: '1' }],
    expect: {
      prompts: [question, apology],
      requests: [start, result('1', ''), over('callback-error')],
      endedBy: 'application',
    },
  }),
  story('an empty first answer is callback-error', {
    application: { '/start': { status: 204, body: '' } },
    caller: [],
    expect: { prompts: [apology], requests: [start, over('callback-error')] },
  }),
  story('BXML that is no XML is invalid-bxml', {
    application: { '/start': '<Response><Gather></Response>' },
    caller: [],
    expect: { prompts: [apology], requests: [start, over('invalid-bxml')] },
  }),
  story('an unknown verb is invalid-bxml', {
    application: { '/start': bxml('<Gathr/>') },
    caller: [],
    expect: { prompts: [apology], requests: [start, over('invalid-bxml')] },
  }),
  story('a verb that is not supported is application-error, and nothing of its document runs', {
    application: { '/start': bxml('<SpeakSentence>Welcome.</SpeakSentence><Connect/>') },
    caller: [],
    expect: { prompts: [apology], requests: [start, over('application-error')] },
  }),
  story('a caller who gives up before the answer is told as cancel', {
    application: { '/start': bxml('<Ring duration="30" answerCall="false"/>') },
    caller: [{ waitMs: 800 }, { hangUp: true }],
    expect: { requests: [start, over('cancel')], answered: false, endedBy: 'caller' },
  }),
];

export const scenarios: readonly Scenario[] = [...gathers, ...verbs, ...legs, ...faults];
