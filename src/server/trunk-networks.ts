// Owns: which trunk a call comes from, by the address of its sender. Does not: trust what the call says of itself.
import ipaddr from 'ipaddr.js';
import type { Config } from './config.ts';

type Trunk = Config['trunks'][number];

export function createTrunkFinder(trunks: readonly Trunk[]): (address: string) => Trunk | undefined {
  const known = trunks.flatMap((trunk) => trunk.allow.map((text) => ({ trunk, network: networkOf(text) })));
  return (address) => {
    if (known.length === 0 || !ipaddr.isValid(address)) return undefined;
    const parsed = ipaddr.process(address);
    return known.find(({ network: [network, bits] }) => network.kind() === parsed.kind() && parsed.match(network, bits))
      ?.trunk;
  };
}

function networkOf(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
