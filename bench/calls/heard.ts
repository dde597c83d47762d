// Owns: running a bench that hears the sound, against the same server: a folder with bench.mjs, its scenarios, mkmedia.mjs
// and rtpsink.c, which is copied and compiled. Does not: know what it measures beyond the figures that line.ts shows.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Heard } from './line.ts';
import { callerCores, type Load } from './measure.ts';
import type { Options } from './options.ts';
import { findPorts, places } from './ports.ts';
import { promptMs } from './scenario.ts';
import { onCore, type ServerUnderTest } from './server.ts';
import { formatToneCapture, talkAfterMs } from './tone-capture.ts';

export interface HeardBench {
  run(server: ServerUnderTest, load: Load): Promise<Heard>;
}

/** Where its 10,000 media ports may begin; others may have a port of some. */
const mediaPlaces = [20_000, 44_000, 54_000, 34_000, 21_002, 45_002];
const portTaken = 'give another --mp';

export function createHeardBench(source: string, folder: string, options: Options): HeardBench {
  const here = join(folder, 'bench');
  const lacks = ['bench.mjs', 'mkmedia.mjs', 'rtpsink.c'].filter((name) => !existsSync(join(source, name)));
  if (lacks.length > 0) throw new Error(`${resolve(source)} has no ${lacks.join(', ')}`);
  cpSync(resolve(source), here, { recursive: true });
  for (const [command, ...args] of [
    ['chmod', '-R', 'u+w', here],
    ['cc', '-O2', '-o', 'rtpsink', 'rtpsink.c'],
    [process.execPath, 'mkmedia.mjs', 'media'],
  ] as const) {
    const { status, stderr } = spawnSync(command, args, { cwd: here, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr ?? 'not installed'}`);
  }
  const tones = options.mode === 'gather' && options.keysAs === 'tones';
  if (tones) writeFileSync(join(here, 'media', 'tones.pcap'), formatToneCapture(options.keys, promptMs, talkAfterMs));
  const cores = callerCores(options.core) ?? [0];
  return {
    async run(server, { mode, amount, seconds }) {
      const sipPort = String(options.sippPort || (await findPorts(1, places())));
      let wrong = '';
      for (const mediaPort of options.mediaPort > 0 ? [options.mediaPort] : mediaPlaces) {
        const told = await finish(here, [
          ...[process.execPath, 'bench.mjs', mode === 'setups' ? 'cps' : mode],
          ...['--target', `127.0.0.1:${server.sipPort}`, '--pid', String(server.pid), '--secs', String(seconds)],
          ...[mode === 'setups' ? '--rate' : '--conc', String(amount)],
          ...(mode === 'hold' ? ['--rate', String(options.ratePerSecond)] : []),
          ...(tones ? ['--pcap', 'tones.pcap', '--scenario', 'gather-full.xml'] : []),
          ...(mode === 'gather' && !tones && options.keys !== '1234#' ? ['--pcap', 'dtmf_1235.pcap'] : []),
          ...['--port', sipPort, '--mp', String(mediaPort)],
          ...['--work', join(folder, 'bench-work'), '--server-core', String(options.core ?? 3)],
          ...['--sipp-cores', cores.slice(0, -1).join(',') || String(cores[0]), '--sink-core', String(cores.at(-1))],
        ]);
        if (told.out.startsWith('{')) return JSON.parse(told.out) as Heard;
        wrong = told.wrong;
        if (!wrong.includes(portTaken)) break;
      }
      throw new Error(`bench.mjs: ${wrong}`);
    },
  };
}

async function finish(
  cwd: string,
  words: readonly string[],
): Promise<{ readonly out: string; readonly wrong: string }> {
  const { command, args } = onCore(words, null, []);
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { out: '', wrong: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    texts.wrong += text;
  });
  await once(child, 'close');
  return texts;
}
