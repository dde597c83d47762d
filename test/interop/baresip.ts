// Owns: baresip as a phone without sound cards: a sine is its microphone, what it hears goes into WAV files; told what to
// do and telling what happens over its ctrl_tcp module (JSON in netstrings).
// Does not: DTMF by INFO, digest with SHA-256; baresip 1.0 has neither.
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { freePort, run, until } from './peer.ts';
import { loudnessOf, readWav } from './sound-file.ts';

export interface BaresipOptions {
  readonly folder: string;
  readonly name: string;
  readonly host?: string;
  /** It is registered there once it is started; without it the phone only calls and is called by address. */
  readonly registrar?: { readonly port: number; readonly login: string; readonly password: string };
  /** false: it tries to, and is refused. */
  readonly registers?: boolean;
  readonly transport?: 'udp' | 'tcp';
  readonly codec?: 'pcmu' | 'pcma';
  /** What it says, as long as it talks; 700. */
  readonly toneHz?: number;
  /** Takes every call by itself. */
  readonly answers?: boolean;
}

export interface BaresipEvent {
  readonly type: string;
  readonly param?: string;
  readonly id?: string;
}

export interface Baresip {
  readonly address: string;
  /** Resolves with baresip's answer; rejects when it says that the command failed. */
  command(command: string, params?: string): Promise<string>;
  /** The next event of that type that was not waited for before. */
  event(type: string, withinMs?: number): Promise<BaresipEvent>;
  /** 0..1 of full scale: the RMS of what it heard in its calls so far, at the loudest fifth of a second; of one frequency. */
  heard(hz?: number): number;
  /** Packets that it received, by its own statistics, call by call. They are told when a call is over. */
  received(): readonly number[];
  readonly said: () => string;
  stop(): Promise<unknown>;
}

const modules = '/usr/lib/baresip/modules';

/** Where a distribution puts its modules elsewhere, or builds without these. */
export function modulesMissing(): string | null {
  const missing = ['ctrl_tcp.so', 'sndfile.so', 'ausine.so', 'aubridge.so'].filter(
    (file) => !existsSync(join(modules, file)),
  );
  return missing.length === 0 ? null : `baresip has no ${missing.join(', ')} in ${modules}`;
}

export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const {
    name,
    host = '127.0.0.1',
    registrar,
    transport = 'udp',
    codec = 'pcmu',
    answers = false,
    registers = true,
    toneHz = 700,
  } = options;
  const folder = join(options.folder, name);
  mkdirSync(folder);
  const [sipPort, controlPort, mediaPort] = [await freePort(host), await freePort(host), await freePort(host, 20)];
  const config = [
    `sip_listen ${host}:${sipPort}`,
    `net_interface ${host}`,
    'call_local_timeout 60',
    'call_max_calls 4',
    // The bridge's other end is nobody: what is played goes nowhere, and sndfile has written it down before.
    'audio_player aubridge,nobody',
    `audio_source ausine,${toneHz}`,
    'audio_alert aubridge,alert',
    'ausrc_srate 48000',
    'ausrc_channels 2',
    `rtp_ports ${mediaPort}-${mediaPort + 18}`,
    'rtp_stats yes',
    'ringback_disabled yes',
    'menu_bell no',
    `module_path ${modules}`,
    ...['g711.so', 'sndfile.so', 'ausine.so', 'aubridge.so'].map((file) => `module ${file}`),
    ...['uuid.so', 'account.so'].map((file) => `module_tmp ${file}`),
    ...['menu.so', 'ctrl_tcp.so'].map((file) => `module_app ${file}`),
    `ctrl_tcp_listen ${host}:${controlPort}`,
    `snd_path ${folder}`,
  ];
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`);
  writeFileSync(join(folder, 'contacts'), '');
  const domain = registrar === undefined ? host : `${host}:${registrar.port}`;
  const parameters = [
    registrar === undefined ? 'regint=0' : `regint=120;auth_pass=${registrar.password}`,
    `audio_codecs=${codec}`,
    `answermode=${answers ? 'auto' : 'manual'}`,
  ];
  const login = registrar?.login ?? name;
  writeFileSync(join(folder, 'accounts'), `<sip:${login}@${domain};transport=${transport}>;${parameters.join(';')}\n`);

  const running = run('baresip', ['-f', folder, '-v'], { cwd: folder });
  await until('baresip that is ready', () => {
    if (running.child.exitCode !== null) throw new Error(`baresip did not start:\n${running.said()}`);
    return running.said().includes('baresip is ready');
  });
  // Over before anybody is there to be told, so that no event says it.
  if (registrar !== undefined && registers)
    await until('registration of baresip', () => /200 OK .*binding/.test(running.said()));
  const events: BaresipEvent[] = [];
  const answersTo = new Map<string, (answer: { ok: boolean; data: string }) => void>();
  const socket = connect(controlPort, host);
  await once(socket, 'connect');
  readNetstrings(socket, (text) => {
    const message = JSON.parse(text);
    if (message.event === true) events.push(message);
    else answersTo.get(message.token)?.(message);
  });
  let commands = 0;
  const taken = new Set<BaresipEvent>();

  return {
    address: `${login}@${host}:${sipPort}`,
    async command(command, params = '') {
      commands += 1;
      const token = String(commands);
      const answer = new Promise<{ ok: boolean; data: string }>((resolve) => answersTo.set(token, resolve));
      const text = JSON.stringify({ command, params, token });
      socket.write(`${Buffer.byteLength(text)}:${text},`);
      const { ok, data } = await answer;
      if (!ok) throw new Error(`baresip refused ${command} ${params}: ${data}`);
      return data;
    },
    event: (type, withinMs) =>
      until(
        `${type} of baresip`,
        () => {
          const found = events.find((event) => event.type === type && !taken.has(event));
          if (found !== undefined) taken.add(found);
          return found;
        },
        withinMs,
      ),
    heard: (hz) =>
      Math.max(
        0,
        ...readdirSync(folder)
          .filter((file) => /^dump-.*-dec\.wav$/.test(file))
          .map((file) => loudnessOf(readWav(readFileSync(join(folder, file))), hz)),
      ),
    received: () => [...running.said().matchAll(/^packets:\s+\d+\s+(\d+)/gm)].map(([, count]) => Number(count)),
    said: running.said,
    async stop() {
      socket.destroy();
      return running.stop();
    },
  };
}

function readNetstrings(socket: Socket, onText: (text: string) => void): void {
  let buffer = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const colon = buffer.indexOf(':');
      if (colon < 0) return;
      const end = colon + 1 + Number(buffer.subarray(0, colon).toString());
      if (buffer.length <= end) return;
      onText(buffer.subarray(colon + 1, end).toString());
      buffer = buffer.subarray(end + 1);
    }
  });
}
