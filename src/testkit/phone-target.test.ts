import { describe, expect, it } from 'vitest';
import type { Resolver } from '../sip/resolver.ts';
import { parseCallTarget, routeTo } from './phone-target.ts';

describe('the address that is called', () => {
  it.each([
    ['sip:1000@127.0.0.1', 'sip:1000@127.0.0.1'],
    ['sip:1000@host:5070;transport=tcp', 'sip:1000@host:5070;transport=tcp'],
    ['1000@host', 'sip:1000@host'],
    ['  host:5070 ', 'sip:host:5070'],
    ['1000@[::1]:5070', 'sip:1000@[::1]:5070'],
    ['SIP:1000@[2001:db8::1]', 'sip:1000@[2001:db8::1]'],
  ])('takes %s', (written, uri) => {
    expect(parseCallTarget(written)).toBe(uri);
  });

  it('adds the transport of the phone where none is named', () => {
    expect(parseCallTarget('1000@host', 'tcp')).toBe('sip:1000@host;transport=tcp');
    expect(parseCallTarget('1000@host;transport=udp', 'tcp')).toBe('sip:1000@host;transport=udp');
  });

  it.each([
    '',
    'sip:',
    'sip:1000@',
    'sips:1000@host',
    'tel:+15550100',
    'http://host/',
    'sip:1000@host:70000',
    'sip:1000@host:0',
    'sip:1000@host;transport=ws',
    'sip:1000@host?Subject=x',
    'two words@host',
    'sip:1000@[::1',
  ])('refuses %j', (written) => {
    expect(() => parseCallTarget(written)).toThrow(expect.objectContaining({ code: 'address-invalid' }));
  });
});

describe('the way to it', () => {
  it('leaves from the loopback to the loopback', async () => {
    expect(await routeTo('sip:1000@127.0.0.1:5070;transport=tcp')).toEqual({
      peer: { transport: 'tcp', address: '127.0.0.1', port: 5070 },
      localAddress: '127.0.0.1',
    });
  });

  it('is that of the first address that has one', async () => {
    const peers = ['2001:db8::1', '192.0.2.1', '192.0.2.2'].map((address) => ({
      transport: 'udp' as const,
      address,
      port: 5060,
    }));
    const resolver: Resolver = { resolve: (_uri, _transport, found) => found(peers) };
    const onlyIpv4 = async (address: string) => (address.includes(':') ? null : '192.0.2.9');
    expect(await routeTo('sip:host', resolver, onlyIpv4)).toEqual({ peer: peers[1], localAddress: '192.0.2.9' });
    expect(await routeTo('sip:host', resolver, async () => null)).toBeNull();
  });

  it('does not exist to a name without addresses', async () => {
    expect(await routeTo('sip:host', { resolve: (_uri, _transport, found) => found([]) })).toBeNull();
  });
});
