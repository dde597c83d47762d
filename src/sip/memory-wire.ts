// Owns: a wire inside the process, for tests and simulations: endpoints by address and port, every message formatted and
// parsed as on a real one, a delay, and packets that a rule loses. Runs on the clock it is given.
// Does not: fragment, reorder by itself, or model connections; `tcp` here is a datagram that is never lost.
import type { Clock } from '../base/clock.ts';
import type { Peer } from './message.ts';
import { parseMessage } from './parse.ts';
import type { SipTransport, SipTransportOptions } from './transport.ts';

export interface MemoryWire {
  /** A transport for one host; its listeners take the ports they ask for. */
  open(address: string): (options: SipTransportOptions) => SipTransport;
  /** Start lines with their direction, in order. */
  readonly trace: readonly {
    readonly from: string;
    readonly to: string;
    readonly line: string;
    readonly lost: boolean;
  }[];
}

export interface MemoryWireOptions {
  readonly clock: Clock;
  readonly delayMs?: number;
  /** True loses the packet. `copy` counts how often exactly these bytes were sent on this way before. */
  readonly lose?: (packet: { readonly text: string; readonly from: string; readonly copy: number }) => boolean;
}

export function createMemoryWire(wire: MemoryWireOptions): MemoryWire {
  const hosts = new Map<string, { readonly options: SipTransportOptions; readonly local: Peer }>();
  const copies = new Map<string, number>();
  const trace: { from: string; to: string; line: string; lost: boolean }[] = [];
  const keyOf = (peer: Peer) => `${peer.transport} ${peer.address} ${peer.port}`;

  return {
    trace,
    open: (address) => (options) => {
      let local: Peer[] = [];
      let closed = false;
      return {
        async start() {
          local = options.listen.map(({ transport, port }) => ({ transport, address, port }));
          for (const peer of local) hosts.set(keyOf(peer), { options, local: peer });
        },
        get local() {
          return local;
        },
        localFor: (peer) => local.find(({ transport }) => transport === peer.transport) ?? local[0]!,
        send(bytes, to, how) {
          if (closed) return;
          const source = local.find(({ transport }) => transport === to.transport) ?? local[0]!;
          const text = bytes.toString('utf8');
          const copyKey = `${keyOf(source)} ${keyOf(to)} ${text}`;
          const copy = copies.get(copyKey) ?? 0;
          copies.set(copyKey, copy + 1);
          const lost = to.transport === 'udp' && (wire.lose?.({ text, from: address, copy }) ?? false);
          trace.push({ from: address, to: to.address, line: text.slice(0, text.indexOf('\r\n')), lost });
          if (lost) return;
          wire.clock.after(wire.delayMs ?? 5, () => {
            const target = hosts.get(keyOf(to));
            if (target === undefined) how?.onError?.(new Error(`nobody at ${keyOf(to)}`));
            else target.options.onMessage(parseMessage(bytes), source, target.local);
          });
        },
        async close() {
          closed = true;
          for (const peer of local) hosts.delete(keyOf(peer));
        },
      };
    },
  };
}
