// Owns: the port that `sip.port: 0` stands for: one that is free over UDP and TCP alike, since phones are told one.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { CodedError } from '../base/errors.ts';

const tries = 20;

/** Somebody else may take it before it is used; whoever asks for any port can ask again. */
export async function freeSipPort(host: string): Promise<number> {
  for (let left = tries; left > 0; left -= 1) {
    const tcp = createServer().listen(0, host);
    try {
      await once(tcp, 'listening');
    } catch {
      // Whoever listens for good says what is wrong with the host.
      return 0;
    }
    const { port } = tcp.address() as { port: number };
    const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const free = await new Promise<boolean>((resolve) => {
      udp.once('error', () => resolve(false));
      udp.bind(port, host, () => resolve(true));
    });
    udp.close();
    tcp.close();
    await once(tcp, 'close');
    if (free) return port;
  }
  throw new CodedError('sip-listen-failed', `no port of ${host} is free over both UDP and TCP`);
}
