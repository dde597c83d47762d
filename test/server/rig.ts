// Owns: a real server on loopback for tests of the whole: apps whose documents are flows built by hand or real XML, and the
// tapes of all its calls, on which a test can wait.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Log } from '../../src/base/log.ts';
import type { CallEvent, TapeLine } from '../../src/call/event.ts';
import { dialectOf } from '../../src/dialects/index.ts';
import type { DialectName, Flow } from '../../src/flow/node.ts';
import type { CallFacts } from '../../src/flow/report.ts';
import { type Config, readConfig } from '../../src/server/config.ts';
import { createServer, type Server, type ServerSeams } from '../../src/server/server.ts';
import { createPhone, type Phone, type PhoneOptions, plainDialect } from '../../src/testkit/index.ts';

type EventOf<Type extends CallEvent['type']> = Extract<CallEvent, { type: Type }>;

export interface TestServer {
  readonly server: Server;
  readonly sip: { readonly address: string; readonly port: number };
  readonly dataDir: string;
  /** What the server said was wrong with itself. */
  readonly faults: readonly object[];
  uri(number: string): string;
  /** The first such line of the newest call to this number, past or to come. */
  until<Type extends CallEvent['type']>(
    number: string,
    type: Type,
    fits?: (event: EventOf<Type>) => boolean,
  ): Promise<TapeLine<EventOf<Type>>>;
  /** Lines of the newest call to this number. */
  tape(number: string): readonly TapeLine[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export interface TestServerOptions {
  /** By number: a flow, XML of the first dialect, or the URL of an application. */
  readonly apps: Readonly<Record<string, Flow | string | { readonly url: string }>>;
  readonly config?: (config: Config) => Partial<Config>;
  readonly seams?: Pick<ServerSeams, 'interpreter' | 'clock' | 'load' | 'lookup' | 'faces'>;
}

const plainName = 'none' as DialectName;
const closers: (() => Promise<void>)[] = [];

/** Puts away what the test opened, the last first. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export function onClose(close: () => Promise<void>): void {
  closers.push(close);
}

export async function startServer({ apps, config: change, seams }: TestServerOptions): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keytone-server-'));
  closers.push(async () => rmSync(dataDir, { recursive: true, force: true }));
  const { config: built } = readConfig({ file: null, environment: {}, workingDir: dataDir });
  if (built === null) throw new Error('the built-in configuration is wrong');
  const faults: object[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn() {},
    error: (fields, message) => faults.push({ message, ...fields }),
    child: () => log,
  };
  const basic: Config = {
    ...built,
    dataDir,
    sip: { ...built.sip, host: '127.0.0.1', port: 0 },
    http: { host: '127.0.0.1', port: 0 },
    media: { ...built.media, host: '127.0.0.1', portRange: [40_000, 41_999], workers: 1 },
    apps: Object.entries(apps).map(([number, what]) => appOf(dataDir, number, what)),
    numbers: Object.keys(apps).map((number) => ({ number, app: `app-${number}` })),
  };
  const tapes = new Map<string, { readonly call: string; readonly lines: TapeLine[] }>();
  let waiting: ((number: string, line: TapeLine) => boolean)[] = [];

  function onLine({ id, to }: CallFacts, line: TapeLine): void {
    let tape = tapes.get(to);
    if (tape?.call !== id) {
      if (line.seq !== 1) return;
      tape = { call: id, lines: [] };
      tapes.set(to, tape);
    }
    tape.lines.push(line);
    waiting = waiting.filter((take) => !take(to, line));
  }

  const server = await createServer({ ...basic, ...change?.(basic) }, log, {
    ...seams,
    onLine,
    dialects: (name) => (name === plainName ? { name, ...plainDialect } : dialectOf(name)),
  });
  closers.push(() => server.close());
  const { address, port } = server.sip[0]!;
  return {
    server,
    sip: { address, port },
    dataDir,
    faults,
    uri: (number) => `sip:${number}@${address}:${port}`,
    tape: (number) => tapes.get(number)?.lines ?? [],
    until(number, type, fits = () => true) {
      type Wanted = TapeLine<EventOf<typeof type>>;
      const is = (line: TapeLine): line is Wanted =>
        line.event.type === type && fits(line.event as EventOf<typeof type>);
      const past = tapes.get(number)?.lines.find(is);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve) =>
        waiting.push((to, line) => {
          if (to !== number || !is(line)) return false;
          resolve(line);
          return true;
        }),
      );
    },
    fetch: (path, init) => fetch(`http://127.0.0.1:${server.http.port}${path}`, init),
  };
}

function appOf(folder: string, number: string, what: TestServerOptions['apps'][string]): Config['apps'][number] {
  const name = `app-${number}`;
  const more = { fallbackUrl: null, timeoutMs: null, extra: {} } as const;
  if (typeof what === 'object' && 'url' in what)
    return { name, dialect: 'opentact', first: { url: what.url, method: 'POST', ...more } };
  const isText = typeof what === 'string';
  const file = join(folder, `${number}.${isText ? 'xml' : 'json'}`);
  writeFileSync(file, isText ? what : JSON.stringify(what));
  const first = { url: pathToFileURL(file).href, method: 'GET', ...more } as const;
  return { name, dialect: isText ? 'opentact' : plainName, first };
}

export async function startPhone(options: PhoneOptions = {}): Promise<Phone> {
  const phone = createPhone({ silenceMs: 200, ...options });
  await phone.start();
  closers.push(() => phone.close());
  return phone;
}
