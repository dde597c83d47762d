// What calls depend on is away for a while: the application and the receiver of its events, or the name server that knows
// them. No call is dropped for it, keys count, and what was promised comes when they are back.
import { createServer, type Server as HttpServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimPorts } from '../../src/base/ports-rig.ts';
import { parseSecret } from '../../src/hooks/outbox/signature.ts';
import type { Lookup } from '../../src/hooks/resolver.ts';
import type { Config } from '../../src/server/config.ts';
import { defaultEvents } from '../../src/server/told-events.ts';
import type { PhoneCall } from '../../src/testkit/index.ts';
import { createElasticClock, type ElasticClock } from './elastic-clock.ts';
import { closeAll, onClose, startPhone, startServer, type TestServer } from './rig.ts';

afterEach(closeAll);

interface Told {
  readonly type: string;
  readonly sequence: number;
  readonly call: { readonly id: string };
}

/** An application over HTTP that can go away: then nobody listens on its port. */
class Application {
  readonly asked: { readonly path: string; readonly id: string; readonly body: string }[] = [];
  /** Different ones, as they came first. */
  readonly told: Told[] = [];
  readonly documents = new Map<string, string>();
  readonly port: number;
  #server: HttpServer | null = null;
  readonly #ids = new Set<string>();

  constructor(port: number) {
    this.port = port;
    onClose(() => this.leave());
  }

  async come(): Promise<void> {
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const path = new URL(request.url ?? '', 'http://x').pathname;
      const id = String(request.headers['webhook-id']);
      // Each request looks the name up anew.
      response.setHeader('connection', 'close');
      if (path === '/events') {
        if (!this.#ids.has(id)) this.told.push(JSON.parse(body) as Told);
        this.#ids.add(id);
        response.writeHead(204).end();
        return;
      }
      this.asked.push({ path, id, body });
      response.writeHead(200, { 'content-type': 'text/xml' }).end(this.documents.get(path) ?? '<Response/>');
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.#server = server;
  }

  async leave(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  askedFor(path: string): number {
    return this.asked.filter((one) => one.path === path).length;
  }
}

let clock: ElasticClock;
let application: Application;
/** Stands in where the other one is away. */
let fallback: Application;

beforeEach(async () => {
  const ports = await claimPorts(100);
  onClose(() => ports.close());
  clock = createElasticClock();
  application = new Application(ports.range[0] + 1);
  fallback = new Application(ports.range[0] + 2);
  await application.come();
  await fallback.come();
});

/** As long as this dialect lets a caller think. */
const patientSeconds = 60;
const hostName = 'application.example';
/** On a busy machine an event may miss its moment, and comes with the next one. */
const timeout = 120_000;

interface Openings {
  /** Also where its events go. */
  readonly host?: string;
  readonly lookup?: Lookup;
  readonly numbers: readonly string[];
}

function start({ host = '127.0.0.1', lookup, numbers }: Openings): Promise<TestServer> {
  const url = `http://${host}:${application.port}`;
  const keys = [parseSecret(`whsec_${Buffer.alloc(32, 1).toString('base64')}`)!];
  const types = new Set(defaultEvents);
  const events = { url: `${url}/events`, fallbackUrl: null, keys, types, concurrency: 8 };
  return startServer({
    apps: Object.fromEntries(numbers.map((number) => [number, { url: `${url}/start/${number}` }])),
    config: ({ apps, outbound }: Config) => ({
      apps: apps.map((app) => ({ ...app, dialect: 'bandwidth' as const, events })),
      // A name is on this machine; the default is not to go there.
      outbound: { ...outbound, loopback: 'allow' as const },
    }),
    seams: { clock, load: () => 0, ...(lookup !== undefined && { lookup }) },
  });
}

/** A question of four keys; the next path is told them. */
const question = (next: string, more = ''): string =>
  `<Response><Gather gatherUrl="${next}" maxDigits="4" firstDigitTimeout="${patientSeconds}" interDigitTimeout="${patientSeconds}" ${more}/></Response>`;

const isGathering = (at: TestServer, number: string, path: string) =>
  at
    .until(number, 'document.fetched')
    .then(() => at.until(number, 'verb.started', ({ path: own }) => own.includes(path)));

async function callOf(at: TestServer, number: string): Promise<PhoneCall> {
  const phone = await startPhone();
  const call = await phone.call(at.uri(number));
  expect(await call.answered).toBe(true);
  await isGathering(at, number, 'Gather');
  return call;
}

interface Health {
  readonly status: string;
  readonly events: { readonly waiting: number; readonly dead: number };
}

const health = async (at: TestServer): Promise<Health> => (await (await at.fetch('/health')).json()) as Health;

/** Every event that was promised came, each call's in its order. */
function expectAllTold(at: TestServer, numbers: readonly string[]): void {
  for (const number of numbers) {
    const tape = at.tape(number);
    const [first] = tape;
    const id = first?.event.type === 'call.incoming' ? first.event.call : '';
    const promised = tape.filter(({ event }) => defaultEvents.includes(event.type));
    expect(promised.length).toBeGreaterThan(3);
    const told = application.told.filter(({ call }) => call.id === id);
    expect(told.map(({ type, sequence }) => [type, sequence])).toEqual(
      promised.map(({ event, seq }) => [event.type, seq]),
    );
  }
}

async function untilNothingWaits(at: TestServer): Promise<void> {
  while ((await health(at)).events.waiting > 0) await clock.pass(5000);
}

describe('an application that is away for a minute, and the receiver of its events with it', { timeout }, () => {
  it('costs no call: entries go on, a fallback is asked, events wait and come in order', {
    timeout: 60_000,
  }, async () => {
    application.documents
      .set('/start/patient', question('/done'))
      .set('/start/covered', question('/done', `gatherFallbackUrl="http://127.0.0.1:${fallback.port}/covered"`))
      .set('/done', '<Response><Hangup/></Response>');
    fallback.documents.set('/covered', question(`http://127.0.0.1:${application.port}/done`));
    const numbers = ['patient', 'covered'];
    const at = await start({ numbers });
    const patient = await callOf(at, 'patient');
    const covered = await callOf(at, 'covered');
    await patient.press('1');

    await application.leave();
    await clock.pass(20_000);
    // One is in the middle of an entry; the other needs its next document now.
    await patient.press('2');
    await covered.press('5678');
    while (fallback.askedFor('/covered') === 0) await clock.pass(250);
    await clock.pass(20_000);
    await patient.press('3');
    await clock.pass(20_000);
    expect((await health(at)).status).toBe('ok');
    expect((await health(at)).events).toMatchObject({ dead: 0 });
    expect((await health(at)).events.waiting).toBeGreaterThan(0);
    expect(at.server.calls.size).toBe(2);

    await application.come();
    await patient.press('4');
    await covered.press('4321');
    await Promise.all([patient.ended, covered.ended]);
    await Promise.all(numbers.map((number) => at.until(number, 'call.ended')));
    const digits = (number: string) =>
      at.tape(number).flatMap(({ event }) => (event.type === 'gather.finished' ? [event.digits] : []));
    expect([digits('patient'), digits('covered')]).toEqual([['1234'], ['5678', '4321']]);
    expect(application.asked.filter(({ path }) => path === '/done')).toHaveLength(2);
    await untilNothingWaits(at);
    expectAllTold(at, numbers);
    expect((await health(at)).events).toMatchObject({ waiting: 0, dead: 0 });
    expect(at.faults).toEqual([]);
  });

  it('is asked again while a caller bears it, under the same id', async () => {
    application.documents.set('/start/1', question('/done')).set('/done', '<Response><Hangup/></Response>');
    const at = await start({ numbers: ['1'] });
    const call = await callOf(at, '1');
    await application.leave();
    await call.press('1234');
    await at.until('1', 'gather.finished');
    await clock.pass(1000);
    await application.come();
    while (application.askedFor('/done') === 0) await clock.pass(250);
    expect(await call.ended).toMatchObject({ by: 'peer' });
    expect((await at.until('1', 'call.ended')).event.reason).toBe('hung up by the application');
    expect(at.tape('1').some(({ event }) => event.type === 'document.failed')).toBe(false);
  });

  it('and has no fallback: its caller is told so in words, and its events come later', async () => {
    application.documents.set('/start/1', question('/done'));
    const at = await start({ numbers: ['1'] });
    const call = await callOf(at, '1');
    await application.leave();
    await call.press('1234');
    await at.until('1', 'gather.finished');
    await clock.pass(10_000);
    expect((await at.until('1', 'document.failed')).event.code).toBe('fetch-unreachable');
    expect((await call.until('sound-ended')).durationMs).toBeGreaterThan(500);
    expect(await call.ended).toMatchObject({ by: 'peer', q850Cause: 16 });
    await at.until('1', 'call.ended');
    await application.come();
    await untilNothingWaits(at);
    expectAllTold(at, ['1']);
  });
});

describe('a name server that fails', { timeout }, () => {
  const nobody = Object.assign(new Error('EAI_AGAIN'), { code: 'EAI_AGAIN' });
  const here = [{ address: '127.0.0.1', family: 4 }];

  it('changes nothing for a name that was found before', async () => {
    let fails = false;
    const lookup: Lookup = async () => {
      if (fails) throw nobody;
      return here;
    };
    application.documents.set('/start/1', question('/done')).set('/done', '<Response><Hangup/></Response>');
    const at = await start({ numbers: ['1'], host: hostName, lookup });
    const call = await callOf(at, '1');
    fails = true;
    await clock.pass(60_000);
    await call.press('1234');
    expect(await call.ended).toMatchObject({ by: 'peer' });
    expect((await at.until('1', 'call.ended')).event.reason).toBe('hung up by the application');
    await untilNothingWaits(at);
    expectAllTold(at, ['1']);
  });

  it('or says nothing: a name that was found before is what it was', async () => {
    let hangs = false;
    const lookup: Lookup = () => (hangs ? new Promise(() => {}) : Promise.resolve(here));
    application.documents.set('/start/1', question('/done')).set('/done', '<Response><Hangup/></Response>');
    const at = await start({ numbers: ['1'], host: hostName, lookup });
    const call = await callOf(at, '1');
    hangs = true;
    await call.press('1234');
    await at.until('1', 'gather.finished');
    while (application.askedFor('/done') === 0) await clock.pass(250);
    expect(await call.ended).toMatchObject({ by: 'peer' });
    expect((await at.until('1', 'call.ended')).event.reason).toBe('hung up by the application');
  });

  it('when a call needs a new name: it is asked again, then the fallback; events wait until it is back', async () => {
    let fails = false;
    let failures = 0;
    const lookup: Lookup = async (host) => {
      // The first document comes by a name that is kept; events and what follows go to another one.
      if (!fails || host === hostName) return here;
      failures += 1;
      throw nobody;
    };
    const next = `http://next.example:${application.port}`;
    application.documents
      .set('/start/short', question(`${next}/done`))
      .set('/start/long', question(`${next}/done`, `gatherFallbackUrl="http://127.0.0.1:${fallback.port}/covered"`))
      .set('/done', '<Response><Hangup/></Response>');
    fallback.documents.set('/covered', '<Response><Hangup/></Response>');
    const numbers = ['short', 'long'];
    const at = await start({ numbers, host: hostName, lookup });
    fails = true;
    const long = await callOf(at, 'long');
    await long.press('1234');
    await at.until('long', 'gather.finished');
    while (fallback.askedFor('/covered') === 0) await clock.pass(250);
    await long.ended;
    expect(failures).toBeGreaterThan(1);
    expect((await at.until('long', 'call.ended')).event.reason).toBe('hung up by the application');

    const short = await callOf(at, 'short');
    const before = failures;
    await short.press('1234');
    await at.until('short', 'gather.finished');
    while (failures === before) await clock.pass(50);
    fails = false;
    while (application.askedFor('/done') === 0) await clock.pass(250);
    await short.ended;
    expect((await at.until('short', 'call.ended')).event.reason).toBe('hung up by the application');
    await untilNothingWaits(at);
    expectAllTold(at, numbers);
  });

  it('from the first call on: the caller hears an apology, and its events come when the name is known', async () => {
    let fails = true;
    const lookup: Lookup = async () => {
      if (fails) throw nobody;
      return here;
    };
    const at = await start({ numbers: ['1'], host: hostName, lookup });
    const phone = await startPhone();
    const call = await phone.call(at.uri('1'));
    while (!at.tape('1').some(({ event }) => event.type === 'document.failed')) await clock.pass(250);
    expect(await call.answered).toBe(true);
    expect((await call.until('sound-ended')).durationMs).toBeGreaterThan(500);
    await call.ended;
    await at.until('1', 'call.ended');
    await clock.pass(60_000);
    expect((await health(at)).events.waiting).toBeGreaterThan(0);
    fails = false;
    await untilNothingWaits(at);
    expectAllTold(at, ['1']);
  });
});
