// Owns: Linphone's console phone (linphonec) without sound cards: it plays a WAV file and records what it hears into
// another; driven over standard input, as a user at its prompt would.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, run, until } from './peer.ts';
import { formatTone, loudnessOf, readWav } from './sound-file.ts';

export interface LinphoneOptions {
  readonly folder: string;
  readonly name: string;
  readonly registrar: { readonly port: number; readonly login: string; readonly password: string };
  readonly transport?: 'udp' | 'tcp';
  /** How it sends keys; `rfc4733`. */
  readonly keys?: 'rfc4733' | 'info';
  /** What it says; 700. */
  readonly toneHz?: number;
  /** Takes every call by itself. */
  readonly answers?: boolean;
}

export interface Linphone {
  readonly host: string;
  type(line: string): void;
  /** Resolves when it has printed this since the last time it was asked. */
  says(text: string | RegExp, withinMs?: number): Promise<void>;
  /** 0..1 of full scale: the RMS of what it heard, at the loudest fifth of a second; of one frequency. */
  heard(hz?: number): number;
  /** Everything it sent and received, and much else. */
  log(): string;
  stop(): Promise<unknown>;
}

export async function startLinphone(options: LinphoneOptions): Promise<Linphone> {
  const { name, registrar, transport = 'udp', keys = 'rfc4733', toneHz = 700, answers = false } = options;
  const host = '127.0.0.1';
  const folder = join(options.folder, name);
  mkdirSync(folder);
  const tone = join(folder, 'tone.wav');
  const heard = join(folder, 'heard.wav');
  const log = join(folder, 'log');
  writeFileSync(tone, formatTone(toneHz, 20));
  const sipPort = await freePort(host);
  const config = [
    '[sip]',
    `sip_port=${transport === 'udp' ? sipPort : -1}`,
    `sip_tcp_port=${transport === 'tcp' ? sipPort : -1}`,
    'sip_tls_port=-1',
    `use_info=${keys === 'info' ? 1 : 0}`,
    `use_rfc2833=${keys === 'info' ? 0 : 1}`,
    '[rtp]',
    `audio_rtp_port=${await freePort(host, 4)}`,
    ...['[video]', 'enabled=0', 'capture=0', 'display=0'],
    ...['[sound]', 'echocancellation=0'],
    ...['[storage]', 'uri=null', 'call_logs_db_uri=null', 'friends_db_uri=null'],
    ...['[misc]', `config_dir=${folder}`, `data_dir=${folder}`],
  ];
  const file = join(folder, 'linphonerc');
  writeFileSync(file, `${config.join('\n')}\n`);
  const running = run('linphonec', ['-c', file, '-d', '6', '-l', log, ...(answers ? ['-a'] : [])], {
    cwd: folder,
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
  });
  let read = 0;
  const type = (line: string): void => void running.child.stdin?.write(`${line}\n`);
  const says = async (text: string | RegExp, withinMs?: number): Promise<void> => {
    read = await until(
      `"${text}" of Linphone after ${running.said().slice(-300)}`,
      () => {
        const rest = running.said().slice(read);
        const at = typeof text === 'string' ? rest.indexOf(text) : rest.search(text);
        return at >= 0 && read + at + 1;
      },
      withinMs,
    );
  };
  await says('linphonec>');
  for (const line of ['soundcard use files', `play ${tone}`, `record ${heard}`]) type(line);
  const { login, password, port } = registrar;
  type(`register sip:${login}@${host}:${port} sip:${host}:${port};transport=${transport} ${password}`);
  await until('registration of Linphone', () => {
    if (!/registered, identity/.test(running.said())) type('status register');
    return /\nregistered, identity/.test(running.said());
  });

  return {
    host,
    type,
    says,
    heard: (hz) => (existsSync(heard) ? loudnessOf(readWav(readFileSync(heard)), hz) : 0),
    log: () => readFileSync(log, 'utf8'),
    async stop() {
      type('quit');
      await Promise.race([running.exited, new Promise((resolve) => setTimeout(resolve, 1_000))]);
      return running.stop();
    },
  };
}
