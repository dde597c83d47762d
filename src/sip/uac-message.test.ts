// Texts that we send, against a peer written by hand.
import { describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createSipEndpoint } from './create-endpoint.ts';
import type { OutgoingMessage } from './endpoint.ts';
import { formatMessage } from './format.ts';
import { getHeader } from './header.ts';
import { createMemoryWire } from './memory-wire.ts';
import type { Header, SipRequest } from './message.ts';
import { createResponse } from './response.ts';
import { createTransactionLayer } from './transaction-layer.ts';

const us = { transport: 'udp', address: '10.0.0.1', port: 5060 } as const;
const them = { transport: 'udp', address: '10.0.0.9', port: 5060 } as const;

/** `answers`: the status of each answer, and its headers; null is silence. */
async function world(answers: readonly ({ readonly status: number; readonly headers?: readonly Header[] } | null)[]) {
  const clock = createVirtualClock();
  const wire = createMemoryWire({ clock, delayMs: 1 });
  const endpoint = createSipEndpoint(
    {
      listen: [{ transport: 'udp', host: us.address, port: us.port }],
      ...{ advertisedHost: null, clock, log: silentLog, userAgent: 'Keytone test', realm: 'test' },
      credentials: () => null,
      policy: () => ({ kind: 'accept' }),
      onInvite: (leg) => leg.refuse(486),
    },
    { createLayer: (options) => createTransactionLayer(options, wire.open(us.address)) },
  );
  await endpoint.start();
  const seen: SipRequest[] = [];
  const peer = wire.open(them.address)({
    listen: [{ transport: 'udp', host: them.address, port: them.port }],
    ...{ clock, log: silentLog },
    onMessage(message) {
      if (message.kind !== 'request') return;
      const branch = getHeader(message, 'CSeq') ?? '';
      if (!seen.some((one) => getHeader(one, 'CSeq') === branch)) seen.push(message);
      const answer = answers[seen.length - 1] ?? null;
      if (answer === null) return;
      const { status, headers = [] } = answer;
      peer.send(formatMessage(createResponse(message, status, undefined, { toTag: 't', headers })), us, {});
    },
  });
  await peer.start();
  const send = async (more: Partial<OutgoingMessage> = {}) => {
    const sent = endpoint.message({
      uri: 'sip:bob@10.0.0.9',
      from: (host) => `sip:9986@${host}`,
      text: 'Grüße\nan alle',
      ...more,
    });
    let status: number | null = null;
    void sent.then((value) => {
      status = value;
    });
    await clock.advance(40_000);
    return status;
  };
  return { seen, send };
}

describe('a MESSAGE', () => {
  it('carries the text, and its answer is the result', async () => {
    const { seen, send } = await world([{ status: 202 }]);
    expect(await send()).toBe(202);
    const [request] = seen;
    expect([request?.method, request?.uri, Buffer.from(request!.body).toString('utf8')]).toEqual([
      'MESSAGE',
      'sip:bob@10.0.0.9',
      'Grüße\nan alle',
    ]);
    expect(getHeader(request!, 'From')).toMatch(/^<sip:9986@10\.0\.0\.1>;tag=/);
    expect(getHeader(request!, 'Content-Type')).toBe('text/plain;charset=UTF-8');
  });

  it('is sent again with credentials when it is challenged', async () => {
    const challenge = { name: 'Proxy-Authenticate', value: 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5' };
    const { seen, send } = await world([{ status: 407, headers: [challenge] }, { status: 200 }]);
    expect(await send({ credentials: { username: 'me', password: 'hunter2' } })).toBe(200);
    expect(getHeader(seen[1]!, 'Proxy-Authorization')).toMatch(/^Digest username="me", realm="r"/);
    expect(seen.map((request) => getHeader(request, 'CSeq'))).toEqual(['1 MESSAGE', '2 MESSAGE']);
    expect(new Set(seen.map((request) => getHeader(request, 'Call-ID'))).size).toBe(1);
  });

  it('that is refused, challenged without credentials or not answered says so', async () => {
    expect(await (await world([{ status: 404 }])).send()).toBe(404);
    expect(await (await world([{ status: 401 }])).send()).toBe(401);
    expect(await (await world([])).send()).toBe(408);
  });

  it('that is too long, or has no address, does not leave', async () => {
    const { seen, send } = await world([{ status: 200 }]);
    expect(await send({ text: 'ü'.repeat(651) })).toBe(413);
    expect(await send({ uri: 'nobody' })).toBe(503);
    expect(seen).toEqual([]);
  });
});
