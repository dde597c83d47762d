// Owns: from a SIP URI to addresses (RFC 3263 section 4): numeric hosts at once; names by SRV when no port is given, then
// A and AAAA. Does not: NAPTR, caching (the system resolver has one), TLS.
import { resolve4, resolve6, resolveSrv } from 'node:dns/promises';
import { isIP } from 'node:net';
import { paramValue } from './header-params.ts';
import type { Peer, Transport } from './message.ts';
import { parseUri, uriTransport } from './uri.ts';

export interface Lookup {
  readonly a: (name: string) => Promise<readonly string[]>;
  readonly aaaa: (name: string) => Promise<readonly string[]>;
  readonly srv: (
    name: string,
  ) => Promise<
    readonly { readonly name: string; readonly port: number; readonly priority: number; readonly weight: number }[]
  >;
}

export const systemLookup: Lookup = {
  a: (name) => resolve4(name),
  aaaa: (name) => resolve6(name),
  srv: (name) => resolveSrv(name),
};

export interface Resolver {
  /** Calls back once, before it returns when the host is numeric. No address: an empty list. Best first. */
  resolve(uri: string, fallback: Transport, found: (peers: readonly Peer[]) => void): void;
}

const maxPeers = 8;

export function createResolver(lookup: Lookup = systemLookup, random: () => number = Math.random): Resolver {
  const addresses = async (name: string): Promise<readonly string[]> => {
    if (isIP(name) !== 0) return [name];
    if (name.toLowerCase() === 'localhost') return ['127.0.0.1'];
    const lists = await Promise.allSettled([lookup.a(name), lookup.aaaa(name)]);
    return lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
  };

  async function byName(host: string, port: number | null, transport: Transport): Promise<readonly Peer[]> {
    const hops: { readonly host: string; readonly port: number }[] = [];
    if (port === null) {
      const records = await lookup.srv(`_sip._${transport}.${host}`).catch(() => []);
      const keyed = records.map((record) => ({ record, key: random() ** (1 / Math.max(record.weight, 0.01)) }));
      keyed.sort((x, y) => x.record.priority - y.record.priority || y.key - x.key);
      for (const { record } of keyed.slice(0, maxPeers)) hops.push({ host: record.name, port: record.port });
    }
    if (hops.length === 0) hops.push({ host, port: port ?? 5060 });
    const peers: Peer[] = [];
    for (const hop of hops)
      for (const address of await addresses(hop.host)) peers.push({ transport, address, port: hop.port });
    return peers.slice(0, maxPeers);
  }

  return {
    resolve(text, fallback, found) {
      const uri = parseUri(text);
      if (uri?.kind !== 'sip' || uri.secure) return found([]);
      const named = uriTransport(uri);
      if (named !== undefined && named !== 'udp' && named !== 'tcp') return found([]);
      const transport: Transport = named ?? fallback;
      const host = paramValue(uri.params, 'maddr') || uri.host;
      if (isIP(host) !== 0) return found([{ transport, address: host, port: uri.port ?? 5060 }]);
      byName(host, uri.port, transport).then(found, () => found([]));
    },
  };
}
