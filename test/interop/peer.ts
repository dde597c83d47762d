// Owns: programs that are not ours: whether they are here, running one of them for as long as a test lives, waiting for
// what it does. Does not: know any of them (sipp.ts, baresip.ts, linphone.ts).
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';

/** A suite that talks to `commands`; when one is missing, or `why` says more, that is told in the place of the tests. */
export function describePeer(name: string, commands: readonly string[], suite: () => void, why?: () => string | null) {
  const missing = commands.filter((command) => !isHere(command));
  const reason = missing.length > 0 ? `${missing.join(' and ')} is not installed` : (why?.() ?? null);
  describe(name, () => {
    if (reason === null) suite();
    else it.skip(`not run: ${reason}`, () => {});
  });
}

function isHere(command: string): boolean {
  return spawnSync('/bin/sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}

/** SIPp sends captured packets with a raw socket, which only root may open. */
export function cannotPlayCaptures(): string | null {
  return process.getuid?.() === 0 ? null : 'SIPp plays captures as root only';
}

/** A folder that is gone after the tests of the suite. */
export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), `keytone-${prefix}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export interface Running {
  readonly child: ChildProcess;
  /** Standard output and error so far. */
  readonly said: () => string;
  /** The exit code; `null` when it had to be killed. */
  readonly exited: Promise<number | null>;
  /** Ends it by `signal`, and by force when that does not help. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const patienceMs = 5_000;

export function run(command: string, args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => void chunks.push(chunk));
  child.stdin?.on('error', () => {});
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return {
    child,
    exited,
    said: () => chunks.join(''),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      const force = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      const code = await exited;
      clearTimeout(force);
      return code;
    },
  };
}

const everyMs = 15;

/** Asks until there is an answer. What a program of others does can only be asked for again and again. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  withinMs = 25_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > end) throw new Error(`in ${withinMs} ms there was no ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Below what systems give out by themselves; a place of its own for each process that runs tests. */
let nextPort = 20_000 + (process.pid % 100) * 100;

/** The first of `count` ports in a row, even, that nobody has over UDP or TCP. The same one is not given twice. */
export async function freePort(host: string, count = 1): Promise<number> {
  for (;;) {
    const first = nextPort + (nextPort % 2);
    nextPort = first + count > 30_000 ? 20_000 : first + count;
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map((port) => isFree(host, port)))).every(Boolean)) return first;
  }
}

async function isFree(host: string, port: number): Promise<boolean> {
  const tcp = createServer();
  const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    tcp.listen(port, host);
    await once(tcp, 'listening');
    udp.bind(port, host);
    await once(udp, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await Promise.all([close(tcp), close(udp)]);
  }
}

function close(socket: Pick<Server, 'close'> | Pick<Socket, 'close'>): Promise<void> {
  return new Promise((resolve) => {
    try {
      socket.close(() => resolve());
    } catch {
      resolve();
    }
  });
}
