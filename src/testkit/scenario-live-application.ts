// Owns: the application of a story as a real HTTP server of its own: answers as the script says, serves the story's sounds
// as WAV files of the right length. Keeps every request for a document, in the words of the story.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Timer } from '../base/clock.ts';
import { createScriptedApplication, type ReceivedRequest } from './application.ts';
import type { ReplyInFull, Scenario } from './scenario.ts';
import type { StandIns } from './scenario-live-names.ts';
import { toneWav } from './tone-wav.ts';

export interface LiveApplication {
  readonly origin: string;
  readonly requests: readonly ReceivedRequest[];
  /** What stands for what; to be set before the first request. */
  standIns: StandIns;
  /** Resolves when so many requests have come; a request that is on its way is not lost to the reader. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface LiveApplicationOptions {
  readonly scenario: Pick<Scenario, 'application' | 'mediaMs' | 'brokenMedia'>;
  readonly host: string;
  readonly clock: Clock;
  /** Milliseconds since the call began. */
  readonly sinceStart: () => number;
  readonly onRequest: (url: string) => void;
}

/** As in a simulation. */
const unknownMediaMs = 2_000;
const asItIs: StandIns = { toReal: (text) => text, toStory: (text) => text };

export async function openLiveApplication(options: LiveApplicationOptions): Promise<LiveApplication> {
  const { scenario, host, clock, sinceStart, onRequest } = options;
  const { mediaMs = {}, brokenMedia = [] } = scenario;
  const scripted = createScriptedApplication(scenario.application);
  const timers = new Set<Timer>();
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    void take(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const url = application.standIns.toStory(`${application.origin}${request.url}`);
    const { method = 'GET' } = request;
    if (method === 'GET' && isSound(url)) {
      if (brokenMedia.includes(url)) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': 'audio/wav' }).end(toneWav(mediaMs[url] ?? unknownMediaMs));
      return;
    }
    const told = body === '' ? null : application.standIns.toStory(body);
    const reply = scripted.receive(
      { method, url, headers: textHeaders(request), body: told },
      null,
      Math.round(sinceStart()),
    );
    onRequest(url);
    waiting = waiting.filter(({ count, resolve }) => {
      if (scripted.requests.length < count) return true;
      resolve();
      return false;
    });
    const timer = clock.after(reply.delayMs ?? 0, () => {
      timers.delete(timer);
      send(reply, response);
    });
    timers.add(timer);
  }

  function isSound(url: string): boolean {
    if (url in mediaMs || brokenMedia.includes(url)) return true;
    const { pathname } = new URL(url);
    return pathname.endsWith('.wav') && !(pathname in scenario.application);
  }

  function send(reply: ReplyInFull, response: ServerResponse): void {
    if (reply.refused === true) {
      response.destroy();
      return;
    }
    const { status = 200, contentType = 'text/xml' } = reply;
    const text = reply.flow === undefined ? (reply.body ?? '') : JSON.stringify(reply.flow);
    const type = reply.flow === undefined ? contentType : 'application/json';
    response.writeHead(status, { 'content-type': type }).end(application.standIns.toReal(text));
  }

  const application: LiveApplication = {
    origin: `http://${host}:${port}`,
    requests: scripted.requests,
    standIns: asItIs,
    received: (count) =>
      scripted.requests.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ count, resolve })),
    async close() {
      for (const timer of timers) timer.cancel();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return application;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function textHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
