// Owns: Bandwidth's own client of v1 against a real server: the client, an application that is told events, phones that are
// called and call, and which of the client's methods a test has used.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import type { CallEvent } from '../../../src/call/event.ts';
import { callIdOf } from '../../../src/dialects/bandwidth-v1/ids.ts';
import { readConfig } from '../../../src/server/config.ts';
import { createServer, type Server } from '../../../src/server/server.ts';
import type { IncomingPhoneCall, Phone } from '../../../src/testkit/index.ts';
import { toneWav } from '../../../src/testkit/tone-wav.ts';
import { onClose, startPhone } from '../../server/rig.ts';

type Method = (...args: unknown[]) => Promise<never>;
/** The client's classes, each with its methods; what they resolve with is the test's to say. */
export type Client = Readonly<
  Record<string, Readonly<Record<string, <Result = Told>(...args: unknown[]) => Promise<Result>>>>
>;
export type Told = Readonly<Record<string, unknown>>;

export interface ToldEvent {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Told & { readonly eventType: string };
}

export interface Application {
  readonly origin: string;
  readonly seen: readonly ToldEvent[];
  /** The first such event of this call, past or to come. */
  told(eventType: string, fits?: (body: Told) => boolean): Promise<ToldEvent>;
}

/** Answers events with documents by their name, everything else with nothing; has sounds at .wav, and writes down what is said. */
export async function openApplication(documents: Readonly<Record<string, string>> = {}): Promise<Application> {
  const seen: ToldEvent[] = [];
  let waiting: (() => void)[] = [];
  const server = createHttpServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://here');
    if (pathname.endsWith('.wav')) {
      response.writeHead(200, { 'content-type': 'audio/wav' }).end(toneWav(400));
      return;
    }
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      if (pathname === '/audio/transcriptions') {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"Two of the blue ones, please."}');
        return;
      }
      const body = (
        request.method === 'GET' ? Object.fromEntries(searchParams) : JSON.parse(text)
      ) as ToldEvent['body'];
      seen.push({ path: pathname, method: request.method ?? '', headers: request.headers, text, body });
      response.writeHead(200, { 'content-type': 'text/html' }).end(documents[body.eventType] ?? '');
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onClose(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    told: (eventType, fits = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = seen.find(({ body }) => body.eventType === eventType && fits(body));
          if (found === undefined) return;
          waiting = waiting.filter((other) => other !== look);
          resolve(found);
        };
        waiting.push(look);
        look();
      }),
  };
}

export interface Rig {
  readonly server: Server;
  readonly client: Client;
  readonly userId: string;
  /** Of the HTTP interface. */
  readonly baseUrl: string;
  uri(number: string): string;
  /** The first such line of this call's tape, past or to come. */
  until(callId: string, fits: (event: CallEvent) => boolean): Promise<void>;
}

const userId = 'u-1';
const requireHere = createRequire(import.meta.url);

/** `app` is said of the app that the number +19195550100 leads to; `more` are lines of configuration. */
export async function startRig(origin: string, app = '', more = ''): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-v1-'));
  onClose(async () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'keytone.yaml');
  writeFileSync(
    file,
    `sip: {host: 127.0.0.1, port: 0}
http: {port: 0}
media: {portRange: 36000-36999, workers: 1}
accounts: [{id: ${userId}, keys: [{id: t-1, secret: s-1}]}]
outbound: {loopback: allow}
apps:
  - {name: phone-app, dialect: bandwidth-v1, url: "${origin}/app"${app}}
numbers:
  - {number: "+19195550100", app: phone-app}
${more}`,
  );
  const { config, problems } = readConfig({ file, environment: {} });
  expect(problems).toEqual([]);
  const lines: { readonly call: string; readonly event: CallEvent }[] = [];
  let looking: (() => void)[] = [];
  const server = await createServer(config!, silentLog, {
    // Whether a call is taken is not up to how busy the machine is.
    load: () => 0,
    onLine({ id }, { event }) {
      lines.push({ call: callIdOf(id), event });
      for (const look of looking) look();
    },
  });
  onClose(() => server.close());
  const { address, port } = server.sip[0]!;
  const baseUrl = `http://127.0.0.1:${server.http.port}`;
  const Catapult = requireHere('node-bandwidth') as new (options: object) => Client;
  const client = new Catapult({ userId, apiToken: 't-1', apiSecret: 's-1', baseUrl });
  return {
    server,
    client: watched(client),
    userId,
    baseUrl,
    uri: (number) => `sip:${number}@${address}:${port}`,
    until,
  };

  function until(callId: string, fits: (event: CallEvent) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!lines.some(({ call, event }) => call === callId && fits(event))) return;
        looking = looking.filter((other) => other !== look);
        resolve();
      };
      looking.push(look);
      look();
    });
  }
}

export const used = new Set<string>();

/** Every method of the client that is called is noted down as `Call.create`. */
function watched(client: Client): Client {
  return Object.fromEntries(
    Object.entries(client).map(([name, methods]) => [
      name,
      new Proxy(methods, {
        get(target, method) {
          const value = Reflect.get(target, method) as Method;
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) => {
            used.add(`${name}.${String(method)}`);
            return value.apply(target, args);
          };
        },
      }),
    ]),
  );
}

/** Every method that the client has, of the classes that have to do with calls. */
export function methodsOf(client: Client): readonly string[] {
  return Object.entries(client).flatMap(([name, methods]) =>
    Object.keys(methods)
      .filter((method) => typeof methods[method] === 'function')
      .map((method) => `${name}.${method}`),
  );
}

/** The client's writer of documents; what it says of obsolete verbs goes to the console, and is kept from it. */
export type BxmlBuilder = Readonly<
  Record<
    | 'speakSentence'
    | 'playAudio'
    | 'gather'
    | 'pause'
    | 'sendDtmf'
    | 'record'
    | 'redirect'
    | 'hangup'
    | 'transfer'
    | 'conference'
    | 'call'
    | 'sendMessage',
    (...args: unknown[]) => void
  >
>;

export function newBxml(): BxmlBuilder {
  const { BXMLResponse } = requireHere('node-bandwidth') as { BXMLResponse: new () => BxmlBuilder };
  const made = new BXMLResponse();
  return new Proxy(made, {
    get(target, verb) {
      const write = Reflect.get(target, verb) as (...args: unknown[]) => unknown;
      if (typeof write !== 'function') return write;
      return (...args: unknown[]) => {
        const { warn } = console;
        console.warn = () => {};
        try {
          return write.apply(target, args);
        } finally {
          console.warn = warn;
        }
      };
    },
  });
}

export interface Callee {
  readonly phone: Phone;
  /** As `to` of a call. */
  readonly address: string;
  /** The next call that comes, rung or answered by the test. */
  next(): Promise<IncomingPhoneCall>;
}

export async function startCallee(): Promise<Callee> {
  const phone = await startPhone();
  const came: IncomingPhoneCall[] = [];
  const waiting: ((call: IncomingPhoneCall) => void)[] = [];
  phone.onIncoming((call) => {
    const next = waiting.shift();
    if (next === undefined) came.push(call);
    else next(call);
  });
  return {
    phone,
    address: phone.uri,
    next: () => {
      const past = came.shift();
      return past === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(past);
    },
  };
}
