// Owns: the port that `sip.port: 0` stands for: one that is free over UDP and TCP alike, since phones are told one. It is
// looked for below the ports that systems hand out by themselves: between the look and its use nobody gets it by chance.
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { CodedError } from '../base/errors.ts';

const first = 20_000;
/** Linux hands out ports from here on, others later. */
const end = 32_768;
const tries = 50;

export async function freeSipPort(host: string): Promise<number> {
  for (let left = tries; left > 0; left -= 1) {
    const port = randomInt(first, end);
    const code = (await codeOfTcp(host, port)) ?? (await codeOfUdp(host, port));
    if (code === null) return port;
    // Whoever listens for good says what is wrong with the host.
    if (code !== 'EADDRINUSE' && code !== 'EACCES') return 0;
  }
  throw new CodedError('sip-listen-failed', `no port of ${host} is free over both UDP and TCP`);
}

type Fault = string | null;

/** Binds and lets go again; null when that was possible. */
function codeOfTcp(host: string, port: number): Promise<Fault> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

function codeOfUdp(host: string, port: number): Promise<Fault> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? 'unknown');
    });
    socket.bind(port, host, () => socket.close(() => resolve(null)));
  });
}
