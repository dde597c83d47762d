// Real sockets on loopback: a call with everything in it, over UDP and TCP, IPv4 and IPv6.
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createSipEndpoint } from './create-endpoint.ts';
import type { IncomingLeg, LegHandlers, SipEndpoint } from './endpoint.ts';
import type { Transport } from './message.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

async function open(host: string, transport: Transport, onInvite: (leg: IncomingLeg) => void): Promise<SipEndpoint> {
  const endpoint = createSipEndpoint({
    listen: [{ transport, host, port: 0 }],
    advertisedHost: null,
    clock: systemClock,
    log: silentLog,
    userAgent: 'Keytone test',
    realm: 'test',
    credentials: () => null,
    policy: () => ({ kind: 'accept' }),
    onInvite,
  });
  await endpoint.start();
  return endpoint;
}

/** One call; `caller` or `callee` hangs up. Resolves with what both sides saw. */
async function talk(host: string, transport: Transport, by: 'caller' | 'callee'): Promise<string[]> {
  const seen: string[] = [];
  let incoming: IncomingLeg | null = null;
  let calleeEnded = () => {};
  const calleeOver = new Promise<void>((resolve) => {
    calleeEnded = resolve;
  });
  const bob = await open(host, transport, (leg) => {
    incoming = leg;
    leg.handlers = {
      onInfo: (type, body) => {
        seen.push(`bob info ${type} ${body}`);
        return 200;
      },
      onOffer: (sdp) => ({ sdp: `bob takes ${sdp}` }),
      onEnded: (end) => {
        seen.push(`bob ended by ${end.by}`);
        calleeEnded();
      },
    };
    leg.progress(183, 'early');
    leg.answer('answer');
  });
  const alice = await open(host, transport, (leg) => leg.refuse(486));
  const { address, port } = bob.local[0]!;
  const hostPart = address.includes(':') ? `[${address}]` : address;
  await new Promise<void>((resolve) => {
    const handlers: LegHandlers = {
      onProgress: (status, sdp) => void seen.push(`progress ${status} ${sdp}`),
      async onConfirmed(sdp) {
        seen.push(`confirmed ${sdp}`);
        seen.push(`alice info ${await leg.info('application/dtmf', '5')}`);
        seen.push(`alice reoffer ${(await leg.reoffer('new')).sdp}`);
        seen.push(`bob reoffer ${(await incoming!.reoffer('newer')).sdp}`);
        (by === 'caller' ? leg : incoming!).hangup();
      },
      onOffer: (sdp) => ({ sdp: `alice takes ${sdp}` }),
      onEnded(end) {
        seen.push(`alice ended by ${end.by}`);
        resolve();
      },
    };
    const uri = `sip:1000@${hostPart}:${port};transport=${transport}`;
    const leg = alice.invite({ uri, from: { uri: 'sip:alice@localhost' }, sdp: 'offer' }, handlers);
  });
  await calleeOver;
  await Promise.all([alice.close(), bob.close()]);
  return seen;
}

const middle = [
  'progress 183 early',
  'confirmed answer',
  'bob info application/dtmf 5',
  'alice info 200',
  'alice reoffer bob takes new',
  'bob reoffer alice takes newer',
];

describe('a call over loopback sockets', () => {
  for (const transport of ['udp', 'tcp'] as const) {
    for (const host of ['127.0.0.1', '::1']) {
      // A machine without an IPv6 loopback address cannot run this half.
      const run = host === '::1' && !hasIpv6 ? it.skip : it;
      run(`goes through over ${transport} at ${host}, ended by the caller`, async () => {
        expect(await talk(host, transport, 'caller')).toEqual([...middle, 'alice ended by us', 'bob ended by peer']);
      });
      run(`goes through over ${transport} at ${host}, ended by the callee`, async () => {
        expect(await talk(host, transport, 'callee')).toEqual([...middle, 'bob ended by us', 'alice ended by peer']);
      });
    }
  }

  it('rejects start with the address that is taken', async () => {
    const first = await open('127.0.0.1', 'udp', () => {});
    const { port } = first.local[0]!;
    const second = createSipEndpoint({
      listen: [{ transport: 'udp', host: '127.0.0.1', port }],
      advertisedHost: null,
      clock: systemClock,
      log: silentLog,
      userAgent: 'x',
      realm: 'x',
      credentials: () => null,
      policy: () => ({ kind: 'accept' }),
      onInvite() {},
    });
    await expect(second.start()).rejects.toThrow(`127.0.0.1:${port}`);
    await first.close();
  });
});
