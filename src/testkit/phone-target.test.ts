import { describe, expect, it } from 'vitest';
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

  // A link-local address says nothing without its link.
  it('is the first address that can be reached, and null when there is none', async () => {
    const peers = ['fe80::1', '127.0.0.1'].map((address) => ({
      transport: 'udp' as const,
      address,
      port: 5060,
    }));
    expect((await routeTo('sip:host', { resolve: (_uri, _transport, found) => found(peers) }))?.peer).toEqual(peers[1]);
    expect(await routeTo('sip:host', { resolve: (_uri, _transport, found) => found([]) })).toBeNull();
  });
});
