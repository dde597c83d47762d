// Owns: the server as a process that is killed and started again at once, on the same ports and the same data.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface Supervisor {
  readonly host: string;
  readonly sipPort: number;
  readonly httpUrl: string;
  /** Of every process so far. */
  readonly said: () => string;
  /** Kills the process as it is; the next one is started in the same moment. Resolves when that one says that it is well. */
  killAndRestart(): Promise<Restart>;
  /** Orderly. */
  stop(): Promise<void>;
}

/** Wall-clock moments. */
export interface Restart {
  readonly killedAt: number;
  readonly startedAt: number;
  readonly readyAt: number;
}

export interface SupervisorOptions {
  readonly folder: string;
  readonly apps: readonly object[];
  readonly numbers: readonly object[];
  /** Its own: a port that is free while the server is dead would be taken by another one. */
  readonly portRange: readonly [first: number, last: number];
  /** More of the configuration. */
  readonly more?: object;
}

const program = fileURLToPath(new URL('../../bin/keytone.ts', import.meta.url));
const host = '127.0.0.1';
const patienceMs = 30_000;

export async function startSupervised({
  folder,
  apps,
  numbers,
  portRange,
  more = {},
}: SupervisorOptions): Promise<Supervisor> {
  const [sipPort, httpPort] = [await freePort(), await freePort()];
  const file = join(folder, 'keytone.yaml');
  const config = {
    sip: { host, port: sipPort },
    http: { host, port: httpPort },
    media: { host, workers: 1, portRange },
    dataDir: 'data',
    limits: { drainSeconds: 1, maxCalls: 5000 },
    log: { level: 'info', format: 'text' },
    apps,
    numbers,
    ...more,
  };
  writeFileSync(file, JSON.stringify(config, null, 2));
  const chunks: string[] = [];
  let child = start();

  function start(): ChildProcess {
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('KEYTONE_')),
    );
    const made = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', program, 'serve', '--config', file],
      {
        cwd: folder,
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [made.stdout, made.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => void chunks.push(chunk));
    return made;
  }

  async function ready(): Promise<number> {
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      if (child.exitCode !== null) child = start();
      const status = await fetch(`http://${host}:${httpPort}/health`).then(
        async (response) => ((await response.json()) as { status: string }).status,
        () => null,
      );
      if (status !== null && status !== 'recovering') return Date.now();
      await after(5);
    }
    throw new Error(`the server did not become ready\n${chunks.join('').slice(-4000)}`);
  }

  await ready();
  return {
    host,
    sipPort,
    httpUrl: `http://${host}:${httpPort}`,
    said: () => chunks.join(''),
    async killAndRestart() {
      const dying = child;
      const gone = once(dying, 'exit');
      const killedAt = Date.now();
      dying.kill('SIGKILL');
      await gone;
      const startedAt = Date.now();
      child = start();
      return { killedAt, startedAt, readyAt: await ready() };
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await gone;
      clearTimeout(late);
    },
  };
}

/** Below those that systems hand out: nobody else must take it while the server is dead. */
const firstPort = 30_000;
const lastPort = 32_700;

/** Free for UDP and TCP at this moment. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(firstPort, lastPort);
    const tcp = createServer();
    const udp = createSocket('udp4');
    const [tcpIsFree, udpIsFree] = await Promise.all([
      new Promise<boolean>((resolve) => {
        tcp.once('error', () => resolve(false));
        tcp.listen(port, host, () => resolve(true));
      }),
      new Promise<boolean>((resolve) => {
        udp.once('error', () => resolve(false));
        udp.bind(port, host, () => resolve(true));
      }),
    ]);
    if (udpIsFree) udp.close();
    if (tcpIsFree) await new Promise((resolve) => tcp.close(resolve));
    if (tcpIsFree && udpIsFree) return port;
  }
}
