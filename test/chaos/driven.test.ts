// A call that is driven over REST, in the words of Bandwidth's v1: its server is killed in the middle of a gather, and the
// client goes on where it was: the digits keyed before count, the gather is told once, with the password of its callback.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IncomingPhoneCall } from '../../src/testkit/index.ts';
import type { Client } from '../conformance/node-bandwidth/rig.ts';
import { openRig, type Rig } from './rig.ts';

const userId = 'u-1';
let rig: Rig;

beforeAll(async () => {
  rig = await openRig({
    numbers: { spare: 'bandwidth' },
    more: { accounts: [{ id: userId, keys: [{ id: 't-1', secret: 's-1' }] }], outbound: { loopback: 'allow' } },
  });
});
afterAll(() => rig.close());

it('a gather over REST goes on after a kill and is told once', { timeout: 60_000 }, async () => {
  const told: (Record<string, unknown> & { readonly key: string })[] = [];
  const application = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const key = `${request.headers.authorization}`;
    told.push({ ...(JSON.parse(Buffer.concat(parts).toString()) as object), key });
    response.writeHead(200).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => application.once('listening', resolve));
  const { port } = application.address() as AddressInfo;
  const Catapult = createRequire(import.meta.url)('node-bandwidth') as new (options: object) => Client;
  const connect = () =>
    new Catapult({ userId, apiToken: 't-1', apiSecret: 's-1', baseUrl: rig.server.httpUrl })['Call'];
  const ringing = new Promise<IncomingPhoneCall>((resolve) => rig.phone.onIncoming(resolve));
  try {
    const callbackUrl = `http://me:hunter2@127.0.0.1:${port}/cb`;
    const { id } = await connect()!['create']!({ from: '+15550100', to: rig.phone.uri, callbackUrl, tag: 'order 7' });
    const call = await ringing;
    await call.answer();
    await rig.until(() => told.length === 1);
    const gather = await connect()!['createGather']!(id, { maxDigits: '5', interDigitTimeout: '30' });
    await call.press('123');
    await rig.when(call, 'digit', 3);
    await rig.server.killAndRestart();
    expect(await connect()!['getGather']!(id, gather['id'])).toMatchObject({ state: 'started' });
    await call.press('45');
    await rig.until(() => told.length === 2);
    expect(await connect()!['getGather']!(id, gather['id'])).toMatchObject({ state: 'completed', digits: '12345' });
    await connect()!['hangup']!(id);
    expect(await call.ended).toMatchObject({ by: 'peer' });
    await rig.until(() => told.length === 3);
    const key = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;
    const common = { callId: id, tag: 'order 7', key };
    expect(told).toMatchObject([
      { ...common, eventType: 'answer' },
      { ...common, eventType: 'gather', gatherId: gather['id'], digits: '12345', reason: 'max-digits' },
      { ...common, eventType: 'hangup', cause: 'NORMAL_CLEARING' },
    ]);
    expect(JSON.stringify(await rig.tapeOf(call))).not.toContain('hunter2');
  } finally {
    application.closeAllConnections();
    application.close();
  }
});
