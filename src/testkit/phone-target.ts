// Owns: the address that a phone is told to call, as people write it, and which address of this machine leads there.
//   sip:1000@192.0.2.1   sip:1000@host:5070;transport=tcp   1000@[::1]   host
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { CodedError } from '../base/errors.ts';
import type { Peer, Transport } from '../sip/message.ts';
import { createResolver, type Resolver } from '../sip/resolver.ts';
import { formatUri, parseUri, uriTransport } from '../sip/uri.ts';

/** The whole URI; throws CodedError address-invalid. */
export function parseCallTarget(text: string, transport: Transport = 'udp'): string {
  const written = text.trim();
  const refuse = (why: string) =>
    new CodedError('address-invalid', `${JSON.stringify(text)} cannot be called: ${why}.`, {
      hint: 'Write it as sip:1000@192.0.2.1 or sip:1000@host:5070;transport=tcp.',
    });
  if (/^sips:/i.test(written)) throw refuse('SIP over TLS is not spoken here');
  if (/^tel:/i.test(written)) throw refuse('a number alone names no host');
  const uri = parseUri(/^sip:/i.test(written) ? written : `sip:${written}`);
  if (uri === null || uri.kind !== 'sip') throw refuse('it is no SIP address');
  if (uri.headers !== null) throw refuse('headers behind ? are not sent');
  if (uri.port === 0) throw refuse('it names port 0');
  const named = uriTransport(uri);
  if (named !== undefined && named !== 'udp' && named !== 'tcp') throw refuse(`transport ${named} is not spoken here`);
  if (named !== undefined || transport === 'udp') return formatUri(uri);
  return formatUri({ ...uri, params: [...uri.params, { name: 'transport', value: transport }] });
}

export interface Route {
  readonly peer: Peer;
  /** The address that packets to the peer leave from. */
  readonly localAddress: string;
}

/** The first address of the URI that this machine has a way to; null when there is none. */
export async function routeTo(
  uri: string,
  resolver: Resolver = createResolver(),
  wayTo: (address: string) => Promise<string | null> = localAddressTo,
): Promise<Route | null> {
  const peers = await new Promise<readonly Peer[]>((resolve) => resolver.resolve(uri, 'udp', resolve));
  for (const peer of peers) {
    const localAddress = await wayTo(peer.address);
    if (localAddress !== null) return { peer, localAddress };
  }
  return null;
}

/** Connecting a datagram socket sends nothing; it asks the routing table. */
function localAddressTo(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const done = (found: string | null) => {
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.close();
      resolve(found);
    };
    socket.once('error', () => done(null));
    socket.connect(9, address, () => done(socket.address().address));
  });
}
