// Owns: the server under measurement: its documents, sounds and configuration in a folder, its process on one core, what it
// says over HTTP. Does not: look into the process (usage.ts).
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { formatTone } from '../../test/interop/sound-file.ts';
import type { Options } from './options.ts';

export interface ServerUnderTest {
  readonly pid: number;
  readonly sipPort: number;
  /** What of the process could not be set as wanted. */
  readonly remarks: readonly string[];
  get(path: string): Promise<unknown>;
  /** Rejects when it does not end by SIGTERM. */
  stop(): Promise<void>;
}

const wrongBranchMs = 30_000;
const startPatienceMs = 20_000;
const stopPatienceMs = 30_000;

/** Tones that rtpsink.c of `--bench` knows apart: 8 samples a period when the keys were right, 16 when they were wrong. */
const tones = [
  ['prompt1', 440, 3],
  ['ok', 1000, 1],
  ['bad', 500, 1],
  ['long', 440, 60],
] as const;

// A wrong entry is not hung up on: the caller's patience ends first, and SIPp counts the call as failed.
const wrong = `<Play>bad.wav</Play><Pause length="${wrongBranchMs}"/><Hangup/>`;
const documents = {
  gather: `<Response><Gather attempts="1" timeout="5000" numDigits="10" finishOnKey="#"><Play>prompt1.wav</Play><Switch><Case dtmf="1234"><Play>ok.wav</Play><Hangup/></Case><Default>${wrong}</Default><Error>${wrong}</Error></Switch></Gather></Response>`,
  hold: '<Response><Play>long.wav</Play><Play>long.wav</Play></Response>',
  answer: '<Response><Answer/><Pause length="60000"/></Response>',
};
export type NumberName = keyof typeof documents;

export async function startServer(folder: string, options: Options): Promise<ServerUnderTest> {
  mkdirSync(folder, { recursive: true });
  for (const [name, hz, seconds] of tones) writeFileSync(join(folder, `${name}.wav`), formatTone(hz, seconds));
  const names = Object.keys(documents) as NumberName[];
  for (const name of names) writeFileSync(join(folder, `${name}.xml`), documents[name]);
  const config = {
    sip: { host: '127.0.0.1', port: 0 },
    http: { host: '127.0.0.1', port: 0 },
    media: { portRange: options.rtpPorts, workers: options.workers },
    apps: names.map((name) => ({ name, dialect: 'opentact', document: `${name}.xml` })),
    numbers: names.map((name) => ({ number: name, app: name })),
    dataDir: 'data',
    limits: { maxCalls: 5000, drainSeconds: 0 },
    log: { level: 'warn', format: 'text' },
  };
  // JSON is YAML.
  const file = join(folder, 'keytone.yaml');
  writeFileSync(file, JSON.stringify(config, null, 2));

  const tree = resolve(options.tree);
  const { nodeFlags } = (await import(pathToFileURL(join(tree, 'bin', 'run-node.mjs')).href)) as {
    nodeFlags: readonly string[];
  };
  // With these flags the program stays in this process; it takes dist/ where that is built, as an installed one does.
  const node = join(tree, 'node_modules', '.bin', 'node');
  const program = [...nodeFlags, ...options.nodeArguments, join(tree, 'bin', 'keytone.mjs'), 'serve', '--config', file];
  const remarks: string[] = [];
  const { command, args } = onCore([node, ...program], options.core === null ? null : [options.core], remarks);
  const said = join(folder, 'server.log');
  const output = openSync(said, 'a');
  const child = spawn(command, args, {
    cwd: folder,
    detached: true,
    env: { ...plainEnvironment(), ...Object.fromEntries(options.environment.map((pair) => pair.split(/=(.*)/s, 2))) },
    stdio: ['ignore', output, output],
  });
  const base = await started(child, said);
  return {
    pid: child.pid!,
    sipPort: Number(/SIP\s.*:(\d+) \(/.exec(readFileSync(said, 'utf8'))?.[1] ?? 5060),
    remarks,
    async get(path) {
      const response = await fetch(`${base}${path}`);
      return response.json();
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the server ended by itself, see ${said}`);
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), stopPatienceMs);
      await exited;
      clearTimeout(force);
      if (child.signalCode !== null) throw new Error(`the server did not stop within ${stopPatienceMs} ms`);
    },
  };
}

/**
 * The command on some cores, and before others who want them. With autogroups a nice value counts within a session only, so
 * the group of the session itself is what has to be set: `detached` makes a session of its own.
 */
export function onCore(command: readonly string[], cores: readonly number[] | null, remarks: string[]) {
  const pinned = cores !== null && spawnSync('taskset', ['-V'], { stdio: 'ignore' }).status === 0;
  if (cores !== null && !pinned) remarks.push('not pinned to a core: taskset is not installed');
  const words = pinned ? ['taskset', '-c', cores.join(','), ...command] : [...command];
  if (process.getuid?.() !== 0) {
    remarks.push('not before other processes: only root may do that');
    return { command: words[0]!, args: words.slice(1) };
  }
  const script = '{ echo -20 > /proc/self/autogroup; } 2>/dev/null; exec "$@"';
  return { command: '/bin/sh', args: ['-c', script, 'sh', ...words] };
}

async function started(child: ChildProcess, said: string): Promise<string> {
  const until = performance.now() + startPatienceMs;
  while (performance.now() < until && child.exitCode === null && child.signalCode === null) {
    const base = /HTTP\s+(http:\/\/[\d.:]+)\//.exec(readFileSync(said, 'utf8'))?.[1];
    if (base !== undefined) return base;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`the server did not start:\n${readFileSync(said, 'utf8')}`);
}

/** Without settings of whoever measures. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KEYTONE_')));
}
