// Owns: the server as a process that is killed and started again at once, on the same ports and the same data.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { claimPorts } from '../../src/base/ports-rig.ts';

export interface Supervisor {
  readonly host: string;
  readonly sipPort: number;
  readonly httpUrl: string;
  /** Of the process of this moment. */
  readonly pid: number;
  /** Of every process so far. */
  readonly said: () => string;
  /**
   * Kills the process as it is; the next one is started in the same moment. Resolves when that one says that it is well.
   * Each of `againMs` is how long the next process lives before it is killed as well, ready or not.
   */
  killAndRestart(againMs?: readonly number[]): Promise<Restart>;
  /** Orderly. */
  stop(): Promise<void>;
}

/** Wall-clock moments. */
export interface Restart {
  readonly killedAt: number;
  /** More than one when the next process was killed, too. */
  readonly kills: number;
  /** The one that was killed had said that its disk takes no writes: nobody waited for it any more (docs/durability.md). */
  readonly behind: boolean;
  readonly readyAt: number;
}

export interface SupervisorOptions {
  readonly folder: string;
  readonly apps: readonly object[];
  readonly numbers: readonly object[];
  /** How many it has to itself: a port that is free while the server is dead would be taken by another one. */
  readonly ports: number;
  /** More of the configuration. */
  readonly more?: object;
  /** Words before the command that starts a process. */
  readonly wrap?: (folder: string) => readonly string[];
}

const program = fileURLToPath(new URL('../../bin/keytone.ts', import.meta.url));
const host = '127.0.0.1';
const patienceMs = 30_000;

export async function startSupervised({
  folder,
  apps,
  numbers,
  ports,
  more = {},
  wrap = () => [],
}: SupervisorOptions): Promise<Supervisor> {
  const claimed = await claimPorts(ports);
  const [first, last] = claimed.range;
  const [sipPort, httpPort] = [first + 2, first + 4];
  const file = join(folder, 'keytone.yaml');
  const config = {
    sip: { host, port: sipPort },
    http: { host, port: httpPort },
    media: { host, workers: 1, portRange: [first + 6, last] },
    dataDir: 'data',
    limits: { drainSeconds: 1, maxCalls: 5000 },
    log: { level: 'info', format: 'text' },
    apps,
    numbers,
    ...more,
  };
  writeFileSync(file, JSON.stringify(config, null, 2));
  const chunks: string[] = [];
  /** Where what the process of this moment says begins. */
  let own = 0;
  let child = start();

  function start(): ChildProcess {
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('KEYTONE_')),
    );
    const serve = ['--disable-warning=ExperimentalWarning', program, 'serve', '--config', file];
    const [command = process.execPath, ...words] = [...wrap(folder), process.execPath, ...serve];
    own = chunks.length;
    const made = spawn(command, words, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
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
    get pid() {
      return child.pid!;
    },
    httpUrl: `http://${host}:${httpPort}`,
    said: () => chunks.join(''),
    async killAndRestart(againMs = []) {
      const killedAt = Date.now();
      let behind = false;
      for (const lifeMs of [0, ...againMs]) {
        await after(lifeMs);
        const dying = child;
        if (dying.exitCode === null && dying.signalCode === null) {
          // All that it said has come by then.
          const gone = once(dying, 'close');
          dying.kill('SIGKILL');
          await gone;
        }
        behind ||= isBehind(chunks.slice(own).join(''));
        child = start();
      }
      const readyAt = await ready();
      return { killedAt, kills: 1 + againMs.length, behind, readyAt };
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
        await gone;
        clearTimeout(late);
      }
      await claimed.close();
    },
  };
}

/** Whether the last that was said of the disk is that it takes no writes. */
function isBehind(said: string): boolean {
  return (
    said.lastIndexOf('The database takes no writes for the moment') >
    said.lastIndexOf('The database takes writes again')
  );
}
