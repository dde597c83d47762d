// kill -9 of a server with calls that it placed: one that is talked to, one that rings, ones that wait for their turn.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { claimPorts } from '../../src/base/ports-rig.ts';
import type { CallEvent, TapeLine } from '../../src/call/event.ts';
import type { PlaceOrder } from '../../src/call/place-order.ts';
import { branch, destination, flow, gather, hangup, play, prompt } from '../../src/flow/build.ts';
import type { Destination } from '../../src/flow/node.ts';
import type { CallFacts } from '../../src/flow/report.ts';
import type { IncomingPhoneCall, Phone } from '../../src/testkit/index.ts';
import type { PlacingOptions } from './placing-process.ts';
import { closeAll, onClose, startPhone } from './rig.ts';

afterEach(closeAll);

type Told = { readonly call: CallFacts; readonly line: TapeLine } | { readonly ready: number };

/** A server that can be killed, and all that every process of it told. */
async function startMortal(callsPerSecond = 0) {
  const dataDir = mkdtempSync(join(tmpdir(), 'keytone-placed-'));
  onClose(async () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const ports = await claimPorts(200);
  onClose(() => ports.close());
  const [first, last] = ports.range;
  const options: PlacingOptions = { dataDir, sipPort: first + 2, portRange: [first + 102, last], callsPerSecond };
  const told: { readonly call: CallFacts; readonly line: TapeLine }[] = [];
  let waiting: (() => boolean)[] = [];
  let httpPort = 0;
  let child: ChildProcess;

  async function start(): Promise<void> {
    const program = fileURLToPath(new URL('./placing-process.ts', import.meta.url));
    child = fork(program, [JSON.stringify(options)], { execArgv: ['--disable-warning=ExperimentalWarning'] });
    const ready = Promise.withResolvers<void>();
    child.once('exit', (code) => ready.reject(new Error(`the server ended with ${code}`)));
    child.on('message', (message: Told) => {
      if ('ready' in message) {
        httpPort = message.ready;
        ready.resolve();
        return;
      }
      told.push(message);
      waiting = waiting.filter((is) => !is());
    });
    await ready.promise;
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  onClose(kill);
  await start();

  const linesOf = (to: string): readonly TapeLine[] => told.flatMap(({ call, line }) => (call.to === to ? [line] : []));
  type EventOf<Type extends CallEvent['type']> = Extract<CallEvent, { type: Type }>;
  function until<Type extends CallEvent['type']>(to: string, type: Type, count = 1): Promise<EventOf<Type>> {
    return new Promise((resolve) => {
      const is = (): boolean => {
        const found = linesOf(to).filter(({ event }) => event.type === type);
        if (found.length < count) return false;
        resolve(found[count - 1]!.event as EventOf<Type>);
        return true;
      };
      if (!is()) waiting.push(is);
    });
  }
  async function get<T>(path: string): Promise<T> {
    return (await (await fetch(`http://127.0.0.1:${httpPort}${path}`)).json()) as T;
  }
  return {
    ...{ linesOf, until, get },
    place: (place: PlaceOrder) => void child.send({ place }),
    /** All lines that were told stand in the store. */
    async kept(): Promise<void> {
      for (const id of new Set(told.map(({ call }) => call.id))) {
        const seq = told.findLast(({ call }) => call.id === id)!.line.seq;
        while ((await get<{ lines: unknown[] }>(`/v1/calls/${id}/tape`)).lines?.length < seq);
      }
    },
    async killAndRestart(): Promise<void> {
      await kill();
      await start();
    },
  };
}

async function startReceiver(): Promise<{ readonly last: Destination; next(): Promise<URLSearchParams> }> {
  const past: URLSearchParams[] = [];
  const waiting: ((query: URLSearchParams) => void)[] = [];
  const server = createServer((request, response) => {
    response.writeHead(204).end();
    const { searchParams } = new URL(request.url ?? '/', 'http://receiver.invalid');
    const next = waiting.shift();
    if (next === undefined) past.push(searchParams);
    else next(searchParams);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onClose(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    last: destination(`http://127.0.0.1:${(server.address() as AddressInfo).port}/last`),
    next: () => {
      const one = past.shift();
      return one === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(one);
    },
  };
}

const incomingOf = (phone: Phone): Promise<IncomingPhoneCall> => new Promise((resolve) => phone.onIncoming(resolve));
const addressOf = (phone: Phone): string => phone.uri.slice('sip:'.length);

function orderFor(to: string, plan: Partial<PlaceOrder['plan']> = {}, more: Partial<PlaceOrder> = {}): PlaceOrder {
  return {
    ...{ app: 'app-1', from: '15550100', to: { kind: 'sip', address: to } },
    ...more,
    plan: { flow: flow([play('Never heard.')]), last: null, ringMs: 30_000, ...plan },
  };
}

describe('a server that is killed, and has placed a call', () => {
  it('that is talked to goes on with it: what was keyed before counts, and he may hang up', async () => {
    const [at, phone, receiver] = [await startMortal(), await startPhone(), await startReceiver()];
    const to = addressOf(phone);
    const incoming = incomingOf(phone);
    const code = gather({
      prompts: [prompt('Your code, please.')],
      ...{ minDigits: 4, maxDigits: 4, interDigitMs: 20_000 },
      branches: [branch('1234', play(prompt('Thank you.', null)))],
    });
    at.place(orderFor(to, { flow: flow([code]), last: receiver.last }));
    const bob = await incoming;
    expect(await bob.answer()).toBe(true);
    await at.until(to, 'prompt.started');
    await bob.press('12');
    await at.until(to, 'digit.released', 2);
    await at.kept();
    await at.killAndRestart();
    await at.until(to, 'call.recovered');
    await bob.press('34');
    expect(await at.until(to, 'gather.finished')).toMatchObject({ success: true, digits: '1234' });
    bob.hangUp();
    expect(await at.until(to, 'call.ended')).toMatchObject({ q850Cause: 16 });
    expect(Object.fromEntries(await receiver.next())).toMatchObject({ kind: 'call-end', by: 'peer' });
    const id = at.linesOf(to).flatMap(({ event }) => (event.type === 'call.placed' ? [event.call] : []))[0]!;
    expect(await at.get(`/v1/calls/${id}`)).toMatchObject({ direction: 'outbound', state: 'ended' });
  });

  it('that is talked to can hang up after the restart', async () => {
    const [at, phone] = [await startMortal(), await startPhone()];
    const to = addressOf(phone);
    const incoming = incomingOf(phone);
    at.place(orderFor(to, { flow: flow([gather({ branches: [branch('1', hangup())] })]) }));
    const bob = await incoming;
    await bob.answer();
    await at.until(to, 'verb.started');
    await at.kept();
    await at.killAndRestart();
    await at.until(to, 'call.recovered');
    await bob.press('1');
    expect(await bob.ended).toMatchObject({ by: 'peer', answered: true });
    await at.until(to, 'call.ended');
  });

  it('that rings lets it go, and says so once', async () => {
    const [at, phone, receiver] = [await startMortal(), await startPhone(), await startReceiver()];
    const to = addressOf(phone);
    const incoming = incomingOf(phone);
    at.place(orderFor(to, { last: receiver.last }));
    const bob = await incoming;
    bob.ring();
    await at.until(to, 'leg.ringing');
    await at.kept();
    await at.killAndRestart();
    expect(await bob.ended).toMatchObject({ by: 'peer', answered: false });
    const reason = 'a restart of the server came between';
    expect(await at.until(to, 'leg.ended')).toMatchObject({ leg: 'caller', by: 'fault', q850Cause: 41, reason });
    expect(await at.until(to, 'call.ended')).toMatchObject({ q850Cause: 41, reason });
    expect(Object.fromEntries(await receiver.next())).toMatchObject({ kind: 'call-end', by: 'fault', reason });
  });

  it('that waits for its turn calls when it comes, the urgent one first', async () => {
    const at = await startMortal(1);
    const phones = await Promise.all(Array.from({ length: 4 }, () => startPhone()));
    const [now, next, later, urgent] = phones.map(addressOf) as [string, string, string, string];
    const rang: string[] = [];
    for (const phone of phones)
      phone.onIncoming((bob) => {
        rang.push(addressOf(phone));
        bob.refuse(486);
      });
    // Nobody's turn but theirs comes before the kill, which takes its time.
    for (const to of [now, next, next, next]) at.place(orderFor(to, {}, { priority: 1 }));
    at.place(orderFor(later, {}, { headers: [{ name: 'X-Order', value: '7' }] }));
    at.place(orderFor(urgent, {}, { priority: 2 }));
    await at.until(urgent, 'call.placed');
    await at.kept();
    await at.killAndRestart();
    await at.until(later, 'call.ended');
    await at.until(urgent, 'call.ended');
    expect(rang.filter((to) => to === later || to === urgent)).toEqual([urgent, later]);
    expect(
      at
        .linesOf(later)
        .map(({ event }) => event.type)
        .slice(0, 3),
    ).toEqual(['call.placed', 'call.recovered', 'leg.invited']);
  });
});
