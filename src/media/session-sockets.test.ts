import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, ownPorts } from './session-rig.ts';
import { addressOn, bindPair, closeSocket, plainAddress } from './session-sockets.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

afterEach(closeAll);

describe('the sockets of a session', () => {
  it('are a pair of neighbours, and none stays bound when one of them is taken', async () => {
    const port = (await ownPorts()) + 10;
    const first = await bindPair('127.0.0.1', port);
    expect([first.rtp.address().port, first.rtcp.address().port]).toEqual([port, port + 1]);
    await expect(bindPair('127.0.0.1', port - 1)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await Promise.all([closeSocket(first.rtp), closeSocket(first.rtcp)]);
    const again = await bindPair('127.0.0.1', port - 1);
    await Promise.all([closeSocket(again.rtp), closeSocket(again.rtcp)]);
  });

  it.runIf(hasIpv6)('speak with IPv4 and IPv6 peers when bound to all addresses', async () => {
    const port = await ownPorts();
    const pair = await bindPair('::', port);
    const [four, six] = [await bindPair('127.0.0.1', port + 10), await bindPair('::1', port + 10)];
    for (const [peer, host, name] of [
      [four, '127.0.0.1', '127.0.0.1'],
      [six, '::1', '0:0:0:0:0:0:0:1'],
    ] as const) {
      const heard = once(peer.rtp, 'message');
      pair.rtp.send(Buffer.of(1), port + 10, addressOn('::', name)!);
      await heard;
      const answered = once(pair.rtp, 'message');
      peer.rtp.send(Buffer.of(2), port, host);
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
