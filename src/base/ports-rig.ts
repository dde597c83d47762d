// Owns: for tests only: a range of ports that no other test which asks here gets meanwhile, in whichever process of this
// machine. Each hundred of them is held by a TCP listener on its first port. The range lies below the ports that systems
// hand out by themselves, and those that a server looks for one for its SIP in. Does not: keep programs away that ask nobody.
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

export interface ClaimedPorts {
  /** Nobody listens there, but on the first of each hundred over TCP. */
  readonly range: readonly [first: number, last: number];
  close(): Promise<void>;
}

const first = 10_000;
const end = 20_000;
const step = 100;
const tries = 200;

/** `count` ports in a row, rounded up to hundreds. */
export async function claimPorts(count: number): Promise<ClaimedPorts> {
  const hundreds = Math.ceil(count / step);
  const places = (end - first) / step - hundreds + 1;
  for (let left = tries; left > 0; left -= 1) {
    const from = first + randomInt(places) * step;
    const held: Server[] = [];
    const close = async (): Promise<void> => {
      await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
    };
    for (let port = from; port < from + hundreds * step; port += step) {
      const server = await listen(port);
      if (server === null) break;
      held.push(server);
    }
    if (held.length === hundreds) return { range: [from, from + hundreds * step - 1], close };
    await close();
  }
  throw new Error(`no ${count} ports in a row are free`);
}

function listen(port: number): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  // Who forgets to give them back must not keep the process.
  server.unref();
  return new Promise((resolve) => {
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
