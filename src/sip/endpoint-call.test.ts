import { describe, expect, it } from 'vitest';
import type { Log } from '../base/log.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createSipEndpoint } from './create-endpoint.ts';
import type { IncomingLeg, LegHandlers, OutgoingInvite, SipEndpoint, SipEndpointOptions, SipLeg } from './endpoint.ts';
import { createMemoryWire, type MemoryWireOptions } from './memory-wire.ts';
import { createTransactionLayer } from './transaction-layer.ts';

/** Two endpoints, `alice` at 10.0.0.1 calling `bob` at 10.0.0.2, on one virtual clock. */
async function pair(
  setup: {
    readonly onInvite?: (leg: IncomingLeg) => void;
    readonly lose?: MemoryWireOptions['lose'];
    readonly bob?: Partial<SipEndpointOptions>;
    readonly alice?: Partial<SipEndpointOptions>;
  } = {},
) {
  const clock = createVirtualClock();
  const wire = createMemoryWire({ clock, ...(setup.lose === undefined ? {} : { lose: setup.lose }) });
  const errors: string[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn() {},
    error: (_fields, message) => void errors.push(message),
    child: () => log,
  };
  const make = async (address: string, more: Partial<SipEndpointOptions>): Promise<SipEndpoint> => {
    const endpoint = createSipEndpoint(
      {
        listen: [
          { transport: 'udp', host: address, port: 5060 },
          { transport: 'tcp', host: address, port: 5060 },
        ],
        advertisedHost: null,
        clock,
        log,
        userAgent: 'Keytone test',
        realm: 'test',
        credentials: () => null,
        policy: () => ({ kind: 'accept' }),
        onInvite: setup.onInvite ?? ((leg) => leg.refuse(486)),
        ...more,
      },
      { createLayer: (options) => createTransactionLayer(options, wire.open(address)) },
    );
    await endpoint.start();
    return endpoint;
  };
  const alice = await make('10.0.0.1', setup.alice ?? {});
  const bob = await make('10.0.0.2', setup.bob ?? {});
  const call = (handlers: Partial<LegHandlers>, more: Partial<OutgoingInvite> = {}): SipLeg =>
    alice.invite(
      {
        uri: 'sip:1000@10.0.0.2',
        from: { uri: 'sip:alice@10.0.0.1', displayName: 'Alice "A"' },
        sdp: 'offer',
        ...more,
      },
      { onEnded() {}, ...handlers },
    );
  return { clock, wire, alice, bob, call, errors, lines: () => wire.trace.map(({ from, line }) => `${from} ${line}`) };
}

type Seen = string[];
const note = (seen: Seen, more: Partial<LegHandlers> = {}): LegHandlers => ({
  onProgress: (status, sdp) => void seen.push(`progress ${status} ${sdp}`),
  onConfirmed: (sdp) => void seen.push(`confirmed ${sdp}`),
  onOffer: (sdp) => {
    seen.push(`offer ${sdp}`);
    return { sdp: `answer to ${sdp}` };
  },
  onAnswer: (sdp) => void seen.push(`answer ${sdp}`),
  onInfo: (type, body) => {
    seen.push(`info ${type} ${body}`);
    return 200;
  },
  onEnded: ({ by, status, q850Cause, reason }) => void seen.push(`ended ${by} ${status} ${q850Cause} ${reason}`),
  ...more,
});

/** Bob takes the call at once. */
const taker = (seen: Seen, keep: (leg: IncomingLeg) => void = () => {}, more: Partial<LegHandlers> = {}) => {
  return (leg: IncomingLeg) => {
    keep(leg);
    leg.handlers = note(seen, more);
    leg.progress(180);
    leg.answer('answer');
  };
};

describe('a call between two endpoints', () => {
  it('rings, is answered, is confirmed on both sides and ended by the caller with a cause', async () => {
    const a: Seen = [];
    const b: Seen = [];
    const { clock, call, alice, bob } = await pair({ onInvite: taker(b) });
    const leg = call(note(a));
    clock.advance(100);
    expect(a).toEqual(['progress 180 null', 'confirmed answer']);
    expect(b).toEqual(['confirmed null']);
    expect(leg.state).toBe('confirmed');
    leg.hangup({ q850Cause: 16, text: 'done' });
    leg.hangup();
    clock.advance(100);
    expect(a.at(-1)).toBe('ended us 0 16 done');
    expect(b.at(-1)).toBe('ended peer 0 16 done');
    clock.advance(70_000);
    for (const { counters } of [alice, bob]) expect([counters.transactions, counters.legs]).toEqual([0, 0]);
  });

  it('holds no timer once it is over', async () => {
    const { clock, call } = await pair({ onInvite: taker([]) });
    const leg = call({});
    clock.advance(100);
    leg.hangup();
    clock.advance(70_000);
    expect(clock.pending).toBe(0);
  });

  it('tells the called side who calls and whom', async () => {
    let got: IncomingLeg | null = null;
    const { clock, call } = await pair({
      onInvite: (leg) => {
        got = leg;
        leg.refuse(486);
      },
    });
    call({}, { uri: 'sip:%2B49%2030@10.0.0.2', headers: [{ name: 'X-App', value: 'one\r\nX-Evil: 1' }] });
    clock.advance(100);
    const leg = got as unknown as IncomingLeg;
    expect(leg.requestUser).toBe('+49 30');
    expect(leg.remote).toEqual({ uri: 'sip:alice@10.0.0.1', displayName: 'Alice "A"' });
    expect(leg.offer).toBe('offer');
    expect(leg.header('x-app')).toBe('one X-Evil: 1');
    expect(leg.header('X-Evil')).toBeUndefined();
    expect(leg.localAddress).toBe('10.0.0.2');
  });

  it('is refused with the status that was given', async () => {
    const a: Seen = [];
    const b: Seen = [];
    const { clock, call } = await pair({
      onInvite: (leg) => {
        leg.handlers = note(b);
        leg.refuse(486);
      },
    });
    call(note(a));
    clock.advance(100);
    expect(a).toEqual(['ended peer 486 null Busy Here']);
    expect(b).toEqual(['ended us 0 null ']);
  });

  it('is cancelled while it rings', async () => {
    const a: Seen = [];
    const b: Seen = [];
    const { clock, call, lines, alice, bob } = await pair({
      onInvite: (leg) => {
        leg.handlers = note(b);
        leg.progress(180);
      },
    });
    const leg = call(note(a));
    clock.advance(100);
    leg.hangup({ q850Cause: 31 });
    clock.advance(100);
    expect(a.at(-1)).toBe('ended us 487 31 ');
    expect(b).toEqual(['ended peer 487 31 ']);
    expect(lines()).toContain('10.0.0.2 SIP/2.0 487 Request Terminated');
    clock.advance(70_000);
    for (const { counters } of [alice, bob]) expect([counters.transactions, counters.legs]).toEqual([0, 0]);
  });

  it('ends a call that is answered in the moment of its CANCEL', async () => {
    const b: Seen = [];
    const { clock, call, lines } = await pair({ onInvite: taker(b) });
    const leg = call({});
    clock.advance(12);
    // 180 and 200 have arrived or are on the way: the answer cannot be taken back any more.
    leg.hangup();
    clock.advance(1000);
    expect(b.at(-1)).toMatch(/^ended peer 0/);
    expect(lines().filter((line) => line.includes('BYE'))).toHaveLength(1);
  });

  it('waits for the ACK before it says BYE as called side', async () => {
    let leg: IncomingLeg | null = null;
    const b: Seen = [];
    const a: Seen = [];
    const { clock, call, lines } = await pair({ onInvite: taker(b, (made) => (leg = made)) });
    call(note(a));
    clock.advance(6);
    (leg as unknown as IncomingLeg).hangup();
    expect(b).toEqual(['ended us 0 null ']);
    expect(lines().some((line) => line.includes('BYE'))).toBe(false);
    clock.advance(100);
    expect(a.at(-1)).toMatch(/^ended peer 0/);
  });

  it('is placed again with credentials when it is challenged, by the better algorithm', async () => {
    const b: Seen = [];
    const logins: (string | null)[] = [];
    const { clock, call, bob } = await pair({
      onInvite: taker(b, (leg) => logins.push(leg.login)),
      bob: {
        credentials: (login) => (login === 'trunk' ? { password: 'secret' } : null),
        policy: ({ login }) => (login === 'trunk' ? { kind: 'accept' } : { kind: 'challenge' }),
      },
    });
    const good: Seen = [];
    call(note(good), { credentials: { username: 'trunk', password: 'secret' } });
    const wrong: Seen = [];
    call(note(wrong), { credentials: { username: 'trunk', password: 'wrong' } });
    const unknown: Seen = [];
    call(note(unknown), { credentials: { username: 'nobody', password: 'secret' } });
    const none: Seen = [];
    call(note(none));
    clock.advance(200);
    expect(good).toContain('confirmed answer');
    expect(logins).toEqual(['trunk']);
    expect([wrong, unknown, none]).toEqual(Array(3).fill(['ended peer 401 null Unauthorized']));
    expect(bob.counters.legs).toBe(1);
  });

  it('fails with 408 when nobody answers and with 503 when the address is dead', async () => {
    const silent: Seen = [];
    const { clock, call } = await pair({ lose: ({ from }) => from === '10.0.0.1' });
    call(note(silent));
    const dead: Seen = [];
    call(note(dead), { uri: 'sip:1@10.0.0.9;transport=tcp' });
    clock.advance(40_000);
    expect(silent[0]).toMatch(/^ended fault 408/);
    expect(dead[0]).toMatch(/^ended fault 503/);
  });

  it('goes over TCP when it is too large for a datagram, and over UDP where TCP is refused', async () => {
    for (const bobTakesTcp of [true, false]) {
      const incoming: IncomingLeg[] = [];
      const seen: Seen = [];
      const udp = { transport: 'udp', host: '10.0.0.2', port: 5060 } as const;
      const { clock, call, lines, alice, bob } = await pair({
        ...(bobTakesTcp ? {} : { bob: { listen: [udp] } }),
        onInvite(leg) {
          incoming.push(leg);
          leg.handlers = note([]);
          leg.answer('answer');
        },
      });
      const large = { headers: [{ name: 'X-Large', value: 'x'.repeat(1000) }] };
      const invites = () => lines().filter((line) => line.startsWith('10.0.0.1 INVITE')).length;
      const first = call(note(seen), large);
      clock.advance(1000);
      const second = call(note(seen), large);
      clock.advance(1000);
      call(note(seen));
      clock.advance(1000);
      expect(incoming.map(({ source }) => source.transport)).toEqual(
        bobTakesTcp ? ['tcp', 'tcp', 'udp'] : ['udp', 'udp', 'udp'],
      );
      // Whoever refused TCP is not asked again for a while.
      expect(invites()).toBe(bobTakesTcp ? 3 : 4);
      expect(seen).toEqual(Array(3).fill('confirmed answer'));
      first.hangup();
      second.hangup();
      clock.advance(1000);
      expect([alice.counters.legs, bob.counters.legs]).toEqual([1, 1]);
    }
  });

  it('says BYE when the ACK never comes', async () => {
    const b: Seen = [];
    const { clock, call, lines } = await pair({
      onInvite: taker(b),
      lose: ({ text }) => text.startsWith('ACK'),
    });
    const a: Seen = [];
    call(note(a));
    clock.advance(40_000);
    expect(b).toEqual(['ended fault 408 null no ACK']);
    expect(a.at(-1)).toMatch(/^ended peer/);
    // T1 doubling up to T2 for 64*T1: 11 copies, each acknowledged anew.
    expect(lines().filter((line) => line === '10.0.0.2 SIP/2.0 200 OK').length).toBeGreaterThanOrEqual(10);
  });
});

describe('on a wire that loses every first copy', () => {
  it('places, talks over and ends calls in both directions', async () => {
    const a: Seen = [];
    const b: Seen = [];
    let bobs: IncomingLeg | null = null;
    // Every ACK to a 2xx has a branch of its own, so by bytes all of them are first copies.
    const { clock, call, alice, bob } = await pair({
      onInvite: taker(b, (leg) => (bobs = leg)),
      lose: ({ copy, text }) => copy === 0 && !text.startsWith('ACK'),
    });
    const leg = call(note(a));
    clock.advance(20_000);
    expect(a).toContain('confirmed answer');
    expect(b).toEqual(['confirmed null']);
    const info = leg.info('application/dtmf-relay', 'Signal=5');
    const answer = leg.reoffer('again');
    clock.advance(20_000);
    expect(await info).toBe(200);
    expect(await answer).toEqual({ status: 200, sdp: 'answer to again' });
    (bobs as unknown as IncomingLeg).hangup();
    clock.advance(80_000);
    expect(a.at(-1)).toMatch(/^ended peer/);
    for (const { counters } of [alice, bob]) expect([counters.transactions, counters.legs]).toEqual([0, 0]);
  });
});

describe('inside a dialog', () => {
  async function standing(more: Partial<LegHandlers> = {}, setup: Parameters<typeof pair>[0] = {}) {
    const a: Seen = [];
    const b: Seen = [];
    let made: IncomingLeg | null = null;
    const world = await pair({ onInvite: taker(b, (leg) => (made = leg), more), ...setup });
    const leg = world.call(note(a));
    world.clock.advance(100);
    return { ...world, a, b, leg, bobs: made as unknown as IncomingLeg };
  }

  it('carries INFO both ways, in order, one at a time', async () => {
    const { clock, leg, bobs, a, b } = await standing();
    const results = [
      leg.info('application/dtmf', '1'),
      leg.info('application/dtmf', '2'),
      bobs.info('text/plain', 'hi'),
    ];
    clock.advance(200);
    for (let round = 0; round < 3; round += 1) clock.advance(50);
    expect(await Promise.all(results)).toEqual([200, 200, 200]);
    expect(b.slice(1)).toEqual(['info application/dtmf 1', 'info application/dtmf 2']);
    expect(a.at(-1)).toBe('info text/plain hi');
  });

  it('takes a new offer from either side', async () => {
    const { clock, leg, bobs, a, b } = await standing();
    const first = leg.reoffer('from alice');
    clock.advance(100);
    expect(await first).toEqual({ status: 200, sdp: 'answer to from alice' });
    const second = bobs.reoffer('from bob');
    clock.advance(100);
    expect(await second).toEqual({ status: 200, sdp: 'answer to from bob' });
    expect(a.at(-1)).toBe('offer from bob');
    expect(b.at(-1)).toBe('offer from alice');
  });

  it('settles two offers that cross by 491 and a retry', async () => {
    const { clock, leg, bobs, lines } = await standing();
    const both = Promise.all([leg.reoffer('a'), bobs.reoffer('b')]);
    clock.advance(10_000);
    expect(await both).toEqual([
      { status: 200, sdp: 'answer to a' },
      { status: 200, sdp: 'answer to b' },
    ]);
    expect(lines().filter((line) => line.includes(' 491 '))).toHaveLength(2);
  });

  it('passes a refused offer back and keeps the call', async () => {
    const { clock, leg } = await standing({ onOffer: () => ({ status: 488 }) });
    const result = leg.reoffer('bad');
    clock.advance(100);
    expect(await result).toEqual({ status: 488, sdp: null });
    expect(leg.state).toBe('confirmed');
  });

  it('ends the leg whose handler throws, and only that leg', async () => {
    const { clock, leg, a, b, errors, bob, call } = await standing({
      onInfo: () => {
        throw new Error('broken');
      },
    });
    const other: Seen = [];
    call(note(other));
    clock.advance(100);
    const status = leg.info('a/b', 'x');
    clock.advance(200);
    expect(await status).toBe(500);
    expect(b).toContain('ended fault 500 null internal error');
    expect(a.at(-1)).toMatch(/^ended peer 0 41/);
    expect(errors).toHaveLength(1);
    expect(other).toEqual(['progress 180 null', 'confirmed answer']);
    expect(bob.counters.legs).toBe(1);
  });

  it('resolves what is open when the leg ends', async () => {
    const { leg, clock } = await standing();
    const open = [leg.info('a/b', 'x'), leg.info('a/b', 'y'), leg.reoffer('z').then(({ status }) => status)];
    leg.hangup();
    clock.advance(100);
    expect(await Promise.all(open)).toEqual([481, 481, 481]);
    expect(await leg.info('a/b', 'late')).toBe(481);
    expect(await leg.reoffer('late')).toEqual({ status: 481, sdp: null });
  });

  it('refreshes the session at half time and lives on', async () => {
    const { clock, leg, lines, a, b } = await standing();
    clock.advance(3_600_000);
    expect(leg.state).toBe('confirmed');
    expect(lines().filter((line) => line.includes(' UPDATE ')).length).toBeGreaterThanOrEqual(3);
    expect([a, b].flat().some((line) => line.startsWith('ended'))).toBe(false);
  });

  it('ends on both sides when the peer has vanished and the session expires', async () => {
    let cut = false;
    const { clock, a, b } = await standing({}, { lose: () => cut });
    cut = true;
    clock.advance(1_900_000);
    expect(a.at(-1)).toMatch(/^ended fault 408/);
    expect(b.at(-1)).toMatch(/^ended fault 408/);
  });
});

describe('a delayed offer', () => {
  it('is made in the 200 and answered in the ACK', async () => {
    const a: Seen = [];
    const b: Seen = [];
    const { clock, call } = await pair({
      onInvite: (leg) => {
        expect(leg.offer).toBeNull();
        leg.handlers = note(b);
        leg.answer('bob offers');
      },
    });
    call(note(a), { sdp: null });
    clock.advance(100);
    expect(a).toEqual(['offer bob offers', 'confirmed bob offers']);
    expect(b).toEqual(['confirmed answer to bob offers']);
  });
});

describe('a fault while a call comes in', () => {
  it('is answered 500 and leaves nothing behind', async () => {
    const a: Seen = [];
    const { clock, call, bob, errors } = await pair({
      onInvite: () => {
        throw new Error('broken');
      },
    });
    call(note(a));
    clock.advance(100);
    expect(a).toEqual(['ended peer 500 41 internal error']);
    expect(bob.counters.legs).toBe(0);
    expect(errors).toHaveLength(1);
  });
});
