// Owns: the whole server under attack: real configuration file, real sockets, an application over HTTP, a log and tapes
// that a test can read, and the witness: a call that is up all the while and must not notice.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { Log } from '../../src/base/log.ts';
import type { CallEvent, TapeLine } from '../../src/call/event.ts';
import { readConfig } from '../../src/server/config.ts';
import { createServer, type Server, type ServerSeams } from '../../src/server/server.ts';
import { Caller, type RawCall, Waiters } from './caller.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface RigOptions {
  /** More apps than the witness's: by number; a document (XML) or the path of a URL of the application. */
  readonly apps?: Readonly<Record<string, AppUnderTest>>;
  readonly routes?: Readonly<Record<string, Handler>>;
  /** Merged over the top of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly seams?: ServerSeams;
}
export type AppUnderTest =
  /** `folder`: below the configuration's. */
  | { readonly document: string; readonly folder?: string }
  | { readonly path: string; readonly fallback?: string; readonly timeoutMs?: number; readonly credentials?: string };

export interface Health {
  readonly status: string;
  readonly calls: number;
  readonly sessions: number;
  readonly legs: number;
  readonly transactions: number;
}

/** Whoever placed the call. */
type Dialled = Pick<RawCall, 'callId'>;

export interface Rig {
  readonly server: Server;
  readonly sipPort: number;
  readonly folder: string;
  readonly logged: readonly string[];
  /** `http://127.0.0.1:port` of the application. */
  readonly application: string;
  readonly requests: readonly {
    readonly path: string;
    readonly url: string;
    readonly body: string;
    readonly headers: IncomingMessage['headers'];
  }[];
  readonly witness: Witness;
  caller(host?: string): Promise<Caller>;
  tape(call: Dialled): readonly TapeLine[];
  /** Id of the server's call. */
  idOf(call: Dialled): string;
  /** The first such line of the call, past or to come. */
  line<T extends CallEvent['type']>(
    call: Dialled,
    type: T,
    fits?: (event: Extract<CallEvent, { type: T }>) => boolean,
  ): Promise<Extract<CallEvent, { type: T }>>;
  get(path: string): Promise<string>;
  health(): Promise<Health>;
  /** Waits until nothing is left but the witness. */
  idle(): Promise<void>;
  /** Waits until nothing is left but the witness, and asks it what it noticed; then a new call must work. */
  undisturbed(): Promise<void>;
  close(): Promise<void>;
}

export interface Witness {
  readonly caller: Caller;
  readonly call: RawCall;
}

/** A tone that never pauses: 1 s of 400 Hz as WAV. */
export function toneWav(seconds = 1, hz = 400): Buffer {
  const samples = 8000 * seconds;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF');
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8000, 24);
  wav.writeUInt32LE(16_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i += 1)
    wav.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * hz * i) / 8000)), 44 + i * 2);
  return wav;
}

const firstPort = 20_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 12) * 900;
const endlessTone = '<Response><Play loop="0">tone.wav</Play></Response>';
const allKeys = '0123456789*#ABCD';
/** Packets that the pacer may pass over at once where four test processes share the processors: half a second. */
const mostMissedAtOnce = 25;

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-hostile-'));
  const logged: string[] = [];
  const requests: Rig['requests'][number][] = [];
  const waiters = new Waiters();
  const tapes = new Map<string, TapeLine[]>();
  const ids = new Map<string, string>();
  const callers: Caller[] = [];
  writeFileSync(join(folder, 'tone.wav'), toneWav());
  writeFileSync(join(folder, 'witness.xml'), endlessTone);

  const application = await startApplication(options.routes ?? {}, requests);
  const origin = `http://127.0.0.1:${(application.address() as AddressInfo).port}`;
  const apps: object[] = [{ name: 'witness', document: 'witness.xml' }];
  const numbers: object[] = [{ number: 'witness', app: 'witness' }];
  for (const [number, app] of Object.entries(options.apps ?? {})) {
    numbers.push({ number, app: number });
    if ('document' in app) {
      const place = app.folder ?? '.';
      mkdirSync(join(folder, place), { recursive: true });
      writeFileSync(join(folder, place, `${number}.xml`), app.document);
      apps.push({ name: number, document: join(place, `${number}.xml`) });
      continue;
    }
    const base = app.credentials === undefined ? origin : origin.replace('//', `//${app.credentials}@`);
    apps.push({
      name: number,
      url: `${base}${app.path}`,
      timeoutMs: app.timeoutMs ?? 2000,
      ...(app.fallback === undefined ? {} : { fallbackUrl: `${origin}${app.fallback}` }),
    });
  }
  const file = join(folder, 'keytone.yaml');
  writeFileSync(
    file,
    JSON.stringify({
      sip: { host: '127.0.0.1', port: 0 },
      http: { host: '127.0.0.1', port: 0 },
      // Each process of the test run its own ports.
      media: { portRange: [firstPort, firstPort + 899], workers: 1 },
      speech: { engine: 'none' },
      dataDir: 'data',
      log: { level: 'debug' },
      apps,
      numbers,
      ...options.config,
    }),
  );
  const { config, problems } = readConfig({ file, environment: {} });
  if (config === null) throw problems[0];

  const log = collectingLog(logged);
  const server = await createServer(config, log, {
    load: () => 0,
    ...options.seams,
    onLine(call, line) {
      const tape = tapes.get(call.id) ?? [];
      tapes.set(call.id, tape);
      tape.push(line);
      if (line.event.type === 'call.incoming') ids.set(line.event.signalling['Call-ID'] ?? '', call.id);
      waiters.changed();
    },
  });
  const sipPort = server.sip[0]!.port;
  const web = `http://127.0.0.1:${server.http.port}`;

  async function caller(host = '127.0.0.1'): Promise<Caller> {
    const made = await Caller.open(sipPort, host);
    callers.push(made);
    return made;
  }

  const tape = (call: Dialled): readonly TapeLine[] => tapes.get(ids.get(call.callId) ?? '') ?? [];
  const get = async (path: string): Promise<string> => (await fetch(`${web}${path}`)).text();
  const health = async (): Promise<Health> => JSON.parse(await get('/health')) as Health;

  /** Nothing but the witness is up. The health page tells no events, so it is asked now and then. */
  async function idle(): Promise<void> {
    for (;;) {
      const { calls, sessions, legs } = await health();
      if (calls === 1 && sessions === 1 && legs === 1) return;
      await new Promise<void>((resolve) => systemClock.after(50, resolve));
    }
  }

  /** Right behind a flood a call may be refused for haste; who is in earnest dials again. */
  async function redial(phone: Caller): Promise<RawCall> {
    for (;;) {
      const call = phone.call('witness');
      try {
        return await call.answered();
      } catch (error) {
        if (!String(error).includes(' 503 ')) throw error;
        await new Promise<void>((resolve) => systemClock.after(50, resolve));
      }
    }
  }

  const rig: Omit<Rig, 'witness'> = {
    server,
    sipPort,
    folder,
    logged,
    application: origin,
    requests,
    caller,
    tape,
    idOf: (call) => ids.get(call.callId) ?? '',
    line: (call, type, fits = () => true) =>
      waiters.until(() => {
        for (const { event } of tape(call)) {
          if (event.type === type && fits(event as never)) return event as never;
        }
        return undefined as never;
      }),
    get,
    health,
    idle,
    async undisturbed() {
      await idle();
      await testify();
      const late = await caller('127.0.0.90');
      const call = await redial(late);
      await late.loud();
      late.press('5');
      await rig.line(call, 'digit');
      await call.bye();
      await rig.line(call, 'call.ended');
    },
    async close() {
      await server.close();
      application.closeAllConnections();
      await new Promise<void>((resolve) => application.close(() => resolve()));
      await Promise.all(callers.map((each) => each.close()));
      rmSync(folder, { recursive: true });
    },
  };

  const witness: Witness = { caller: await caller('127.0.0.80'), call: null as never };
  const up = await witness.caller.call('witness').answered();
  (witness as { call: RawCall }).call = up;
  await witness.caller.loud();
  // Every phone speaks once it is answered; from then on only its own address is believed.
  witness.caller.press('1');
  await rig.line(up, 'digit');
  let pressed = '1';

  /** What the witness says: no key of its own is missing and none was added, and the tone never stopped. */
  async function testify(): Promise<void> {
    witness.caller.press(allKeys);
    pressed += allKeys;
    await rig.line(up, 'digit', ({ press }) => press === pressed.length);
    const digits = tape(up).flatMap(({ event }) => (event.type === 'digit' ? [event.digit] : []));
    expect(digits.join('')).toBe(pressed);
    await witness.caller.loud();
    const { heard } = witness.caller;
    const first = heard.findIndex(({ loud }) => loud);
    let lost = 0;
    let longest = 0;
    for (let i = first + 1; i < heard.length; i += 1) {
      const [before, now] = [heard[i - 1]!, heard[i]!];
      if (((before.sequence + 1) & 0xffff) !== now.sequence) lost += 1;
      longest = Math.max(longest, ((now.timestamp - before.timestamp) >>> 0) / 160 - 1);
    }
    expect({ lost, quiet: heard.slice(first).filter(({ loud }) => !loud).length }).toEqual({ lost: 0, quiet: 0 });
    expect(longest).toBeLessThanOrEqual(mostMissedAtOnce);
    expect(server.calls.get(rig.idOf(up))?.facts.state).toBe('live');
  }

  return { ...rig, witness };
}

function collectingLog(lines: string[]): Log {
  const errorOf = (_key: string, value: unknown): unknown =>
    value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value;
  const make = (bound: object): Log => {
    const write = (level: string) => (fields: object, message: string) =>
      void lines.push(`${level} ${message} ${JSON.stringify({ ...bound, ...fields }, errorOf)}`);
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (fields) => make({ ...bound, ...fields }),
    };
  };
  return make({});
}

function startApplication(
  routes: Readonly<Record<string, Handler>>,
  requests: { path: string; url: string; body: string; headers: IncomingMessage['headers'] }[],
): Promise<HttpServer> {
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const url = request.url ?? '/';
      const path = url.split('?', 1)[0]!;
      requests.push({ path, url, body, headers: request.headers });
      response.on('error', () => {});
      const handler = routes[path] ?? routes[`/${path.split('/')[1]}`];
      if (handler === undefined) response.writeHead(404).end();
      else handler(request, response, body);
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
