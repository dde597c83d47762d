// Owns: one UDP socket for SIP (RFC 3261 18). Answers leave by the socket that the request came to (RFC 3581 4).
// Does not: fragment, retransmit, or treat an ICMP error as more than a log line.
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { CodedError } from '../base/errors.ts';
import type { ListenOptions } from './endpoint.ts';
import type { Peer } from './message.ts';
import { parseMessage } from './parse.ts';
import type { Listener, SipTransportOptions } from './transport.ts';
import { mapped, unmapped } from './transport-address.ts';
import { formatHostPort } from './uri.ts';

/** Room for a burst that comes while the process is busy. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;

export async function createUdpListener(
  listen: ListenOptions,
  dual: boolean,
  options: SipTransportOptions,
): Promise<Listener> {
  const v6 = isIPv6(listen.host);
  const socket = createSocket({
    type: v6 ? 'udp6' : 'udp4',
    ipv6Only: v6 && !dual,
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    // Peers are numeric: the system's resolver would put every datagram off to the next tick.
    lookup: (address, _options, found) => found(null, address, v6 ? 6 : 4),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) => {
      socket.close();
      const where = formatHostPort(listen.host, listen.port);
      reject(new CodedError('sip-listen-failed', `udp ${where}: ${cause.message}`, { cause }));
    });
    socket.bind({ address: listen.host, port: listen.port }, resolve);
  });
  socket.removeAllListeners('error');
  socket.on('error', (error) => options.log.warn({ error: error.message }, 'sip udp socket'));
  const local: Peer = { transport: 'udp', address: listen.host, port: socket.address().port };
  socket.on('message', (bytes, from) => {
    const address = dual ? unmapped(from.address) : from.address;
    options.onMessage(parseMessage(bytes), { transport: 'udp', address, port: from.port }, local);
  });
  let closed = false;
  return {
    local,
    dual,
    send(bytes, to, { onError }) {
      if (closed || to.port < 1 || to.port > 65535) {
        if (onError) queueMicrotask(() => onError(new Error('UDP port out of range or socket closed')));
        return;
      }
      socket.send(bytes, to.port, dual ? mapped(to.address) : to.address, (error) => {
        if (error) onError?.(error);
      });
    },
    close() {
      closed = true;
      return new Promise((resolve) => socket.close(() => resolve()));
    },
  };
}
