// Calls that we place: to a phone by its address, by its registration and over a trunk; their answer, refusals, ring
// timeout, hang-ups before and after the answer, and the order in which they begin.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { Log } from '../../src/base/log.ts';
import type { LiveCall } from '../../src/call/live-call.ts';
import type { PlaceOrder } from '../../src/call/place-order.ts';
import { branch, bridge, destination, dial, flow, gather, hangup, play, prompt } from '../../src/flow/build.ts';
import type { Block } from '../../src/flow/node.ts';
import type { Config } from '../../src/server/config.ts';
import { createSipEndpoint } from '../../src/sip/create-endpoint.ts';
import type { IncomingLeg } from '../../src/sip/endpoint.ts';
import type { IncomingPhoneCall, Phone } from '../../src/testkit/index.ts';
import { closeAll, onClose, startPhone, startServer, type TestServer } from './rig.ts';

afterEach(closeAll);

/** Where a call ends tells: the reports, as the plain words of the rig's apps have them. */
async function startReceiver() {
  const told: URLSearchParams[] = [];
  const waiting: ((query: URLSearchParams) => void)[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://receiver.invalid');
    response.writeHead(204).end();
    const next = waiting.shift();
    if (next === undefined) told.push(searchParams);
    else next(searchParams);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onClose(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    last: destination(`http://127.0.0.1:${(server.address() as AddressInfo).port}/last`),
    next: (): Promise<URLSearchParams> => {
      const past = told.shift();
      return past === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(past);
    },
  };
}

const incomingOf = (phone: Phone): Promise<IncomingPhoneCall> => new Promise((resolve) => phone.onIncoming(resolve));
const addressOf = (phone: Phone): string => phone.uri.slice('sip:'.length);
const nobody = { last: null, ringMs: 30_000 } as const;

function place(at: TestServer, to: string, body: Block, more: Partial<PlaceOrder> = {}): LiveCall {
  const plan = { flow: flow(body), ...nobody, ...more.plan };
  return at.server.calls.place({
    ...{ app: 'app-1', from: '15550100', to: { kind: 'sip', address: to } },
    ...more,
    plan,
  });
}

const start = (change: (config: Config) => Partial<Config> = () => ({})): Promise<TestServer> =>
  startServer({
    apps: { '1': flow([hangup()]) },
    seams: { load: () => 0 },
    config: (config) => ({ outbound: { ...config.outbound, loopback: 'allow' }, ...change(config) }),
  });

const typesOf = (at: TestServer, to: string): string[] => at.tape(to).map(({ event }) => event.type);

describe('a call that we place', () => {
  it('rings, is answered, hears its document, is heard, and hangs up', async () => {
    const [at, phone] = [await start(), await startPhone()];
    const to = addressOf(phone);
    const incoming = incomingOf(phone);
    const code = gather({
      prompts: [prompt('Your code, please.')],
      ...{ minDigits: 4, maxDigits: 4 },
      branches: [branch('1234', play('Thank you.'), hangup())],
    });
    const call = place(at, to, [code], {
      displayName: 'The “office”',
      headers: [
        { name: 'User-to-User', value: '3132;encoding=hex' },
        { name: 'X-Order', value: '77' },
      ],
    });
    expect(call.facts).toMatchObject({
      direction: 'outbound',
      from: '15550100',
      to,
      state: 'ringing',
      answeredAt: null,
    });
    expect(at.tape(to)[0]).toMatchObject({ seq: 1, event: { type: 'call.placed', call: call.id, app: 'app-1' } });
    const bob = await incoming;
    expect(bob.remote).toMatchObject({ displayName: 'The “office”' });
    expect(bob.remote.uri).toContain('15550100');
    expect([bob.header('User-to-User'), bob.header('X-Order')]).toEqual(['3132;encoding=hex', '77']);
    bob.ring();
    await at.until(to, 'leg.ringing', ({ leg }) => leg === 'caller');
    expect(call.session).toBeNull();
    expect(await bob.answer()).toBe(true);
    await at.until(to, 'prompt.started');
    expect(call.facts).toMatchObject({ state: 'live', answeredAt: expect.any(String) });
    await bob.press('1234');
    expect((await at.until(to, 'gather.finished')).event).toMatchObject({ success: true, digits: '1234' });
    expect(await bob.ended).toMatchObject({ by: 'peer', answered: true });
    expect((await at.until(to, 'call.ended')).event).toMatchObject({ q850Cause: 16 });
    expect(typesOf(at, to).slice(0, 4)).toEqual(['call.placed', 'leg.invited', 'leg.ringing', 'leg.answered']);
    const view = (await (await at.fetch(`/v1/calls/${call.id}`)).json()) as object;
    expect(view).toMatchObject({ direction: 'outbound', state: 'ended', to, sipCallId: bob.callId });
    expect(at.faults).toEqual([]);
  });

  it('ends when whom we called hangs up, and that is told', async () => {
    const [at, phone, receiver] = [await start(), await startPhone(), await startReceiver()];
    const to = addressOf(phone);
    const incoming = incomingOf(phone);
    place(at, to, [play(prompt('Hello.', null))], {
      plan: { flow: flow([play(prompt('Hello.', null))]), last: receiver.last, ringMs: 5000 },
    });
    const bob = await incoming;
    await bob.answer();
    await at.until(to, 'prompt.started');
    bob.hangUp();
    expect(Object.fromEntries(await receiver.next())).toMatchObject({ kind: 'call-end', by: 'peer', q850Cause: '16' });
    await at.until(to, 'call.ended');
    expect(at.server.calls.size).toBe(0);
  });

  it('that is refused ends with the cause of the refusal, and that is told', async () => {
    const [at, phone, receiver] = [await start(), await startPhone(), await startReceiver()];
    const to = addressOf(phone);
    phone.onIncoming((bob) => bob.refuse(486));
    place(at, to, [], { plan: { flow: flow([play('Never heard.')]), last: receiver.last, ringMs: 5000 } });
    expect((await at.until(to, 'leg.failed')).event).toMatchObject({ leg: 'caller', sipStatus: 486 });
    expect((await at.until(to, 'call.ended')).event).toMatchObject({ q850Cause: 17 });
    expect(Object.fromEntries(await receiver.next())).toMatchObject({ kind: 'call-end', by: 'peer', q850Cause: '17' });
    expect(typesOf(at, to)).not.toContain('prompt.started');
  });

  it('that nobody answers in time is cancelled', async () => {
    const [at, phone, receiver] = [await start(), await startPhone(), await startReceiver()];
    const to = addressOf(phone);
    const incoming = incomingOf(phone);
    place(at, to, [], { plan: { flow: flow([play('Never heard.')]), last: receiver.last, ringMs: 400 } });
    const bob = await incoming;
    bob.ring();
    expect(await bob.ended).toMatchObject({ by: 'peer', answered: false });
    expect((await at.until(to, 'call.ended')).event).toMatchObject({ reason: 'no answer', q850Cause: 19 });
    expect(Object.fromEntries(await receiver.next())).toMatchObject({ by: 'us', reason: 'no answer', q850Cause: '19' });
  });

  it('is cancelled by a command while it rings', async () => {
    const [at, phone] = [await start(), await startPhone()];
    const to = addressOf(phone);
    const incoming = incomingOf(phone);
    const call = place(at, to, [play('Never heard.')]);
    const bob = await incoming;
    bob.ring();
    await at.until(to, 'leg.ringing');
    call.command({ kind: 'hangup', reason: 'no longer wanted' });
    expect(await bob.ended).toMatchObject({ by: 'peer', answered: false });
    const { event } = await at.until(to, 'leg.ended');
    expect(event).toMatchObject({ leg: 'caller', by: 'us', reason: 'no longer wanted' });
    await at.until(to, 'call.ended');
    expect(at.server.calls.size).toBe(0);
  });

  it('is over before its INVITE when it is hung up at once', async () => {
    const [at, phone] = [await start(), await startPhone()];
    const to = addressOf(phone);
    let rang = false;
    phone.onIncoming((bob) => {
      rang = true;
      bob.refuse();
    });
    place(at, to, [play('Never heard.')]).command({ kind: 'hangup', reason: 'a mistake' });
    expect((await at.until(to, 'call.ended')).event).toMatchObject({ reason: 'a mistake' });
    expect(rang).toBe(false);
  });

  it('does what it is told meanwhile, and dials others once it is answered', async () => {
    const [at, phone, desk] = [await start(), await startPhone(), await startPhone()];
    const to = addressOf(phone);
    const incoming = incomingOf(phone);
    const atDesk = incomingOf(desk);
    const call = place(at, to, [play('Not heard.')]);
    const bob = await incoming;
    bob.ring();
    await at.until(to, 'leg.ringing');
    const other = flow([dial([{ kind: 'sip', address: addressOf(desk) }])]);
    call.command({ kind: 'run', flow: other });
    await bob.answer();
    const carol = await atDesk;
    expect(carol.remote.uri).toContain('15550100');
    await carol.answer();
    await at.until(to, 'leg.answered', ({ leg }) => leg === 'callee-1');
    await bob.press('5');
    expect(await carol.until('digit')).toMatchObject({ digit: '5' });
    bob.hangUp();
    expect(await carol.ended).toMatchObject({ by: 'peer', answered: true });
    await at.until(to, 'call.ended');
    expect(at.faults).toEqual([]);
  });

  it('is joined with another one that we placed, not before both are answered', async () => {
    const [at, phone, other] = [await start(), await startPhone(), await startPhone()];
    const [to, there] = [addressOf(phone), addressOf(other)];
    const [incoming, second] = [incomingOf(phone), incomingOf(other)];
    const waits = place(at, there, [gather({ firstDigitMs: 60_000 })]);
    const carol = await second;
    const early = place(at, to, [bridge(waits.id), bridge(waits.id)]);
    const bob = await incoming;
    await bob.answer();
    expect((await at.until(to, 'bridge.failed')).event).toMatchObject({ code: 'call-not-answered' });
    await at.until(to, 'call.ended');
    expect(at.server.calls.get(early.id)).toBeUndefined();
    await carol.answer();
    await at.until(there, 'verb.started');
    const again = incomingOf(phone);
    place(at, to, [bridge(waits.id)]);
    const back = await again;
    await back.answer();
    await at.until(to, 'verb.started', ({ verb }) => verb === 'bridge');
    await back.press('7');
    expect(await carol.until('digit')).toMatchObject({ digit: '7' });
    carol.hangUp();
    expect((await at.until(to, 'bridge.ended')).event).toMatchObject({ call: waits.id });
    await at.until(to, 'call.ended');
    expect(at.faults).toEqual([]);
  });

  it('is hung up at the very moment of the answer, again and again: each ends once and nothing is left', async () => {
    const [at, phone] = [await start(), await startPhone()];
    const to = addressOf(phone);
    for (let round = 0; round < 20; round += 1) {
      const incoming = incomingOf(phone);
      const call = place(at, to, [gather({ firstDigitMs: 60_000 })]);
      const bob = await incoming;
      if (round % 2 === 0) bob.ring();
      const answered = bob.answer();
      if (round % 3 > 0) await at.until(to, round % 3 === 1 ? 'leg.invited' : 'leg.answered');
      call.command({ kind: 'hangup', reason: 'enough' });
      await Promise.all([answered, bob.ended]);
      await at.until(to, 'call.ended');
      const types = typesOf(at, to);
      expect(types.filter((type) => type === 'call.ended' || type === 'leg.ended')).toHaveLength(2);
      expect(types.at(-1)).toBe('call.ended');
    }
    await at.server.drain();
    const { calls, legs, sessions } = (await (await at.fetch('/health')).json()) as Record<string, number>;
    expect([calls, legs, sessions]).toEqual([0, 0, 0]);
    expect(at.faults).toEqual([]);
  });

  it('to a number without a phone or a trunk fails in words', async () => {
    const at = await start();
    place(at, '', [play('Never heard.')], { to: { kind: 'number', address: '4930123' } });
    expect((await at.until('4930123', 'leg.failed')).event).toMatchObject({ leg: 'caller', sipStatus: 404 });
    expect((await at.until('4930123', 'call.ended')).event).toMatchObject({ q850Cause: 1 });
  });
});

describe('a trunk that wants to know who calls', () => {
  /** Challenges, then answers whoever proved it; the descriptions of both sides never meet media. */
  async function startTrunk() {
    const legs: IncomingLeg[] = [];
    const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
    const endpoint = createSipEndpoint({
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
      ...{ advertisedHost: null, clock: systemClock, log, userAgent: 'Trunk', realm: 'trunk.test' },
      credentials: (login) => (login === 'us' ? { password: 'secret' } : null),
      policy: ({ login }) => (login === 'us' ? { kind: 'accept' } : { kind: 'challenge' }),
      onInvite(leg) {
        legs.push(leg);
        leg.handlers = { onEnded() {} };
        const port = 40_999;
        leg.answer(
          `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`,
        );
      },
    });
    await endpoint.start();
    onClose(() => endpoint.close());
    return { legs, host: `127.0.0.1:${endpoint.local[0]!.port}` };
  }

  it('is told by our login, and the call is answered', async () => {
    const trunk = await startTrunk();
    const trunks = [{ name: 'carrier', host: trunk.host, username: 'us', password: 'secret', allow: [] }];
    const at = await start(() => ({ trunks }));
    place(at, '', [hangup()], { to: { kind: 'number', address: '+4930123' } });
    await at.until('+4930123', 'leg.answered');
    expect(trunk.legs.map(({ login, requestUser }) => [login, requestUser])).toEqual([['us', '+4930123']]);
    expect((await at.until('+4930123', 'call.ended')).event).toMatchObject({ q850Cause: 16 });
    const [first] = at.tape('+4930123');
    expect(JSON.stringify(first)).not.toContain('secret');
  });

  it('refuses a wrong one, which ends the call', async () => {
    const trunk = await startTrunk();
    const trunks = [{ name: 'carrier', host: trunk.host, username: 'us', password: 'wrong', allow: [] }];
    const at = await start(() => ({ trunks }));
    place(at, '', [hangup()], { to: { kind: 'number', address: '+4930123' } });
    expect((await at.until('+4930123', 'leg.failed')).event).toMatchObject({ leg: 'caller', sipStatus: 401 });
    await at.until('+4930123', 'call.ended');
    expect(trunk.legs).toEqual([]);
  });
});

describe('calls that an account places faster than it may', () => {
  const slowly = ({ limits }: Config): Partial<Config> => ({ limits: { ...limits, callsPerSecond: 1 } });

  async function startPhones(count: number): Promise<{ readonly rang: string[]; readonly to: readonly string[] }> {
    const phones = await Promise.all(Array.from({ length: count }, () => startPhone()));
    const to = phones.map(addressOf);
    const rang: string[] = [];
    phones.forEach((phone, i) => {
      phone.onIncoming((bob) => {
        rang.push(to[i]!);
        bob.refuse(486);
      });
    });
    return { rang, to };
  }

  it('wait for their turn, the more urgent ones first, and are seen waiting', async () => {
    const at = await start(slowly);
    const { rang, to } = await startPhones(3);
    const [first, later, urgent] = to as [string, string, string];
    place(at, first, [], { account: 'u-1' });
    const waits = place(at, later, [], { account: 'u-1' });
    place(at, urgent, [], { account: 'u-1', priority: 1 });
    expect(waits.facts).toMatchObject({ state: 'queued', enqueuedAt: waits.facts.startedAt });
    expect(at.server.calls.queue('u-1')).toEqual({ size: 2, most: 300 });
    const view = (await (await at.fetch(`/v1/calls/${waits.id}`)).json()) as object;
    expect(view).toMatchObject({ state: 'queued', sipCallId: null });
    await at.until(later, 'call.ended');
    expect(rang).toEqual([first, urgent, later]);
    const turns = to.map((one) => at.tape(one).find(({ event }) => event.type === 'leg.invited')!.at);
    // Turns are a second apart; the lines that say so come some milliseconds after them.
    expect(turns[2]! - turns[0]!).toBeGreaterThan(900);
    expect(turns[1]! - turns[2]!).toBeGreaterThan(900);
    expect(at.server.calls.queue('u-1').size).toBe(0);
  });

  it('and that are no longer wanted are never heard of', async () => {
    const at = await start(slowly);
    const { rang, to } = await startPhones(2);
    place(at, to[0]!, []);
    place(at, to[1]!, []).command({ kind: 'hangup', reason: 'changed our mind' });
    expect((await at.until(to[1]!, 'call.ended')).event).toMatchObject({ reason: 'changed our mind', q850Cause: 16 });
    expect(at.server.calls.queue('').size).toBe(0);
    expect(typesOf(at, to[1]!)).not.toContain('leg.invited');
    await at.until(to[0]!, 'call.ended');
    expect(rang).toEqual([to[0]]);
  });

  it('and that wait when the server stops end at once; no others are taken', async () => {
    const at = await start(slowly);
    const { rang, to } = await startPhones(2);
    place(at, to[0]!, []);
    place(at, to[1]!, []);
    const drained = at.server.drain();
    expect((await at.until(to[1]!, 'call.ended')).event).toMatchObject({ reason: 'the server stops' });
    await drained;
    expect(rang).toEqual([to[0]]);
    expect(() => place(at, to[0]!, [])).toThrow(expect.objectContaining({ code: 'call-not-placed' }));
  });
});
