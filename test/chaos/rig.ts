// Owns: for tests of single calls that something happens to: a server that can be killed, an application whose documents a
// test writes, and phones. Does not: make load (chaos.ts).
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TapeLine } from '../../src/call/event.ts';
import { createPhone, type Phone, type PhoneCall, type PhoneCallOptions } from '../../src/testkit/index.ts';
import { type Supervisor, type SupervisorOptions, startSupervised } from './supervisor.ts';

export interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  /** Its webhook-id. */
  readonly id: string;
}

/** An event as it came to the application. */
export interface Told {
  readonly type: string;
  readonly call: { readonly id: string };
  readonly sequence: number;
}

/** Whoever placed the call. */
type Dialled = Pick<PhoneCall, 'callId'>;

export interface Rig {
  readonly server: Supervisor;
  readonly folder: string;
  readonly phone: Phone;
  /** Of the application. */
  readonly base: string;
  /** Requests for documents, oldest first. */
  readonly asked: readonly Asked[];
  /** Different ones, in the order in which they came first. */
  readonly told: readonly Told[];
  /** By path; `/start/N` is asked first by a call to N. */
  readonly documents: Map<string, string>;
  /** How long an answer takes. */
  slow: (asked: Asked) => number;
  get<T>(path: string): Promise<T>;
  tapeOf(call: Dialled): Promise<readonly TapeLine[]>;
  /** Resolves when the tape has so many such lines. */
  when(call: Dialled, type: string, count?: number): Promise<readonly TapeLine[]>;
  /** Resolves when it is true of what was asked and told. */
  until(is: () => boolean | Promise<boolean>): Promise<void>;
  dial(number: string, options?: PhoneCallOptions): Promise<PhoneCall>;
  /** As `dial`, and waits for the answer. */
  place(number: string, options?: PhoneCallOptions): Promise<PhoneCall>;
  close(): Promise<void>;
}

export interface RigOptions extends Pick<SupervisorOptions, 'more' | 'wrap'> {
  /** Number to dialect. */
  readonly numbers: Readonly<Record<string, 'opentact' | 'bandwidth'>>;
  readonly events?: boolean;
}

export async function openRig({ numbers, events = false, ...options }: RigOptions): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-chaos-'));
  const asked: Asked[] = [];
  const told: Told[] = [];
  const ids = new Set<string>();
  const documents = new Map<string, string>();
  const http = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://application.invalid');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const id = String(request.headers['webhook-id']);
    if (pathname === '/events') {
      if (!ids.has(id)) told.push(JSON.parse(body) as Told);
      ids.add(id);
      response.writeHead(204).end();
      return;
    }
    const one = { path: pathname, query: searchParams, body, id };
    asked.push(one);
    const document = documents.get(pathname) ?? '<Response/>';
    setTimeout(() => response.writeHead(200, { 'content-type': 'text/xml' }).end(document), rig.slow(one));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const receiver = { url: `${base}/events`, secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
  const server = await startSupervised({
    folder,
    apps: Object.entries(numbers).map(([number, dialect]) => ({
      ...{
        name: `app-${number}`,
        dialect,
        url: `${base}/start/${number}`,
        method: dialect === 'opentact' ? 'GET' : 'POST',
      },
      ...(events && { events: receiver }),
    })),
    numbers: Object.keys(numbers).map((number) => ({ number, app: `app-${number}` })),
    ports: 100,
    ...options,
    more: { speech: { engine: 'none' }, ...options.more },
  });
  const phone = createPhone();
  await phone.start();

  const get = async <T>(path: string): Promise<T> => (await (await fetch(`${server.httpUrl}${path}`)).json()) as T;
  async function until(is: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await is())) await sleep(20);
  }
  async function tapeOf(call: Dialled): Promise<readonly TapeLine[]> {
    const { calls } = await get<{ calls: { id: string; sipCallId: string }[] }>('/v1/calls?limit=50');
    const id = calls.find(({ sipCallId }) => sipCallId === call.callId)?.id;
    return id === undefined ? [] : (await get<{ lines: TapeLine[] }>(`/v1/calls/${id}/tape`)).lines;
  }
  const dial = (number: string, callOptions: PhoneCallOptions = {}): Promise<PhoneCall> =>
    phone.call(`sip:${number}@${server.host}:${server.sipPort}`, callOptions);

  const rig: Rig = {
    ...{ server, folder, phone, base, asked, told, documents, get, tapeOf, until, dial },
    slow: () => 0,
    async when(call, type, count = 1) {
      for (;;) {
        const lines = await tapeOf(call);
        if (lines.filter(({ event }) => event.type === type).length >= count) return lines;
        await sleep(30);
      }
    },
    async place(number, callOptions) {
      for (;;) {
        const call = await dial(number, callOptions);
        if (await call.answered) return call;
        // A server with too much to do says so; whoever is refused calls again.
        if ((await call.ended).status !== 503)
          throw new Error(`${number} does not answer: ${(await call.ended).reason}`);
        await sleep(500);
      }
    },
    async close() {
      await phone.close();
      await server.stop();
      http.closeAllConnections();
      http.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return rig;
}

export const eventsOf = (lines: readonly TapeLine[], type: string) =>
  lines.map(({ event }) => event).filter((event) => event.type === type);
