// Owns: the choice of TCP for a request that is too large for a datagram (RFC 3261 18.1.1), and the way back to UDP where TCP
// does not get through. A peer that took no connection is not asked for one again for a while, so that only one call waits.
// Does not: measure the path MTU; 1300 bytes is what the section gives for an unknown one. Responses follow their request.
import type { Clock } from '../base/clock.ts';
import type { Peer } from './message.ts';

export const MAX_DATAGRAM_REQUEST_BYTES = 1300;
const FORGET_MS = 600_000;
const MAX_REMEMBERED = 1024;

export interface LargeRequests {
  /** Where a request of this size for `to` goes first: `to` itself, or the same address over TCP. */
  firstHop(bytes: number, to: Peer): Peer;
  /** TCP did not reach this peer. */
  refused(to: Peer): void;
}

/** `listensTcp`: whoever sends by TCP must be reachable by TCP too, so without a listener datagrams stay. */
export function createLargeRequests(clock: Clock, listensTcp: () => boolean): LargeRequests {
  const until = new Map<string, number>();
  const keyOf = (peer: Peer) => `${peer.address} ${peer.port}`;
  return {
    firstHop(bytes, to) {
      if (to.transport !== 'udp' || bytes <= MAX_DATAGRAM_REQUEST_BYTES || !listensTcp()) return to;
      const key = keyOf(to);
      const known = until.get(key);
      if (known !== undefined && clock.now() < known) return to;
      until.delete(key);
      return { ...to, transport: 'tcp' };
    },
    refused(to) {
      if (until.size >= MAX_REMEMBERED) until.delete(until.keys().next().value!);
      until.set(keyOf(to), clock.now() + FORGET_MS);
    },
  };
}
