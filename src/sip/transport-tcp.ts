// Owns: SIP over TCP (RFC 3261 18, RFC 5626 3.5.1 keep-alives): listeners, and one pool of connections by remote address.
// A connection is reused for whatever goes to its remote end. Time, memory and number are bounded:
//   no complete message within messageWaitMs of opening, or a begun one older than that: closed
//   no traffic for idleMs: closed.   more than maxConnections: refused.   a reader too slow for 1 MiB: closed
// Does not: TLS.
import { createConnection, createServer, isIPv6, type Socket } from 'node:net';
import type { Clock, Timer } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ListenOptions } from './endpoint.ts';
import type { Peer } from './message.ts';
import { createStreamFramer } from './stream-framer.ts';
import type { TransportLimits } from './transaction.ts';
import type { Listener, SendOptions, SipTransportOptions } from './transport.ts';
import { unmapped } from './transport-address.ts';
import { formatHostPort } from './uri.ts';

const MAX_UNSENT_BYTES = 1024 * 1024;
const pong = Buffer.from('\r\n');

export interface TcpPool {
  send(bytes: Buffer, to: Peer, options: SendOptions): void;
  /** Takes an accepted socket in, or destroys it when there are too many. */
  adopt(socket: Socket, local: Peer): void;
  readonly size: number;
  close(): Promise<void>;
}

interface TcpPoolOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: TransportLimits;
  readonly onMessage: SipTransportOptions['onMessage'];
  /** The listener to name as local for a connection that we opened. */
  readonly localOf: (transport: 'tcp', address: string) => Peer | undefined;
}

interface Connection {
  readonly socket: Socket;
  open: boolean;
  /** Told when the connection fails before it is open. */
  waiting: ((error: Error) => void)[];
}

export function createTcpPool(options: TcpPoolOptions): TcpPool {
  const { clock, log, limits } = options;
  const byRemote = new Map<string, Connection>();
  const all = new Set<Connection>();

  function add(socket: Socket, source: Peer, local: Peer, open: boolean): Connection {
    const connection: Connection = { socket, open, waiting: [] };
    const key = keyOf(source);
    byRemote.set(key, connection);
    all.add(connection);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);

    const framer = createStreamFramer(limits.maxMessageBytes);
    let proven = false;
    let lastTraffic = clock.now();
    let pendingSince = lastTraffic;
    let timer: Timer = clock.after(open ? limits.messageWaitMs : limits.connectMs, watch);
    function watch(): void {
      const now = clock.now();
      const waitEnds = pendingSince + limits.messageWaitMs;
      const ends = !connection.open
        ? lastTraffic + limits.connectMs
        : framer.pending || !proven
          ? waitEnds
          : lastTraffic + limits.idleMs;
      if (now >= ends) {
        socket.destroy(connection.open ? undefined : new Error('connect timed out'));
        return;
      }
      // At least once per wait, so that a message begun meanwhile is seen in time.
      timer = clock.after(Math.ceil(Math.min(ends - now, limits.messageWaitMs)), watch);
    }
    socket.on('connect', () => {
      connection.open = true;
      connection.waiting = [];
      // We opened it: the peer may well have nothing to say first.
      proven = true;
      lastTraffic = pendingSince = clock.now();
    });
    socket.on('data', (chunk) => {
      const wasPending = framer.pending;
      lastTraffic = clock.now();
      let completed = false;
      framer.push(chunk, (framed) => {
        if (framed.kind === 'ping') {
          socket.write(pong);
          return;
        }
        completed = true;
        if (framed.message.kind !== 'fault') proven = true;
        options.onMessage(framed.message, source, local);
        // The answer to what was lost is written by now, and goes out before the end.
        if (framed.closes) socket.destroySoon();
      });
      if (completed || !wasPending) {
        if (proven || completed) pendingSince = lastTraffic;
      }
    });
    socket.on('error', (error) => {
      log.debug({ peer: formatHostPort(source.address, source.port), error: error.message }, 'sip tcp connection');
      for (const tell of connection.waiting.splice(0)) tell(error);
    });
    socket.on('close', () => {
      timer.cancel();
      all.delete(connection);
      if (byRemote.get(key) === connection) byRemote.delete(key);
      for (const tell of connection.waiting.splice(0)) tell(new Error('connection closed'));
    });
    return connection;
  }

  function connect(to: Peer): Connection | Error {
    if (all.size >= limits.maxConnections) return new Error('too many connections');
    if (to.port < 1 || to.port > 65535) return new Error('port out of range');
    const socket = createConnection({ host: to.address, port: to.port });
    const local = options.localOf('tcp', to.address) ?? { transport: 'tcp', address: to.address, port: 5060 };
    return add(socket, to, local, false);
  }

  return {
    get size() {
      return all.size;
    },
    adopt(socket, local) {
      const { remoteAddress, remotePort } = socket;
      if (all.size >= limits.maxConnections || remoteAddress === undefined || remotePort === undefined) {
        socket.on('error', () => {});
        socket.destroy();
        return;
      }
      add(socket, { transport: 'tcp', address: unmapped(remoteAddress), port: remotePort }, local, true);
    },
    send(bytes, to, { fallback, onError }) {
      const tell = (error: Error) => {
        if (onError) queueMicrotask(() => onError(error));
      };
      let connection: Connection | Error | undefined = usable(byRemote.get(keyOf(to)));
      if (connection === undefined && fallback) connection = usable(byRemote.get(keyOf(fallback)));
      connection ??= connect(fallback ?? to);
      if (connection instanceof Error) return tell(connection);
      const { socket } = connection;
      if (socket.writableLength > MAX_UNSENT_BYTES) {
        socket.destroy();
        return tell(new Error('peer reads too slowly'));
      }
      if (!connection.open && onError) connection.waiting.push(onError);
      const wasOpen = connection.open;
      socket.write(bytes, (error) => {
        if (error && wasOpen) onError?.(error);
      });
    },
    async close() {
      for (const connection of all) connection.socket.destroy();
      all.clear();
      byRemote.clear();
    },
  };
}

function usable(connection: Connection | undefined): Connection | undefined {
  return connection?.socket.writable ? connection : undefined;
}

function keyOf(peer: Peer): string {
  return `${peer.address} ${peer.port}`;
}

export async function createTcpListener(
  listen: ListenOptions,
  dual: boolean,
  options: SipTransportOptions & { readonly pool: TcpPool },
): Promise<Listener> {
  const server = createServer({ noDelay: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const where = formatHostPort(listen.host, listen.port);
      reject(new CodedError('sip-listen-failed', `tcp ${where}: ${cause.message}`, { cause }));
    });
    server.listen(
      { host: listen.host, port: listen.port, ipv6Only: isIPv6(listen.host) && !dual, backlog: 511 },
      resolve,
    );
  });
  server.removeAllListeners('error');
  server.on('error', (error) => options.log.warn({ error: error.message }, 'sip tcp listener'));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : listen.port;
  const local: Peer = { transport: 'tcp', address: listen.host, port };
  server.on('connection', (socket) => options.pool.adopt(socket, local));
  return {
    local,
    dual,
    send: options.pool.send,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
