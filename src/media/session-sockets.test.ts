import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { addressOn, bindPair, closeSocket, plainAddress } from './session-sockets.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

describe('the sockets of a session', () => {
  it('are a pair of neighbours, and none stays bound when one of them is taken', async () => {
    const first = await bindPair('127.0.0.1', 41_600);
    expect([first.rtp.address().port, first.rtcp.address().port]).toEqual([41_600, 41_601]);
    await expect(bindPair('127.0.0.1', 41_599)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await Promise.all([closeSocket(first.rtp), closeSocket(first.rtcp)]);
    const again = await bindPair('127.0.0.1', 41_599);
    await Promise.all([closeSocket(again.rtp), closeSocket(again.rtcp)]);
  });

  it.runIf(hasIpv6)('speak with IPv4 and IPv6 peers when bound to all addresses', async () => {
    const pair = await bindPair('::', 41_610);
    const [four, six] = [await bindPair('127.0.0.1', 41_620), await bindPair('::1', 41_620)];
    for (const [peer, host, name] of [
      [four, '127.0.0.1', '127.0.0.1'],
      [six, '::1', '0:0:0:0:0:0:0:1'],
    ] as const) {
      const heard = once(peer.rtp, 'message');
      pair.rtp.send(Buffer.of(1), 41_620, addressOn('::', name)!);
      await heard;
      const answered = once(pair.rtp, 'message');
      peer.rtp.send(Buffer.of(2), 41_610, host);
      const [, from] = await answered;
      expect(from.address).toBe(addressOn('::', name));
      expect(plainAddress(from.address)).toBe(host);
    }
    const all = [pair, four, six].flatMap(({ rtp, rtcp }) => [rtp, rtcp]);
    await Promise.all(all.map(closeSocket));
  });

  it('have no form for what is no address or of the other family', () => {
    expect(addressOn('127.0.0.1', '10.0.0.1')).toBe('10.0.0.1');
    expect(addressOn('127.0.0.1', '::1')).toBe(null);
    expect(addressOn('0.0.0.0', 'phone.example')).toBe(null);
    expect(addressOn('::', 'phone.example')).toBe(null);
  });
});
