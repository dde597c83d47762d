// Apps of the dialect ozml over real calls of two parties: keys for one of them reach nobody else, by URL and in a script; and
// every voice command in both forms.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { toneWav } from '../../src/testkit/tone-wav.ts';
import {
  codeOf,
  digitsOf,
  elementOf,
  heardKeys,
  openApplication,
  type Scripts,
  startCallee,
  startOzml,
} from './ozml-rig.ts';
import { closeAll, startPhone } from './rig.ts';

afterEach(closeAll);

const keysOnly = (callee: string) =>
  `\n\n<?xml version="1.0"?>\n<Response><Route RingTime="30" Destination="${callee}"/></Response>`;

/** A caller and a callee who talk to each other, through a Route of the application. */
async function bridged(scripts: Scripts = {}) {
  const callee = await startCallee();
  const application = await openApplication({ RoutingInterception: keysOnly(callee.uri), ...scripts });
  const ozml = await startOzml(`${application.origin}/routing_interception.php#RoutingInterception`);
  const phone = await startPhone();
  const caller = await phone.call(ozml.uri, { from: 'sip:101@127.0.0.1' });
  await caller.answered;
  const other = await callee.call;
  await other.answered;
  await ozml.until((event) => event.type === 'leg.answered' && event.leg === 'caller');
  const id = ozml.events[0]!.call;
  return { application, ozml, phone, caller, callee: other, id };
}

/** A caller whose call the scripts answer. */
async function answering(scripts: Scripts, more = '') {
  const application = await openApplication(scripts);
  const ozml = await startOzml(`${application.origin}/start.php?kept=1`, more);
  const phone = await startPhone();
  const caller = await phone.call(ozml.uri, { from: 'sip:101@127.0.0.1' });
  await caller.answered;
  return { application, ozml, phone, caller, id: ozml.events[0]!.call };
}

const response = (script: string) => `<Response>${script}</Response>`;

describe('SendDTMF', () => {
  it('by URL is heard by the party it names and by nobody else, and answers as the page of the vendor does', async () => {
    const { application, ozml, caller, callee, id } = await bridged();
    const answer = await ozml.api(
      `command=SendDTMF&CallId=${id}&Party=caller&Keys=01234&Username=HTTP_User_1&Password=qwe123`,
    );
    expect(answer.replaceAll(/\s+/g, ' ').trim()).toBe(
      '<?xml version="1.0"?> <Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"> <Code>200</Code> <Message>Command successfully executed</Message> </Response>',
    );
    expect(await heardKeys(caller, 5)).toBe('01234');
    // What comes later came later: keys to the other one are heard behind all that went to the first.
    expect(codeOf(await ozml.command('senddtmf', { callid: id, party: 'CALLEE', keys: '321' }))).toBe('200');
    expect(await heardKeys(callee, 3)).toBe('321');
    expect([digitsOf(caller), digitsOf(callee)]).toEqual(['01234', '321']);
    expect(codeOf(await ozml.command('SendDTMF', { CallId: id, Party: 'all', Keys: '*9#A' }))).toBe('200');
    await heardKeys(caller, 9);
    await heardKeys(callee, 7);
    expect([digitsOf(caller), digitsOf(callee)]).toEqual(['01234*9#A', '321*9#A']);
    expect(application.seen.map(({ method, path, told }) => `${method} ${path} ${told.NotificationName}`)).toEqual([
      'POST /routing_interception.php RoutingInterception',
    ]);
    expect(application.seen[0]?.told).toMatchObject({ CallId: id, CallerID: '101', LastCallState: 'Calling' });
  });

  it('in the script of the vendor gives each party its own keys, and speaks to it alone', async () => {
    const { ozml, caller, callee, id } = await bridged();
    const OzML =
      '<?xml version="1.0"?> <Response> <Speak Party="caller">You will get dtmf keys 123.</Speak> <SendDTMF Party="caller" Keys="123"></SendDTMF> <Speak Party="callee">You will get dtmf keys 321.</Speak> <SendDTMF Party="callee" Keys="321"></SendDTMF> </Response>';
    expect(codeOf(await ozml.command('RunOzML', { CallId: id, OzML }))).toBe('200');
    await caller.until('sound-started');
    expect(callee.events.some(({ type }) => type === 'sound-started')).toBe(false);
    expect(await heardKeys(caller, 3)).toBe('123');
    await callee.until('sound-started');
    expect(await heardKeys(callee, 3)).toBe('321');
    expect([digitsOf(caller), digitsOf(callee)]).toEqual(['123', '321']);
    expect([caller.state, callee.state]).toEqual(['answered', 'answered']);
  });

  it('in the answer to CallChanged gives each party its own keys, and the talk goes on', async () => {
    const callee = await startCallee();
    const script =
      '<?xml version="1.0"?> <Response> <Speak Party="caller">You will get dtmf keys 123.</Speak> <SendDTMF Party="caller" Keys="123"></SendDTMF> <Speak Party="callee">You will get dtmf keys 321.</Speak> <SendDTMF Party="callee" Keys="321"></SendDTMF> </Response>';
    const application = await openApplication({
      RoutingInterception: keysOnly(callee.uri),
      CallChanged: ({ CallState }) => (CallState === 'InCall' ? script : ''),
    });
    const at = `${application.origin}/changed.php`;
    const ozml = await startOzml(`${application.origin}/r#RoutingInterception`, '', `, statusUrl: "${at}"`);
    const phone = await startPhone();
    const caller = await phone.call(ozml.uri);
    const other = await callee.call;
    expect([await heardKeys(caller, 3), await heardKeys(other, 3)]).toEqual(['123', '321']);
    await caller.press([{ press: '5' }]);
    expect(await heardKeys(other, 4)).toBe('3215');
    expect([digitsOf(caller), caller.state]).toEqual(['123', 'answered']);
    caller.hangUp();
    expect(await application.told('CallChanged', ({ CallState }) => CallState === 'Finished')).toMatchObject({
      Reason: 'hung up',
    });
    expect(application.seen.map(({ path, told }) => `${path} ${told['CallState'] ?? ''}`)).toEqual([
      '/r ',
      '/changed.php InCall',
      '/changed.php Finished',
    ]);
  });

  it('in the script of a call that has no other party goes to its caller, and to nobody else', async () => {
    const script = response('<SendDTMF Party="callee" Keys="9"/><SendDTMF Keys="12"/><Delay>1</Delay>');
    const { caller } = await answering({ IncomingCall: script });
    await caller.ended;
    expect(digitsOf(caller)).toBe('12');
  });
});

describe('a command by URL on a call of two', () => {
  it.each([
    ['Speak', { Text: 'Hello to one of you', Language: 'en-UK' }],
    ['Play', { AudioFile: 'sound' }],
  ])('%s is heard by its party alone', async (command, parameters) => {
    const { application, ozml, caller, callee, id } = await bridged();
    const given = 'AudioFile' in parameters ? { AudioFile: `${application.origin}/tone.wav` } : parameters;
    expect(codeOf(await ozml.command(command, { CallId: id, Party: 'callee', ...given }))).toBe('200');
    await callee.until('sound-ended');
    expect(caller.events.some(({ type }) => type === 'sound-started')).toBe(false);
    expect(codeOf(await ozml.command(command, { CallId: id, Party: 'all', ...given }))).toBe('200');
    await Promise.all([caller.until('sound-started'), callee.until('sound-started')]);
  });

  it('Play repeats until its Timeout', async () => {
    const { application, ozml, caller, id } = await bridged();
    const AudioFile = `${application.origin}/tone.wav`;
    await ozml.command('Play', { CallId: id, Party: 'caller', AudioFile, Repeat: 'true', Timeout: '2' });
    const done = await ozml.until((event) => event.type === 'prompt.finished' && event.why === 'stopped');
    expect(done).toMatchObject({ playedMs: expect.toSatisfy((ms: number) => ms > 1500 && ms < 3500) });
    expect(caller.state).toBe('answered');
  });

  it('Record tells RecordCompleted when the call is over, with a file that can be had', async () => {
    const { application, ozml, caller, callee, id } = await bridged();
    const FinishedURL = `${application.origin}/recorded`;
    expect(codeOf(await ozml.command('Record', { CallId: id, FinishedURL }))).toBe('200');
    await ozml.until(({ type }) => type === 'recording.started');
    await callee.press([{ speakMs: 800 }]);
    caller.hangUp();
    const { RecordURL, CallId } = await application.told('RecordCompleted');
    expect(CallId).toBe(id);
    const sound = await fetch(RecordURL!);
    expect([sound.status, sound.headers.get('content-type')]).toEqual([200, 'audio/wav']);
    expect((await sound.arrayBuffer()).byteLength).toBeGreaterThan(8000);
  });

  it('Hold, Unhold and ListActiveCalls', async () => {
    const { ozml, id } = await bridged();
    const stateOf = async () => elementOf(await ozml.command('ListActiveCalls'), 'CallState');
    expect(await stateOf()).toBe('InCall');
    expect(codeOf(await ozml.command('Hold', { CallId: id }))).toBe('200');
    await ozml.until((event) => event.type === 'verb.started' && event.verb === 'Hold');
    expect(await stateOf()).toBe('Hold');
    expect(codeOf(await ozml.command('Unhold', { CallId: id }))).toBe('200');
    await ozml.until((event) => event.type === 'verb.finished' && event.verb === 'Hold');
    expect(await stateOf()).toBe('InCall');
  });

  it('Hangup ends both, and the call stands in the history', async () => {
    const { ozml, caller, callee, id } = await bridged();
    expect(codeOf(await ozml.command('Hangup', { CallId: id }))).toBe('200');
    await Promise.all([caller.ended, callee.ended]);
    await ozml.until(({ type }) => type === 'call.ended');
    expect(codeOf(await ozml.command('SendDTMF', { CallId: id, Party: 'caller', Keys: '1' }))).toBe('601');
    const history = await ozml.command('ListCallHistory', { CallId: id });
    expect([elementOf(history, 'TotalRecords'), elementOf(history, 'State'), elementOf(history, 'Source')]).toEqual([
      '1',
      'CalleeHungUp',
      '101',
    ]);
  });

  it('BlindTransfer connects the caller with somebody else, and lets the callee go', async () => {
    const { ozml, caller, callee, id } = await bridged();
    const target = await startCallee();
    expect(
      codeOf(await ozml.command('BlindTransfer', { CallId: id, TransferorParty: 'callee', Target: target.uri })),
    ).toBe('200');
    const other = await target.call;
    await Promise.all([other.answered, callee.ended]);
    await caller.press([{ press: '55' }]);
    expect(await heardKeys(other, 2)).toBe('55');
    other.hangUp();
    await caller.ended;
  });

  it('of another account, or without a password, is nothing', async () => {
    const { ozml, caller, id } = await bridged();
    expect(codeOf(await ozml.api({ command: 'Hangup', CallId: id }))).toBe('304');
    expect(codeOf(await ozml.api({ command: 'Hangup', CallId: id, Username: 'HTTP_User_1', Password: 'wrong' }))).toBe(
      '305',
    );
    expect(caller.state).toBe('answered');
  });
});

describe('a call that rings', () => {
  it('is forwarded by ForwardCall, and its caller is answered with the new one', async () => {
    const first = await startCallee(false);
    const second = await startCallee();
    const application = await openApplication({ RoutingInterception: keysOnly(first.uri) });
    const ozml = await startOzml(`${application.origin}/r#RoutingInterception`);
    const phone = await startPhone();
    const caller = await phone.call(ozml.uri);
    const ringing = await first.call;
    const id = ozml.events[0]!.call;
    expect(codeOf(await ozml.command('SendDTMF', { CallId: id, Party: 'caller', Keys: '1' }))).toBe('303');
    expect(codeOf(await ozml.command('ForwardCall', { CallId: id, Destination: second.uri }))).toBe('200');
    const other = await second.call;
    await Promise.all([other.answered, caller.answered, ringing.ended]);
    expect(codeOf(await ozml.command('Forward', { CallId: id, Destination: second.uri }))).toBe('303');
  });

  it('is routed again when the first destination is busy', async () => {
    const busy = await startCallee(false);
    void busy.call.then((call) => call.refuse(486));
    const free = await startCallee();
    const application = await openApplication({
      RoutingInterception: ({ LastCallState }) => keysOnly(LastCallState === 'Busy' ? free.uri : busy.uri),
    });
    const ozml = await startOzml(`${application.origin}/r#RoutingInterception`);
    const phone = await startPhone();
    const caller = await phone.call(ozml.uri);
    await caller.answered;
    await (await free.call).answered;
    expect(application.seen.map(({ told }) => told['LastCallState'])).toEqual(['Calling', 'Busy']);
  });

  it('is refused by Reject, and by an empty Route', async () => {
    for (const script of ['<Reject/><Speak>never</Speak>', '<Route Destination=""/>']) {
      const application = await openApplication({ IncomingCall: response(script) });
      const ozml = await startOzml(`${application.origin}/start`);
      const phone = await startPhone();
      const caller = await phone.call(ozml.uri);
      expect(await caller.answered).toBe(false);
      expect(await caller.ended).toMatchObject({ status: 603 });
    }
  });
});

describe('calls that are placed', () => {
  it('Call asks its Url for the script, and tells how it ended', async () => {
    const application = await openApplication({ CallConnected: response('<SendDTMF Keys="42"/><Delay>1</Delay>') });
    const ozml = await startOzml(`${application.origin}/start`);
    const callee = await startCallee();
    const at = (path: string) => `${application.origin}/${path}`;
    const placed = await ozml.command('Call', {
      ...{ Dialed: callee.uri, ApiExtension: '9986', CallerId: '3000', CallerDisplayName: 'Front desk' },
      ...{ Url: at('connected?AppDate=monday'), FinishedUrl: at('done'), ErrorUrl: at('error') },
    });
    expect(codeOf(placed)).toBe('200');
    const call = await callee.call;
    expect(call.remote).toMatchObject({ displayName: 'Front desk', uri: expect.stringContaining('sip:3000@') });
    expect(await heardKeys(call, 2)).toBe('42');
    await call.ended;
    const done = await application.told('CallFinished');
    expect(done).toMatchObject({ CallId: elementOf(placed, 'CallId'), Direction: 'Outbound', CallerId: '3000' });
    expect(application.seen.map(({ path }) => path)).toEqual(['/connected?AppDate=monday', '/done']);
  });

  it('Call tells its ErrorUrl when nobody answers', async () => {
    const application = await openApplication({});
    const ozml = await startOzml(`${application.origin}/start`);
    const callee = await startCallee(false);
    await ozml.command('Call', {
      Dialed: callee.uri,
      ErrorUrl: `${application.origin}/error`,
      FinishedUrl: `${application.origin}/done`,
    });
    (await callee.call).refuse(486);
    expect(await application.told('Error')).toMatchObject({ Code: '402', Reason: expect.any(String) });
    expect(application.seen.map(({ path }) => path)).toEqual(['/error']);
  });

  it('Call with a script of its own, and Request with one for the answer', async () => {
    const application = await openApplication({});
    const ozml = await startOzml(`${application.origin}/start`);
    for (const [command, parameters] of [
      ['Call', { ResponseOzML: response('<SendDTMF Keys="7"/><Delay>1</Delay>') }],
      [
        'Request',
        {
          RequestOzML:
            '<Request><OnSetup><Beep/></OnSetup><OnInCall><SendDTMF Keys="7"/><Delay>1</Delay></OnInCall></Request>',
        },
      ],
    ] as const) {
      const callee = await startCallee();
      expect(
        codeOf(
          await ozml.command(command, { [command === 'Call' ? 'Dialed' : 'DialedAddress']: callee.uri, ...parameters }),
        ),
      ).toBe('200');
      const call = await callee.call;
      expect(await heardKeys(call, 1)).toBe('7');
      await call.ended;
    }
  });

  it('CallSetup connects two, whose parties are the caller and the callee', async () => {
    const application = await openApplication({});
    const ozml = await startOzml(`${application.origin}/start`);
    const [one, two] = [await startCallee(), await startCallee()];
    const placed = await ozml.command('CallSetup', { Caller: one.uri, Callee: two.uri });
    const id = elementOf(placed, 'CallId');
    const [caller, callee] = [await one.call, await two.call];
    await Promise.all([caller.answered, callee.answered]);
    await ozml.until((event) => event.type === 'leg.answered' && event.leg === 'callee-1');
    await ozml.command('SendDTMF', { CallId: id, Party: 'callee', Keys: '88' });
    expect(await heardKeys(callee, 2)).toBe('88');
    await caller.press([{ press: '1' }]);
    expect(await heardKeys(callee, 3)).toBe('881');
    expect(digitsOf(caller)).toBe('');
  });

  it('AttendedTransfer connects the callers of two calls', async () => {
    const application = await openApplication({});
    const ozml = await startOzml(`${application.origin}/start`);
    const [one, two] = [await startCallee(), await startCallee()];
    const first = elementOf(await ozml.command('Call', { Dialed: one.uri }), 'CallId');
    const second = elementOf(await ozml.command('Call', { Dialed: two.uri }), 'CallId');
    const [a, b] = [await one.call, await two.call];
    await Promise.all([a.answered, b.answered]);
    for (const { call } of [{ call: first }, { call: second }])
      await ozml.until(
        (event) =>
          event.type === 'leg.answered' && ozml.events.some((line) => line.call === call && line.event === event),
      );
    expect(codeOf(await ozml.command('AttendedTransfer', { TranferredCallId: first, TargetCallId: second }))).toBe(
      '200',
    );
    await ozml.until((event) => event.type === 'verb.started' && event.verb === 'bridge');
    await a.press([{ press: '5' }]);
    expect(await heardKeys(b, 1)).toBe('5');
    a.hangUp();
    await b.ended;
  });
});

describe('a script', () => {
  const menu = response(`<UserInput Timeout="10" Repeat="true">
      <InitialCommands><Speak>Press 1 for sales, 2 for the code.</Speak></InitialCommands>
      <Inputs>
        <Input Key="1"><UserInput BackKey="*"><InitialCommands><Speak>Press 3, or star to go back.</Speak></InitialCommands>
          <Inputs><Input Key="3"><GoTo>sales.php?q=1</GoTo></Input></Inputs></UserInput></Input>
        <Input Key="2"><UserInput Digits="4" ForwardToUrl="digits.php"><InitialCommands><Beep/></InitialCommands></UserInput></Input>
      </Inputs>
    </UserInput>`);

  it('is a menu that leads back, and on to the next script', async () => {
    const { application, caller } = await answering({
      IncomingCall: menu,
      GoTo: response('<SendDTMF Keys="9"/><Delay>0.5</Delay>'),
    });
    await caller.until('sound-started');
    await caller.press([
      { press: '7' },
      { press: '1' },
      { waitMs: 800 },
      { press: '*' },
      { waitMs: 800 },
      { press: '1' },
      { waitMs: 800 },
      { press: '3' },
    ]);
    expect(await heardKeys(caller, 1)).toBe('9');
    await caller.ended;
    expect(application.seen.map(({ path, told }) => `${path} ${told.NotificationName}`)).toEqual([
      '/start.php?kept=1 IncomingCall',
      '/sales.php?q=1 GoTo',
    ]);
  });

  it('tells digits that no Input has', async () => {
    const { application, caller } = await answering({
      IncomingCall: menu,
      DtmfEntered: response('<SendDTMF Keys="0"/><Delay>0.5</Delay>'),
    });
    await caller.press([{ press: '2' }, { press: '0042' }]);
    expect(await application.told('DtmfEntered')).toMatchObject({
      DtmfDigits: '0042',
      CallerId: '101',
      Dialed: '9986',
    });
    expect(await heardKeys(caller, 1)).toBe('0');
  });

  it('records until a key, and is told so', async () => {
    const script = response('<Record FinishDigits="#" FinishedUrl="recorded.php"/>');
    const { application, caller } = await answering({
      IncomingCall: script,
      RecordCompleted: response('<SendDTMF Keys="1"/><Delay>0.5</Delay>'),
    });
    await caller.press([{ speakMs: 600 }, { press: '#' }]);
    expect(await heardKeys(caller, 1)).toBe('1');
    await caller.ended;
    expect(application.seen.filter(({ told }) => told.NotificationName === 'RecordCompleted')).toHaveLength(1);
  });

  it('records until the caller has left, and is told so too', async () => {
    const { application, caller } = await answering({ IncomingCall: response('<Record FinishedUrl="recorded.php"/>') });
    await caller.press([{ speakMs: 600 }]);
    caller.hangUp();
    expect((await fetch((await application.told('RecordCompleted'))['RecordURL']!)).status).toBe(200);
  });

  it('goes on when its transfer fails, and not when it worked', async () => {
    const busy = await startCallee(false);
    void busy.call.then((call) => call.refuse(486));
    const apology = response(`<BlindTransfer>${busy.uri}</BlindTransfer><SendDTMF Keys="1"/><Delay>0.5</Delay>`);
    const failed = await answering({ IncomingCall: apology });
    expect(await heardKeys(failed.caller, 1)).toBe('1');
    await failed.caller.ended;

    const callee = await startCallee();
    const script = response(
      `<BlindTransfer FinishedUrl="done">${callee.uri}</BlindTransfer><SendDTMF Keys="1"/><Delay>0.5</Delay>`,
    );
    const worked = await answering({ IncomingCall: script });
    const other = await callee.call;
    await other.answered;
    other.hangUp();
    await worked.caller.ended;
    expect(digitsOf(worked.caller)).toBe('');
    expect(await worked.application.told('CallFinished')).toMatchObject({
      Callee: expect.stringContaining('@127.0.0.1'),
    });
  });

  it('sets variables, speaks lists, and plays sounds beside its address', async () => {
    const script = response(
      '<Array ID="keys"><item>1</item><item>2</item></Array><ForEach source="keys"><SendDTMF Keys="$item"/></ForEach><Var ID="last">3</Var><SendDTMF>$last</SendDTMF><Play>tone.wav</Play><Delay>0.3</Delay>',
    );
    const { caller } = await answering({ IncomingCall: script });
    expect(await heardKeys(caller, 3)).toBe('123');
    await caller.until('sound-started');
    await caller.ended;
  });

  it('moves and deletes files of one folder, and places calls', async () => {
    const callee = await startCallee();
    const script = response(
      `<MoveFile Source="a.wav" Target="old"/><DeleteFile>b.wav</DeleteFile><DeleteFile>../keytone.yaml</DeleteFile><Call ResponseOzML="&lt;Response>&lt;SendDTMF Keys='6'/>&lt;Delay>1&lt;/Delay>&lt;/Response>">${callee.uri}</Call><SendEmail Recipient="a@example.org">x</SendEmail><SendDTMF Keys="9"/><Delay>0.5</Delay>`,
    );
    const application = await openApplication({ IncomingCall: script });
    const ozml = await startOzml(`${application.origin}/start`, 'ozml: {filesDir: files}');
    const files = join(ozml.folder, 'files');
    mkdirSync(join(files, 'old'), { recursive: true });
    for (const name of ['a.wav', 'b.wav']) writeFileSync(join(files, name), toneWav(600));
    const phone = await startPhone();
    const caller = await phone.call(ozml.uri);
    expect(await heardKeys(await callee.call, 1)).toBe('6');
    expect(await heardKeys(caller, 1)).toBe('9');
    await caller.ended;
    expect([
      readdirSync(files),
      readdirSync(join(files, 'old')),
      existsSync(join(ozml.folder, 'keytone.yaml')),
    ]).toEqual([['old'], ['a.wav'], true]);
    const results = ozml.events.flatMap(({ event }) =>
      event.type === 'verb.finished' ? [`${event.verb} ${event.success}`] : [],
    );
    expect(results).toEqual(
      expect.arrayContaining(['MoveFile true', 'DeleteFile true', 'DeleteFile false', 'Call true', 'SendEmail false']),
    );
  });

  it('plays a sound by its path, by URL', async () => {
    const { ozml, caller, id } = await answering(
      { IncomingCall: response('<Delay>20</Delay>') },
      'ozml: {filesDir: files}',
    );
    mkdirSync(join(ozml.folder, 'files'));
    writeFileSync(join(ozml.folder, 'files', 'hello.wav'), toneWav(600));
    expect(codeOf(await ozml.command('Play', { CallId: id, Party: 'caller', AudioFile: 'hello.wav' }))).toBe('200');
    await caller.until('sound-started');
    expect(codeOf(await ozml.command('Play', { CallId: id, Party: 'caller', AudioFile: '../keytone.yaml' }))).toBe(
      '302',
    );
  });

  it('sends an alarm to a receiver, which says that it took it, and tells the result', async () => {
    const script =
      '<OzML><ReceiveAlarmNotification><Received><Var ID="heard">$account $eventqualifier $eventcode $partition $zone</Var><Speak>$heard</Speak></Received></ReceiveAlarmNotification></OzML>';
    const application = await openApplication({ IncomingCall: script });
    const ozml = await startOzml(`${application.origin}/start`);
    const sent = await ozml.command('SendAlarmNotification', {
      ...{ PhoneNumber: ozml.uri, AccountNumber: '1234', EventCode: '131', PartitionNumber: '1', ZoneNumber: '15' },
      ResultUrl: `${application.origin}/result`,
    });
    expect(codeOf(sent)).toBe('200');
    expect(await application.told('AlarmNotificationResult')).toMatchObject({
      Result: 'Success',
      CallId: elementOf(sent, 'CallId'),
    });
    const tones = ozml.events.flatMap(({ event }) => (event.type === 'tone.heard' ? [event.frequencyHz] : []));
    expect(tones).toEqual([1400, 2300, 1400]);
    // The panel has hung up before the sentence was over.
    await ozml.until((event) => event.type === 'verb.started' && event.verb === 'Speak');
  });

  it('sends no alarm to somebody who is no receiver, and tells that', async () => {
    const application = await openApplication({});
    const ozml = await startOzml(`${application.origin}/start`);
    const callee = await startCallee();
    await ozml.command('SendAlarmNotification', {
      ...{ PhoneNumber: callee.uri, AccountNumber: '1234', EventCode: '131', PartitionNumber: '1', ZoneNumber: '15' },
      ResultUrl: `${application.origin}/result`,
    });
    const call = await callee.call;
    await call.answered;
    call.hangUp();
    await call.ended;
    await application.told('CallFinished');
    expect([digitsOf(call), application.seen.map(({ told }) => told.NotificationName)]).toEqual(['', ['CallFinished']]);
  });

  it('takes the message of an alarm panel', async () => {
    const script =
      '<OzML><ReceiveAlarmNotification><Received><SendDTMF Keys="$zone"/><Var ID="x">$account $eventqualifier $eventcode $eventname $partition</Var><Speak>$x</Speak></Received></ReceiveAlarmNotification></OzML>';
    const { ozml, caller } = await answering({ IncomingCall: script });
    // The two tones of the handshake are one stretch of sound.
    await caller.until('sound-ended');
    await caller.press([{ press: '1234181131010158', toneMs: 60, gapMs: 60 }]);
    expect(await heardKeys(caller, 3)).toBe('015');
    await ozml.until((event) => event.type === 'verb.finished' && event.verb === 'Speak');
    caller.hangUp();
    await caller.ended;
    expect(
      ozml.events.some(({ event }) => event.type === 'verb.finished' && event.verb === 'ReceiveAlarmNotification'),
    ).toBe(true);
  });
});
