// Owns: which of our addresses a peer reaches us by, when a listener is bound to all of them (for Via, Contact, SDP).
// The interface on the peer's own network, else the one of the default route, else any. Sends nothing.
// Does not: find a public address behind a NAT; that is `advertisedHost`.
import { createSocket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { Clock } from '../base/clock.ts';

export interface LocalAddresses {
  /** Learns the default routes. */
  start(): Promise<void>;
  facing(address: string): string;
}

/** Interfaces come and go; asking the system for each message would cost too much. */
const REFRESH_MS = 10_000;
const MAX_REMEMBERED = 4096;

export function createLocalAddresses(clock: Clock): LocalAddresses {
  let readAt = Number.NEGATIVE_INFINITY;
  const known = new Map<string, string>();
  const defaults: { v4?: string; v6?: string } = {};

  return {
    async start() {
      // Documentation addresses: connecting a datagram socket only asks the routing table.
      const [v4, v6] = await Promise.all([routeTo('192.0.2.1', 'udp4'), routeTo('2001:db8::1', 'udp6')]);
      if (v4) defaults.v4 = v4;
      if (v6) defaults.v6 = v6;
    },
    facing(address) {
      const now = clock.now();
      if (now - readAt > REFRESH_MS || known.size > MAX_REMEMBERED) {
        known.clear();
        readAt = now;
      }
      let local = known.get(address);
      if (local === undefined) {
        local = sameNetwork(address) ?? (isIPv4(address) ? (defaults.v4 ?? '127.0.0.1') : (defaults.v6 ?? '::1'));
        known.set(address, local);
      }
      return local;
    },
  };
}

function sameNetwork(address: string): string | undefined {
  const bare = address.split('%')[0]!;
  if (!ipaddr.isValid(bare)) return undefined;
  const peer = ipaddr.parse(bare);
  if (peer.range() === 'loopback') return peer.kind() === 'ipv4' ? '127.0.0.1' : '::1';
  let best: { address: string; bits: number } | undefined;
  for (const entries of Object.values(networkInterfaces())) {
    for (const { address: own, cidr } of entries ?? []) {
      if (cidr === null) continue;
      const [network, bits] = ipaddr.parseCIDR(cidr);
      if (network.kind() !== peer.kind() || !peer.match(network, bits)) continue;
      if (best === undefined || bits > best.bits) best = { address: own, bits };
    }
  }
  return best?.address;
}

function routeTo(address: string, type: 'udp4' | 'udp6'): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(type);
    const done = (found: string | undefined) => {
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.close();
      resolve(found);
    };
    socket.once('error', () => done(undefined));
    socket.connect(9, address, () => done(socket.address().address));
  });
}

/** `::ffff:192.0.2.1` as a dual socket reports it, and back. */
export function unmapped(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

export function mapped(address: string): string {
  return isIPv4(address) ? `::ffff:${address}` : address;
}
