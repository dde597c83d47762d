// Owns: UDP ports for SIPp that nobody has, on a machine where others measure too.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** The first of `count` free ports in a row, from one of `starts`. */
export async function findPorts(count: number, starts: readonly number[]): Promise<number> {
  for (const start of starts) {
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(start + index)));
    if (free.every(Boolean)) return start;
  }
  throw new Error(`no ${count} UDP ports in a row are free`);
}

/** Places for SIPp below the ports that systems give out by themselves. */
export function places(): readonly number[] {
  return Array.from({ length: 60 }, (_, index) => 30_000 + ((process.pid + index) % 60) * 20);
}

async function isFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise<void>((resolve) => {
      try {
        socket.close(() => resolve());
      } catch {
        resolve();
      }
    });
  }
}
