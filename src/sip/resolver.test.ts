import { describe, expect, it } from 'vitest';
import type { Peer } from './message.ts';
import { createResolver, type Lookup } from './resolver.ts';

const none: Lookup = {
  a: () => Promise.reject(new Error('ENOTFOUND')),
  aaaa: () => Promise.reject(new Error('ENOTFOUND')),
  srv: () => Promise.reject(new Error('ENOTFOUND')),
};
const ask = (uri: string, lookup: Partial<Lookup> = {}) =>
  new Promise<readonly Peer[]>((resolve) => {
    createResolver({ ...none, ...lookup }, () => 0.5).resolve(uri, 'udp', resolve);
  });

describe('resolving a SIP URI', () => {
  it('takes numeric hosts at once, IPv6 too', () => {
    const found: Peer[] = [];
    const resolver = createResolver(none);
    resolver.resolve('sip:1@192.0.2.1;transport=TCP', 'udp', (peers) => found.push(...peers));
    resolver.resolve('sip:1@[2001:db8::1]:5070', 'udp', (peers) => found.push(...peers));
    resolver.resolve('sip:1@example.com;maddr=192.0.2.9', 'tcp', (peers) => found.push(...peers));
    expect(found).toEqual([
      { transport: 'tcp', address: '192.0.2.1', port: 5060 },
      { transport: 'udp', address: '2001:db8::1', port: 5070 },
      { transport: 'tcp', address: '192.0.2.9', port: 5060 },
    ]);
  });

  it('asks for SRV when no port is given, and orders by priority', async () => {
    const asked: string[] = [];
    const peers = await ask('sip:1@example.com', {
      srv: async (name) => {
        asked.push(name);
        return [
          { name: 'second', port: 2, priority: 20, weight: 0 },
          { name: 'first', port: 1, priority: 10, weight: 0 },
        ];
      },
      a: async (name) => [name === 'first' ? '192.0.2.1' : '192.0.2.2'],
    });
    expect(asked).toEqual(['_sip._udp.example.com']);
    expect(peers.map(({ address, port }) => `${address}:${port}`)).toEqual(['192.0.2.1:1', '192.0.2.2:2']);
  });

  it('asks for addresses only when a port is given, and falls back to 5060 without SRV', async () => {
    const lookup = { a: async () => ['192.0.2.1'], aaaa: async () => ['2001:db8::1'] };
    const srv = () => Promise.reject(new Error('asked for SRV'));
    expect((await ask('sip:1@example.com:5080', { ...lookup, srv })).map(({ port }) => port)).toEqual([5080, 5080]);
    expect((await ask('sip:1@example.com', lookup)).map(({ port }) => port)).toEqual([5060, 5060]);
  });

  it('finds nothing for unknown names, other schemes and transports it does not have', async () => {
    for (const uri of ['sip:1@nowhere.invalid', 'tel:+1', 'sips:1@192.0.2.1', 'sip:1@192.0.2.1;transport=tls', ''])
      expect(await ask(uri), uri).toEqual([]);
  });
});
