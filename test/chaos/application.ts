// Owns: the application of the callers: a question whose prompt says where it is, and the next one for each code. It notes
// what it was sent under which id, and takes its time. Does not: judge.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { markedWav } from './marked-sound.ts';
import type { Chance } from './random.ts';

export interface Told {
  readonly id: string;
  readonly user: string;
  readonly code: string;
  readonly success: boolean;
  readonly at: number;
}

/** An event of the outbox, as it came. */
export interface Event {
  readonly id: string;
  readonly type: string;
  readonly call: string;
  readonly sequence: number;
}

export interface Application {
  readonly url: string;
  /** Every code that was told, repetitions too, oldest first. */
  readonly told: readonly Told[];
  /** Repetitions too, oldest first. */
  readonly events: readonly Event[];
  /** Different ones of a caller. */
  codesOf(user: string): readonly Told[];
  close(): Promise<void>;
}

const slowestMs = 150;

export async function startApplication(rounds: number, chance: Chance): Promise<Application> {
  const told: Told[] = [];
  const events: Event[] = [];
  const firsts = new Map<string, Map<string, Told>>();
  const replies = new Map<string, string>();
  const starts = new Map<string, string>();
  const sound = markedWav();

  const question = (): string => `<Response>
  <Gather numDigits="4" timeout="60000" attempts="1" finishOnKey="" callback="${url}/code" method="GET">
    <Play>${url}/prompt.wav</Play>
  </Gather>
  <Hangup/>
</Response>`;

  function answer(path: string, query: URLSearchParams, id: string): string {
    const before = replies.get(id);
    const call = id.split('/')[0] ?? '';
    if (path === '/start') {
      starts.set(call, query.get('from') ?? '');
      return question();
    }
    const user = starts.get(call) ?? `unknown call ${call}`;
    const one = { id, user, code: query.get('code') ?? '', success: query.get('success') === 'true', at: Date.now() };
    told.push(one);
    if (before !== undefined) return before;
    const all = firsts.get(user) ?? new Map<string, Told>();
    firsts.set(user, all);
    all.set(id, one);
    const reply = all.size >= rounds ? '<Response><Hangup/></Response>' : question();
    replies.set(id, reply);
    return reply;
  }

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://application.invalid');
    if (pathname === '/prompt.wav') {
      response.writeHead(200, { 'content-type': 'audio/wav', 'cache-control': 'max-age=3600' }).end(sound);
      return;
    }
    if (pathname === '/events') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => void chunks.push(chunk));
      request.on('end', () => {
        const { type, call, sequence } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        events.push({ id: String(request.headers['webhook-id']), type, call: call.id, sequence });
        response.writeHead(204).end();
      });
      return;
    }
    request.resume();
    const body = answer(pathname, searchParams, String(request.headers['webhook-id'] ?? ''));
    setTimeout(() => response.writeHead(200, { 'content-type': 'text/xml' }).end(body), chance.between(0, slowestMs));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    told,
    events,
    codesOf: (user) => [...(firsts.get(user)?.values() ?? [])],
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
