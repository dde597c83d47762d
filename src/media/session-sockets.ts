// Owns: the two UDP sockets of a session and the forms of addresses on them. The sockets stay unconnected: the peer may yet
// prove to send from another address, and with a look-up that answers at once an unconnected send costs as little.
// Does not: choose ports, read packets.
import { createSocket, type Socket } from 'node:dgram';
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Two seconds of a worker that stands still, at 50 packets a second and the kernel's own size for each. */
const rtpBufferBytes = 128 * 1024;
const rtcpBufferBytes = 32 * 1024;
const lingeringMs = 500;
const retryMs = 25;

export interface SocketPair {
  readonly rtp: Socket;
  readonly rtcp: Socket;
}

/** Binds `port` and `port + 1`; rejects with the system's error, leaving nothing bound. */
export async function bindPair(host: string, port: number): Promise<SocketPair> {
  const rtp = await bind(host, port, rtpBufferBytes);
  try {
    return { rtp, rtcp: await bind(host, port + 1, rtcpBufferBytes) };
  } catch (error) {
    await closeSocket(rtp);
    throw error;
  }
}

/**
 * The pair of a process that was killed a moment ago: while the kernel still clears up behind it, its ports may be taken,
 * though nobody else wants them.
 */
export async function bindPairAgain(host: string, port: number): Promise<SocketPair> {
  for (let attempts = lingeringMs / retryMs; ; attempts--) {
    try {
      return await bindPair(host, port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempts <= 0) throw error;
      await sleep(retryMs);
    }
  }
}

export function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(resolve));
}

/** `address` as a socket bound to `host` sends to it and reports it; null when it is none, or of the other family. */
export function addressOn(host: string, address: string): string | null {
  if (isIPv4(address)) return isIPv6(host) ? `::ffff:${address}` : address;
  if (!isIPv6(address) || !isIPv6(host)) return null;
  return new SocketAddress({ address, family: 'ipv6' }).address;
}

/** The address as people write it: without the wrapping that an IPv6 socket gives an IPv4 one. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIPv4(address.slice(7)) ? address.slice(7) : address;
}

function bind(host: string, port: number, recvBufferSize: number): Promise<Socket> {
  const family = isIPv6(host) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    recvBufferSize,
    // every address here is a number already; the default would ask the resolver for each packet
    lookup: (address, _options, done) => done(null, address, family),
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      socket.close();
      reject(error);
    };
    socket.once('error', fail);
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', fail);
      // an unreachable peer shows as an error of the socket; the silence that follows is told as media-absent
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}
