// A call that was asked for over REST goes on after a kill as it was asked for: with its tag, with the password of its
// webhooks, and with the address that is told of its end.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IncomingPhoneCall } from '../../src/testkit/index.ts';
import { openRig, type Rig } from './rig.ts';

const account = '9900000';
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
let rig: Rig;

beforeAll(async () => {
  rig = await openRig({
    numbers: { spare: 'bandwidth' },
    more: { accounts: [{ id: account, keys: [{ id: 'user', secret: 'pass' }] }], outbound: { loopback: 'allow' } },
  });
});
afterAll(() => rig.close());

it('a call that was asked for over REST keeps its tag and its password over a kill', { timeout: 60_000 }, async () => {
  const told: Record<string, unknown>[] = [];
  // As the vendor's webhooks want it: asked for, then given.
  const application = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (request.headers.authorization !== basic('me:hunter2')) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="app"' }).end();
      return;
    }
    told.push(JSON.parse(Buffer.concat(parts).toString()));
    const answers: Readonly<Record<string, string>> = {
      '/answer':
        '<Bxml><Gather gatherUrl="/keyed" maxDigits="2" firstDigitTimeout="60" interDigitTimeout="60" username="me" password="hunter2"/></Bxml>',
      '/keyed': '<Bxml><Hangup/></Bxml>',
    };
    response.writeHead(200, { 'content-type': 'application/xml' }).end(answers[request.url ?? ''] ?? '');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => application.once('listening', resolve));
  const base = `http://127.0.0.1:${(application.address() as AddressInfo).port}`;
  const ringing = new Promise<IncomingPhoneCall>((resolve) => rig.phone.onIncoming(resolve));
  try {
    const asked = await fetch(`${rig.server.httpUrl}/api/v2/accounts/${account}/calls`, {
      method: 'POST',
      headers: { authorization: basic('user:pass'), 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ applicationId: 'app-spare', from: '+15550100', to: rig.phone.uri, tag: 'order 7' },
        ...{ answerUrl: `${base}/answer`, disconnectUrl: `${base}/over`, username: 'me', password: 'hunter2' },
      }),
    });
    expect(asked.status).toBe(201);
    const call = await ringing;
    await call.answer();
    await rig.until(() => told.length === 1);
    await rig.when(call, 'verb.started', 2);
    await call.press('4');
    await rig.server.killAndRestart();
    await call.press('2');
    expect(await call.ended).toMatchObject({ by: 'peer' });
    await rig.until(() => told.length === 3);
    const common = { accountId: account, direction: 'outbound', tag: 'order 7' };
    expect(told).toMatchObject([
      { ...common, eventType: 'answer' },
      { ...common, eventType: 'gather', digits: '42' },
      { ...common, eventType: 'disconnect', cause: 'hangup' },
    ]);
    expect(JSON.stringify(await rig.tapeOf(call))).not.toContain('hunter2');
  } finally {
    application.closeAllConnections();
    application.close();
  }
});
