import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { afterEach, describe, expect, it } from 'vitest';
import { CodedError } from '../../../base/errors.ts';
import { parseFlow } from '../../../flow/schema.ts';
import { type CommandSupport, commands } from '../support.ts';
import { noOptions } from './command.ts';
import { answerErrand } from './errand.ts';
import { errandsAtEnd } from './states.ts';
import { callRecord, createRig, elements, read, tapeOf, withCallee } from './voice-rig.ts';

const all = Object.entries(commands) as [string, CommandSupport][];

function bridged() {
  const rig = createRig();
  rig.calls.push(callRecord('SdwQD'));
  rig.tapes.set('SdwQD', withCallee);
  return rig;
}

describe('an answer', () => {
  it('is what the page of the vendor shows', async () => {
    const rig = bridged();
    expect(await rig.ask('command=SendDTMF&CallId=SdwQD&Party=caller&Keys=01234')).toBe(
      '<?xml version="1.0"?>\n<Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">\n  <Code>200</Code>\n  <Message>Command successfully executed</Message>\n</Response>\n',
    );
    expect(rig.commands).toMatchObject([
      ['SdwQD', { kind: 'beside', body: [{ kind: 'send-digits', digits: '01234', to: 'caller' }] }],
    ]);
  });

  it.each(['/api', '/', '/api/'])('comes at %s, by GET and as a form', async (path) => {
    const rig = bridged();
    for (const form of [false, true])
      expect(read(await rig.ask({ Command: 'hangup', CALLID: 'SdwQD' }, { path, form }))).toBe(
        '200 Command successfully executed',
      );
    expect(rig.commands).toHaveLength(2);
  });

  it('does not come where no command is', async () => {
    const rig = bridged();
    expect(await rig.ask({ CallId: 'SdwQD' })).toBe('not taken');
    expect(await rig.ask({ CallId: 'SdwQD' }, { form: true, path: '/' })).toBe('not taken');
    expect(read(await rig.ask({ CallId: 'SdwQD' }, { form: true }))).toBe(
      "302 Missing or invalid parameter 'command' for command ''",
    );
    expect(await rig.ask({ command: 'Hangup' }, { path: '/v1/calls' })).toBe('not taken');
  });
});

describe('a code', () => {
  it('says who may not ask', async () => {
    const rig = bridged();
    expect(read(await rig.ask('command=Hangup&CallId=SdwQD', { anonymous: true }))).toBe('304 Authentication required');
    const wrong = 'command=Hangup&CallId=SdwQD&Username=admin&Password=';
    expect(read(await rig.ask(wrong, { anonymous: true }))).toBe('304 Authentication required');
    expect(read(await rig.ask(`${wrong}nope`, { anonymous: true }))).toBe(
      '305 Authentication failed, bad username or password',
    );
    expect(rig.commands).toEqual([]);
  });

  it.each([
    ['Nonsense', "301 Not implemented command: 'Nonsense'"],
    ['UserInput', "303 Command 'UserInput' cannot be used here"],
    ['Inputs', "303 Command 'Inputs' cannot be used here"],
    ['Reject', "303 Command 'Reject' cannot be used here"],
    ['SQL', "301 Not implemented command: 'SQL': There is no SQL."],
    ['SendDTMF', "302 Missing or invalid parameter 'CallId' for command 'SendDTMF'"],
    ['SendDTMF&CallId=nope&Party=all&Keys=1', "601 Call not found with ID 'nope'"],
    ['SendDTMF&CallId=SdwQD&Party=caller', "302 Missing or invalid parameter 'Keys' for command 'SendDTMF'"],
    ['SendDTMF&CallId=SdwQD&Keys=1', "302 Missing or invalid parameter 'Party' for command 'SendDTMF'"],
    [
      'SendDTMF&CallId=SdwQD&Keys=1&Party=both of them',
      "302 Missing or invalid parameter 'Party' for command 'SendDTMF'",
    ],
    ['SendDTMF&CallId=SdwQD&Keys=12x&Party=all', "302 Missing or invalid parameter 'Keys' for command 'SendDTMF'"],
    ['SendDTMF&CallId=SdwQD&Keys=1&Keys=2&Party=all', "302 Missing or invalid parameter 'Keys' for command 'SendDTMF'"],
    ['Play&CallId=SdwQD&AudioFile=a.wav&Party=all', "302 Missing or invalid parameter 'AudioFile' for command 'Play'"],
    [
      'Play&CallId=SdwQD&AudioFile=http://h/a.wav&Party=all&Timeout=-1',
      "302 Missing or invalid parameter 'Timeout' for command 'Play'",
    ],
    [
      'ForwardCall&CallId=SdwQD&Destination=102',
      "303 Command 'ForwardCall' cannot be used here: the call does not ring",
    ],
    [
      'BlindTransfer&CallId=SdwQD&Target=102',
      "302 Missing or invalid parameter 'TransferorParty' for command 'BlindTransfer'",
    ],
    [
      'BlindTransfer&CallId=SdwQD&Target=102&TransferorParty=caller',
      "303 Command 'BlindTransfer' cannot be used here: the callee cannot be kept without the caller",
    ],
    [
      'Call&Dialed=102&ApiExtension=5000',
      "401 API extension '5000' unavailable, please check configuration or permissions",
    ],
    ['Call&Dialed=102&Url=ftp://x/', "302 Missing or invalid parameter 'Url' for command 'Call'"],
    ['Call&Dialed=102&ResponseOzML=<Response>', '300 Error occured during parsing message: '],
    ['Call&Dialed=', "302 Missing or invalid parameter 'Dialed' for command 'Call'"],
    ['CallSetup&Caller=101', "302 Missing or invalid parameter 'Callee' for command 'CallSetup'"],
    ['SendEmail&Recipient=a@b', "303 Command 'SendEmail' cannot be used here: mail is not configured"],
    ['SendSms&Recipient=155512&Message=x', "303 Command 'SendSms' cannot be used here: messages are not configured"],
    [
      'ListAddressbookContacts&AddressbookName=none',
      "302 Missing or invalid parameter 'AddressbookName' for command 'ListAddressbookContacts'",
    ],
    ['ListCallHistory&From=yesterday', "302 Missing or invalid parameter 'From' for command 'ListCallHistory'"],
  ])('says what is wrong: %s', async (query, expected) => {
    const rig = bridged();
    const answer = read(await rig.ask(`command=${query}`));
    if (expected.endsWith(': ')) expect(answer.startsWith(expected)).toBe(true);
    else expect(answer).toBe(expected);
    expect([rig.commands, rig.orders]).toEqual([[], []]);
  });

  it('says that a call is over, or not to be placed', async () => {
    const rig = bridged();
    rig.fail = new CodedError('call-over', 'The call is over');
    expect(read(await rig.ask('command=Hangup&CallId=SdwQD'))).toBe("601 Call not found with ID 'SdwQD'");
    rig.fail = new CodedError('call-queue-full', '300 calls wait for their turn.');
    expect(read(await rig.ask('command=Call&Dialed=2310'))).toBe(
      "402 Call connect to '2310' failed with result state 'Error': 300 calls wait for their turn.",
    );
  });
});

describe('a party', () => {
  const keys = (Party: string) => ({ command: 'SendDTMF', CallId: 'c', Party, Keys: '1' });
  async function partiesOn(fields: Parameters<typeof callRecord>[1], tape = tapeOf()) {
    const rig = createRig();
    rig.calls.push(callRecord('c', fields));
    rig.tapes.set('c', tape);
    const found: Record<string, string> = {};
    for (const party of ['caller', 'callee', 'all']) {
      const answer = read(await rig.ask(keys(party)));
      const [, command] = rig.commands.pop() ?? [];
      found[party] =
        command?.kind === 'beside' && command.body[0]?.kind === 'send-digits' ? command.body[0].to : answer.slice(0, 3);
    }
    return found;
  }

  it('is on the call, or the keys go to nobody', async () => {
    expect(await partiesOn({}, withCallee)).toEqual({ caller: 'caller', callee: 'callee', all: 'both' });
    expect(await partiesOn({})).toEqual({ caller: 'caller', callee: '302', all: 'caller' });
    const gone = tapeOf(
      { type: 'leg.answered', leg: 'callee-1' },
      { type: 'leg.ended', leg: 'callee-1', by: 'peer', q850Cause: 16, reason: '' },
    );
    expect(await partiesOn({}, gone)).toEqual({ caller: 'caller', callee: '302', all: 'caller' });
  });

  it('of a call that was placed for an API extension is its callee', async () => {
    expect(await partiesOn({ direction: 'outbound' })).toEqual({ caller: '302', callee: 'caller', all: 'caller' });
    expect(await partiesOn({ direction: 'outbound' }, withCallee)).toEqual({
      caller: 'caller',
      callee: 'callee',
      all: 'both',
    });
  });

  it('that rings hears nothing, and is not answered by a command', async () => {
    expect(await partiesOn({ state: 'ringing' })).toEqual({ caller: '303', callee: '303', all: '303' });
  });
});

describe('a command on a call', () => {
  it.each([
    [
      'Speak&Party=callee&Text=Hello {{from}} $x',
      { kind: 'play', to: 'callee', prompt: { sound: { text: 'Hello { {from}} $x' } } },
    ],
    [
      'Play&Party=all&AudioFile=http://h/a.wav&Repeat=true&Timeout=2.5',
      { kind: 'play', to: 'both', mostMs: 2500, prompt: { times: null } },
    ],
    [
      'Record&Format=wav&FinishedURL=http://h/done',
      { kind: 'record', mode: 'start', notify: { url: 'http://h/done' } },
    ],
    ['Hold', { kind: 'hold', action: 'hold', at: { path: 'ozml-hold/Hold' } }],
  ])('runs beside its document: %s', async (query, node) => {
    const rig = bridged();
    expect(read(await rig.ask(`command=${query}&CallId=SdwQD`))).toContain('200');
    const [[, command]] = rig.commands as [(typeof rig.commands)[number]];
    if (command.kind !== 'beside') throw new Error(command.kind);
    expect(command.body).toMatchObject([node]);
    expect(command.body.every(({ at }) => at.path.startsWith(`${command.name}/`))).toBe(true);
    expect(
      parseFlow({ dialect: 'ozml', source: 'rest:', body: JSON.parse(JSON.stringify(command.body)) }).body,
    ).toHaveLength(1);
  });

  it('takes the place of its document', async () => {
    const rig = bridged();
    rig.calls.push(callRecord('ringing', { state: 'ringing', answeredAt: null }), callRecord('target'));
    await rig.ask('command=BlindTransfer&CallId=SdwQD&Target=102@localhost&TranferorParty=callee');
    await rig.ask('command=Forward&CallId=ringing&Destination=sip:a@b');
    await rig.ask('command=AttendedTransfer&TranferredCallId=SdwQD&TargetCallId=target');
    await rig.ask('command=Unhold&CallId=SdwQD');
    expect(rig.commands).toMatchObject([
      [
        'SdwQD',
        {
          kind: 'run',
          flow: {
            body: [
              { kind: 'set' },
              { kind: 'dial', targets: [{ kind: 'number', address: '102' }] },
              {},
              { kind: 'hangup' },
            ],
          },
        },
      ],
      ['ringing', { kind: 'run', flow: { body: [{ kind: 'dial', answers: 'with-target' }, { kind: 'hangup' }] } }],
      [
        'SdwQD',
        {
          kind: 'run',
          flow: {
            body: [{ kind: 'bridge', callId: 'target', target: { body: [{ kind: 'hangup' }] } }, { kind: 'hangup' }],
          },
        },
      ],
      ['SdwQD', { kind: 'end-beside', name: 'ozml-hold' }],
    ]);
  });

  it('may be a whole script', async () => {
    const rig = bridged();
    const OzML = '<Response><Speak Party="caller">a</Speak><SendDTMF Party="callee" Keys="321"/></Response>';
    expect(read(await rig.ask({ command: 'RunOzML', CallId: 'SdwQD', OzML }))).toContain('200');
    expect(rig.commands[0]?.[1]).toMatchObject({
      kind: 'beside',
      body: [
        { kind: 'play', to: 'caller' },
        { kind: 'send-digits', to: 'callee' },
      ],
    });
    expect(read(await rig.ask({ command: 'RunOzML', CallId: 'SdwQD', OzML: '<Respo' }))).toContain('300 Error occured');
    const moving =
      '<Response><UserInput><Inputs><Input Key="1"><BlindTransfer>101</BlindTransfer></Input></Inputs></UserInput></Response>';
    await rig.ask({ command: 'RunOzML', CallId: 'SdwQD', OzML: moving });
    expect(rig.commands.at(-1)?.[1]).toMatchObject({ kind: 'run', flow: { dialect: 'ozml' } });
  });
});

describe('a call that is placed', () => {
  it('shows the number of its API extension, asks the address, and tells its end', async () => {
    const rig = createRig();
    const query =
      'command=Call&Dialed=2310&apiextension=9986&Url=http://h/connected.php&ErrorUrl=http://h/error&RingTime=20&CallerDisplayName=Front';
    expect(elements(await rig.ask(query), 'CallId')).toEqual(['placed-1']);
    expect(rig.orders).toMatchObject([
      {
        ...{ app: 'menu', from: '9986', to: { kind: 'number', address: '2310' }, displayName: 'Front' },
        plan: {
          ringMs: 20_000,
          last: { url: 'http://h/error', extra: { event: 'placed', errorUrl: 'http://h/error' } },
          flow: {
            body: [
              { kind: 'ask', destination: { url: 'http://h/connected.php', extra: { event: 'CallConnected' } } },
              { kind: 'hangup' },
            ],
          },
        },
      },
    ]);
  });

  it.each([
    ['Call&Dialed=1', ['park']],
    ['Call&Dialed=1&Url=', ['hangup']],
    ['Call&Dialed=1&ResponseOzML=<Response><Beep/></Response>', ['answer', 'play']],
    ['CallSetup&Caller=101&Callee=102', ['dial', 'hangup']],
    ['Request&DialedAddress=101', ['park']],
    [
      'Request&DialedAddress=101&RequestOzML=<Request><OnSetup><Beep/></OnSetup><OnInCall><Speak>a</Speak><Beep/></OnInCall></Request>',
      ['answer', 'play', 'play'],
    ],
    [
      'Request&DialedAddress=101&RequestOzML=<Response><Request DialedAddress="1"><OnCallConnected><Beep/></OnCallConnected></Request></Response>',
      ['answer', 'play'],
    ],
    ['Request&DialedAddress=101&RequestOzML=<Response><Beep/></Response>', ['answer', 'play']],
  ])('does what was ordered: %s', async (query, kinds) => {
    const rig = createRig();
    expect(read(await rig.ask(`command=${query}`))).toContain('200');
    const [order] = rig.orders;
    expect(order?.plan.flow.body.map(({ kind }) => kind)).toEqual(kinds);
    parseFlow(JSON.parse(JSON.stringify(order?.plan.flow)));
  });

  it('goes to a number whose plus was written as it is', async () => {
    const rig = createRig();
    await rig.ask('command=Call&Dialed=+15551234567');
    expect(rig.orders[0]?.to).toEqual({ kind: 'number', address: '+15551234567' });
  });

  it('has commands for its other states, which are run when they come', async () => {
    const rig = createRig();
    const sent: string[] = [];
    const options = { sendMail: async ({ text }: { readonly text: string }) => void sent.push(text) };
    const mail = (text: string) => `<SendEmail Recipient="a@h.org">${text}</SendEmail>`;
    const RequestOzML = `<Response><Request><OnSetup><Speak>x</Speak>${mail('setup $x')}</OnSetup><OnError>${mail('error')}${mail('again')}</OnError><OnBusy>${mail('busy')}</OnBusy><OnFinished>${mail('done')}</OnFinished></Request></Response>`;
    await rig.ask({ command: 'Request', DialedAddress: '101', RequestOzML }, { options });
    await expect.poll(() => sent).toEqual(['setup $x']);
    const { last, flow } = rig.orders[0]!.plan;
    expect(flow.body.map(({ kind }) => kind)).toEqual(['park']);
    const end = async (q850Cause: number, answeredAt: string | null = null): Promise<readonly string[]> => {
      sent.length = 0;
      const report = {
        kind: 'call-end',
        destination: last!,
        history: [],
        by: 'peer',
        reason: 'x',
        q850Cause,
        fault: null,
        endedMs: 1,
      } as const;
      for (const url of errandsAtEnd(report, callRecord('c', { answeredAt })) ?? [])
        await answerErrand(url, rig.voice, { ...noOptions, ...options });
      return [...sent];
    };
    expect(await end(17)).toEqual(['busy']);
    expect(await end(21)).toEqual(['error', 'again']);
    expect(await end(16, '2030-01-02T03:04:07.000Z')).toEqual(['done']);
    expect(errandsAtEnd({ kind: 'notify', destination: last!, history: [] }, callRecord('c'))).toBeNull();
  });

  it('has its first party as caller when two are connected', async () => {
    const rig = createRig();
    await rig.ask('command=CallSetup&Caller=101&Callee=102');
    rig.calls[0] = callRecord('placed-1', { direction: 'outbound' });
    expect(read(await rig.ask('command=SendDTMF&CallId=placed-1&Party=caller&Keys=1'))).toContain('200');
    expect(read(await rig.ask('command=SendDTMF&CallId=placed-1&Party=callee&Keys=1'))).toContain('302');
  });
});

describe('an alarm', () => {
  const query =
    'command=SendAlarmNotification&PhoneNumber=5550&AccountNumber=12b4&EventCode=130&PartitionNumber=1&ZoneNumber=15';

  it('is a call whose flow sends the message', async () => {
    const rig = createRig();
    expect(read(await rig.ask(`${query}&EventQualifier=newrestore&ResultUrl=http://h/result`))).toContain('200');
    const message = { account: '12B4', qualifier: 'restore', event: '130', partition: '01', zone: '015' };
    expect(rig.orders[0]?.plan).toMatchObject({
      last: { extra: { event: 'placed', errorUrl: 'http://h/result' } },
      flow: {
        body: [
          {
            kind: 'send-alarm',
            ...message,
            onFailed: [{ destination: { extra: { result: 'Failed' } } }, { kind: 'hangup' }],
          },
          { kind: 'notify', destination: { url: 'http://h/result', extra: { result: 'Success' } } },
          { kind: 'hangup' },
        ],
      },
    });
    parseFlow(JSON.parse(JSON.stringify(rig.orders[0]?.plan.flow)));
  });

  it.each(['AccountNumber=123', 'AccountNumber=12A4', 'EventCode=1300', 'ZoneNumber=', 'EventQualifier=Old'])(
    'is none with %s',
    async (wrong) => {
      const [name = ''] = wrong.split('=');
      const rig = createRig();
      const asked = new URLSearchParams(query);
      asked.set(name, wrong.slice(name.length + 1));
      expect(read(await rig.ask(asked.toString()))).toBe(
        `302 Missing or invalid parameter '${name}' for command 'SendAlarmNotification'`,
      );
    },
  );
});

describe('a list', () => {
  it('has the calls that are up, in the words of the vendor', async () => {
    const rig = bridged();
    rig.calls.push(
      callRecord('r', { state: 'ringing', answeredAt: null }),
      callRecord('e', { state: 'ended' }),
      callRecord('h'),
    );
    rig.tapes.set('h', tapeOf({ type: 'verb.started', path: 'ozml-hold/Hold', verb: 'Hold', line: 1 }));
    const answer = await rig.ask('command=ListActiveCalls');
    expect(elements(answer, 'CallId')).toEqual(['h', 'r', 'SdwQD']);
    expect(elements(answer, 'CallState')).toEqual(['Hold', 'Ringing', 'InCall']);
  });

  it('has the calls that were, page by page', async () => {
    const rig = createRig();
    for (let i = 0; i < 25; i += 1)
      rig.calls.push(
        callRecord(`c${i}`, {
          state: 'ended',
          endedAt: '2030-01-02T03:05:07.000Z',
          reason: i % 2 ? 'hung up' : 'x',
          q850Cause: 16,
        }),
      );
    const page = await rig.ask('command=ListCallHistory&PageNumber=1&RowsPerPage=10');
    expect(elements(page, 'TotalRecords')).toEqual(['25']);
    expect(elements(page, 'CallId')).toEqual(Array.from({ length: 10 }, (_, i) => `c${14 - i}`));
    const left = await rig.ask(
      'command=GetCallHistory&State=callerhangup&Direction=Inbound&From=2030-01-02 00:00:00&CallerId=101',
    );
    expect([elements(left, 'TotalRecords'), new Set(elements(left, 'TalkDuration'))]).toEqual([
      ['12'],
      new Set(['60']),
    ]);
    expect(elements(await rig.ask('command=ListCallHistory&Direction=Outbound'), 'TotalRecords')).toEqual(['0']);
    expect(elements(await rig.ask('command=ListCallHistory&Type=Video'), 'TotalRecords')).toEqual(['0']);
  });

  it('has extensions, their types, and address books', async () => {
    const rig = createRig();
    const extensions = await rig.ask('command=ListExtensions');
    expect(elements(extensions, 'Id')).toEqual(['101@localhost', '102@localhost', '9986@localhost']);
    expect(elements(extensions, 'State')).toEqual(['Connected', 'Disconnected', 'Connected']);
    expect(elements(await rig.ask('command=ListExtensions&Type=phone'), 'Id')).toHaveLength(2);
    expect(elements(await rig.ask('command=ListExtensionTypes'), 'Type')).toEqual(['Phone', 'API extension']);
    const addressBooks = [
      {
        name: 'Team',
        contacts: [
          { name: 'Ann <b> & Co', phoneNumber: '101' },
          { name: 'Bob', email: 'bob@h' },
        ],
      },
    ];
    expect(elements(await rig.ask('command=ListAddressbookNames', { options: { addressBooks } }), 'Name')).toEqual([
      'Team',
    ]);
    const contacts = (query: string) =>
      rig.ask(`command=ListAddressbookContacts&AddressbookName=team${query}`, { options: { addressBooks } });
    expect(elements(await contacts(''), 'Name')).toEqual(['Ann &lt;b&gt; &amp; Co', 'Bob']);
    expect(elements(await contacts('&Email=BOB'), 'Name')).toEqual(['Bob']);
    expect(elements(await contacts('&PageNumber=1&RowsPerPage=1'), 'Name')).toEqual(['Bob']);
  });
});

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('files', () => {
  function open() {
    const root = mkdtempSync(join(tmpdir(), 'ozml-files-'));
    folders.push(root);
    const filesDir = join(root, 'files');
    for (const name of ['files', 'files/old', 'outside']) mkdirSync(join(root, name));
    for (const name of ['files/a.wav', 'files/b.wav', 'files/old/b.wav', 'outside/secret.txt'])
      writeFileSync(join(root, name), name);
    symlinkSync(join(root, 'outside'), join(filesDir, 'link'));
    symlinkSync(join(root, 'outside/secret.txt'), join(filesDir, 'link.txt'));
    const rig = createRig();
    const run = (query: string) => answerErrand(`ozml:${query}`, rig.voice, { ...noOptions, filesDir });
    const left = () =>
      ['files', 'files/old', 'outside'].flatMap((name) =>
        readdirSync(join(root, name)).map((file) => `${name}/${file}`),
      );
    return { run, left };
  }

  it('are moved and deleted by scripts', async () => {
    const { run, left } = open();
    expect(await run('MoveFile?Source=a.wav&Target=old')).toMatchObject({ code: 200 });
    expect(await run('DeleteFile?File=old/a.wav')).toMatchObject({ code: 200 });
    expect(await run('DeleteFile?FileName=b.wav')).toMatchObject({ code: 200 });
    expect(left()).not.toContain('files/a.wav');
    expect(left()).not.toContain('files/b.wav');
  });

  it('are never outside of the folder, nor written over', async () => {
    const { run, left } = open();
    const before = left();
    const names = [
      '../outside/secret.txt',
      'old/../../outside/secret.txt',
      '/etc/passwd',
      'link/secret.txt',
      'link.txt',
      'old',
      '.',
      '..',
      '',
      '%00',
      'a.wav%00',
      'C:\\a.wav',
      '..\\outside\\secret.txt',
      'nothing',
    ];
    for (const name of names) {
      expect((await run(`DeleteFile?File=${name}`)).code, name).toBe(302);
      expect((await run(`MoveFile?Source=${name}&Target=old`)).code, name).toBe(302);
    }
    for (const folder of ['../outside', 'link', '/tmp', 'nowhere', 'b.wav'])
      expect((await run(`MoveFile?Source=a.wav&Target=${folder}`)).code).toBe(302);
    expect((await run('MoveFile?Source=b.wav&Target=old')).code).toBe(302);
    expect(left()).toEqual(before);
  });

  it('that are played by URL lie in it', async () => {
    const rig = bridged();
    const play = async (AudioFile: string) =>
      read(
        await rig.ask(
          { command: 'Play', CallId: 'SdwQD', Party: 'all', AudioFile },
          { options: { filesDir: '/srv/sounds' } },
        ),
      ).slice(0, 3);
    expect(await play('en/hello world.wav')).toBe('200');
    expect(rig.commands[0]?.[1]).toMatchObject({
      body: [{ prompt: { sound: { url: 'file:///srv/sounds/en/hello%20world.wav' } } }],
    });
    for (const path of ['../x.wav', '/etc/passwd', 'a/../../x', 'file:///etc/passwd', 'a\0b', '..'])
      expect(await play(path), path).not.toBe('200');
  });
});

describe('messages', () => {
  it('are handed to whom the configuration names', async () => {
    const rig = createRig();
    const sent: unknown[] = [];
    const options = {
      sendMail: async (mail: unknown) => void sent.push(mail),
      sendSms: async (message: unknown) => void sent.push(message),
      sendSip: async (message: unknown) => void sent.push(message),
    };
    await rig.ask(
      { command: 'SendEmail', Recipient: 'a@h.org; b@h.org', Subject: 'x\r\nBcc: c@h.org', Message: 'Hi' },
      { options },
    );
    const sms = await rig.ask(
      { command: 'SendSms', Recipient: '+1 (555) 12', Message: 'Hi', Sender: 'Keytone' },
      { options },
    );
    expect(elements(sms, 'SmsId')[0]).toMatch(/^[0-9a-f-]{36}$/);
    await answerErrand('ozml:SendMsg?ToConnection=SIP&ToAddress=101&Text=a%26b', rig.voice, {
      ...noOptions,
      ...options,
    });
    expect(sent).toEqual([
      { to: ['a@h.org', 'b@h.org'], sender: null, subject: 'x Bcc: c@h.org', text: 'Hi' },
      { to: '+155512', from: 'Keytone', text: 'Hi' },
      { to: '101', from: null, text: 'a&b' },
    ]);
  });

  it('that are not taken are told as code 501, and why stands in the log', async () => {
    const rig = createRig();
    const options = { sendSms: () => Promise.reject(new Error('no route')) };
    expect(read(await rig.ask('command=SendSms&Recipient=1&Message=a', { options }))).toMatch(
      /^501 Destination of the SMS is not found/,
    );
    expect(rig.logged).toEqual(['SendSms was not taken: no route']);
  });

  it.each(['a', 'a@b c', 'a@b\r\nx', '@', 'a@b,', ''])('to %j are none', async (Recipient) => {
    const options = { sendMail: () => Promise.resolve() };
    expect(read(await createRig().ask({ command: 'SendEmail', Recipient }, { options }))).toContain('302');
  });
});

describe('hostile values', () => {
  const wellFormed = (text: string): void => {
    const parser = new SaxesParser();
    parser.on('error', (error) => {
      throw error;
    });
    parser.write(text).close();
  };
  const value = fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '0',
      '-1',
      '1e9',
      '99999999999999999999',
      'x'.repeat(20_000),
      '\0',
      'a\0b',
      '\u{1F4A9}\u202e',
      '\ud800',
      '<a>&"\'',
      ']]>',
      '../../etc/passwd',
      '$x',
      '{{from}}',
      'SdwQD',
      'caller',
      'http://h/',
      '101',
      'a@b',
      "'; DROP TABLE calls; --",
      '$' + '{jndi:ldap://h}',
      '%00',
      '\r\nX: y',
    ),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );

  it.each(all.map(([name]) => name))('of every parameter of %s get a well-formed answer with a code', async (name) => {
    const parameters = [
      ...Object.keys(commands[name as keyof typeof commands].parameters),
      'Extra',
      'constructor',
      '__proto__',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...parameters), value), { maxLength: 8 }),
        fc.boolean(),
        async (pairs, form) => {
          const rig = bridged();
          const query = new URLSearchParams([['command', name], ...pairs]).toString();
          const answer = await rig.ask(query, { form });
          wellFormed(answer);
          expect(read(answer)).toMatch(/^(200|300|301|302|303|401|402|501|601) /);
          for (const [, command] of rig.commands) {
            if (command.kind === 'beside')
              parseFlow({ dialect: 'ozml', source: '', body: JSON.parse(JSON.stringify(command.body)) });
            if (command.kind === 'run') parseFlow(JSON.parse(JSON.stringify(command.flow)));
          }
          for (const order of rig.orders) parseFlow(JSON.parse(JSON.stringify(order.plan.flow)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('as the command itself come back as text', async () => {
    await fc.assert(
      fc.asyncProperty(value, async (command) => {
        const answer = await bridged().ask({ command });
        wellFormed(answer);
        expect(answer.length).toBeLessThan(2000);
        expect(read(answer)).toMatch(/^30[12] /);
      }),
    );
  });

  it('as an errand end as a code', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all.map(([name]) => name), 'x'),
        fc.string({ unit: 'binary', maxLength: 100 }),
        async (name, query) => {
          const { code } = await answerErrand(`ozml:${name}?${query}`, bridged().voice, noOptions);
          expect([200, 300, 301, 302, 303, 401, 402, 501, 601]).toContain(code);
        },
      ),
    );
  });
});
