// Mail and text messages that commands of OzML send, over real SMTP, SMPP and SIP; and none where nothing is configured.
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import smpp, { type Pdu } from 'smpp';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { codeOf, elementOf, heardKeys, type Ozml, openApplication, startOzml } from './ozml-rig.ts';
import { closeAll, onClose, startPhone } from './rig.ts';

afterEach(closeAll);

async function openSmtp() {
  const taken: string[] = [];
  const server = new SMTPServer({
    ...{ disabledCommands: ['STARTTLS', 'AUTH'], logger: false },
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', (part) => {
        text += part;
      });
      stream.on('end', () => {
        taken.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onClose(() => new Promise((resolve) => server.close(() => resolve())));
  return { taken, url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` };
}

describe('SendEmail', () => {
  it('goes out by URL, and from a script with its variables', async () => {
    const smtp = await openSmtp();
    const application = await openApplication({
      IncomingCall:
        '<Response><Var ID="who">Ann &amp; Bob</Var><SendEmail Recipient="desk@example.org" Subject="From $who">Call $who back.</SendEmail></Response>',
    });
    const ozml = await startOzml(
      `${application.origin}/start`,
      `mail: {smtpUrl: "${smtp.url}", from: pbx@example.org}`,
    );
    expect(
      codeOf(await ozml.command('SendEmail', { Recipient: 'desk@example.org', Subject: 'Test', Message: 'Hello' })),
    ).toBe('200');
    const phone = await startPhone();
    await (await phone.call(ozml.uri)).ended;
    expect(smtp.taken).toHaveLength(2);
    expect(smtp.taken[0]).toMatch(/Subject: Test\r\n[\s\S]*\r\n\r\nHello/);
    expect(smtp.taken[1]).toMatch(/Subject: From Ann & Bob\r\n[\s\S]*\r\n\r\nCall Ann & Bob back\./);
  });
});

describe('SendSms', () => {
  it('goes through the gateway', async () => {
    const taken: unknown[] = [];
    const sessions: { destroy(): void }[] = [];
    const gateway = smpp.createServer((session) => {
      sessions.push(session);
      session.on('error', () => {});
      session.on('bind_transmitter', (pdu: Pdu) => session.send(pdu.response()));
      session.on('submit_sm', (pdu: Pdu) => {
        taken.push([pdu['source_addr'], pdu['destination_addr']]);
        session.send(pdu.response({ message_id: '1' }));
      });
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    onClose(async () => {
      for (const session of sessions) session.destroy();
      gateway.close();
    });
    const url = `smpp://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
    const application = await openApplication({});
    const ozml = await startOzml(application.origin, `messages: {from: Keytone, smpp: {url: "${url}", systemId: me}}`);
    const answer = await ozml.command('SendSms', { Recipient: '+15551234567', Message: 'Hello' });
    expect([codeOf(answer), elementOf(answer, 'SmsId').length]).toEqual(['200', 36]);
    expect(taken).toEqual([['Keytone', '15551234567']]);
  });

  it('goes to the trunk as SIP MESSAGE, and says when it is not taken', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    onClose(async () => void socket.close());
    const seen: string[] = [];
    socket.on('message', (bytes, { port, address }) => {
      const text = bytes.toString();
      seen.push(text);
      const kept = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
      const status = text.includes('refuse me') ? '404 Not Found' : '202 Accepted';
      socket.send([`SIP/2.0 ${status}`, ...kept, 'Content-Length: 0', '', ''].join('\r\n'), port, address);
    });
    const trunk = `127.0.0.1:${socket.address().port}`;
    const application = await openApplication({});
    const ozml = await startOzml(
      application.origin,
      `trunks: [{name: out, host: "${trunk}"}]\nmessages: {from: "+15550001111", sip: true}`,
    );
    expect(codeOf(await ozml.command('SendSms', { Recipient: '+15551234567', Message: 'Grüße' }))).toBe('200');
    expect(seen[0]).toMatch(new RegExp(`^MESSAGE sip:\\+15551234567@${trunk.replaceAll('.', '\\.')} SIP/2\\.0\\r\\n`));
    expect(seen[0]).toContain('From: <sip:+15550001111@127.0.0.1>');
    expect(seen[0]?.endsWith('\r\n\r\nGrüße')).toBe(true);
    expect(codeOf(await ozml.command('SendSms', { Recipient: '1', Message: 'refuse me' }))).toBe('501');
  });

  it('goes nowhere until it is configured', async () => {
    const application = await openApplication({});
    const ozml = await startOzml(application.origin);
    const sms = await ozml.command('SendSms', { Recipient: '1', Message: 'x' });
    expect([codeOf(sms), elementOf(sms, 'Message')]).toEqual([
      '303',
      "Command 'SendSms' cannot be used here: messages are not configured",
    ]);
    expect(codeOf(await ozml.command('SendEmail', { Recipient: 'a@example.org' }))).toBe('303');
    expect(codeOf(await ozml.command('SendMsg', { ToConnection: 'sip' }))).toBe('303');
  });
});

describe('more ports', () => {
  it('answer as the first one does', async () => {
    const probe = createSocket('udp4');
    await new Promise<void>((resolve) => probe.bind(0, '127.0.0.1', resolve));
    const { port } = probe.address();
    await new Promise<void>((resolve) => probe.close(resolve));
    const application = await openApplication({});
    await startOzml(application.origin, `ozml: {ports: [${port}]}`);
    const answer = await fetch(`http://127.0.0.1:${port}/?Command=ListExtensions&Username=HTTP_User_1&Password=qwe123`);
    expect(elementOf(await answer.text(), 'Id')).toBe('9986@localhost');
  });
});

/** A MESSAGE by hand; the status of its answer. */
async function sendText(ozml: Ozml, text: string, from = '101', to = '9986'): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onClose(async () => void socket.close());
  const { port } = ozml.server.sip[0]!;
  const body = Buffer.from(text);
  const lines = [
    `MESSAGE sip:${to}@127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bK${Math.random()};rport`,
    'Max-Forwards: 70',
    `From: <sip:${from}@127.0.0.1>;tag=m`,
    `To: <sip:${to}@127.0.0.1>`,
    `Call-ID: ${Math.random()}`,
    'CSeq: 1 MESSAGE',
    'Content-Type: text/plain;charset=UTF-8',
    `Content-Length: ${body.length}`,
  ];
  const answer = new Promise<string>((resolve) => socket.once('message', (bytes) => resolve(bytes.toString())));
  socket.send(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]), port, '127.0.0.1');
  return Number(/^SIP\/2\.0 (\d+)/.exec(await answer)?.[1]);
}

describe('WaitForMsg', () => {
  const script = (timeout: string) =>
    `<Response><WaitForMsg FromConnection="sip" FromAddress="101" Timeout="${timeout}"><OnMessage><SendDTMF>$Text</SendDTMF><GoTo>heard?$Text</GoTo></OnMessage><OnTimeout><SendDTMF Keys="9"/><Delay>0.5</Delay></OnTimeout></WaitForMsg></Response>`;

  async function waiting(timeout: string) {
    const application = await openApplication({ IncomingCall: script(timeout) });
    const ozml = await startOzml(
      `${application.origin}/start`,
      'messages: {from: "1", sip: true}\nusers: [{login: bob, password: x, account: office}]',
    );
    const phone = await startPhone();
    const caller = await phone.call(ozml.uri);
    await caller.answered;
    await ozml.until((event) => event.type === 'verb.started' && event.verb === 'WaitForMsg');
    return { application, ozml, caller };
  }

  it('takes the text that it waits for, and no other', async () => {
    const { application, ozml, caller } = await waiting('20');
    expect(await sendText(ozml, '7', '102')).toBe(480);
    expect(await sendText(ozml, '7', 'bob')).toBe(401);
    expect(await sendText(ozml, '7', '101', 'nobody')).toBe(404);
    expect(await sendText(ozml, '42')).toBe(200);
    expect(await heardKeys(caller, 2)).toBe('42');
    await application.told('GoTo');
    expect(application.seen.at(-1)?.path).toBe('/heard?42');
    expect(await sendText(ozml, '42')).toBe(480);
  });

  it('ends the call when none comes', async () => {
    const { ozml, caller } = await waiting('1');
    expect(await heardKeys(caller, 1)).toBe('9');
    await caller.ended;
    expect(await sendText(ozml, '42')).toBe(480);
  });

  it('is refused, and texts with 405, until messages are configured', async () => {
    const application = await openApplication({ IncomingCall: script('20') });
    const ozml = await startOzml(`${application.origin}/start`);
    expect(await sendText(ozml, '42')).toBe(405);
    const phone = await startPhone();
    const caller = await phone.call(ozml.uri);
    expect(await heardKeys(caller, 1)).toBe('9');
  });
});

describe('the states of Request', () => {
  it('send mail when the call is placed and when it failed', async () => {
    const smtp = await openSmtp();
    const application = await openApplication({});
    const ozml = await startOzml(application.origin, `mail: {smtpUrl: "${smtp.url}", from: pbx@example.org}`);
    const phone = await startPhone();
    phone.onIncoming((call) => call.refuse(486));
    const mail = (text: string) => `<SendEmail Recipient="desk@example.org" Subject="${text}">x</SendEmail>`;
    const RequestOzML = `<Request><OnSetup>${mail('calling')}</OnSetup><OnError>${mail('failed')}</OnError></Request>`;
    expect(codeOf(await ozml.command('Request', { DialedAddress: phone.uri, RequestOzML }))).toBe('200');
    await expect
      .poll(() => smtp.taken.map((text) => /Subject: (\w+)/.exec(text)?.[1]).sort(), { timeout: 10_000 })
      .toEqual(['calling', 'failed']);
  });
});
