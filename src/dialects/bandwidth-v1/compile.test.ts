import { describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { supportOf, type VerbName, verbs } from './support.ts';
import { isRunnable } from './verbs/index.ts';

const source = 'https://app.test/voice/answer?token=1';
const run = (inside: string) => compile(`<Response>${inside}</Response>`, source);

/** The nodes without their places. */
function nodes(inside: string): readonly unknown[] {
  const { flow, problems } = run(inside);
  expect(problems).toEqual([]);
  return flow!.body.map(({ at: _at, ...node }) => node);
}
const said = (severity: 'error' | 'warning') => (inside: string) =>
  run(inside)
    .problems.filter((problem) => problem.severity === severity)
    .map(({ code, line, column, message, hint }) => `${code} ${line}:${column} ${message} ${hint}`);
const refusals = said('error');
const warnings = said('warning');
const to = (url: string, extra: Readonly<Record<string, string>>, timeoutMs: number | null = 30_000) => ({
  ...{ url, method: 'GET', fallbackUrl: null, timeoutMs, extra },
});

describe('the document', () => {
  it('has the root Response and at most 16 KB', () => {
    expect(compile('<Response><Hangup/></Response>', source).flow).toMatchObject({
      ...{ dialect: 'bandwidth-v1', source, body: [{ kind: 'hangup', at: { path: 'Hangup[0]' } }] },
    });
    expect(compile('<Bxml/>', source)).toMatchObject({ flow: null, problems: [{ code: 'document-wrong-root' }] });
    const long = `<Response><SpeakSentence>${'x'.repeat(16 * 1024)}</SpeakSentence></Response>`;
    expect(compile(long, source)).toMatchObject({ flow: null, problems: [{ code: 'document-too-large' }] });
    expect(compile('', source).flow?.body).toEqual([]);
    expect(nodes('')).toEqual([{ kind: 'hangup', reason: null }]);
  });

  it('is refused with a verb that is unknown, misplaced or not supported', () => {
    expect(refusals('\n <Gathr/>\n <PhoneNumber>1</PhoneNumber>\n <Call from="1" to="2"/>')).toEqual([
      'verb-unknown 2:2 <Gathr> is not a verb of the BXML of v1. Did you mean <Gather>?',
      expect.stringContaining('verb-misplaced 3:2 <PhoneNumber> is not a verb of its own.'),
      expect.stringContaining('verb-not-supported 4:2 <Call> is not supported here'),
    ]);
    expect(refusals('<Gather requestUrl="/g"><Pause/></Gather>')[0]).toContain(
      'Allowed there: SpeakSentence, PlayAudio.',
    );
  });

  it('keeps a call for half a minute behind a last sound or keys', () => {
    const kept = [
      { kind: 'pause', durationMs: 30_000, stopKeys: '' },
      { kind: 'hangup', reason: null },
    ];
    expect(nodes('<SpeakSentence>Bye</SpeakSentence>').slice(1)).toEqual(kept);
    expect(nodes('<SendDtmf>1</SendDtmf>').slice(1)).toEqual(kept);
    expect(nodes('<SpeakSentence>Bye</SpeakSentence><Hangup/>').map((node) => (node as { kind: string }).kind)).toEqual(
      [...['play', 'hangup']],
    );
  });

  it('warns of what never runs', () => {
    expect(warnings('<Hangup/><Pause/>')[0]).toContain('flow-unreachable 1:20');
  });
});

describe('Gather', () => {
  it('has the defaults of the page, and asks for the next document when it is the last verb', () => {
    expect(nodes('<Gather requestUrl="/keys"/>')).toEqual([
      expect.objectContaining({
        ...{ kind: 'gather', maxDigits: 128, terminators: '#', firstDigitMs: 5000, interDigitMs: 5000, attempts: 1 },
        ...{ acceptEmpty: true, reportWhen: 'end', prompts: [], bargeIn: true },
        report: to('https://app.test/keys', { event: 'gather', place: '1:11' }),
      }),
    ]);
    expect(nodes('<Gather requestUrl="/keys"/>')[0]).not.toHaveProperty('notify');
  });

  it('is told and left behind when a verb follows', () => {
    const [gather, next] = nodes('<Gather requestUrl="k" tag="t" requestUrlTimeout="500"/><Hangup/>');
    expect(gather).toMatchObject({
      report: null,
      notify: to('https://app.test/voice/k', { event: 'gather', place: '1:11', tag: 't' }, 500),
    });
    expect(next).toMatchObject({ kind: 'hangup' });
  });

  it('reads every attribute', () => {
    const inside =
      '<Gather requestUrl="/k" maxDigits="4" terminatingDigits="*9" interDigitTimeout="2.5" bargeable="true"><SpeakSentence>A</SpeakSentence><SpeakSentence>B</SpeakSentence></Gather>';
    expect(nodes(inside)[0]).toMatchObject({
      ...{ maxDigits: 4, terminators: '*9', firstDigitMs: 2500, interDigitMs: 2500 },
      prompts: [{ sound: { text: 'A' } }, { sound: { text: 'B' } }],
    });
  });

  it('repeats a sound with silence before each repetition', () => {
    const inside =
      '<Gather requestUrl="/k"><PlayAudio repeatCount="3" delayBeforeRepeat="2">/a.wav</PlayAudio></Gather>';
    const [gather] = nodes(inside) as readonly { prompts: readonly { sound: { kind: string } }[] }[];
    expect(gather!.prompts.map(({ sound }) => sound.kind)).toEqual(['media', 'silence', 'media', 'silence', 'media']);
  });

  it('is refused without an address, or with sentences and sounds together', () => {
    expect(refusals('<Gather/>')[0]).toContain('attribute-missing 1:11 <Gather> needs the attribute requestUrl.');
    expect(
      refusals('<Gather requestUrl="/k"><SpeakSentence>A</SpeakSentence><PlayAudio>/a.wav</PlayAudio></Gather>')[0],
    ).toContain('holds sentences or one sound, not both');
    expect(refusals('<Gather requestUrl="ftp://x"/>')[0]).toContain('address-invalid');
  });

  it('never takes its terminating digits away', () => {
    expect(nodes('<Gather requestUrl="/k" terminatingDigits=""/>')[0]).toMatchObject({ terminators: '#' });
  });
});

describe('sounds', () => {
  it('are spoken by the vendor’s voices, in any capitals', () => {
    const play = (attributes: string) => nodes(`<SpeakSentence ${attributes}>Hi</SpeakSentence><Hangup/>`)[0];
    expect(play('')).toMatchObject({ prompt: { sound: { text: 'Hi', language: 'en-US', gender: 'female' } } });
    expect(play('locale="en_UK" gender="male"')).toMatchObject({
      prompt: { sound: { language: 'en-GB', gender: 'male' } },
    });
    expect(play('voice="Jorge"')).toMatchObject({ prompt: { sound: { language: 'es-ES', gender: 'male' } } });
    expect(warnings('<SpeakSentence voice="Zed">Hi</SpeakSentence>')[0]).toContain('There is no such voice');
    expect(nodes('<SpeakSentence>{{digits}}</SpeakSentence><Hangup/>')[0]).toMatchObject({
      prompt: { sound: { text: '{ {digits}}' } },
    });
  });

  it('are played as often as it is said, from where the document is', () => {
    expect(nodes('<PlayAudio repeatCount="2">a.mp3?x={1}</PlayAudio><Hangup/>')[0]).toMatchObject({
      prompt: { times: 2, sound: { kind: 'media', url: 'https://app.test/voice/a.mp3?x=%7B1}' } },
    });
    expect(refusals('<PlayAudio/>')[0]).toContain('<PlayAudio> has no address.');
    expect(warnings('<PlayAudio volume="4">/a.wav</PlayAudio>')[0]).toContain('attribute-not-supported');
    expect(warnings('<PlayAudio volume="0">/a.wav</PlayAudio>')).toEqual([]);
  });
});

describe('the other verbs', () => {
  it('Pause, SendDtmf and Redirect', () => {
    expect(nodes('<Pause/><Pause length="2.5"/><Hangup/>').slice(0, 2)).toEqual([
      { kind: 'pause', durationMs: 1000, stopKeys: '' },
      { kind: 'pause', durationMs: 2500, stopKeys: '' },
    ]);
    expect(nodes('<SendDtmf>1w,W5#</SendDtmf><Hangup/>')[0]).toMatchObject({ kind: 'send-digits', digits: '1w,W5#' });
    expect(refusals('<SendDtmf>1a</SendDtmf>')[0]).toContain('digits-invalid');
    expect(refusals(`<SendDtmf>${'1'.repeat(93)}</SendDtmf>`)[0]).toContain('93 keys are more than can be sent.');
    expect(nodes('<Redirect requestUrl="next" requestUrlTimeout="9000"/>')).toEqual([
      {
        kind: 'ask',
        verb: 'Redirect',
        destination: to('https://app.test/voice/next', { event: 'redirect' }, 9000),
        onFailed: null,
      },
    ]);
    expect(refusals('<Redirect/>')[0]).toContain('needs the attribute requestUrl');
  });

  it('Record', () => {
    expect(nodes('<Record requestUrl="/r"/>')).toEqual([
      expect.objectContaining({
        ...{ kind: 'record', mode: 'until', maxMs: 60_000, silenceMs: 3000, terminators: '' },
        report: to('https://app.test/r', { event: 'recording' }),
      }),
    ]);
    expect(nodes('<Record maxDuration="9" silenceTimeout="0" terminatingDigits="#"/>')[0]).toMatchObject({
      ...{ maxMs: 9000, silenceMs: null, terminators: '#', report: null },
    });
    expect(warnings('<Record fileFormat="mp3"/>')[0]).toContain('is recorded as WAV');
    expect(warnings('<Record transcribe="true" transcribeCallbackUrl="/t"/>')[0]).toContain('no transcription engine');
    const able = (inside: string) => compile(`<Response>${inside}</Response>`, source, { transcribes: true });
    expect(able('<Record transcribe="true" transcribeCallbackUrl="/t"/>').flow?.body[0]).toMatchObject({
      transcribe: { detectLanguage: false, notify: { url: 'https://app.test/t', method: 'POST' } },
    });
    expect(able('<Record transcribe="true"/>').problems[0]?.message).toContain(
      'needs the attribute transcribeCallbackUrl',
    );
  });

  it('Transfer rings all, leaves with who answers, and goes on when nobody does', () => {
    const inside =
      '<Transfer transferTo="+15550001" transferCallerId="private" callTimeout="20" tag="t"><PhoneNumber>sip:a@b.example</PhoneNumber></Transfer><Hangup/>';
    const [begin, dial, end] = nodes(inside);
    expect(begin).toEqual({ kind: 'set', name: 'transfer', value: 'done' });
    expect(dial).toMatchObject({
      ...{ kind: 'dial', ringMs: 20_000, callerId: 'anonymous', order: 'together' },
      targets: [
        { kind: 'number', address: '+15550001', displayName: 'Anonymous', headers: [{ name: 'Privacy' }] },
        { kind: 'sip', address: 'sip:a@b.example' },
      ],
      onFailed: [{ kind: 'set', name: 'transfer', value: 'failed' }],
    });
    expect(end).toMatchObject({
      kind: 'branch',
      cases: [{ when: { subject: 'transfer', equals: ['done'] }, body: [{ kind: 'notify' }, { kind: 'hangup' }] }],
    });
    expect(nodes('<Transfer transferTo="1" requestUrl="/done"/>')[2]).toMatchObject({
      cases: [{ body: [{ kind: 'ask', destination: { url: 'https://app.test/done' } }, { kind: 'hangup' }] }],
    });
    expect(nodes('<Transfer transferTo="1"><Record multiChannel="true"/></Transfer>')[1]).toMatchObject({
      ...{ kind: 'record', mode: 'during', channels: 'one-each', maxMs: null, body: [{ kind: 'dial' }] },
    });
    expect(nodes('<Transfer transferTo="1" diversionTreatment="stack" diversionReason="away"/>')[1]).toMatchObject({
      targets: [{ headers: [{ name: 'Diversion', value: '<tel:{{to}}>;reason=away' }, { name: 'Diversion' }] }],
    });
    expect(nodes('<Transfer transferTo="1"><SpeakSentence>For you</SpeakSentence></Transfer>')[1]).toMatchObject({
      targets: [{ address: '1', alone: [{ kind: 'play', prompt: { sound: { text: 'For you' } } }] }],
    });
    expect(warnings('<Transfer transferTo="1" transferCallerId="me"/>')[0]).toContain('is not possible');
    expect(refusals('<Transfer/>')[0]).toContain('names nobody to call');
    expect(refusals(`<Transfer>${'<PhoneNumber>1</PhoneNumber>'.repeat(8)}</Transfer>`)[0]).toContain('at most 7');
    expect(refusals('<Transfer transferTo="not a number"/>')[0]).toContain('cannot be called');
  });

  it('Conference and Reject, which are obsolete', () => {
    expect(nodes('<Conference from="+1555" mute="true" joinTone="true" statusCallbackUrl="/c"/>')).toEqual([
      expect.objectContaining({
        ...{ kind: 'conference', name: '+1555', mute: true, hold: false, tones: { join: true, leave: false } },
        events: expect.objectContaining({
          answers: 'ignored',
          destination: to('https://app.test/c', { event: 'conference' }, null),
        }),
      }),
    ]);
    expect(refusals('<Conference/>')[0]).toContain('needs the attribute from');
    expect(nodes('<Reject reason=""/>')).toEqual([{ kind: 'hangup', reason: null }]);
  });
});

describe('the support table', () => {
  const children: Partial<Record<VerbName, string>> = {
    SpeakSentence: 'Hi',
    PlayAudio: '/a.wav',
    SendDtmf: '1',
    Transfer: '<PhoneNumber>1</PhoneNumber><Record requestUrl="/r"/>',
    Gather: '<PlayAudio>/a.wav</PlayAudio>',
  };
  const needed: Partial<Record<VerbName, string>> = {
    Gather: 'requestUrl="/a"',
    Redirect: 'requestUrl="/a"',
    Record: 'transcribe="true" transcribeCallbackUrl="/t"',
    Conference: 'from="1"',
  };

  it('names the attributes that are read, and no others', () => {
    for (const name of Object.keys(verbs) as VerbName[]) {
      if (!isRunnable(name)) continue;
      const read = new Set<string>();
      compile(`<Response><${name} ${needed[name] ?? ''}>${children[name] ?? ''}</${name}></Response>`, source, {
        transcribes: true,
        onRead(verb, attribute) {
          if (verb === name) read.add(attribute);
        },
      });
      const known = Object.entries(supportOf(name).attributes).filter(([, { level }]) => level !== 'no');
      expect([name, [...read].toSorted()]).toEqual([name, known.map(([attribute]) => attribute).toSorted()]);
    }
  });

  it('gives a reason for whatever is not whole', () => {
    for (const verb of Object.values(verbs))
      for (const { level, note } of [verb, ...Object.values(verb.attributes)])
        if (level !== 'yes') expect(note).not.toBe('');
  });
});
