import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classifyAddress,
  createAddressChecker,
  defaultPolicy,
  isLocallyTrusted,
  originsOf,
  type Reach,
} from './address-policy.ts';

const table: readonly (readonly [address: string, reach: Reach])[] = [
  ['93.184.215.14', 'public'],
  ['2606:4700::1111', 'public'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::127.0.0.1', 'loopback'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['2002:7f00:1::', 'loopback'],
  ['10.1.2.3', 'lan'],
  ['172.31.255.255', 'lan'],
  ['172.32.0.1', 'public'],
  ['192.168.0.1', 'lan'],
  ['100.64.0.1', 'lan'],
  ['fd12:3456::1', 'lan'],
  ['::ffff:10.0.0.1', 'lan'],
  ['64:ff9b::a00:1', 'lan'],
  ['64:ff9b::5db8:d70e', 'public'],
  ['2002:c0a8:101::', 'lan'],
  ['64:ff9b:1::a00:1', 'reserved'],
  ['2001:0:1::1', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['192.0.2.1', 'reserved'],
  ['240.0.0.1', 'reserved'],
  ['2001:db8::1', 'reserved'],
  ['169.254.169.254', 'never'],
  ['::ffff:169.254.169.254', 'never'],
  ['64:ff9b::a9fe:a9fe', 'never'],
  ['fd00:ec2::254', 'never'],
  ['100.100.100.200', 'never'],
  ['168.63.129.16', 'never'],
  ['fe80::1', 'never'],
  ['fe80::1%eth0', 'never'],
  ['224.0.0.1', 'never'],
  ['ff02::1', 'never'],
  ['0.0.0.0', 'never'],
  ['0.1.2.3', 'never'],
  ['::', 'never'],
  ['255.255.255.255', 'never'],
  ['not an address', 'never'],
];

describe('classifying an address', () => {
  it.each(table)('calls %s %s', (address, reach) => {
    expect(classifyAddress(address)).toBe(reach);
  });

  it('sees through every way of writing an IPv4 address into an IPv6 one', () => {
    fc.assert(
      fc.property(fc.ipV4(), (v4) => {
        const [a, b, c, d] = v4.split('.').map(Number) as [number, number, number, number];
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const wrapped of [`::ffff:${hex}`, `64:ff9b::${hex}`, `2002:${hex}::1`, `::ffff:0:${hex}`])
          expect([wrapped, classifyAddress(wrapped)]).toEqual([wrapped, classifyAddress(v4)]);
      }),
    );
  });
});

describe('checking an address', () => {
  const target = { host: 'app.example.org', port: '80', local: false };

  it('lets only public addresses through by default', () => {
    const { check } = createAddressChecker(defaultPolicy);
    expect(table.filter(([address]) => check({ ...target, address }) === null).map(([, reach]) => reach)).toEqual(
      table.filter(([, reach]) => reach === 'public').map(([, reach]) => reach),
    );
  });

  it('lets trusted origins into loopback and networks, and nowhere else', () => {
    const { check } = createAddressChecker({ ...defaultPolicy, public: 'deny' });
    for (const [address, reach] of table)
      expect([address, check({ ...target, address, local: true }) === null]).toEqual([
        address,
        reach === 'lan' || reach === 'loopback',
      ]);
  });

  it('allows networks, hosts, ports and suffixes by list, but never metadata addresses', () => {
    const { check } = createAddressChecker({
      ...defaultPolicy,
      allow: ['10.0.0.0/8', '169.254.0.0/16', 'fd00:1::/64', 'nas.example.org:8080', '*.office.example.org'],
    });
    const allowed = (host: string, port: string, address: string) =>
      check({ host, port, address, local: false }) === null;
    expect(allowed('x', '80', '10.9.9.9')).toBe(true);
    expect(allowed('x', '80', '::ffff:10.9.9.9')).toBe(true);
    expect(allowed('x', '80', '192.168.0.1')).toBe(false);
    expect(allowed('x', '80', '169.254.169.254')).toBe(false);
    expect(allowed('x', '80', 'fd00:1::5')).toBe(true);
    expect(allowed('NAS.example.org.', '8080', '192.168.0.1')).toBe(true);
    expect(allowed('nas.example.org', '80', '192.168.0.1')).toBe(false);
    expect(allowed('a.office.example.org', '80', '127.0.0.1')).toBe(true);
    expect(allowed('office.example.org', '80', '127.0.0.1')).toBe(false);
    expect(allowed('evil-office.example.org', '80', '127.0.0.1')).toBe(false);
  });

  it('refuses a list entry that means nothing', () => {
    expect(() => createAddressChecker({ ...defaultPolicy, allow: ['http://x/'] })).toThrow(
      expect.objectContaining({ code: 'config-invalid' }),
    );
  });
});

describe('trusting a URL locally', () => {
  const trusts = (url: string, trustedOrigins: string[], origin: 'configured' | 'document' = 'document') =>
    isLocallyTrusted(new URL(url), { origin, trustedOrigins });

  it('takes the very origin that the operator wrote', () => {
    expect(trusts('http://localhost:3000/next?x=1', ['http://localhost:3000'])).toBe(true);
    expect(trusts('http://localhost:3001/', ['http://localhost:3000'])).toBe(false);
    expect(trusts('https://localhost:3000/', ['http://localhost:3000'])).toBe(false);
    expect(trusts('http://app:8080/', ['http://app:8080'])).toBe(true);
    expect(trusts('http://nas.lan/', [], 'configured')).toBe(true);
  });

  it('does not take a name that somebody else’s DNS can point here', () => {
    expect(trusts('http://tenant.example.org/', ['http://tenant.example.org'])).toBe(false);
    expect(trusts('http://tenant.example.org/', [], 'configured')).toBe(false);
  });

  it('makes origins from URLs', () => {
    expect(originsOf(['http://u:p@localhost:3000/a', 'http://localhost:3000/b', 'file:///x', 'nonsense'])).toEqual([
      'http://localhost:3000',
    ]);
  });
});
