import { describe, expect, it } from 'vitest';
import {
  ask,
  branch,
  destination,
  dial,
  gather,
  hangup,
  pause,
  play,
  prompt,
  record,
  speech,
} from '../../flow/build.ts';
import type { FlowNode, Position } from '../../flow/node.ts';
import { compile } from './compile.ts';
import { decisions } from './decisions.ts';
import { verbs } from './support.ts';

const source = 'https://app.example/voice/flow.xml?v=1';
const at = (line: number, column: number, path: string): Position => ({ line, column, path });
const bodyOf = (text: string) => compile(text, source).flow!.body;
/** The nodes of one-line documents, whose first command stands at column 11. */
const nodes = (commands: string) => bodyOf(`<Response>${commands}</Response>`);
const node = <Kind extends FlowNode['kind']>(kind: Kind, commands: string) =>
  nodes(commands).find((found): found is Extract<FlowNode, { kind: Kind }> => found.kind === kind)!;
const spoken = (text: string) => speech(text, { gender: 'female' });
const problemsOf = (text: string) =>
  compile(text, source).problems.map(({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`);
const problemsIn = (commands: string) => problemsOf(`<Response>${commands}</Response>`);

const survey = `<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Say>Welcome to the ferry line.</Say>
  <Record />
  <Gather numDigits="1" attempts="2" timeout="10000" finishOnKey="*">
    <Say>One for departures, two for a person.</Say>
    <Switch>
      <Case dtmf="1">
        <Say>Departures</Say>
        <Callback url="https://hooks.example/a"/>
      </Case>
      <Case dtmf="2">
        <Dial>
          <Sip>1000@x.x.x.x:9000</Sip>
        </Dial>
      </Case>
      <Default>
        <Callback method="post" url="https://hooks.example/a" />
      </Default>
      <Error>
        <Say>Nothing was keyed.</Say>
      </Error>
    </Switch>
  </Gather>
  <Hangup />
</Response>
`;

describe('a menu in the old generation', () => {
  it('compiles to prompts, a background recording, a gather with branches, and a hangup', () => {
    expect(compile(survey, source)).toEqual({
      problems: [],
      flow: {
        dialect: 'opentact',
        source,
        body: [
          play(spoken('Welcome to the ferry line.'), { at: at(3, 3, 'Say[0]') }),
          record('start', { at: at(4, 3, 'Record[1]') }),
          gather({
            at: at(5, 3, 'Gather[2]'),
            prompts: [prompt(spoken('One for departures, two for a person.'))],
            minDigits: 1,
            minDigitsAtTimeout: 1,
            maxDigits: 1,
            terminators: '*',
            acceptEmpty: true,
            firstDigitMs: 10_000,
            interDigitMs: null,
            totalMs: 10_000,
            attempts: 2,
            retryOn: 'any-failure',
            reportWhen: 'each-attempt',
            branches: [
              branch(
                '1',
                play(spoken('Departures'), { at: at(9, 9, 'Gather[2]/Switch[1]/Case[0]/Say[0]') }),
                ask('Callback', destination('https://hooks.example/a'), {
                  at: at(10, 9, 'Gather[2]/Switch[1]/Case[0]/Callback[1]'),
                }),
              ),
              branch(
                '2',
                dial([{ kind: 'sip', address: '1000@x.x.x.x:9000' }], {
                  at: at(13, 9, 'Gather[2]/Switch[1]/Case[1]/Dial[0]'),
                }),
              ),
            ],
            onOther: [
              ask('Callback', destination('https://hooks.example/a', { method: 'POST' }), {
                at: at(18, 9, 'Gather[2]/Switch[1]/Default[2]/Callback[0]'),
              }),
            ],
            onFailed: [play(spoken('Nothing was keyed.'), { at: at(21, 9, 'Gather[2]/Switch[1]/Error[3]/Say[0]') })],
          }),
          hangup({ at: at(25, 3, 'Hangup[3]') }),
        ],
      },
    });
  });

  it('is frozen all the way down', () => {
    const { flow } = compile(survey, source);
    expect(Object.isFrozen(flow!.body[2])).toBe(true);
    expect(
      Object.isFrozen(
        node('gather', '<Gather><Switch><Case dtmf="1"><Say>a</Say></Case></Switch></Gather>').branches[0]!.body,
      ),
    ).toBe(true);
  });
});

describe('Gather', () => {
  it('has the documented defaults', () => {
    const { prompts, maxDigits, terminators, attempts, totalMs, report } = node('gather', '<Gather/>');
    expect({ prompts, maxDigits, terminators, attempts, totalMs, report }).toEqual({
      prompts: [],
      maxDigits: 1,
      terminators: '*',
      attempts: 1,
      totalMs: 5000,
      report: null,
    });
  });

  it('reports each attempt to the callback, whose query stays as written', () => {
    const { report, reportWhen, minDigits, minDigitsAtTimeout } = node(
      'gather',
      '<Gather numDigits="4" method="post" callback="https://a.example/x/?token=1%7C2|3&amp;z="/>',
    );
    expect(report).toEqual(destination('https://a.example/x/?token=1%7C2|3&z=', { method: 'POST' }));
    expect({ reportWhen, minDigits, minDigitsAtTimeout }).toEqual({
      reportWhen: 'each-attempt',
      minDigits: 1,
      minDigitsAtTimeout: 4,
    });
  });

  it('resolves a relative callback against the document', () => {
    expect(node('gather', '<Gather callback="../code?a=1"/>').report!.url).toBe('https://app.example/code?a=1');
  });

  it('plays Say, Play and Pause while it waits', () => {
    expect(
      node(
        'gather',
        '<Gather callback="/c"><Say loop="2" lang="es">Hola</Say><Pause length="300"/><Play>beep.wav</Play></Gather>',
      ).prompts,
    ).toEqual([
      prompt(speech('Hola', { language: 'es', gender: 'female' }), 2),
      prompt({ kind: 'silence', durationMs: 300 }),
      prompt({ kind: 'media', url: 'https://app.example/voice/beep.wav' }),
    ]);
  });

  it('takes the new generation: dtmf_length, dtmf_stop, url and DTMF', () => {
    const found = node(
      'gather',
      '<Gather dtmf_length="2" dtmf_stop="#" url="/r"><DTMF value="42"><Hangup/></DTMF><Default><Say>no</Say></Default><Error><Say>none</Say></Error></Gather>',
    );
    expect(found).toMatchObject({
      maxDigits: 2,
      terminators: '#',
      report: { url: 'https://app.example/r' },
      branches: [{ digits: '42' }],
    });
    expect([found.onOther, found.onFailed].map((block) => block?.length)).toEqual([1, 1]);
    expect(node('gather', '<Gather length="3" url="/r"/>').maxDigits).toBe(3);
  });

  it('takes an Error inside of itself or behind itself', () => {
    for (const commands of [
      '<Gather callback="/c"><Error><Hangup/></Error></Gather>',
      '<Gather callback="/c"/><Error><Hangup/></Error>',
    ]) {
      expect(node('gather', commands).onFailed).toHaveLength(1);
      expect(problemsIn(commands)).toEqual([]);
    }
  });

  it('leaves the key + out and warns', () => {
    const commands = '<Gather callback="/c" finishOnKey="+#"/>';
    expect(node('gather', commands).terminators).toBe('#');
    expect(problemsIn(commands)).toEqual(['warning attribute-invalid 1:33']);
  });

  it('has no finishing key when the attribute is empty', () => {
    expect(node('gather', '<Gather callback="/c" finishOnKey=""/>').terminators).toBe('');
  });

  it('is sensitive when it says so, and when what it says cannot be read', () => {
    const sensitive = (attribute: string) => node('gather', `<Gather ${attribute} callback="/c"/>`).sensitive;
    expect(sensitive('')).toBe(false);
    expect(sensitive('sensitive="false"')).toBe(false);
    expect(sensitive('sensitive="true"')).toBe(true);
    expect(
      compile('<Response><Gather sensitive="yes" callback="/c"/></Response>', 'https://app.example/'),
    ).toMatchObject({
      flow: { body: [{ sensitive: true }] },
      problems: [expect.objectContaining({ code: 'attribute-invalid' })],
    });
  });

  it('warns about a timeout that looks like seconds and says what to write', () => {
    const { problems } = compile('<Response>\n  <Gather callback="/c"\n    timeout="5"/>\n</Response>', source);
    expect(problems).toEqual([
      {
        code: 'attribute-unit',
        severity: 'warning',
        message: 'timeout="5" is 5 milliseconds; it looks like seconds.',
        hint: 'Write timeout="5000" for 5 s.',
        source,
        line: 3,
        column: 5,
      },
    ]);
  });

  it('warns about branches that no entry can reach', () => {
    const branches = ['12', '*', '3', '3'].map((digits) => `<Case dtmf="${digits}"><Hangup/></Case>`).join('');
    const { problems } = compile(`<Response><Gather><Switch>${branches}</Switch></Gather></Response>`, source);
    expect(problems.map(({ code }) => code)).toEqual([
      'flow-branch-impossible',
      'flow-branch-impossible',
      'flow-branch-duplicate',
    ]);
  });
});

describe('the other verbs', () => {
  it('Record records in the background, during its children, or as voicemail', () => {
    expect(node('record', '<Record tag="a"/><Say>x</Say>')).toMatchObject({ mode: 'start', tag: 'a' });
    expect(node('record', '<Record><Pause length="60000" dtmf_stop="#"/></Record>')).toMatchObject({
      mode: 'during',
      body: [{ kind: 'pause', stopKeys: '#' }],
    });
    expect(node('record', '<Say>After the tone</Say><Record timeout="45000"/><Hangup/>')).toMatchObject({
      mode: 'until',
      maxMs: 45_000,
      beep: true,
      terminators: '#',
    });
  });

  it('Play of a recording that still runs stops it first', () => {
    expect(nodes('<Record tag="n"/><Pause length="3000"/><Play record="n"/>')).toEqual([
      record('start', { at: at(1, 11, 'Record[0]'), tag: 'n' }),
      pause(3000, { at: at(1, 28, 'Pause[1]') }),
      record('stop', { at: at(1, 50, 'Play[2]'), tag: 'n' }),
      play({ kind: 'recorded', tag: 'n' }, { at: at(1, 50, 'Play[2]') }),
    ]);
  });

  it('Dial takes Sip, Number, To and text', () => {
    const { targets, ringMs } = node(
      'dial',
      '<Dial timeout="20000"><Sip>sip:ann@host</Sip><Number>1 (555) 123-4567</Number><To>bob@host:5080</To><To>12223334455</To></Dial>',
    );
    expect(ringMs).toBe(20_000);
    expect(targets).toEqual([
      { kind: 'sip', address: 'sip:ann@host' },
      { kind: 'number', address: '15551234567' },
      { kind: 'sip', address: 'bob@host:5080' },
      { kind: 'number', address: '12223334455' },
    ]);
    expect(node('dial', '<Dial>1001</Dial>').targets).toEqual([{ kind: 'number', address: '1001' }]);
  });

  it('Dial skips a target that cannot be called', () => {
    const commands = '<Dial><Sip>ann@host&#13;&#10;Evil: 1</Sip><Number>ann</Number></Dial>';
    expect(node('dial', commands).targets).toEqual([]);
    expect(problemsIn(commands)).toEqual([
      'warning flow-dial-nobody 1:11',
      'warning address-invalid 1:17',
      'warning address-invalid 1:53',
    ]);
  });

  it('Error belongs to the command that it stands in or follows, and can speak the reason', () => {
    const [first, second] = nodes(
      '<Play url="a.wav"/><Error say="true"><Hangup tag="lost"/></Error><Play url="b.wav"><Error play="true"/></Play>',
    );
    expect(first).toMatchObject({
      onFailed: [
        { kind: 'play', prompt: { sound: { text: '{{error}}' } } },
        { kind: 'hangup', reason: 'lost' },
      ],
    });
    expect(second).toMatchObject({ onFailed: [{ prompt: { sound: { text: '{{error}}' } } }] });
  });

  it('Callback takes its address as attribute or text, any case of method, tag and body', () => {
    expect(node('ask', '<Callback method="Delete" url="/x" tag="t" body="true" timeout="3000"/>')).toMatchObject({
      verb: 'Callback',
      destination: {
        url: 'https://app.example/x',
        method: 'DELETE',
        timeoutMs: 3000,
        extra: { tag: 't', body: 'true' },
      },
    });
    const commands = '<callback> https://b.example/y </callback>';
    expect(node('ask', commands).destination).toEqual(destination('https://b.example/y'));
    expect(problemsIn(commands)).toEqual(['warning name-case 1:11']);
    expect(node('ask', '<Redirect>/z</Redirect>')).toMatchObject({
      verb: 'Redirect',
      destination: { url: 'https://app.example/z' },
    });
  });

  it('Say takes its voice, language and repeats', () => {
    expect(
      node('play', '<Say text="Привет" lang="ru-RU" gender="male" code="ru-1" type="wavenet" loop="3"/>').prompt,
    ).toEqual(prompt(speech('Привет', { language: 'ru-RU', gender: 'male', voice: 'ru-1' }), 3));
  });

  it('Reject, Hangup, Answer, Hold, Unhold and Tone carry their words over', () => {
    expect(
      nodes(
        '<Answer delay="2000"/><Hold/><Unhold/><Tone hz="350,440" don="200" doff="100" loop="3" v="-20" leg="both"/><Hangup tag="done"/>',
      ),
    ).toMatchObject([
      { kind: 'answer', delayMs: 2000 },
      { kind: 'hold', action: 'hold', timeoutMs: 300_000 },
      { kind: 'hold', action: 'resume' },
      {
        kind: 'play',
        to: 'both',
        prompt: {
          sound: { kind: 'tone', frequenciesHz: [350, 440], onMs: 200, offMs: 100, durationMs: 900, volumeDb: -20 },
        },
      },
      { kind: 'hangup', reason: 'done' },
    ]);
    expect(
      ['', ' reason="busy"', ' reason="480"'].map((reason) => node('reject', `<Reject${reason}/>`).sipStatus),
    ).toEqual([603, 486, 480]);
  });
});

describe('mistakes', () => {
  it.each([
    ['<Sy>hi</Sy>', 'Did you mean <Say>?'],
    ['<Gahter/>', 'Did you mean <Gather>?'],
    ['<Gather callback="/c" numDigit="4"/>', 'Did you mean numDigits?'],
    ['<Gather callback="/c" finishOnkeys="#"/>', 'Did you mean finishOnKey?'],
  ])('%s gets a suggestion', (commands, hint) => {
    expect(
      compile(`<Response>${commands}<Hangup/></Response>`, source).problems.map((problem) => problem.hint),
    ).toContain(hint);
  });

  it('a misspelt verb is skipped with a warning and its Error with it', () => {
    expect(nodes('<Sya>hi</Sya><Say>there</Say>').map(({ kind }) => kind)).toEqual(['play']);
  });

  it.each([
    ['<Meta name="a"/><Hangup/>', ['warning verb-not-supported 1:11']],
    ['<Case dtmf="1"/><Hangup/>', ['warning verb-misplaced 1:11']],
    ['<Say tag="x">a</Say>', ['warning attribute-not-supported 1:16']],
    ['<Say loop="many">a</Say>', ['warning attribute-invalid 1:16']],
    ['<Say></Say><Hangup/>', ['warning flow-prompt-empty 1:11']],
    ['<Play url="ftp://a/b"/><Hangup/>', ['warning address-invalid 1:17']],
    ['<Play url="file:///etc/passwd"/><Hangup/>', ['warning address-invalid 1:17']],
    ['<Callback/><Hangup/>', ['warning attribute-missing 1:11']],
    ['<Hangup/><Say>never</Say>', ['warning flow-unreachable 1:20']],
    ['<Error><Hangup/></Error><Hangup/>', ['warning error-block-unused 1:11']],
    ['<Pause/><Error><Hangup/></Error>', ['warning error-block-unused 1:19']],
    ['hello<Hangup/>', ['warning text-misplaced 1:11']],
    ['<Gather/><Hangup/>', ['warning flow-report-lost 1:11']],
    ['<Gather callback="/c"><Hangup/></Gather>', ['warning verb-misplaced 1:33']],
    ['<Say loop="0">a</Say><Hangup/>', ['warning flow-endless 1:11']],
  ])('%s', (commands, expected) => {
    expect(problemsIn(commands)).toEqual(expected);
    expect(compile(`<Response>${commands}</Response>`, source).flow).not.toBeNull();
  });

  it('a wrong root or broken XML refuses the document', () => {
    expect(compile('<Responce><Hangup/></Responce>', source).flow).toBeNull();
    expect(problemsOf('\n <Responce/>')).toEqual(['error document-wrong-root 2:2']);
    expect(compile('<Response><Say>Tom & Jerry</Say></Response>', source).flow).toBeNull();
  });

  it('an empty answer goes on, an empty document hangs up', () => {
    expect(compile(' \n', source).flow!.body).toEqual([]);
    expect(bodyOf('<Response/>')).toEqual([hangup({ at: at(1, 1, '') })]);
  });
});

describe('the support table', () => {
  it('lists no attribute as supported that no compile function reads', () => {
    const read = new Set<string>();
    const all = `<Response><Answer/><Say>a</Say><Play url="a.wav"/><Pause/><Record tag="a"><Pause/></Record><RecordStart/><RecordStop/>
      <Gather><Switch><Case dtmf="1"/><Default/><Error/></Switch></Gather><Gather><DTMF value="1"/></Gather>
      <Callback url="/a"/><Redirect url="/a"/><Dial><Sip>a@b</Sip></Dial><Hold/><Unhold/><Tone/><Reject/><Hangup/></Response>`;
    compile(all, source, (verb, attribute) => read.add(`${verb} ${attribute}`));
    const declared = Object.entries(verbs).flatMap(([verb, { level, attributes }]) =>
      level === ('no' as string)
        ? []
        : Object.entries(attributes).flatMap(([name, support]) => (support.level === 'no' ? [] : [`${verb} ${name}`])),
    );
    expect([...read].toSorted()).toEqual(declared.toSorted());
  });

  it('has a reason for every decision', () => {
    expect(decisions.filter(({ decision, reason }) => decision === '' || reason === '')).toEqual([]);
  });
});
