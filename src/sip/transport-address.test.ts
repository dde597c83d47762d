import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createLocalAddresses, mapped, unmapped } from './transport-address.ts';

describe('the address that a peer reaches us by', () => {
  it('is the loopback for a loopback peer', () => {
    const addresses = createLocalAddresses(createVirtualClock());
    expect(addresses.facing('127.0.0.1')).toBe('127.0.0.1');
    expect(addresses.facing('::1')).toBe('::1');
  });

  it('is an address of this machine for a peer far away, once the routes are known', async () => {
    const addresses = createLocalAddresses(createVirtualClock());
    await addresses.start();
    const own = Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map((entry) => entry.address));
    expect(own).toContain(addresses.facing('198.51.100.7'));
  });

  it('is the one of the network that the peer is on', () => {
    const addresses = createLocalAddresses(createVirtualClock());
    for (const entries of Object.values(networkInterfaces())) {
      for (const { address, family, internal } of entries ?? []) {
        if (!internal && family === 'IPv4') expect(addresses.facing(address)).toBe(address);
      }
    }
  });
});

describe('IPv4 on an IPv6 socket', () => {
  it('is named as IPv4', () => {
    expect(unmapped('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(unmapped('2001:db8::1')).toBe('2001:db8::1');
    expect(mapped('192.0.2.1')).toBe('::ffff:192.0.2.1');
    expect(mapped('::1')).toBe('::1');
  });
});
