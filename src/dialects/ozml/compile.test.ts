import { describe, expect, it } from 'vitest';
import { innerBlocks } from '../../flow/check.ts';
import type { Block, FlowNode } from '../../flow/node.ts';
import { parseFlow } from '../../flow/schema.ts';
import { compile } from './compile.ts';
import { decisions } from './decisions.ts';
import { commands } from './support.ts';

const source = 'https://app.example/ozml/start.php';

function bodyOf(script: string, root = 'Response'): Block {
  const { flow, problems } = compile(`<${root}>${script}</${root}>`, source);
  if (flow === null) throw new Error(JSON.stringify(problems));
  return parseFlow(JSON.parse(JSON.stringify(flow))).body;
}
const kindsOf = (script: string): readonly string[] => bodyOf(script).map(({ kind }) => kind);
const problemsOf = (script: string): readonly string[] =>
  compile(`<Response>${script}</Response>`, source).problems.map(({ severity, code }) => `${severity} ${code}`);
function find<Kind extends FlowNode['kind']>(block: Block, kind: Kind): readonly Extract<FlowNode, { kind: Kind }>[] {
  return block.flatMap((node) => [
    ...(node.kind === kind ? [node as Extract<FlowNode, { kind: Kind }>] : []),
    ...innerBlocks(node).flatMap((inner) => find(inner, kind)),
  ]);
}

describe("the vendor's example of SendDTMF", () => {
  const script = `<?xml version="1.0"?> <Response> <Speak Party="caller">You will get dtmf keys 123.</Speak> <SendDTMF Party="caller" Keys="123"></SendDTMF> <Speak Party="callee">You will get dtmf keys 321.</Speak> <SendDTMF Party="callee" Keys="321"></SendDTMF> </Response>`;

  it('speaks and keys to each party by itself', () => {
    const { flow, problems } = compile(script, source);
    expect(problems).toEqual([]);
    const said = flow!.body.map((node) =>
      node.kind === 'play' && node.prompt.sound.kind === 'speech'
        ? `${node.to}: ${node.prompt.sound.text}`
        : node.kind === 'send-digits'
          ? `${node.to}: ${node.digits}`
          : node.kind,
    );
    expect(said).toEqual([
      'answer',
      'caller: You will get dtmf keys 123.',
      'caller: 123',
      'callee: You will get dtmf keys 321.',
      'callee: 321',
    ]);
  });
});

describe('names', () => {
  it.each(['<speak>Hello</speak>', '<SPEAK TEXT="Hello"/>', "<Speak text='Hello' />", '<Speak>\n  Hello\n</Speak>'])(
    'are known in any capitals: %s',
    (script) => {
      const [play] = find(bodyOf(script), 'play');
      expect(play?.prompt.sound).toMatchObject({ kind: 'speech', text: 'Hello', language: 'en-US' });
      expect(problemsOf(script)).toEqual([]);
    },
  );

  it.each(['Response', 'response', 'OzML'])('of the root: %s', (root) => {
    expect(bodyOf('<Beep/>', root).map(({ kind }) => kind)).toEqual(['answer', 'play']);
  });

  it('inside of a Request go with it to the call it places', () => {
    const script =
      '<Request DialedAddress="101"><OnInCall><Speak Language="es">A &amp; &lt;b&gt; $x</Speak></OnInCall></Request>';
    const [http] = find(bodyOf(script), 'http');
    const query = new URLSearchParams(http?.destination.url.split('?')[1]);
    expect(query.get('RequestOzML')).toBe(
      '<Request><OnInCall><Speak Language="es">A &amp; &lt;b> $x</Speak></OnInCall></Request>',
    );
    expect(query.get('DialedAddress')).toBe('101');
    expect(problemsOf(script)).toEqual([]);
  });

  it('are known by the misspellings of the vendor', () => {
    const [http] = find(bodyOf('<Call Dialled="2310" CallerId="3000" Url="connected.php"/>'), 'http');
    expect(http?.destination.url).toBe(
      'ozml:Call?Dialed=2310&CallerId=3000&Url=connected.php&source=https%3A%2F%2Fapp.example%2Fozml%2Fstart.php',
    );
  });
});

describe('a script', () => {
  it('may begin with blank lines, or without a declaration', () => {
    expect(compile('\n\n<?xml version="1.0"?>\n<Response><Beep/></Response>', source).flow).not.toBeNull();
  });

  it.each([
    '<Response><SendDTMF Keys="1"><SendDTMF></Response>',
    '<Response><Speak>Tom & Jerry</Speak></Response>',
    '<Response><Hangup CallId=23Xdz7/></Response>',
    '<Answer/>',
    'Hello',
  ])('is refused when it is not well-formed, or has another root: %s', (text) => {
    expect(compile(text, source).flow).toBeNull();
  });

  it('hangs up when it is empty', () => {
    expect(kindsOf('')).toEqual(['hangup']);
    expect(compile(' \n ', source).flow!.body).toEqual([]);
  });

  it('answers, whatever comes first, but Reject, Route and ForwardCall', () => {
    expect(kindsOf('<Var ID="a">1</Var>')).toEqual(['answer', 'set']);
    expect(kindsOf('<Reject/><Speak>no</Speak>')).toEqual(['reject']);
    expect(kindsOf('<Route RingTime="30" Destination="101"/>')).toEqual(['dial', 'hangup']);
    expect(kindsOf('<ForwardCall Destination="102"></ForwardCall>')).toEqual(['dial', 'hangup']);
  });

  it('passes over a Reject that is not the first command', () => {
    expect(kindsOf('<Beep/><Reject/>')).toEqual(['answer', 'play']);
    expect(problemsOf('<Beep/><Reject/>')).toEqual(['warning verb-misplaced']);
  });

  it('goes on without commands it does not know', () => {
    expect(kindsOf('<Speek>a</Speek><Beep/>')).toEqual(['answer', 'play']);
    expect(problemsOf('<Speek>a</Speek><SendMessage/><OnInCall/>')).toEqual([
      'warning verb-unknown',
      'warning verb-not-supported',
      'warning verb-misplaced',
    ]);
  });
});

describe('variables', () => {
  it('are filled in where they are used, the longest name', () => {
    const [set, play] = bodyOf('<Var id="exampleID">Hello</Var><speak>$exampleID, $5 $exampleID.</speak>').slice(1);
    expect(set).toMatchObject({ kind: 'set', name: 'exampleID', value: 'Hello' });
    expect(play).toMatchObject({ prompt: { sound: { text: '{{$exampleID}}, $5 {{$exampleID}}.' } } });
  });

  it('are no words of the interpreter', () => {
    const [play] = find(bodyOf('<speak>{{from}} {{$x}}</speak>'), 'play');
    expect(play?.prompt.sound).toMatchObject({ text: '{ {from}} { {{{$x}}}}' });
  });

  it('may be lists, whose items a ForEach has one by one', () => {
    const body = bodyOf(
      '<Array ID="a"><item>x</item><Item>y</Item></Array><ForEach source="a"><speak>$item</speak></ForEach>',
    );
    expect(body[1]).toMatchObject({ kind: 'set', name: 'a', value: ['x', 'y'] });
    expect(body[2]).toMatchObject({ kind: 'loop', over: 'a' });
  });

  it('may stand in addresses, and cannot lead elsewhere', () => {
    const [ask] = find(bodyOf('<GoTo>next.php?who=$who{x}</GoTo>'), 'ask');
    expect(ask?.destination.url).toBe('https://app.example/ozml/next.php?who={{$who}}%7Bx}');
  });
});

describe('a menu', () => {
  const menu = (inner: string, attributes = '') =>
    `<UserInput ${attributes}><InitialCommands><Speak>Press 1</Speak><Delay>0.5</Delay></InitialCommands><Inputs>${inner}</Inputs></UserInput><Beep/>`;

  it('takes the keys of its Inputs and passes over others', () => {
    const [gather] = find(bodyOf(menu('<Input Key="1"><Beep/></Input>', 'Timeout="10" Repeat="true"')), 'gather');
    expect(gather).toMatchObject({
      ...{ minDigits: 1, maxDigits: 1, firstDigitMs: 10_000, attempts: 1000, bargeIn: true, typeAhead: 'keep' },
      ...{ unmatched: 'ignore', report: null },
      prompts: [{ sound: { kind: 'speech' } }, { sound: { kind: 'silence', durationMs: 500 } }],
    });
    expect(gather?.branches.map(({ digits }) => digits)).toEqual(['1']);
  });

  it.each(['ForwardToUrl', 'forwardtourl', 'enteredUrl', 'ForwardToURL'])(
    'forwards what matches nothing: %s',
    (name) => {
      const [gather] = find(bodyOf(menu('<Input Key="1"/>', `${name}="digits.php" Digits="4"`)), 'gather');
      expect(gather).toMatchObject({ unmatched: 'finish', reportWhen: 'end-if-unmatched', minDigits: 4, maxDigits: 4 });
      expect(gather?.report).toMatchObject({
        url: 'https://app.example/ozml/digits.php',
        method: 'POST',
        extra: { event: 'DtmfEntered' },
      });
    },
  );

  it.each([
    ['', 1, 2],
    ['Digits="3"', 3, 3],
    ['MinDigits="2" MaxDigits="5"', 2, 5],
    ['MaxDigits="4"', 1, 4],
    ['MinDigits="9" MaxDigits="4"', 4, 4],
  ])('has as many digits as %j says', (attributes, minDigits, maxDigits) => {
    const inputs = '<Input Key="1"/><Input Key="12"/>';
    expect(find(bodyOf(menu(inputs, attributes)), 'gather')[0]).toMatchObject({ minDigits, maxDigits });
  });

  it('runs what is not sound before it listens', () => {
    const script =
      '<UserInput><InitialCommands><Speak>a</Speak><Var ID="x">1</Var><Speak>b</Speak></InitialCommands></UserInput>';
    const body = bodyOf(script);
    expect(body.map(({ kind }) => kind)).toEqual(['answer', 'play', 'set', 'gather']);
    expect(find(body, 'gather')[0]?.prompts).toHaveLength(1);
  });

  it('inside another leads back to it by its BackKey', () => {
    const nested = menu(
      '<Input Key="1"><UserInput BackKey="*"><Inputs><Input Key="2"/></Inputs></UserInput><Beep/></Input>',
    );
    const [, set, loop, beep] = bodyOf(nested);
    expect(set).toMatchObject({ kind: 'set', name: ':leaving', value: 'again:menu-1' });
    expect(loop).toMatchObject({ kind: 'loop', while: { subject: ':leaving', equals: ['again:menu-1'] } });
    expect(beep).toMatchObject({ kind: 'branch' });
    const inner = find([loop!], 'gather').find(({ soleKeys }) => soleKeys === '*');
    expect(inner?.branches.map(({ digits }) => digits)).toEqual(['2', '*']);
  });

  it('is left by its BackKey when it is inside no other', () => {
    const [gather] = find(bodyOf(menu('<Input Key="1"/>', 'BackKey="#" Digits="4" ForwardToUrl="/x"')), 'gather');
    expect(gather?.soleKeys).toBe('#');
    expect(gather?.branches.at(-1)).toEqual({ digits: '#', body: [] });
  });

  it('keeps its keys secret when they are', () => {
    const sensitive = (value: string) => find(bodyOf(menu('', `Sensitive="${value}"`)), 'gather')[0]?.sensitive;
    expect(['true', 'false', 'yse'].map(sensitive)).toEqual([true, false, true]);
  });
});

describe('a transfer', () => {
  it('that fails lets the next command run, and one that works is the end', () => {
    const body = bodyOf('<BlindTransfer FinishedUrl="/done">1001</BlindTransfer><Speak>Sorry</Speak>');
    expect(body.map(({ kind }) => kind)).toEqual(['answer', 'set', 'dial', 'branch', 'play']);
    const [dial] = find(body, 'dial');
    expect(dial?.targets).toMatchObject([
      { kind: 'number', address: '1001', notify: { extra: { event: 'CallFinished' } } },
    ]);
    expect(dial?.onFailed).toMatchObject([{ kind: 'set', value: 'yes' }]);
  });
});

describe('a wait for a message', () => {
  it('goes on with its answer, or ends', () => {
    const body = bodyOf(
      '<WaitForMsg FromConnection="sip" Timeout="5"><Execute><Beep/></Execute><OnMessage><Speak>$Text</Speak></OnMessage><OnTimeout><Speak>None.</Speak></OnTimeout></WaitForMsg><Beep/>',
    );
    expect(body.map(({ kind }) => kind)).toEqual(['answer', 'play', 'http', 'play', 'play']);
    expect(find(body, 'http')[0]?.onFailed?.map(({ kind }) => kind)).toEqual(['play', 'hangup']);
  });
});

describe('what is wrong with a command', () => {
  it.each([
    ['<Speak/>', 'warning attribute-missing'],
    ['<SendDTMF Keys="12x4"/>', 'warning attribute-invalid'],
    ['<SendDTMF/>', 'warning attribute-missing'],
    ['<Play>C:\\sounds\\a.wav</Play>', 'warning address-invalid'],
    ['<Delay>soon</Delay>', 'warning attribute-invalid'],
    ['<Delay>-5</Delay>', 'warning attribute-invalid'],
    ['<BlindTransfer>not a number at all</BlindTransfer>', 'warning attribute-invalid'],
    ['<GoTo>javascript:alert(1)</GoTo>', 'warning attribute-invalid'],
    ['<Var ID="1a">x</Var>', 'warning attribute-invalid'],
    ['<Speak Party="everybody">a</Speak>', 'warning attribute-invalid'],
    ['<Speak Partei="caller">a</Speak>', 'warning attribute-unknown'],
  ])('is told: %s', (script, expected) => {
    expect(problemsOf(script)[0]?.replace('address-invalid', 'attribute-invalid')).toBe(
      expected.replace('address-invalid', 'attribute-invalid'),
    );
  });
});

describe('the support table', () => {
  it('lists no parameter of a script as supported that no compile function reads', () => {
    const read = new Set<string>();
    const all = `<Speak>a</Speak><SendDTMF Keys="1"/><Play>a.wav</Play><Record/><UserInput><InitialCommands/><Inputs><Input Key="1"/></Inputs></UserInput>
      <Delay>1</Delay><Beep/><Var ID="a"/><Array ID="b"/><ForEach Source="b"/><BlindTransfer>1</BlindTransfer><AttendedTransfer TargetCallId="c"/><Hold/><Unhold/>
      <Call Dialed="1"/><Request DialedAddress="1"/><CallSetup Caller="1" Callee="2"/><SendSms Recipient="1">a</SendSms><SendEmail Recipient="a@b"/><SendMsg ToConnection="sip" ToAddress="1">a</SendMsg>
      <SendAlarmNotification PhoneNumber="1" AccountNumber="1234" EventCode="130" PartitionNumber="1" ZoneNumber="2"/><WaitForMsg FromConnection="sip"/><MoveFile Source="a" Target="b"/><DeleteFile File="a"/>`;
    for (const script of [
      all,
      '<GoTo>a</GoTo>',
      '<Route Destination="1"/>',
      '<ForwardCall Destination="1"/>',
      '<Hangup/>',
    ])
      compile(`<Response>${script}</Response>`, source, {
        onRead: (name, parameter) => read.add(`${name} ${parameter}`),
      });
    const declared = Object.entries(commands).flatMap(([name, { script, parameters }]) =>
      script === ('no' as string)
        ? []
        : Object.entries(parameters).flatMap(([parameter, { level, only }]) =>
            level === 'no' || only === 'api' ? [] : [`${name} ${parameter}`],
          ),
    );
    expect([...read].filter((one) => !one.endsWith(' CallId')).toSorted()).toEqual(declared.toSorted());
  });

  it('has a reason for every decision', () => {
    expect(decisions.filter(({ decision, reason }) => decision === '' || reason === '')).toEqual([]);
  });
});
