import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../../base/log.ts';
import type { CallFacts } from '../../flow/report.ts';
import { createStore, type Store } from '../../store/store.ts';
import { createVirtualClock, type VirtualClock } from '../../testkit/virtual-clock.ts';
import { createHttpClient, type HttpClient } from '../http-client.ts';
import { formatMessage } from './message.ts';
import { createOutbox, type Outbox, type ReceiverOptions } from './outbox.ts';
import { delaysMs } from './schedule.ts';
import { parseSecret } from './signature.ts';

const secrets = ['a', 'b'].map((letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`);
const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: { type: string; sequence: number; call: { id: string }; data: { type: string } };
  readonly response: ServerResponse;
}

/** A real receiver. What it answers is decided for each request; `next` waits for the next one. */
class Receiver {
  readonly got: Got[] = [];
  readonly url: string;
  answer: (got: Got) => number | null = () => 200;
  private readonly waits: { count: number; resolve: () => void }[] = [];

  constructor(server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
    server.on('request', async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const got = { headers: request.headers, body, json: JSON.parse(body), response };
      this.got.push(got);
      const status = this.answer(got);
      if (status !== null) response.writeHead(status).end();
      for (const wait of this.waits) if (this.got.length >= wait.count) wait.resolve();
    });
  }

  static async open(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return new Receiver(server);
  }

  /** Resolves once so many requests were answered in all. */
  count(count: number): Promise<void> {
    if (this.got.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.waits.push({ count, resolve }));
  }
}

interface Rig {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly dataDir: string;
  readonly outbox: Outbox;
  readonly http: HttpClient;
  /** Puts lines on the tape of a call and tells the application of each. */
  tell(app: string, call: string, ...seqs: readonly number[]): void;
  /** Moves the clock and waits until nothing is under way any more. */
  pass(ms: number): Promise<void>;
}

const call = (id: string, app: string): CallFacts => ({
  ...{ id, app, direction: 'inbound', from: '+15550100', to: '1000', state: 'live' },
  ...{ startedAt: '2026-01-01T00:00:00.000Z', answeredAt: null },
});

const receiver = (app: string, url: string, changes: Partial<ReceiverOptions> = {}): ReceiverOptions => ({
  ...{ app, url, fallbackUrl: null, keys: secrets.map((text) => parseSecret(text)!), concurrency: 8 },
  ...changes,
});

async function open(
  receivers: readonly ReceiverOptions[],
  options: { dataDir?: string; clock?: VirtualClock; log?: Log } = {},
): Promise<Rig> {
  const { clock = createVirtualClock(), log = silentLog } = options;
  let { dataDir } = options;
  if (dataDir === undefined) {
    dataDir = mkdtempSync(join(tmpdir(), 'keytone-outbox-'));
    const folder = dataDir;
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
  }
  const store = await createStore({ dataDir, log: silentLog });
  const http = createHttpClient({ policy: { public: 'deny', lan: 'deny', loopback: 'deny', allow: [] }, log });
  let busy = 0;
  const counting =
    <A extends readonly unknown[], R>(step: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      busy += 1;
      try {
        return await step(...args);
      } finally {
        busy -= 1;
      }
    };
  const outbox = createOutbox({
    receivers,
    rows: { ...store.outbox, due: counting(store.outbox.due), settle: counting(store.outbox.settle) },
    http: { ...http, fetch: counting(http.fetch) },
    log,
    clock,
    random: () => 0.5,
  });
  closers.push(
    () => store.close(),
    () => http.close(),
    () => outbox.close(),
  );
  await outbox.start();
  return {
    ...{ clock, store, dataDir, outbox, http },
    tell(app, id, ...seqs) {
      for (const seq of seqs) {
        const line = { seq, at: clock.wall(), since: 0, event: { type: 'flash', leg: 'caller' } } as const;
        store.appendLines(id, [line], [formatMessage(call(id, app), line)]);
        outbox.added(app);
      }
    },
    async pass(ms) {
      clock.advance(ms);
      // Two turns without anything under way: what follows from an answer has begun by then.
      for (let quiet = 0; quiet < 2; quiet = busy === 0 ? quiet + 1 : 0) await new Promise(setImmediate);
    },
  };
}

describe('the outbox', () => {
  it('tells of a line: signed by every secret, with an id and a sequence number', async () => {
    const to = await Receiver.open();
    const { tell, clock } = await open([receiver('menu', to.url)]);
    tell('menu', 'c1', 7);
    clock.advance(20);
    await to.count(1);
    const { headers, body, json } = to.got[0]!;
    expect(headers['content-type']).toBe('application/json');
    expect(headers['webhook-id']).toBe('msg_c1_7');
    expect(headers['webhook-timestamp']).toBe(String(Math.floor(clock.wall() / 1000)));
    const signatures = secrets.map((secret) =>
      createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update(`msg_c1_7.${headers['webhook-timestamp']}.${body}`)
        .digest('base64'),
    );
    expect(headers['webhook-signature']).toBe(`v1,${signatures[0]} v1,${signatures[1]}`);
    expect(json).toEqual({
      type: 'flash',
      call: {
        ...{ id: 'c1', app: 'menu', direction: 'inbound', from: '+15550100', to: '1000' },
        ...{ startedAt: '2026-01-01T00:00:00.000Z', answeredAt: null, state: 'live' },
      },
      sequence: 7,
      at: '2026-01-01T00:00:00.000Z',
      data: { type: 'flash', leg: 'caller' },
    });
  });

  it('tries again on the schedule with the same id, and gives an event up after the last attempt', async () => {
    const to = await Receiver.open();
    to.answer = () => 500;
    const { tell, pass, outbox, store, clock } = await open([receiver('menu', to.url)]);
    const begun = clock.now();
    const times: number[] = [];
    tell('menu', 'c1', 1, 2);
    await pass(20);
    for (const [index, delayMs] of delaysMs.entries()) {
      if (index > 0) {
        await pass(delayMs - 60);
        expect(to.got).toHaveLength(index);
        await pass(60);
      }
      await to.count(index + 1);
      times.push(clock.now() - begun);
      await pass(0);
    }
    expect(new Set(to.got.slice(0, 10).map(({ headers }) => headers['webhook-id']))).toEqual(new Set(['msg_c1_1']));
    const [dead] = await store.outbox.list('dead', { limit: 10 });
    expect(dead).toMatchObject({ id: 'msg_c1_1', attempts: 10, httpStatus: 500, dueAt: null });
    // The next one of the call had to wait for it, and has its own ten attempts.
    await pass(20);
    await to.count(11);
    expect(to.got[10]!.headers['webhook-id']).toBe('msg_c1_2');
    expect(outbox.counters).toMatchObject({ waiting: 1, delivered: 0, dead: 1 });
    expect(Math.round(times.at(-1)! / 60_000)).toBe(75 * 60 + 35);
  });

  it('keeps the order of each call, however often one of them is refused', async () => {
    const to = await Receiver.open();
    let answers = 0;
    to.answer = () => (++answers % 3 === 0 ? 200 : 503);
    const { tell, pass, outbox } = await open([receiver('menu', to.url)]);
    for (const id of ['c1', 'c2', 'c3']) tell('menu', id, 1, 2, 3, 4);
    while (outbox.counters.waiting > 0) await pass(5000);
    for (const id of ['c1', 'c2', 'c3']) {
      const seqs = to.got.filter(({ json }) => json.call.id === id).map(({ json }) => json.sequence);
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      expect(new Set(seqs)).toEqual(new Set([1, 2, 3, 4]));
    }
    expect(outbox.counters).toEqual({ waiting: 0, delivered: 12, dead: 0 });
  });

  it('takes only 2xx for success: a redirect is not followed', async () => {
    const elsewhere = await Receiver.open();
    const to = await Receiver.open();
    to.answer = ({ response }) => {
      response.writeHead(307, { location: elsewhere.url }).end();
      return null;
    };
    const { tell, pass, store } = await open([receiver('menu', to.url)]);
    tell('menu', 'c1', 1);
    await pass(20);
    expect(to.got).toHaveLength(1);
    expect(elsewhere.got).toEqual([]);
    expect(await store.outbox.event('msg_c1_1')).toMatchObject({ attempts: 1, httpStatus: 307 });
  });

  it('asks the fallback when the first URL refuses', async () => {
    const to = await Receiver.open();
    const fallback = await Receiver.open();
    to.answer = () => 500;
    const { tell, pass, outbox } = await open([receiver('menu', to.url, { fallbackUrl: fallback.url })]);
    tell('menu', 'c1', 1);
    await pass(20);
    expect(to.got.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_c1_1']);
    expect(fallback.got.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_c1_1']);
    expect(outbox.counters).toEqual({ waiting: 0, delivered: 1, dead: 0 });
  });

  it('leaves a receiver alone for as long as it asks', async () => {
    const to = await Receiver.open();
    to.answer = ({ response }) => {
      if (to.got.length > 1) return 200;
      response.writeHead(429, { 'retry-after': '120' }).end();
      return null;
    };
    const { tell, pass, outbox } = await open([receiver('menu', to.url)]);
    tell('menu', 'c1', 1);
    await pass(20);
    tell('menu', 'c2', 1);
    await pass(119_000);
    expect(to.got).toHaveLength(1);
    await pass(1100);
    expect(to.got.map(({ json }) => json.call.id).toSorted()).toEqual(['c1', 'c1', 'c2']);
    expect(outbox.counters).toEqual({ waiting: 0, delivered: 2, dead: 0 });
  });

  it('sends nothing more to who is gone for good, says so, and begins anew with the next start', async () => {
    const to = await Receiver.open();
    to.answer = () => 410;
    const warned: string[] = [];
    const log = { ...silentLog, warn: (_: object, message: string) => void warned.push(message) };
    const { tell, pass, outbox, store, http, dataDir, clock } = await open([receiver('menu', to.url)], { log });
    tell('menu', 'c1', 1);
    await pass(20);
    tell('menu', 'c2', 1);
    await pass(60_000);
    expect(to.got).toHaveLength(1);
    expect(warned).toEqual([expect.stringContaining('gone for good (410)')]);
    expect(outbox.counters).toEqual({ waiting: 2, delivered: 0, dead: 0 });
    await outbox.close();
    await http.close();
    await store.close();
    to.answer = () => 200;
    const next = await open([receiver('menu', to.url)], { dataDir, clock });
    await next.pass(20);
    expect(next.outbox.counters).toEqual({ waiting: 0, delivered: 2, dead: 0 });
  });

  it('is not held up by one receiver that never answers', async () => {
    const silent = await Receiver.open();
    silent.answer = () => null;
    const to = await Receiver.open();
    const { tell, clock } = await open([receiver('dead', silent.url, { concurrency: 2 }), receiver('menu', to.url)]);
    for (let one = 0; one < 20; one++) tell('dead', `d${one}`, 1);
    clock.advance(20);
    await silent.count(2);
    for (let one = 0; one < 20; one++) tell('menu', `c${one}`, 1);
    clock.advance(20);
    await to.count(20);
    expect(silent.got).toHaveLength(2);
    for (const { response } of silent.got) response.destroy();
  });

  it('has no more under way than an application wants', async () => {
    const to = await Receiver.open();
    to.answer = () => null;
    const { tell, clock } = await open([receiver('menu', to.url, { concurrency: 3 })]);
    for (let one = 0; one < 10; one++) tell('menu', `c${one}`, 1);
    clock.advance(20);
    for (let seen = 0; seen < 10; seen++) {
      await to.count(Math.min(10, seen + 3));
      expect(to.got.length - seen).toBeLessThanOrEqual(3);
      to.got[seen]!.response.writeHead(200).end();
    }
  });

  it('goes on with the same ids in the next process, and repeats only what was under way', async () => {
    const to = await Receiver.open();
    to.answer = ({ json }) => (json.sequence < 3 ? 200 : null);
    const first = await open([receiver('menu', to.url)]);
    first.tell('menu', 'c1', 1, 2, 3, 4);
    first.clock.advance(20);
    await to.count(3);
    // Killed here: the outbox and its requests end with the process; the store keeps what is committed.
    await first.store.close();
    await first.http.close();
    to.answer = () => 200;
    const second = await open([receiver('menu', to.url)], {
      dataDir: first.dataDir,
      clock: createVirtualClock(first.clock.wall() + 3000),
    });
    expect(second.outbox.counters).toEqual({ waiting: 2, delivered: 0, dead: 0 });
    await second.pass(20);
    expect(to.got.map(({ headers }) => headers['webhook-id'])).toEqual([1, 2, 3, 3, 4].map((seq) => `msg_c1_${seq}`));
  });

  it('sends a dead event again when asked, and nothing else', async () => {
    const to = await Receiver.open();
    to.answer = () => 500;
    const { tell, pass, outbox } = await open([receiver('menu', to.url)]);
    tell('menu', 'c1', 1);
    while (outbox.counters.dead === 0) await pass(24 * 3_600_000);
    expect(await outbox.redeliver('msg_c1_2')).toBe(false);
    to.answer = () => 200;
    expect(await outbox.redeliver('msg_c1_1')).toBe(true);
    await pass(20);
    expect(outbox.counters).toEqual({ waiting: 0, delivered: 1, dead: 0 });
    expect(await outbox.redeliver('msg_c1_1')).toBe(false);
    expect(to.got.at(-1)!.headers['webhook-id']).toBe('msg_c1_1');
  });
});
