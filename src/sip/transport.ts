// Owns: the face of the transport layer (RFC 3261 18), and one transport made of a UDP or TCP half per listener.
// Peers are numeric addresses. Does not: resolve names, retransmit, or choose TCP for a large request (client-transactions.ts does).
import { isIPv4, isIPv6 } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { ListenOptions } from './endpoint.ts';
import type { MessageFault, Peer, SipMessage, Transport } from './message.ts';
import type { TransportLimits } from './transaction.ts';
import { createLocalAddresses } from './transport-address.ts';
import { createTcpListener, createTcpPool } from './transport-tcp.ts';
import { createUdpListener } from './transport-udp.ts';

export interface SipTransportOptions {
  readonly listen: readonly ListenOptions[];
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<TransportLimits>;
  /** `local` is the listener (or, for a connection we opened, a listener of that transport, else the connection's own end). */
  readonly onMessage: (message: SipMessage | MessageFault, source: Peer, local: Peer) => void;
}

export interface SendOptions {
  /** UDP: leave by this listener. */
  readonly from?: Peer;
  /** TCP: where to connect when the connection to `to` is gone (a response, 18.2.2). */
  readonly fallback?: Peer;
  /** Never called before `send` returns. */
  readonly onError?: (error: Error) => void;
}

export interface SipTransport {
  /** Binds all listeners; rejects with the address that failed, and holds none then. */
  start(): Promise<void>;
  readonly local: readonly Peer[];
  /** The host and port of ours that this peer can reach. */
  localFor(peer: Peer): Peer;
  send(bytes: Buffer, to: Peer, options?: SendOptions): void;
  close(): Promise<void>;
}

/** What a listener is to the transport, whatever its kind. */
export interface Listener {
  readonly local: Peer;
  /** Takes IPv4 and IPv6 (bound to `::`). */
  readonly dual: boolean;
  send(bytes: Buffer, to: Peer, options: SendOptions): void;
  close(): Promise<void>;
}

export const defaultLimits: TransportLimits = {
  maxMessageBytes: 65_535,
  maxConnections: 4096,
  messageWaitMs: 10_000,
  idleMs: 3_600_000,
  connectMs: 5_000,
};

export function createTransport(options: SipTransportOptions): SipTransport {
  const limits = { ...defaultLimits, ...options.limits };
  const listeners: Listener[] = [];
  const addresses = createLocalAddresses(options.clock);
  const localOf = (transport: Transport, address: string) => pick(transport, address)?.local;
  const pool = createTcpPool({ clock: options.clock, log: options.log, limits, onMessage: options.onMessage, localOf });

  function pick(transport: Transport, address: string, from?: Peer): Listener | undefined {
    const v4 = isIPv4(address);
    let found: Listener | undefined;
    for (const listener of listeners) {
      const { local } = listener;
      if (local.transport !== transport) continue;
      if (from && local.address === from.address && local.port === from.port) return listener;
      if (isIPv4(local.address) === v4 || listener.dual) found ??= listener;
    }
    return found;
  }

  return {
    get local() {
      return listeners.map((listener) => listener.local);
    },
    async start() {
      await addresses.start();
      try {
        for (const listen of options.listen) {
          // `::` takes IPv4 as well, unless something else was asked to.
          const rival = options.listen.some((other) => other.transport === listen.transport && isIPv4(other.host));
          const dual = listen.host === '::' && !rival;
          const make = listen.transport === 'udp' ? createUdpListener : createTcpListener;
          listeners.push(await make(listen, dual, { ...options, pool }));
        }
      } catch (error) {
        await Promise.all(listeners.splice(0).map((listener) => listener.close()));
        throw error;
      }
    },
    localFor(peer) {
      const listener = pick(peer.transport, peer.address) ?? listeners[0];
      const bound = listener?.local.address;
      const address =
        bound === undefined || bound === '0.0.0.0' || bound === '::' ? addresses.facing(peer.address) : bound;
      return { transport: peer.transport, address, port: listener?.local.port ?? 5060 };
    },
    send(bytes, to, sendOptions = {}) {
      if (!isIPv4(to.address) && !isIPv6(to.address)) return fail(sendOptions, `not a numeric address: ${to.address}`);
      if (to.transport === 'tcp') return pool.send(bytes, to, sendOptions);
      const listener = pick('udp', to.address, sendOptions.from);
      if (listener === undefined) return fail(sendOptions, `no UDP listener for ${to.address}`);
      listener.send(bytes, to, sendOptions);
    },
    async close() {
      await Promise.all([pool.close(), ...listeners.splice(0).map((listener) => listener.close())]);
    },
  };
}

function fail(options: SendOptions, message: string): void {
  const { onError } = options;
  if (onError) queueMicrotask(() => onError(new Error(message)));
}
