// A server that is killed in the middle of calls and started again, against a peer that noticed nothing; on a wire inside
// the process and a virtual clock. Over real sockets: restore-wire.test.ts.
import { describe, expect, it } from 'vitest';
import { CodedError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createSipEndpoint } from './create-endpoint.ts';
import { createDigestClient } from './digest-client.ts';
import type {
  IncomingLeg,
  LegHandlers,
  OutgoingLeg,
  SavedBinding,
  SavedLeg,
  SipEndpoint,
  SipEndpointOptions,
  SipLeg,
} from './endpoint.ts';
import { formatMessage } from './format.ts';
import { getHeader, getHeaders } from './header.ts';
import { createMemoryWire } from './memory-wire.ts';
import type { Header, SipMessage, SipRequest, SipResponse } from './message.ts';
import { createResponse } from './response.ts';
import { createTransactionLayer } from './transaction-layer.ts';
import type { SipTransport } from './transport.ts';

const us = { transport: 'udp', address: '10.0.0.1', port: 5060 } as const;

/** Our server, which can be killed, and a peer written by hand at 10.0.0.9. */
async function world(more: Partial<SipEndpointOptions> = {}) {
  const clock = createVirtualClock();
  const wire = createMemoryWire({ clock, delayMs: 1 });
  const events: string[] = [];
  /** As a store would have it: text, the newest only. */
  let stored: string | null = null;
  const saves: string[] = [];
  let leg: SipLeg | null = null;
  const handlers: LegHandlers = {
    onSaved(saved) {
      stored = JSON.stringify(saved);
      saves.push(saved.state);
    },
    onProgress: (status) => void events.push(`progress ${status}`),
    onConfirmed: (sdp) => void events.push(`confirmed ${sdp}`),
    onOffer: (sdp) => {
      events.push(`offer ${sdp}`);
      return { sdp: `answer to ${sdp}` };
    },
    onInfo: (_type, body) => {
      events.push(`info ${body}`);
      return 200;
    },
    onEnded: ({ by, status }) => void events.push(`ended ${by} ${status}`),
  };
  const open = async (hold = false): Promise<SipEndpoint> => {
    const made = createSipEndpoint(
      {
        listen: [{ transport: 'udp', host: us.address, port: us.port }],
        advertisedHost: null,
        clock,
        log: silentLog,
        userAgent: 'Keytone test',
        realm: 'test',
        credentials: (login) => (login === 'bob' ? { password: 'pw' } : null),
        policy: () => ({ kind: 'accept' }),
        onInvite(incoming) {
          leg = incoming;
          incoming.handlers = handlers;
        },
        ...more,
      },
      { createLayer: (options) => createTransactionLayer(options, wire.open(us.address)) },
    );
    await made.start({ hold });
    return made;
  };
  let endpoint = await open();

  const inbox: SipMessage[] = [];
  const peer: SipTransport = wire.open('10.0.0.9')({
    listen: [{ transport: 'udp', host: '10.0.0.9', port: 5060 }],
    clock,
    log: silentLog,
    onMessage: (message) => void (message.kind !== 'fault' && inbox.push(message)),
  });
  await peer.start();
  let branch = 0;

  const textOf = (method: string, cseq: number, lines: readonly string[] = [], body = ''): string => {
    branch += 1;
    const has = (name: string) => lines.some((line) => line.startsWith(`${name}:`));
    return [
      `${method} sip:1000@10.0.0.1 SIP/2.0`,
      ...(has('Via') ? [] : [`Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKp${branch}`]),
      ...(has('From') ? [] : ['From: <sip:peer@10.0.0.9>;tag=peer']),
      ...(has('To') ? [] : ['To: <sip:1000@10.0.0.1>']),
      ...(has('Call-ID') ? [] : ['Call-ID: call']),
      `CSeq: ${cseq} ${method}`,
      'Max-Forwards: 70',
      ...(has('Contact') ? [] : ['Contact: <sip:peer@10.0.0.9:5060>']),
      ...(body === '' || has('Content-Type') ? [] : ['Content-Type: application/sdp']),
      ...lines,
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  };
  /** Sends and returns what came back within `waitMs`. */
  const say = (text: string, waitMs = 10): SipMessage[] => {
    const from = inbox.length;
    peer.send(Buffer.from(text), us);
    clock.advance(waitMs);
    return inbox.slice(from);
  };
  const ask = (method: string, cseq: number, lines: readonly string[] = [], body = '', waitMs = 10) =>
    say(textOf(method, cseq, lines, body), waitMs);
  const reply = (request: SipRequest, status: number, headers: readonly Header[] = [], body = '') => {
    const all = [{ name: 'Contact', value: '<sip:peer@10.0.0.9:5060>' }, ...headers];
    if (body !== '') all.push({ name: 'Content-Type', value: 'application/sdp' });
    return say(
      formatMessage(createResponse(request, status, undefined, { toTag: 'peer', headers: all, body })).toString(),
    );
  };
  const status = (messages: readonly SipMessage[]) => (messages.at(-1) as SipResponse | undefined)?.status;
  const since = <T>(run: () => T, waitMs = 10): SipMessage[] => {
    const from = inbox.length;
    run();
    clock.advance(waitMs);
    return inbox.slice(from);
  };
  const toOf = (message: SipMessage) => `To: ${getHeader(message, 'To')}`;
  /** A call of the peer that is answered and acknowledged; returns the To line of requests inside it. */
  const establish = (lines: readonly string[] = []): string => {
    ask('INVITE', 1, lines, 'offer');
    const to = toOf(since(() => (leg as IncomingLeg).answer('answer'))[0]!);
    ask('ACK', 1, [to]);
    return to;
  };
  const dial = (options: { readonly credentials?: { username: string; password: string } } = {}): SipRequest =>
    since(() => {
      leg = endpoint.invite(
        { uri: 'sip:peer@10.0.0.9', from: { uri: 'sip:us@10.0.0.1' }, sdp: 'offer', ...options },
        handlers,
      );
    })[0] as SipRequest;
  const kill = async (deadMs = 0): Promise<void> => {
    await endpoint.close();
    events.length = 0;
    saves.length = 0;
    clock.advance(deadMs);
  };
  const start = async (hold = false): Promise<void> => {
    endpoint = await open(hold);
  };
  const saved = (): SavedLeg => JSON.parse(stored ?? 'null') as SavedLeg;
  const restore = (options?: Parameters<SipEndpoint['restore']>[2], what = saved()): IncomingLeg | OutgoingLeg => {
    const restored = endpoint.restore(what, handlers, options);
    leg = restored;
    return restored;
  };
  /** Killed, dead for a while, started and restored. */
  const reborn = async (deadMs = 0, options?: Parameters<SipEndpoint['restore']>[2]) => {
    await kill(deadMs);
    await start();
    return restore(options);
  };
  return {
    clock,
    events,
    saves,
    inbox,
    textOf,
    say,
    ask,
    reply,
    status,
    since,
    toOf,
    establish,
    dial,
    kill,
    start,
    restore,
    reborn,
    saved,
    leg: <L extends SipLeg = IncomingLeg>() => leg as L,
    endpoint: () => endpoint,
  };
}

const requests = (messages: readonly SipMessage[]) => messages.filter((message) => message.kind === 'request');
const cseqOf = (message: SipMessage) => Number(getHeader(message, 'CSeq')!.split(' ')[0]);

describe('a confirmed call of a peer, after a restart', () => {
  it('stands, tells nothing by itself, and ends at the BYE of the peer', async () => {
    const { establish, reborn, ask, status, events, endpoint, leg } = await world();
    const to = establish(['X-App: one', 'User-Agent: phone', 'Authorization: Digest username="bob"']);
    const before = leg();
    const after = (await reborn(2000)) as IncomingLeg;
    expect(after.direction).toBe('incoming');
    for (const name of [
      'id',
      'callId',
      'state',
      'remote',
      'local',
      'localAddress',
      'requestUri',
      'requestUser',
    ] as const)
      expect(after[name]).toEqual(before[name]);
    expect([after.source, after.login, after.header('x-app')]).toEqual([before.source, null, 'one']);
    expect(after.header('User-Agent')).toBe('phone');
    after.progress(180);
    after.answer('no');
    after.refuse(486);
    expect(events).toEqual([]);
    expect(status(ask('BYE', 2, [to, 'Reason: Q.850;cause=16']))).toBe(200);
    expect(events).toEqual(['ended peer 0']);
    expect(endpoint().counters.legs).toBe(0);
    expect(status(ask('BYE', 3, [to]))).toBe(481);
  });

  it('takes INFO, offers and OPTIONS, and saves each before its answer', async () => {
    const { establish, reborn, ask, status, events, saves, saved } = await world();
    const to = establish();
    await reborn();
    expect(status(ask('INFO', 2, [to, 'Content-Type: application/dtmf'], '5'))).toBe(200);
    const [accepted] = ask('INVITE', 3, [to, 'Contact: <sip:peer@10.0.0.9:5070>'], 'other');
    expect([(accepted as SipResponse).status, Buffer.from(accepted!.body).toString()]).toEqual([
      200,
      'answer to other',
    ]);
    ask('ACK', 3, [to]);
    expect(status(ask('OPTIONS', 4, [to]))).toBe(200);
    expect(status(ask('UPDATE', 5, [to]))).toBe(200);
    expect(events).toEqual(['info 5', 'offer other']);
    expect(saves).toEqual(Array(4).fill('confirmed'));
    expect(saved()).toMatchObject({ inner: { dialog: { remoteCSeq: 5, remoteTarget: 'sip:peer@10.0.0.9:5060' } } });
  });

  it('sends with a higher number than any sent, to the target by the route set', async () => {
    const { establish, kill, start, restore, leg, since, reply, saved, ask } = await world();
    const route = '<sip:10.0.0.9;lr>';
    const to = establish([`Record-Route: ${route}`, 'Contact: <sip:phone@192.0.2.7:5080>']);
    ask('OPTIONS', 2, [to, 'Contact: <sip:phone@192.0.2.7:5080>']);
    const { at } = saved().inner as { at: number };
    // As many as a fast dialog sends after the last saving.
    let highest = 0;
    for (let round = 0; round < 50; round += 1) {
      const [info] = since(() => void leg().info('a/b', 'x'), 2);
      highest = cseqOf(info!);
      reply(info as SipRequest, 200);
      await Promise.resolve();
    }
    expect(highest).toBe(50);
    await kill();
    await start();
    const restored = restore();
    const [bye] = since(() => restored.hangup({ q850Cause: 16 })) as SipRequest[];
    expect([bye!.method, bye!.uri]).toEqual(['BYE', 'sip:phone@192.0.2.7:5080']);
    expect(getHeaders(bye!, 'Route')).toEqual([route]);
    expect(cseqOf(bye!)).toBeGreaterThan(highest);
    expect(cseqOf(bye!)).toBeGreaterThan(1000);
    expect(at).toBeGreaterThan(0);
    expect(getHeader(bye!, 'Reason')).toContain('16');
  });

  it('goes on counting upwards through a second kill without a saving in between', async () => {
    const { establish, reborn, since, reply } = await world();
    establish();
    const first = await reborn(10);
    const [info] = since(() => void first.info('a/b', 'x'));
    reply(info as SipRequest, 200);
    const second = await reborn(10);
    const [again] = since(() => void second.info('a/b', 'x'));
    expect(cseqOf(again!)).toBeGreaterThan(cseqOf(info!));
  });

  it('makes an offer of its own and takes the answer', async () => {
    const { establish, reborn, since, reply, saved } = await world();
    establish();
    const leg = await reborn();
    let result: Promise<unknown> | null = null;
    const [invite] = since(() => {
      result = leg.reoffer('hold');
    }) as SipRequest[];
    const [ack] = reply(invite!, 200, [], 'held') as SipRequest[];
    expect(await result).toEqual({ status: 200, sdp: 'held' });
    expect([ack!.method, cseqOf(ack!)]).toEqual(['ACK', cseqOf(invite!)]);
    expect(saved().inner).toMatchObject({ localSdp: 'hold' });
  });

  it('cannot be restored twice, or beside itself', async () => {
    const { establish, reborn, restore, ask, status } = await world();
    const to = establish();
    expect(() => restore()).toThrow('live already');
    await reborn();
    expect(() => restore()).toThrow('live already');
    expect(status(ask('BYE', 2, [to]))).toBe(200);
  });
});

describe('requests of the dead time', () => {
  it('are served when the peer sends them again', async () => {
    const { establish, kill, start, restore, say, textOf, status, events } = await world();
    const to = establish();
    await kill();
    const info = textOf('INFO', 2, [to, 'Content-Type: application/dtmf'], '7');
    expect(say(info, 500)).toEqual([]);
    await start();
    restore();
    expect(status(say(info))).toBe(200);
    expect(status(say(info))).toBe(200);
    expect(events).toEqual(['info 7']);
  });

  it('wait until all legs are restored, in order, and copies come to one', async () => {
    const { establish, kill, start, restore, say, textOf, endpoint, since, events } = await world();
    const to = establish();
    await kill();
    await start(true);
    const one = textOf('INFO', 2, [to, 'Content-Type: application/dtmf'], '1');
    expect(say(one)).toEqual([]);
    expect(say(textOf('INFO', 3, [to, 'Content-Type: application/dtmf'], '2'))).toEqual([]);
    expect(say(one)).toEqual([]);
    expect(say(textOf('BYE', 4, [to]))).toEqual([]);
    restore();
    const answers = since(() => endpoint().release()) as SipResponse[];
    expect(answers.map(cseqOf)).toEqual([2, 3, 2, 4]);
    expect(answers.map(({ status }) => status)).toEqual(Array(4).fill(200));
    expect(events).toEqual(['info 1', 'info 2', 'ended peer 0']);
  });

  it('are not served when the peer must have given up by then', async () => {
    const { kill, start, ask, endpoint, since } = await world();
    await kill();
    await start(true);
    ask('INVITE', 1, [], 'offer', 33_000);
    ask('OPTIONS', 2);
    expect(since(() => endpoint().release()).map(cseqOf)).toEqual([2]);
    expect(endpoint().counters.legs).toBe(0);
  });

  it('are taken in the order they were sent in, whatever comes again first', async () => {
    const { establish, reborn, ask, say, textOf, status, events } = await world();
    const to = establish();
    const type = 'Content-Type: application/dtmf';
    await reborn(1000, { downMs: 1000 });
    const bye = textOf('BYE', 5, [to]);
    expect(ask('INFO', 4, [to, type], '3')).toEqual([]);
    expect(say(bye)).toEqual([]);
    expect(ask('INFO', 3, [to, type], '2')).toEqual([]);
    expect(say(bye)).toEqual([]);
    const answers = ask('INFO', 2, [to, type], '1') as SipResponse[];
    expect(answers.map((answer) => [answer.status, cseqOf(answer)])).toEqual([2, 3, 4, 5].map((cseq) => [200, cseq]));
    expect(events).toEqual(['info 1', 'info 2', 'info 3', 'ended peer 0']);
    expect(status(say(bye))).toBe(200);
  });

  it('are waited for as long as the peer needs to send them again, and no longer', async () => {
    const { establish, reborn, ask, since, events } = await world();
    const to = establish();
    const type = 'Content-Type: application/dtmf';
    await reborn(1000, { downMs: 1000 });
    expect(ask('INFO', 5, [to, type], '3', 1300)).toEqual([]);
    expect(ask('INFO', 4, [to, type], '2')).toEqual([]);
    expect(since(() => {}, 300).map(cseqOf)).toEqual([4, 5]);
    expect(ask('INFO', 9, [to, type], '4').map(cseqOf)).toEqual([9]);
    expect(events).toEqual(['info 2', 'info 3', 'info 4']);
  });

  it('that wait for their turn are answered when the leg ends', async () => {
    const { establish, reborn, ask, since, inbox } = await world();
    const to = establish();
    const leg = await reborn();
    expect(ask('INFO', 5, [to, 'Content-Type: a/b'], '3')).toEqual([]);
    const from = inbox.length;
    since(() => leg.hangup());
    const answers = inbox.slice(from).filter((message) => message.kind === 'response');
    expect(answers.map((answer) => [answer.status, cseqOf(answer)])).toEqual([[481, 5]]);
  });

  it('get 481 when nobody waits for the legs, so that the peer lets the call go', async () => {
    const { establish, kill, start, ask, status } = await world();
    const to = establish();
    await kill();
    await start();
    expect(status(ask('INFO', 2, [to, 'Content-Type: application/dtmf'], '1'))).toBe(481);
  });

  it('whose answer was lost are answered alike, and a key is not told twice', async () => {
    const { establish, reborn, ask, say, textOf, status, events } = await world();
    const to = establish();
    const type = 'Content-Type: application/dtmf';
    const info = textOf('INFO', 5, [to, type], '3');
    say(info);
    await reborn();
    expect(status(say(info))).toBe(200);
    expect(events).toEqual([]);
    expect(status(ask('INFO', 4, [to, type], '9'))).toBe(500);
    expect(status(ask('OPTIONS', 5, [to]))).toBe(500);
    expect(status(ask('INFO', 6, [to, type], '4'))).toBe(200);
    expect(status(ask('INFO', 5, [to, type], '3'))).toBe(500);
    expect(events).toEqual(['info 4']);
  });

  it('are refused again as they were refused', async () => {
    const { establish, reborn, say, textOf, status } = await world();
    const to = establish();
    const info = textOf('INFO', 5, [to, 'Info-Package: foo', 'Content-Type: a/b'], '3');
    expect(status(say(info))).toBe(469);
    await reborn();
    expect(status(say(info))).toBe(469);
  });

  it('that made an offer are answered again', async () => {
    const { establish, reborn, say, textOf, ask, status, events } = await world();
    const to = establish();
    const offer = textOf('INVITE', 2, [to], 'again');
    say(offer);
    await reborn();
    const [answer] = say(offer);
    expect((answer as SipResponse).status).toBe(200);
    expect(Buffer.from(answer!.body).toString()).toBe('answer to again');
    ask('ACK', 2, [to]);
    expect(status(ask('BYE', 3, [to]))).toBe(200);
    expect(events).toEqual(['offer again', 'ended peer 0']);
  });
});

describe('an INFO whose handler waits', () => {
  const slow = async (outcome: Promise<number>) => {
    const made = await world();
    const to = made.establish();
    made.leg().handlers = { ...made.leg().handlers, onInfo: () => outcome };
    const info = (cseq: number) => made.ask('INFO', cseq, [to, 'Content-Type: application/dtmf'], '1');
    return { ...made, to, info };
  };

  it('is saved at once and answered when the promise is kept', async () => {
    let keep: (status: number) => void = () => {};
    const { info, clock, inbox, saved, status } = await slow(new Promise((resolve) => (keep = resolve)));
    expect(info(2)).toEqual([]);
    expect(saved().inner).toMatchObject({ dialog: { remoteCSeq: 2 }, last: { cseq: 2, method: 'INFO', status: 200 } });
    const before = inbox.length;
    keep(200);
    await Promise.resolve();
    clock.advance(10);
    expect(status(inbox.slice(before))).toBe(200);
    clock.advance(5000);
    expect(inbox.length).toBe(before + 1);
  });

  it('is answered 200 after two seconds, and holds nothing else up', async () => {
    const { info, ask, to, clock, inbox, status } = await slow(new Promise(() => {}));
    info(2);
    expect(status(ask('OPTIONS', 3, [to]))).toBe(200);
    clock.advance(1900);
    expect(inbox.filter((message) => cseqOf(message) === 2)).toEqual([]);
    clock.advance(200);
    expect(status(inbox.filter((message) => cseqOf(message) === 2))).toBe(200);
    expect(status(ask('BYE', 4, [to]))).toBe(200);
  });

  it('ends the leg when the promise is broken', async () => {
    const { info, clock, events, inbox } = await slow(Promise.reject(new Error('broken')));
    info(2);
    await Promise.resolve();
    await Promise.resolve();
    clock.advance(10);
    expect(events.at(-1)).toBe('ended fault 500');
    expect((inbox.find((message) => cseqOf(message) === 2) as SipResponse).status).toBe(500);
  });
});

describe('the session timer, after a restart', () => {
  const timed = (refresher: 'uac' | 'uas') => [
    `Session-Expires: 180;refresher=${refresher}`,
    'Supported: timer',
    'Allow: INVITE, ACK, BYE, UPDATE',
  ];

  it('refreshes at the time that was agreed before', async () => {
    const { establish, reborn, since, reply, clock, saved } = await world();
    establish(timed('uas'));
    clock.advance(30_000);
    await reborn(30_000);
    expect(since(() => {}, 29_000)).toEqual([]);
    const [update] = since(() => {}, 1_500) as SipRequest[];
    expect(update?.method).toBe('UPDATE');
    reply(update!, 200, [{ name: 'Session-Expires', value: '180;refresher=uac' }]);
    expect(saved().inner).toMatchObject({ timer: { expiresS: 180, refresher: 'us' } });
    const [next] = since(() => {}, 90_000) as SipRequest[];
    expect(next?.method).toBe('UPDATE');
  });

  it('refreshes at once when that time has passed', async () => {
    const { establish, reborn, since } = await world();
    establish(timed('uas'));
    await reborn(400_000);
    const [update] = since(() => {}) as SipRequest[];
    expect(update?.method).toBe('UPDATE');
  });

  it('gives a peer that refreshes the time that remains, then ends the call', async () => {
    const { establish, reborn, since, clock, events } = await world();
    establish(timed('uac'));
    clock.advance(20_000);
    await reborn(20_000);
    // 180 s less 32 s for the end.
    expect(since(() => {}, 107_000)).toEqual([]);
    const [bye] = since(() => {}, 2_000) as SipRequest[];
    expect(bye?.method).toBe('BYE');
    expect(events).toEqual(['ended fault 408']);
  });

  it('gives a peer that could not refresh in the dead time 32 s to send it again', async () => {
    const { establish, reborn, since, ask, status, events } = await world();
    const to = establish(timed('uac'));
    await reborn(200_000);
    expect(since(() => {}, 31_000)).toEqual([]);
    expect(status(ask('UPDATE', 2, [to, 'Session-Expires: 180;refresher=uac', 'Supported: timer']))).toBe(200);
    since(() => {}, 140_000);
    expect(events).toEqual([]);
    const [bye] = since(() => {}, 10_000) as SipRequest[];
    expect(bye?.method).toBe('BYE');
  });
});

describe('a call that we placed', () => {
  it('goes on in both directions', async () => {
    const { dial, reply, reborn, ask, since, status, events, leg } = await world();
    const invite = dial();
    reply(invite, 200, [], 'answer');
    const before = leg<OutgoingLeg>();
    const restored = await reborn();
    expect(restored.direction).toBe('outgoing');
    for (const name of ['id', 'callId', 'remote', 'local', 'localAddress'] as const)
      expect(restored[name]).toEqual(before[name]);
    const ends = [
      `Call-ID: ${getHeader(invite, 'Call-ID')}`,
      'From: <sip:peer@10.0.0.9>;tag=peer',
      `To: ${getHeader(invite, 'From')}`,
    ];
    expect(status(ask('INFO', 7, [...ends, 'Content-Type: application/dtmf'], '8'))).toBe(200);
    expect(events).toEqual(['info 8']);
    const [bye] = since(() => restored.hangup()) as SipRequest[];
    expect([bye!.method, getHeader(bye!, 'To')]).toEqual(['BYE', '<sip:peer@10.0.0.9>;tag=peer']);
    expect(events.at(-1)).toBe('ended us 0');
  });

  it('acknowledges the 200 that the peer repeats because the ACK was lost', async () => {
    const { dial, reply, reborn } = await world();
    const invite = dial();
    reply(invite, 200, [], 'answer');
    await reborn(2000);
    const [ack] = reply(invite, 200, [], 'answer') as SipRequest[];
    expect([ack!.method, cseqOf(ack!)]).toEqual(['ACK', cseqOf(invite)]);
    expect(
      requests(reply({ ...invite, headers: invite.headers.filter(({ name }) => name !== 'Call-ID') }, 200)),
    ).toEqual([]);
  });

  it('answers challenges with credentials that were never saved, and only for realms that asked before', async () => {
    const { dial, reply, reborn, since, saved } = await world();
    const credentials = { username: 'trunk', password: 'very secret' };
    const ask = (realm: string): Header[] => [
      { name: 'WWW-Authenticate', value: `Digest realm="${realm}", nonce="${realm}1", algorithm=MD5` },
    ];
    const second = reply(dial({ credentials }), 401, ask('known')).filter(
      (message) => (message as SipRequest).method === 'INVITE',
    )[0] as SipRequest;
    reply(second, 200, [], 'answer');
    expect(JSON.stringify(saved())).not.toContain('very secret');
    expect(JSON.stringify(saved())).not.toContain('response=');
    const leg = await reborn(0, { credentials });
    const [info] = since(() => void leg.info('a/b', 'x')) as SipRequest[];
    const [signed] = reply(info!, 401, ask('known')) as SipRequest[];
    expect(getHeader(signed!, 'Authorization')).toContain('username="trunk"');
    reply(signed!, 200);
    await Promise.resolve();
    const [other] = since(() => void leg.info('a/b', 'x')) as SipRequest[];
    expect(reply(other!, 401, ask('stranger'))).toEqual([]);
  });

  it('is cancelled when it rang, and its leg ends', async () => {
    const { dial, reply, reborn, since, events, saves, inbox, clock, endpoint } = await world();
    const invite = dial();
    reply(invite, 180);
    expect(saves).toEqual(['calling']);
    const from = inbox.length;
    const leg = await reborn();
    expect(events).toEqual([]);
    const [cancel] = since(() => {}) as SipRequest[];
    expect(inbox.slice(from)).toHaveLength(1);
    expect([cancel!.method, cancel!.uri, cseqOf(cancel!)]).toEqual(['CANCEL', invite.uri, cseqOf(invite)]);
    expect(getHeader(cancel!, 'Via')).toBe(getHeader(invite, 'Via'));
    expect(events).toEqual(['ended fault 503']);
    expect(leg.state).toBe('ended');
    reply(cancel!, 200);
    const [ack] = reply(invite, 487) as SipRequest[];
    expect(ack!.method).toBe('ACK');
    clock.advance(70_000);
    expect([endpoint().counters.legs, endpoint().counters.transactions]).toEqual([0, 0]);
  });

  it('is acknowledged and ended when its 200 crosses the CANCEL', async () => {
    const { dial, reply, reborn, since } = await world();
    const invite = dial();
    reply(invite, 180);
    await reborn();
    since(() => {});
    const methods = requests(reply(invite, 200, [], 'answer')).map((message) => (message as SipRequest).method);
    expect(methods).toEqual(['ACK', 'BYE']);
  });
});

describe('a call that came in and is not answered yet', () => {
  it('is answered after the restart, with the tag and the offer of before', async () => {
    const { ask, leg, reborn, since, toOf, status, events, inbox } = await world();
    ask('INVITE', 1, ['Record-Route: <sip:10.0.0.9;lr>'], 'offer');
    const [ringing] = since(() => leg().progress(180));
    const from = inbox.length;
    const restored = (await reborn(3000)) as IncomingLeg;
    expect([restored.state, restored.offer, restored.requestUser]).toEqual(['early', 'offer', '1000']);
    // What was said last is said again.
    const [again] = since(() => {});
    expect(inbox.slice(from)).toHaveLength(1);
    expect([(again as SipResponse).status, toOf(again!)]).toEqual([180, toOf(ringing!)]);
    const [ok] = since(() => restored.answer('answer')) as SipResponse[];
    expect([ok!.status, toOf(ok!), getHeader(ok!, 'Record-Route')]).toEqual([200, toOf(ringing!), '<sip:10.0.0.9;lr>']);
    expect(Buffer.from(ok!.body).toString()).toBe('answer');
    ask('ACK', 1, [toOf(ok!)]);
    expect(events).toEqual(['confirmed null']);
    expect(status(ask('BYE', 2, [toOf(ok!)]))).toBe(200);
    expect(events.at(-1)).toBe('ended peer 0');
  });

  it('is refused after the restart, and the refusal is repeated until its ACK', async () => {
    const { ask, reborn, since, toOf, events, inbox, clock, endpoint } = await world();
    ask('INVITE', 1, ['Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKone'], 'offer');
    const restored = (await reborn()) as IncomingLeg;
    const [refusal] = since(() => restored.refuse(486)) as SipResponse[];
    expect(refusal!.status).toBe(486);
    expect(events).toEqual(['ended us 0']);
    expect(since(() => {}, 600)).toHaveLength(1);
    ask('ACK', 1, [toOf(refusal!), 'Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKone']);
    const quiet = inbox.length;
    clock.advance(40_000);
    expect(inbox.length).toBe(quiet);
    expect(endpoint().counters).toMatchObject({ legs: 0, transactions: 0 });
  });

  it('knows its INVITE and its CANCEL again', async () => {
    const { say, textOf, reborn, status, events, endpoint, leg, since } = await world();
    const invite = textOf('INVITE', 1, [], 'offer');
    say(invite);
    since(() => leg().progress(180));
    await reborn();
    since(() => {});
    expect(status(say(invite))).toBe(180);
    expect(endpoint().counters.legs).toBe(1);
    const answers = say(invite.replaceAll('INVITE', 'CANCEL')) as SipResponse[];
    expect(answers.map((answer) => [answer.status, getHeader(answer, 'CSeq')])).toEqual([
      [200, '1 CANCEL'],
      [487, '1 INVITE'],
    ]);
    expect(events).toEqual(['ended peer 487']);
  });

  it('goes on with reliable progress where it stood', async () => {
    const { ask, leg, reborn, since, toOf, status } = await world();
    ask('INVITE', 1, ['Require: 100rel'], 'offer');
    const [first] = since(() => leg().progress(183, 'early answer')) as SipResponse[];
    const restored = (await reborn()) as IncomingLeg;
    const [again] = since(() => {}) as SipResponse[];
    const rseq = getHeader(first!, 'RSeq');
    expect([again!.status, getHeader(again!, 'RSeq')]).toEqual([183, rseq]);
    restored.answer('early answer');
    const answers = ask('PRACK', 2, [toOf(again!), `RAck: ${rseq} 1 INVITE`]) as SipResponse[];
    expect(answers.map((answer) => [answer.status, cseqOf(answer)])).toEqual([
      [200, 1],
      [200, 2],
    ]);
    expect(answers[0]!.body.length).toBe(0);
    expect(status(ask('BYE', 3, [toOf(again!)]))).toBe(200);
  });

  it('that was answered without an ACK repeats its 200 until it comes', async () => {
    const { ask, leg, reborn, since, toOf, events, saves, inbox, clock, status } = await world();
    ask('INVITE', 1, [], 'offer');
    since(() => leg().answer('answer'));
    expect(saves).toEqual(['early', 'answered']);
    const restored = await reborn(1000);
    expect(restored.state).toBe('confirmed');
    const [ok] = since(() => {}) as SipResponse[];
    expect([ok!.status, Buffer.from(ok!.body).toString()]).toEqual([200, 'answer']);
    expect(since(() => {}, 500)).toHaveLength(1);
    expect(events).toEqual([]);
    ask('ACK', 1, [toOf(ok!)]);
    expect(events).toEqual(['confirmed null']);
    const quiet = inbox.length;
    clock.advance(40_000);
    expect(inbox.length).toBe(quiet);
    await reborn();
    expect(events).toEqual([]);
    expect(status(ask('BYE', 2, [toOf(ok!)]))).toBe(200);
  });

  it('that was answered and never acknowledged ends with a BYE', async () => {
    const { ask, leg, reborn, since, inbox, clock, events } = await world();
    ask('INVITE', 1, [], 'offer');
    since(() => leg().answer('answer'));
    await reborn();
    clock.advance(33_000);
    expect((inbox.at(-1) as SipRequest).method).toBe('BYE');
    expect(events).toEqual(['ended fault 408']);
  });
});

describe('what was saved', () => {
  it('is plain JSON of a few KB', async () => {
    const { establish, saved } = await world();
    establish();
    expect(saved()).toMatchObject({ version: 1, direction: 'incoming', state: 'confirmed', callId: 'call' });
    expect(JSON.stringify(saved()).length).toBeLessThan(2000);
  });

  it('holds no digest of a password', async () => {
    const { ask, leg, since, saved, toOf } = await world();
    const proof = [
      'Authorization: Digest username="bob", response="0a1b"',
      'Proxy-Authorization: Digest response="0a1b"',
    ];
    ask('INVITE', 1, proof, 'offer');
    expect([saved().state, JSON.stringify(saved()).includes('0a1b')]).toEqual(['early', false]);
    const [ok] = since(() => leg().answer('answer'));
    expect([saved().state, JSON.stringify(saved()).includes('0a1b')]).toEqual(['answered', false]);
    ask('ACK', 1, [toOf(ok!)]);
    expect([saved().state, JSON.stringify(saved()).includes('0a1b')]).toEqual(['confirmed', false]);
  });

  it('is refused with a code when it is of another version or damaged, and leaves nothing behind', async () => {
    const { establish, kill, start, restore, saved, endpoint, ask, leg, since } = await world();
    establish();
    const confirmed = saved();
    const inner = confirmed.inner as Record<string, unknown>;
    ask('INVITE', 1, ['From: <sip:peer@10.0.0.9>;tag=second'], 'offer');
    since(() => leg().progress(180));
    const early = saved();
    await kill();
    await start();
    const wrong: unknown[] = [null, 7, 'x', [], {}, { ...confirmed, version: 2 }, { ...confirmed, inner: null }];
    wrong.push(
      { ...confirmed, state: 'odd' },
      { ...confirmed, direction: 'sideways' },
      { ...confirmed, state: 'early' },
    );
    for (const name of Object.keys(inner).filter((name) => !['takesUpdate', 'updateRefused'].includes(name)))
      wrong.push({ ...confirmed, inner: { ...inner, [name]: -1 } }, { ...confirmed, inner: { ...inner, [name]: {} } });
    for (const invite of ['', 'garbage', 'BYE sip:a@b SIP/2.0\r\n\r\n', 5])
      wrong.push({ ...early, inner: { ...early.inner, invite } });
    for (const what of wrong) {
      let caught: unknown = null;
      try {
        restore(undefined, what as SavedLeg);
      } catch (error) {
        caught = error;
      }
      expect(caught, JSON.stringify(what)).toBeInstanceOf(CodedError);
      expect((caught as CodedError).code).toBe('sip-leg-unreadable');
    }
    expect(endpoint().counters).toMatchObject({ legs: 0, transactions: 0 });
  });

  it('costs the leg nothing when it cannot be kept', async () => {
    const { ask, leg, status, since, toOf } = await world();
    ask('INVITE', 1, [], 'offer');
    leg().handlers = {
      ...leg().handlers,
      onSaved() {
        throw new Error('the disk is full');
      },
    };
    const [ok] = since(() => leg().answer('answer'));
    ask('ACK', 1, [toOf(ok!)]);
    expect(status(ask('OPTIONS', 2, [toOf(ok!)]))).toBe(200);
    expect(leg().state).toBe('confirmed');
  });
});

describe('registered phones', () => {
  const place = () => {
    const rows = new Map<string, string>();
    const keyOf = (login: string, uri: string) => `${login} ${uri}`;
    return {
      rows,
      load: () => [...rows.values()].map((row) => JSON.parse(row) as SavedBinding),
      save: (binding: SavedBinding) => void rows.set(keyOf(binding.login, binding.uri), JSON.stringify(binding)),
      drop: (login: string, uri: string) => void rows.delete(keyOf(login, uri)),
    };
  };
  const challengeOf = (answer: SipMessage) =>
    getHeaders(answer, 'WWW-Authenticate').map((value) => ({ proxy: false, value }));

  async function phones(registrations: ReturnType<typeof place>) {
    const made = await world({ registrations });
    const digest = createDigestClient({ username: 'bob', password: 'pw' });
    let cseq = 0;
    const register = (contact: string): SipResponse => {
      cseq += 1;
      const signed = digest.headers('REGISTER', 'sip:1000@10.0.0.1').map(({ name, value }) => `${name}: ${value}`);
      return made.ask('REGISTER', cseq, ['To: <sip:bob@10.0.0.1>', `Contact: ${contact}`, ...signed])[0] as SipResponse;
    };
    digest.take(challengeOf(register('<sip:bob@10.0.0.9>')));
    return { ...made, digest, register };
  }

  it('are still known after a restart, for the time that remains', async () => {
    const registrations = place();
    const { register, kill, start, endpoint, clock } = await phones(registrations);
    expect(register('<sip:bob@10.0.0.9>;expires=600').status).toBe(200);
    expect(register('<sip:bob@10.0.0.8>;expires=60;q=0.5').status).toBe(200);
    const source = { transport: 'udp', address: '10.0.0.9', port: 5060 };
    await kill(50_000);
    await start();
    expect(endpoint().contacts('bob')).toEqual([
      { uri: 'sip:bob@10.0.0.9', expiresInMs: expect.closeTo(550_000, -3), source },
      { uri: 'sip:bob@10.0.0.8', expiresInMs: expect.closeTo(10_000, -3), source },
    ]);
    await kill(11_000);
    await start();
    expect(
      endpoint()
        .contacts('bob')
        .map(({ uri }) => uri),
    ).toEqual(['sip:bob@10.0.0.9']);
    expect(registrations.rows.size).toBe(1);
    clock.advance(600_000);
    expect(endpoint().contacts('bob')).toEqual([]);
    expect(registrations.rows.size).toBe(0);
  });

  it('are forgotten in both places when they leave', async () => {
    const registrations = place();
    const { register } = await phones(registrations);
    register('<sip:bob@10.0.0.9>;expires=600');
    expect(registrations.rows.size).toBe(1);
    register('<sip:bob@10.0.0.9>;expires=0');
    expect(registrations.rows.size).toBe(0);
  });

  it('are passed over when what was kept cannot be read', async () => {
    const registrations = place();
    const { register, kill, start, endpoint } = await phones(registrations);
    register('<sip:bob@10.0.0.9>;expires=600');
    registrations.rows.set('broken', '{"login":"bob","uri":5}');
    registrations.rows.set('null', 'null');
    await kill();
    await start();
    expect(endpoint().contacts('bob')).toHaveLength(1);
  });

  it('whose nonce is of the process before are told that it is stale, and not that the password is wrong', async () => {
    const { register, kill, start, digest } = await phones(place());
    expect(register('<sip:bob@10.0.0.9>').status).toBe(200);
    await kill();
    await start();
    const challenged = register('<sip:bob@10.0.0.9>');
    expect(challenged.status).toBe(401);
    expect(getHeader(challenged, 'WWW-Authenticate')).toContain('stale=true');
    expect(digest.take(challengeOf(challenged))).toBe(true);
    expect(register('<sip:bob@10.0.0.9>').status).toBe(200);
  });
});
