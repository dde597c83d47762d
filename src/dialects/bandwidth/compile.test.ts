import { describe, expect, it } from 'vitest';
import { destination } from '../../flow/build.ts';
import { authorizationOf } from '../credentials.ts';
import { callIdOf } from './call-id.ts';
import { compile } from './compile.ts';
import { supportOf, type VerbName, verbs } from './support.ts';
import { isRunnable } from './verbs/index.ts';

const source = 'https://app.test/voice/start?token=1';

function compiled(inside: string) {
  const { flow, problems } = compile(`<Response>${inside}</Response>`, source);
  return { body: flow?.body ?? null, problems: problems.map(({ severity, code }) => `${severity} ${code}`) };
}
/** The nodes without their places. */
function nodes(inside: string): readonly unknown[] {
  const { body, problems } = compiled(inside);
  expect(problems).toEqual([]);
  return body!.map(({ at: _at, ...node }) => node);
}
const refusals = (inside: string) =>
  compile(`<Response>${inside}</Response>`, source)
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ code, line, column, message, hint }) => `${code} ${line}:${column} ${message} ${hint}`);
const warnings = (inside: string) =>
  compile(`<Response>${inside}</Response>`, source)
    .problems.filter(({ severity }) => severity === 'warning')
    .map(({ code, message, hint }) => `${code} ${message} ${hint}`);

describe('the document', () => {
  it.each(['Response', 'Bxml'])('has the root %s', (root) => {
    expect(compile(`<${root}><Hangup/></${root}>`, source).flow).toMatchObject({
      dialect: 'bandwidth',
      source,
      body: [{ kind: 'hangup', at: { line: 1, column: root.length + 3, path: 'Hangup[0]' } }],
    });
  });

  it('that is empty hangs up, and no document at all is none', () => {
    expect(nodes('')).toEqual([{ kind: 'hangup', reason: null }]);
    expect(compile('', source).flow?.body).toEqual([]);
  });

  it('is refused with another root, or when it is no XML', () => {
    expect(compile('<Bxlm/>', source)).toMatchObject({ flow: null, problems: [{ code: 'document-wrong-root' }] });
    expect(compile('<Response><Pause></Response>', source)).toMatchObject({
      flow: null,
      problems: [{ code: 'xml-syntax', line: 1 }],
    });
  });

  it('is refused with a verb that is unknown, misplaced or not supported, each with its place', () => {
    expect(refusals('\n <Gathr/>\n <PhoneNumber>1</PhoneNumber>\n <Connect/>')).toEqual([
      'verb-unknown 2:2 <Gathr> is not a verb of BXML. Did you mean <Gather>?',
      'verb-misplaced 3:2 <PhoneNumber> is not a verb of its own. It belongs into <Transfer>.',
      'verb-not-supported 4:2 <Connect> is not supported here, so this document cannot run. There are no browser endpoints. See the support table for what to use instead.',
    ]);
    expect(refusals('<Gather><Pause/></Gather>')[0]).toContain('Allowed there: SpeakSentence, PlayAudio.');
    expect(refusals('<Pause><Hangup/></Pause>')[0]).toContain('<Pause> holds no elements.');
  });

  it.each(Object.keys(verbs).filter((name) => supportOf(name as VerbName).level === 'no'))(
    'with %s never runs without it',
    (name) => {
      expect(compiled(`<${name}/>`)).toEqual({ body: null, problems: ['error verb-not-supported'] });
    },
  );

  it('says once that what stands behind a verb with a webhook never runs', () => {
    expect(warnings('<Redirect redirectUrl="/a"/><Pause/><Pause/>')).toEqual([
      'flow-unreachable Nothing from <Pause> on ever runs: the <Redirect> of line 1 ends this document. Put it into the document that answers, or delete it.',
    ]);
  });

  it('takes names in other capitals, unknown attributes and stray text with a warning', () => {
    const { body, problems } = compiled('hello<pause Duration="2" length="3"/>');
    expect(body).toMatchObject([{ kind: 'answer' }, { kind: 'pause', durationMs: 2000 }]);
    expect(problems).toEqual([
      'warning text-misplaced',
      'warning name-case',
      'warning name-case',
      'warning attribute-unknown',
    ]);
  });

  it('resolves addresses against its own', () => {
    expect(nodes('<Redirect redirectUrl="../next?a=1"/>')).toMatchObject([
      { destination: { url: 'https://app.test/next?a=1' } },
    ]);
  });
});

describe('Gather', () => {
  const plain = {
    kind: 'gather',
    prompts: [],
    minDigits: 0,
    minDigitsAtTimeout: 1,
    maxDigits: 50,
    terminators: '',
    acceptEmpty: true,
    firstDigitMs: 5000,
    interDigitMs: 5000,
    totalMs: null,
    attempts: 1,
    retryOn: 'nothing-keyed',
    bargeIn: true,
    typeAhead: 'keep',
    sensitive: false,
    report: null,
    reportWhen: 'end',
    branches: [],
    unmatched: 'finish',
    onOther: null,
    onFailed: null,
  };
  const told = destination('https://app.test/g', {
    method: 'POST',
    timeoutMs: 15_000,
    extra: { event: 'gather', tag: '{{tag}}' },
  });

  it('has the defaults of the vendor', () => {
    expect(nodes('<Gather gatherUrl="/g"/>')).toEqual([{ ...plain, report: told }]);
  });

  it('without gatherUrl drops the digits and goes on', () => {
    const { body, problems } = compiled('<Gather/><Hangup/>');
    expect(body).toMatchObject([{ kind: 'gather', report: null }, { kind: 'hangup' }]);
    expect(problems).toEqual(['warning flow-report-lost']);
  });

  it('reads every attribute', () => {
    expect(
      nodes(
        '<Gather gatherUrl="/g" gatherMethod="get" gatherFallbackUrl="/f" gatherFallbackMethod="GET" terminatingDigits="#*d" maxDigits="4" interDigitTimeout="1.5" firstDigitTimeout="0" repeatCount="3" sensitive="true" tag="a {{b}} 100%"><SpeakSentence>Hi</SpeakSentence><PlayAudio>x.wav</PlayAudio></Gather>',
      ),
    ).toEqual([
      { kind: 'set', name: 'tag', value: 'a %7B%7Bb}} 100%25' },
      {
        ...plain,
        prompts: [
          { sound: { kind: 'speech', text: 'Hi', language: 'en-US', voice: null, gender: 'female' }, times: 1 },
          { sound: { kind: 'media', url: 'https://app.test/voice/x.wav' }, times: 1 },
        ],
        terminators: '#*D',
        maxDigits: 4,
        interDigitMs: 1500,
        firstDigitMs: 0,
        attempts: 3,
        sensitive: true,
        report: {
          ...told,
          method: 'GET',
          fallbackUrl: 'https://app.test/f',
          extra: { ...told.extra, fallbackMethod: 'GET' },
        },
      },
    ]);
  });

  it.each([
    ['maxDigits="51"', 'maxDigits', 50],
    ['maxDigits="0"', 'maxDigits', 50],
    ['firstDigitTimeout="61"', 'firstDigitMs', 5000],
    ['interDigitTimeout="0.5"', 'interDigitMs', 5000],
    ['interDigitTimeout="soon"', 'interDigitMs', 5000],
    ['terminatingDigits="x"', 'terminators', ''],
  ])('uses the default for %s, with a warning', (attribute, field, value) => {
    const { body, problems } = compiled(`<Gather gatherUrl="/g" ${attribute}/>`);
    expect(body).toMatchObject([{ [field]: value }]);
    expect(problems).toEqual(['warning attribute-invalid']);
  });

  it('tells milliseconds from seconds', () => {
    expect(warnings('<Gather gatherUrl="/g" firstDigitTimeout="5000"/>')).toEqual([
      'attribute-invalid firstDigitTimeout="5000" is not possible; 5 is used. Allowed: seconds from 0 to 60; 5000 milliseconds are firstDigitTimeout="5".',
    ]);
  });

  it('plays at most 20 prompts, repetitions included', () => {
    const many = (count: number) => '<PlayAudio>a.wav</PlayAudio>'.repeat(count);
    expect(compiled(`<Gather gatherUrl="/g">${many(21)}</Gather>`).body).toMatchObject([
      { prompts: { length: 20 }, attempts: 1 },
    ]);
    expect(compiled(`<Gather gatherUrl="/g" repeatCount="9">${many(3)}</Gather>`)).toMatchObject({
      body: [{ attempts: 6 }],
      problems: ['warning attribute-invalid'],
    });
    expect(nodes(`<Gather gatherUrl="/g" repeatCount="10">${many(2)}</Gather>`)).toMatchObject([{ attempts: 10 }]);
  });

  it('keeps a password out of the flow', () => {
    const text = '<Gather gatherUrl="/g" username="me" password="hunter2"/>';
    expect(JSON.stringify(nodes(text))).not.toMatch(/hunter2|"me"/);
    expect(nodes(text)).toEqual(nodes(text));
    const inUrl = nodes('<Gather gatherUrl="https://me:hunter2@a.example/g?x=1"/>');
    expect(inUrl).toMatchObject([{ report: { url: 'https://a.example/g?x=1', extra: { event: 'gather' } } }]);
    expect(JSON.stringify(inUrl)).not.toContain('hunter2');
    expect(warnings('<Gather gatherUrl="/g" username="me"/>')).toEqual([
      'attribute-missing username has no effect alone. Write both username and password.',
    ]);
  });
});

describe('StartGather and StopGather', () => {
  it('tell each key from here on, and no more', () => {
    expect(nodes('<StartGather dtmfUrl="/k" dtmfMethod="GET" tag="t"/><StopGather/>')).toMatchObject([
      { kind: 'set', name: 'tag' },
      { kind: 'tell-keys', destination: { url: 'https://app.test/k', method: 'GET', extra: { event: 'dtmf' } } },
      { kind: 'tell-keys', destination: null },
    ]);
    expect(compiled('<StartGather/>')).toEqual({ body: null, problems: ['error attribute-missing'] });
  });
});

describe('sounds', () => {
  const spoken = (inside: string) => nodes(inside).map((node) => (node as { prompt: { sound: unknown } }).prompt.sound);
  const said = (text: string, language = 'en-US', gender = 'female') => ({
    ...{ kind: 'speech', text, language, gender },
    voice: null,
  });

  it.each([
    ['<SpeakSentence>Hello &amp; welcome</SpeakSentence>', said('Hello & welcome')],
    ['<SpeakSentence locale="es_MX" gender="male">Hola</SpeakSentence>', said('Hola', 'es-MX', 'male')],
    ['<SpeakSentence locale="en_UK">Hi</SpeakSentence>', said('Hi', 'en-GB')],
    ['<SpeakSentence voice="stefan" locale="fr_FR">Hallo</SpeakSentence>', said('Hallo', 'de-DE', 'male')],
    ['<SpeakSentence>{{from}}</SpeakSentence>', said('{ {from}}')],
    [
      '<SpeakSentence>Very <emphasis>loud</emphasis> <prosody rate="slow">text</prosody></SpeakSentence>',
      said('Very loud text'),
    ],
    [
      '<SpeakSentence>Code <say-as interpret-as="digits">42 1</say-as>, <sub alias="World Wide Web">WWW</sub></SpeakSentence>',
      said('Code 4 2 1, World Wide Web'),
    ],
    ['<SpeakSentence><p>One</p><s>Two!</s></SpeakSentence>', said('One. Two!')],
  ])('%s', (inside, sound) => {
    expect(spoken(inside)).toEqual([sound]);
  });

  it('breaks are silences and languages change inside a sentence', () => {
    expect(
      spoken(
        '<SpeakSentence>One<break time="1.5s"/>two <lang xml:lang="fr-FR">trois</lang><break strength="weak"/></SpeakSentence>',
      ),
    ).toEqual([
      said('One'),
      { kind: 'silence', durationMs: 1500 },
      said('two'),
      said('trois', 'fr-FR'),
      { kind: 'silence', durationMs: 250 },
    ]);
  });

  it('a sentence without a text is passed over with a warning', () => {
    expect(compiled('<SpeakSentence> </SpeakSentence><Hangup/>')).toMatchObject({
      body: [{ kind: 'hangup' }],
      problems: ['warning flow-prompt-empty'],
    });
  });

  it('PlayAudio has credentials, as attributes or in its address, that the flow does not show', () => {
    const [sound] = spoken('<PlayAudio username="me" password="hunter2">https://a.example/a.wav</PlayAudio>');
    expect(sound).toEqual({ kind: 'media', url: 'https://a.example/a.wav', credentials: expect.any(String) });
    expect(spoken('<PlayAudio>https://me:hunter2@a.example/a.wav</PlayAudio>')).toEqual([sound]);
    expect(JSON.stringify(sound)).not.toContain('hunter2');
    expect(authorizationOf((sound as { credentials: string }).credentials)).toBe('Basic bWU6aHVudGVyMg==');
    expect(authorizationOf('unknown')).toBeNull();
  });

  it('PlayAudio has an address that may be relative; without one the document is refused', () => {
    expect(spoken('<PlayAudio>\n /a.mp3 </PlayAudio>')).toEqual([{ kind: 'media', url: 'https://app.test/a.mp3' }]);
    expect(refusals('<PlayAudio/><PlayAudio>ftp://a/b</PlayAudio>')).toHaveLength(2);
  });
});

describe('verbs that take time', () => {
  it('Pause answers once, and Ring unless it is told not to', () => {
    expect(nodes('<Pause/><Pause duration="0.5"/>')).toEqual([
      { kind: 'answer', delayMs: 0 },
      { kind: 'pause', durationMs: 1000, stopKeys: '' },
      { kind: 'pause', durationMs: 500, stopKeys: '' },
    ]);
    expect(nodes('<Ring/>')).toMatchObject([
      { kind: 'play', prompt: { sound: { kind: 'progress', name: 'ringback', durationMs: 5000 } } },
    ]);
    expect(nodes('<Ring duration="2.5" answerCall="false"/>')).toEqual([
      { kind: 'pause', durationMs: 2500, stopKeys: '' },
    ]);
  });

  it('SendDtmf sends keys with its tones and intervals', () => {
    expect(nodes('<SendDtmf toneDuration="100" toneInterval="300"> 1w2a,#W*</SendDtmf>')).toEqual([
      { kind: 'send-digits', digits: '1w2A,#W*', to: 'caller', toneMs: 100, gapMs: 300, onFailed: null },
    ]);
    expect(nodes('<SendDtmf>1</SendDtmf>')).toMatchObject([{ toneMs: 200, gapMs: 400 }]);
  });

  it.each(['', '1 2', 'x', '1'.repeat(51)])('SendDtmf of "%s" refuses the document', (keys) => {
    expect(refusals(`<SendDtmf>${keys}</SendDtmf>`)[0]).toContain('digits-invalid');
  });
});

describe('recordings', () => {
  const available = (extra: object) => ({
    url: 'https://app.test/ra',
    extra: { event: 'recordingAvailable', ...extra },
  });

  it('Record waits, and tells twice', () => {
    expect(
      nodes(
        '<Record recordCompleteUrl="/rc" recordingAvailableUrl="/ra" maxDuration="10" silenceTimeout="2.5" terminatingDigits="*"/>',
      ),
    ).toMatchObject([
      {
        kind: 'record',
        mode: 'until',
        maxMs: 10_000,
        silenceMs: 2500,
        terminators: '*',
        channels: 'mixed',
        beep: false,
        report: { url: 'https://app.test/rc', extra: { event: 'recordComplete', channels: '1' } },
        notify: available({ channels: '1' }),
      },
    ]);
    expect(nodes('<Record/>')).toMatchObject([{ maxMs: 60_000, silenceMs: null, terminators: '#', report: null }]);
    expect(nodes('<Record terminatingDigits=""/>')).toMatchObject([{ terminators: '' }]);
  });

  it('only one StartRecording runs at a time', () => {
    const [start, stop] = nodes(
      '<StartRecording recordingAvailableUrl="/ra" multiChannel="true" tag="t"/><StopRecording/>',
    );
    expect(start).toMatchObject({
      kind: 'branch',
      cases: [{ when: { subject: 'recording', equals: ['on'] }, body: [] }],
      otherwise: [
        { kind: 'set', name: 'tag', value: 't' },
        { kind: 'set', name: 'recording', value: 'on' },
        { kind: 'record', mode: 'start', channels: 'one-each', notify: available({ channels: '2' }) },
      ],
    });
    expect(stop).toMatchObject({ kind: 'branch', cases: [{ body: [{ mode: 'stop' }, { value: '' }] }], otherwise: [] });
  });

  it('mp3, and transcriptions without an engine, have no effect, and that is told', () => {
    expect(compiled('<Record fileFormat="mp3" transcribe="true" detectLanguage="false"/>').problems).toEqual([
      'warning attribute-not-supported',
      'warning attribute-not-supported',
    ]);
  });

  it('a transcription is asked of the engine that there is', () => {
    const document = (attributes: string): string => `<Bxml><Record ${attributes}/></Bxml>`;
    const wishOf = (attributes: string) => {
      const { flow, problems } = compile(document(attributes), source, { transcribes: true });
      expect(problems).toEqual([]);
      return flow!.body.find(({ kind }) => kind === 'record');
    };
    expect(wishOf('transcribe="false" detectLanguage="true"')).not.toHaveProperty('transcribe');
    expect(wishOf('transcribe="true"')).toMatchObject({ transcribe: { detectLanguage: false, notify: null } });
    const url = 'transcriptionAvailableUrl="/t" transcriptionAvailableMethod="GET"';
    expect(wishOf(`transcribe="true" detectLanguage="true" ${url}`)).toMatchObject({
      transcribe: {
        detectLanguage: true,
        notify: {
          url: 'https://app.test/t',
          method: 'GET',
          extra: { event: 'transcriptionAvailable', tag: '{{tag}}' },
        },
      },
    });
  });
});

describe('other legs', () => {
  it('Transfer rings its targets together', () => {
    expect(
      nodes(
        '<Transfer transferCallerId="+1 (555) 000" callTimeout="20.5" transferCompleteUrl="/tc"><PhoneNumber transferDisconnectUrl="/td" transferDisconnectMethod="GET" tag="b">+1 555 1</PhoneNumber><SipUri>sip:a@b</SipUri></Transfer>',
      ),
    ).toMatchObject([
      {
        kind: 'dial',
        order: 'together',
        answers: 'at-once',
        ringMs: 20_500,
        callerId: '+1555000',
        report: { url: 'https://app.test/tc', extra: { event: 'transferComplete', tag: '{{tag}}' } },
        targets: [
          {
            kind: 'number',
            address: '+15551',
            notify: {
              url: 'https://app.test/td',
              method: 'GET',
              extra: { event: 'transferDisconnect', tag: 'b' },
            },
          },
          { kind: 'sip', address: 'sip:a@b' },
        ],
      },
    ]);
    expect(nodes('<Transfer transferCallerId="Private"><PhoneNumber>1</PhoneNumber></Transfer>')).toMatchObject([
      { callerId: 'anonymous', ringMs: 30_000, report: null },
    ]);
  });

  it.each([
    ['<Transfer/>', 'flow-dial-nobody'],
    [`<Transfer>${'<PhoneNumber>1</PhoneNumber>'.repeat(9)}</Transfer>`, 'address-invalid'],
    ['<Transfer><SipUri>nobody</SipUri></Transfer>', 'address-invalid'],
    ['<Transfer><PhoneNumber>sip:a@b</PhoneNumber></Transfer>', 'address-invalid'],
    ['<Forward/>', 'attribute-missing'],
    ['<Forward to="a b"/>', 'address-invalid'],
    ['<Bridge/>', 'call-not-found'],
    ['<Redirect/>', 'attribute-missing'],
    ['<Redirect redirectUrl="ftp://a/"/>', 'address-invalid'],
  ])('%s refuses the document', (inside, code) => {
    expect(compiled(inside)).toEqual({ body: null, problems: [`error ${code}`] });
  });

  it('Forward leaves the caller unanswered until somebody else answers', () => {
    expect(nodes('<Forward to="sip:a@b" from="+1777" callTimeout="5"/>')).toMatchObject([
      { kind: 'dial', answers: 'with-target', ringMs: 5000, callerId: '+1777', targets: [{ kind: 'sip' }] },
      { kind: 'hangup' },
    ]);
  });

  it('Bridge names a call of ours by the id that we tell, and tells how it went', () => {
    const id = 'AAECAwQFBgcICQoLDA0ODw';
    expect(nodes(`<Bridge>${callIdOf(id)}</Bridge>`)).toMatchObject([
      {
        kind: 'bridge',
        callId: id,
        target: { dialect: 'bandwidth', source, body: [{ kind: 'hangup' }] },
        onFailed: null,
      },
    ]);
    expect(nodes(`<Bridge bridgeTargetCompleteUrl="/btc">${callIdOf(id)}</Bridge>`)).toMatchObject([
      {
        target: {
          body: [
            { kind: 'ask', destination: { url: 'https://app.test/btc', extra: { event: 'bridgeTargetComplete' } } },
          ],
        },
      },
    ]);
    expect(nodes(`<Bridge bridgeCompleteUrl="/bc">${callIdOf(id)}</Bridge>`)).toMatchObject([
      {
        kind: 'bridge',
        onFailed: [
          { kind: 'ask', destination: { extra: { event: 'bridgeComplete', fault: '{{fault}}' } } },
          { kind: 'hangup' },
        ],
      },
      { kind: 'ask', destination: { url: 'https://app.test/bc', extra: { event: 'bridgeComplete' } } },
    ]);
  });
});

describe('Tag', () => {
  it('stays, is trimmed, and is cleared when it is empty', () => {
    expect(nodes('<Tag> a b </Tag><Tag/>')).toEqual([
      { kind: 'set', name: 'tag', value: 'a b' },
      { kind: 'set', name: 'tag', value: '' },
    ]);
  });

  it('of 257 characters is ignored with a warning', () => {
    expect(compiled(`<Tag>${'x'.repeat(257)}</Tag><Hangup/>`)).toMatchObject({
      body: [{ kind: 'hangup' }],
      problems: ['warning attribute-invalid'],
    });
  });
});

describe('StartStream', () => {
  it('reads every attribute, and keeps passwords out of the flow', () => {
    const [set, node] = nodes(
      '<StartStream name="s" mode="bidirectional" tracks="both" destination="wss://u:geheim@app.test/in?a={{b}}" streamEventUrl="/e" tag="t"><StreamParam name="who" value="{{me}}"/></StartStream>',
    );
    expect(set).toMatchObject({ kind: 'set', name: 'tag', value: 't' });
    expect(node).toEqual({
      ...{ kind: 'stream', name: 's', url: 'wss://app.test/in?a=%7B%7Bb}}' },
      ...{ credentials: expect.any(String), tracks: 'both', mode: 'both-ways', params: { who: '{{me}}' } },
      notify: destination('https://app.test/e', {
        ...{ method: 'POST', timeoutMs: 15_000 },
        extra: { event: 'mediaStream', tag: '{{tag}}' },
      }),
    });
    expect(JSON.stringify(node)).not.toContain('geheim');
    expect(nodes('<StopStream name="s" wait="true"/>')).toMatchObject([{ kind: 'end-stream', name: 's', wait: true }]);
  });

  it.each([
    ['<StartStream/>', 'error attribute-missing'],
    ['<StartStream destination="https://app.test/"/>', 'error address-invalid'],
    ['<StopStream/>', 'error attribute-missing'],
  ])('%s cannot be done', (document, problem) => {
    expect(compiled(document).problems).toEqual([problem]);
  });
});

describe('StartTranscription', () => {
  it('is a stream of words where there is an engine, with a socket or without one', () => {
    const written = (inside: string) => {
      const { flow, problems } = compile(`<Bxml>${inside}</Bxml>`, source, { transcribes: true });
      return { body: flow?.body, problems: problems.map(({ severity, code }) => `${severity} ${code}`) };
    };
    const params = Array.from({ length: 13 }, (_, n) => `<CustomParam name="p${n}" value="${n}"/>`).join('');
    const whole = `<StartTranscription name="t" tracks="both" stabilized="false" transcriptionEventUrl="/e" username="u" password="geheim" destination="wss://a:secret@app.test/in">${params}</StartTranscription>`;
    const { body, problems } = written(`${whole}<StopTranscription name="t"/><StopTranscription/>`);
    expect(problems).toEqual(['warning attribute-invalid']);
    expect(body).toMatchObject([
      {
        ...{ kind: 'stream', transcribe: true, name: 't', url: 'wss://app.test/in', tracks: 'both', mode: 'one-way' },
        ...{ credentials: expect.any(String), params: { p0: '0', p11: '11' } },
        notify: {
          url: 'https://app.test/e',
          extra: { event: 'realTimeTranscription', credentials: expect.any(String) },
        },
      },
      { kind: 'end-stream', transcribe: true, name: 't' },
      { kind: 'end-stream', transcribe: true, name: '' },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/geheim|secret|p12/);
    expect(written('<StartTranscription/>').body).toMatchObject([{ name: null, url: '', tracks: 'inbound' }]);
    expect(written('<StartTranscription destination="http://a.test/"/>').problems).toEqual(['error address-invalid']);
  });

  it('is told as rejected without one, and the call goes on', () => {
    const inside =
      '<StartTranscription name="t" tracks="both" transcriptionEventUrl="/e" destination="wss://u:p@a.test/?key=1"><CustomParam name="a" value="b"/></StartTranscription><StopTranscription name="t"/><Hangup/>';
    const [told, hangup] = nodes(inside);
    expect(told).toMatchObject({
      kind: 'notify',
      destination: {
        url: 'https://app.test/e',
        extra: { event: 'realTimeTranscriptionRejected', name: 't', tracks: 'both', socket: 'wss://a.test' },
      },
    });
    expect(hangup).toMatchObject({ kind: 'hangup' });
    expect(JSON.stringify(told)).not.toContain('u:p');
  });

  it('is passed over with a warning when nobody could be told', () => {
    expect(compiled('<StartTranscription/><Hangup/>')).toMatchObject({
      body: [{ kind: 'hangup' }],
      problems: ['warning verb-not-supported'],
    });
  });
});

describe('the support table', () => {
  const used = (name: VerbName): string =>
    ({
      Transfer: '<Transfer><PhoneNumber>1</PhoneNumber></Transfer>',
      PhoneNumber: '<Transfer><PhoneNumber>1</PhoneNumber></Transfer>',
      SipUri: '<Transfer><SipUri>a@b</SipUri></Transfer>',
      Bridge: '<Bridge>c-1</Bridge>',
      Redirect: '<Redirect redirectUrl="/a"/>',
      StartGather: '<StartGather dtmfUrl="/a"/>',
      StreamParam: '<StartStream><StreamParam/></StartStream>',
      CustomParam: '<StartTranscription><CustomParam/></StartTranscription>',
    })[name as string] ?? `<${name}/>`;

  it('names exactly the attributes that the compiler reads', () => {
    const read = new Map<string, Set<string>>();
    for (const name of Object.keys(verbs) as VerbName[])
      compile(`<Response>${used(name)}</Response>`, source, {
        onRead(verb, attribute) {
          read.set(verb, (read.get(verb) ?? new Set()).add(attribute));
        },
      });
    for (const name of Object.keys(verbs) as VerbName[]) {
      const { level, attributes } = supportOf(name);
      if (level === 'no') continue;
      const supported = Object.entries(attributes)
        .filter(([, support]) => support.level !== 'no')
        .map(([attribute]) => attribute);
      const seen = [...(read.get(name) ?? [])].filter((attribute) => attributes[attribute]?.level !== 'no');
      expect(seen.sort(), name).toEqual(supported.sort());
    }
  });

  it('has a runner for each verb of a document that is supported', () => {
    const supported = (Object.keys(verbs) as VerbName[]).filter(
      (name) => supportOf(name).level !== 'no' && supportOf(name).inside === 'document',
    );
    expect(supported.filter((name) => !isRunnable(name))).toEqual([]);
  });
});

describe('Conference', () => {
  it('is a room of that name, whom all hear and nobody is told of', () => {
    expect(nodes('<Conference>ops-1.a_b</Conference>')).toEqual([
      { kind: 'conference', name: 'ops-1.a_b', mute: false, hold: false, coach: null, events: null, onFailed: null },
    ]);
  });

  it('has its own webhooks, whose answers run in it, and coaches calls', () => {
    const called = callIdOf('AAECAwQFBgcICQoLDA0ODw');
    const [, node] = nodes(
      `<Conference mute="true" hold="true" callIdsToCoach="${called}, x" conferenceEventUrl="/c" conferenceEventMethod="GET"
        conferenceEventFallbackUrl="/f" callbackTimeout="4.5" tag="t">ops</Conference>`,
    );
    expect(node).toMatchObject({
      ...{ mute: true, hold: true, coach: ['AAECAwQFBgcICQoLDA0ODw', 'x'] },
      events: {
        destination: {
          ...{ url: 'https://app.test/c', method: 'GET', fallbackUrl: 'https://app.test/f', timeoutMs: 4500 },
          extra: { tag: '{{tag}}' },
        },
        types: ['created', 'joined', 'left', 'completed'],
        answers: 'documents',
      },
    });
  });

  it('needs a name that the vendor allows', () => {
    expect(refusals('<Conference/>')[0]).toContain('<Conference> has no name.');
    expect(refusals('<Conference>a b</Conference>')[0]).toContain('"a b" is not the name of a conference.');
    expect(refusals(`<Conference>${'a'.repeat(101)}</Conference>`)).toHaveLength(1);
    expect(warnings('<Conference callIdsToCoach="c-1,§">ops</Conference>')[0]).toContain('"§" in callIdsToCoach');
  });
});
