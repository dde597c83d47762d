// Measures the whole server as its callers and its machine see it: SIPp calls it, keys, is hung up on; the process is
// watched from outside. bench/README.md says what the figures mean. Linux, with SIPp (Debian: sip-tester); `gather` as root,
// because SIPp sends captured keys with a raw socket.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHeardBench } from './heard.ts';
import { formatHeard, formatRun } from './line.ts';
import { type Load, measure } from './measure.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { type ServerUnderTest, startServer } from './server.ts';

/** Code that was never run is slow, and its memory comes once. */
const warmUp = { amount: 20, seconds: 1 };

async function runAll(options: Options, folder: string): Promise<void> {
  const bench = options.bench === null ? null : createHeardBench(options.bench, folder, options);
  let server: ServerUnderTest | null = null;
  let runs = 0;

  const open = async (): Promise<ServerUnderTest> => {
    const made = await startServer(join(folder, `server-${runs}`), options);
    server = made;
    if (runs === 1) for (const remark of made.remarks) console.error(`(${remark})`);
    await measure(made, { ...options, keys: '1234#' }, join(folder, `warm-up-${runs}`), {
      mode: options.mode,
      ...warmUp,
    });
    return made;
  };
  try {
    for (const amount of options.loads) {
      for (let repetition = 1; repetition <= options.reps; repetition += 1) {
        runs += 1;
        const load: Load = { mode: options.mode, amount, seconds: options.seconds };
        const running: ServerUnderTest = server ?? (await open());
        const told = { mode: load.mode, load: amount, repetition };
        if (bench === null) {
          const measured = await measure(running, options, join(folder, `run-${runs}`), load);
          console.log(options.json ? JSON.stringify({ ...told, ...measured }) : formatRun(load.mode, amount, measured));
        } else {
          const heard = await bench.run(running, load);
          console.log(
            options.json ? JSON.stringify({ ...told, heard }) : `${load.mode} ${amount} heard: ${formatHeard(heard)}`,
          );
        }
        if (!options.stay) {
          await running.stop();
          server = null;
        }
      }
    }
  } finally {
    await (server as ServerUnderTest | null)?.stop();
  }
}

/** All of it at once: nobody likes to be told one thing after the other. */
function missing({ mode, bench, tree }: Options): readonly string[] {
  if (process.platform !== 'linux') return ['Linux: the server is watched by /proc'];
  const has = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).error === undefined;
  const root = process.getuid?.() === 0;
  const lacks: string[] = [];
  if (!has('sipp', '-v')) lacks.push('SIPp, the program sipp (Debian, Ubuntu: apt-get install sip-tester)');
  if (mode === 'gather' && !root)
    lacks.push('root: SIPp sends captured keys with a raw socket (hold and setups do without)');
  if (bench !== null && !has('cc', '--version'))
    lacks.push('a C compiler, cc, for --bench (Debian, Ubuntu: apt-get install gcc)');
  if (bench !== null && !root) lacks.push('root: --bench hears the sound with a packet socket');
  if (!existsSync(join(tree, 'node_modules', '.bin', 'node')))
    lacks.push(`what ${tree} depends on (there: npm install)`);
  return lacks;
}

if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
  console.log(usage);
  process.exit(0);
}
let options: Options;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`);
  process.exit(2);
}
const lacks = missing(options);
if (lacks.length > 0) {
  console.error(`not run, as this is missing:\n${lacks.map((lack) => `  ${lack}`).join('\n')}`);
  process.exit(70);
}
const folder = mkdtempSync(join(tmpdir(), 'keytone-calls-'));
try {
  await runAll(options, folder);
} catch (error) {
  console.error(`not run to the end: ${(error as Error).message}`);
  process.exitCode = 70;
} finally {
  if (options.keep) console.error(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
