// An endpoint against a peer written by hand, message by message: what two endpoints of ours would never say to each other.
import { describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createSipEndpoint } from './create-endpoint.ts';
import type { IncomingLeg, LegHandlers, OutgoingInvite, SipEndpointOptions } from './endpoint.ts';
import { formatMessage } from './format.ts';
import { getHeader, getHeaders } from './header.ts';
import { createMemoryWire } from './memory-wire.ts';
import type { Header, SipMessage, SipRequest, SipResponse } from './message.ts';
import { createResponse } from './response.ts';
import { createTransactionLayer } from './transaction-layer.ts';
import type { SipTransport } from './transport.ts';

const us = { transport: 'udp', address: '10.0.0.1', port: 5060 } as const;

async function world(more: Partial<SipEndpointOptions> = {}) {
  const clock = createVirtualClock();
  const wire = createMemoryWire({ clock, delayMs: 1 });
  const legs: IncomingLeg[] = [];
  const events: string[] = [];
  const handlers: LegHandlers = {
    onProgress: (status, sdp) => void events.push(`progress ${status} ${sdp}`),
    onConfirmed: (sdp) => void events.push(`confirmed ${sdp}`),
    onOffer: (sdp) => ({ sdp: `answer to ${sdp}` }),
    onAnswer: (sdp) => void events.push(`answer ${sdp}`),
    onInfo: () => 200,
    onEnded: ({ by, status, q850Cause }) => void events.push(`ended ${by} ${status} ${q850Cause}`),
  };
  const endpoint = createSipEndpoint(
    {
      listen: [{ transport: 'udp', host: us.address, port: us.port }],
      advertisedHost: null,
      clock,
      log: silentLog,
      userAgent: 'Keytone test',
      realm: 'test',
      credentials: (login) => (login === 'bob' ? { password: 'pw' } : null),
      policy: () => ({ kind: 'accept' }),
      onInvite(leg) {
        legs.push(leg);
        leg.handlers = handlers;
      },
      ...more,
    },
    { createLayer: (options) => createTransactionLayer(options, wire.open(us.address)) },
  );
  await endpoint.start();
  const inbox: SipMessage[] = [];
  const peer: SipTransport = wire.open('10.0.0.9')({
    listen: [{ transport: 'udp', host: '10.0.0.9', port: 5060 }],
    clock,
    log: silentLog,
    onMessage: (message) => void (message.kind !== 'fault' && inbox.push(message)),
  });
  await peer.start();
  let branch = 0;
  let lastText = '';

  /** Sends a request and returns what came back within `waitMs`. */
  function ask(method: string, cseq: number, lines: readonly string[] = [], body = '', waitMs = 10): SipMessage[] {
    branch += 1;
    const has = (name: string) => lines.some((line) => line.startsWith(`${name}:`));
    const text = [
      `${method} ${lines.find((line) => line.startsWith('@'))?.slice(1) ?? 'sip:1000@10.0.0.1'} SIP/2.0`,
      `Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKp${branch}`,
      ...(has('From') ? [] : ['From: <sip:peer@10.0.0.9>;tag=peer']),
      ...(has('To') ? [] : ['To: <sip:1000@10.0.0.1>']),
      ...(has('Call-ID') ? [] : ['Call-ID: call']),
      `CSeq: ${cseq} ${method}`,
      'Max-Forwards: 70',
      ...(has('Contact') ? [] : ['Contact: <sip:peer@10.0.0.9:5060>']),
      ...(body === '' || has('Content-Type') ? [] : ['Content-Type: application/sdp']),
      ...lines.filter((line) => !line.startsWith('@')),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
    lastText = text;
    const from = inbox.length;
    peer.send(Buffer.from(text), us);
    clock.advance(waitMs);
    return inbox.slice(from);
  }
  /** The last request once more, or another method in its transaction. */
  function repeat(method?: string): SipMessage[] {
    const was = lastText.slice(0, lastText.indexOf(' '));
    const from = inbox.length;
    peer.send(Buffer.from(lastText.replaceAll(was, method ?? was)), us);
    clock.advance(10);
    return inbox.slice(from);
  }
  const reply = (request: SipRequest, status: number, headers: readonly Header[] = [], body = '', toTag = 'peer') => {
    const contact = headers.some(({ name }) => name === 'Contact');
    const all = [...(contact ? [] : [{ name: 'Contact', value: '<sip:peer@10.0.0.9:5060>' }]), ...headers];
    if (body !== '') all.push({ name: 'Content-Type', value: 'application/sdp' });
    const from = inbox.length;
    peer.send(formatMessage(createResponse(request, status, undefined, { toTag, headers: all, body })), us);
    clock.advance(10);
    return inbox.slice(from);
  };
  const dial = (more: Partial<OutgoingInvite> = {}, extra: Partial<LegHandlers> = {}) => {
    const from = inbox.length;
    const leg = endpoint.invite(
      { uri: 'sip:peer@10.0.0.9', from: { uri: 'sip:us@10.0.0.1' }, sdp: 'offer', ...more },
      { ...handlers, ...extra },
    );
    clock.advance(10);
    return { leg, invite: inbox[from] as SipRequest };
  };
  const status = (messages: readonly SipMessage[]) => (messages.at(-1) as SipResponse | undefined)?.status;
  /** An incoming call that is answered and acknowledged; returns the To line for requests inside it. */
  const establish = (lines: readonly string[] = []): string => {
    ask('INVITE', 1, lines, 'offer');
    const from = inbox.length;
    legs.at(-1)!.answer('answer');
    clock.advance(10);
    const to = `To: ${getHeader(inbox[from]!, 'To')}`;
    ask('ACK', 1, [to]);
    return to;
  };
  return { clock, endpoint, legs, events, inbox, ask, repeat, reply, dial, status, establish, handlers };
}

const requests = (messages: readonly SipMessage[], method: string) =>
  messages.filter((message): message is SipRequest => message.kind === 'request' && message.method === method);

describe('a request outside any dialog', () => {
  it.each([
    ['FOO', [], 501],
    ['SUBSCRIBE', [], 405],
    ['MESSAGE', [], 405],
    ['REFER', [], 405],
    ['BYE', [], 481],
    ['INFO', [], 481],
    ['BYE', ['To: <sip:1000@10.0.0.1>;tag=nobody'], 481],
    ['INVITE', ['To: <sip:1000@10.0.0.1>;tag=nobody'], 481],
    ['OPTIONS', [], 200],
    ['OPTIONS', ['@sip:nobody-at-all@10.0.0.1'], 200],
    ['OPTIONS', ['@http://example.com/'], 416],
    ['OPTIONS', ['Require: nothing-we-know'], 420],
    ['INVITE', ['@mailto:a@b'], 416],
    ['INVITE', ['Accept: text/plain'], 406],
    ['INVITE', ['Supported: timer', 'Session-Expires: 30'], 422],
  ] as const)('%s %j is answered %i', async (method, lines, expected) => {
    const { ask, status, endpoint } = await world();
    const answers = ask(method, 1, lines);
    expect(status(answers)).toBe(expected);
    const answer = answers.at(-1)!;
    if (expected === 405 || expected === 501) expect(getHeader(answer, 'Allow')).toContain('INVITE');
    if (expected === 420) expect(getHeader(answer, 'Unsupported')).toBe('nothing-we-know');
    if (expected === 422) expect(getHeader(answer, 'Min-SE')).toBe('90');
    expect(endpoint.counters.legs).toBe(0);
  });

  it('with a body that is no SDP is answered 415 with what we take', async () => {
    const { ask } = await world();
    const [answer] = ask('INVITE', 1, ['Content-Type: application/unknown'], 'x');
    expect([(answer as SipResponse).status, getHeader(answer!, 'Accept')]).toEqual([415, 'application/sdp']);
  });

  it('may name a telephone number', async () => {
    const { ask, legs } = await world();
    ask('INVITE', 1, ['@tel:+49-30-1;phone-context=x'], 'offer');
    expect(legs[0]?.requestUser).toBe('+49-30-1');
  });

  it('is refused by policy with Retry-After and counted', async () => {
    const { ask, endpoint } = await world({ policy: () => ({ kind: 'refuse', status: 503, retryAfterSeconds: 7 }) });
    const [answer] = ask('INVITE', 1, [], 'offer');
    expect([(answer as SipResponse).status, getHeader(answer!, 'Retry-After')]).toEqual([503, '7']);
    expect(endpoint.counters.shed).toBe(1);
  });

  it('that was refused stays refused, though there is room by now, and leaves no transaction', async () => {
    const asked: string[] = [];
    let full = true;
    const { ask, repeat, endpoint, inbox, legs, clock } = await world({
      policy({ requestUser }) {
        asked.push(requestUser);
        return full ? { kind: 'refuse', status: 503 } : { kind: 'accept' };
      },
    });
    const first = ask('INVITE', 1, [], 'offer')[0] as SipResponse;
    expect([first.status, endpoint.counters.transactions]).toEqual([503, 0]);
    full = false;
    const [copy] = repeat();
    expect(formatMessage(copy!)).toEqual(formatMessage(first));
    repeat('ACK');
    expect([asked, endpoint.counters.shed, legs.length]).toEqual([['1000'], 1, 0]);
    clock.advance(10_000);
    // Nothing is repeated by itself.
    expect(inbox).toHaveLength(2);
  });

  it('REGISTER is challenged by two algorithms, the same for users that do not exist', async () => {
    const { ask, endpoint } = await world();
    const strip = (message: SipMessage | undefined) =>
      getHeaders(message!, 'WWW-Authenticate').map((value) => value.replace(/nonce="[^"]*"/, ''));
    const known = ask('REGISTER', 1, ['To: <sip:bob@10.0.0.1>', 'Call-ID: r1'])[0];
    const unknown = ask('REGISTER', 1, ['To: <sip:eve@10.0.0.1>', 'Call-ID: r2'])[0];
    expect((known as SipResponse).status).toBe(401);
    expect(strip(known)).toEqual(strip(unknown));
    expect(strip(known)).toHaveLength(2);
    expect(endpoint.contacts('bob')).toEqual([]);
  });

  it('REGISTER with the right password binds the contact, and only for that very user', async () => {
    const { ask, endpoint, clock } = await world();
    const { createDigestClient } = await import('./digest-client.ts');
    const register = (cseq: number, user: string): SipResponse => {
      const lines = [`To: <sip:${user}@10.0.0.1>`, `Call-ID: ${user}`, '@sip:10.0.0.1'];
      const challenge = ask('REGISTER', cseq, lines)[0]!;
      const client = createDigestClient({ username: 'bob', password: 'pw' });
      client.take(getHeaders(challenge, 'WWW-Authenticate').map((value) => ({ proxy: false, value })));
      const [authorization] = client.headers('REGISTER', 'sip:10.0.0.1');
      return ask('REGISTER', cseq + 1, [...lines, `Authorization: ${authorization!.value}`])[0] as SipResponse;
    };
    expect(register(1, 'bob').status).toBe(200);
    expect(register(1, 'eve').status).toBe(403);
    clock.advance(1_000_000);
    const source = { transport: 'udp', address: '10.0.0.9', port: 5060 };
    expect(endpoint.contacts('bob')).toEqual([
      { uri: 'sip:peer@10.0.0.9:5060', expiresInMs: expect.any(Number), source },
    ]);
    expect(endpoint.contacts('eve')).toEqual([]);
  });
});

describe('a request inside a dialog', () => {
  it('with a lower CSeq is answered 500, with a fitting one as usual', async () => {
    const { ask, status, establish } = await world();
    const to = establish();
    expect(status(ask('INFO', 5, [to]))).toBe(200);
    expect(status(ask('INFO', 4, [to]))).toBe(500);
    expect(status(ask('INFO', 6, [to]))).toBe(200);
  });

  it.each([
    ['INFO', ['Info-Package: foo'], 469],
    ['INFO', ['Content-Type: text/x'], 200],
    ['REFER', ['Refer-To: <sip:x@y>'], 603],
    ['REFER', [], 400],
    ['SUBSCRIBE', [], 405],
    ['FOO', [], 501],
    ['OPTIONS', [], 200],
    ['PRACK', ['RAck: 1 1 INVITE'], 481],
    ['UPDATE', [], 200],
    ['UPDATE', ['Supported: timer', 'Session-Expires: 10'], 422],
  ] as const)('%s %j is answered %i and the call stands', async (method, lines, expected) => {
    const { ask, status, establish, legs } = await world();
    const to = establish();
    expect(status(ask(method, 2, [to, ...lines]))).toBe(expected);
    expect(legs[0]!.state).toBe('confirmed');
  });

  it('INVITE while the first is not answered is told to come back', async () => {
    const { ask, legs, clock, inbox } = await world();
    ask('INVITE', 1, [], 'offer');
    legs[0]!.progress(180);
    clock.advance(5);
    const to = `To: ${getHeader(inbox.at(-1)!, 'To')}`;
    const answer = ask('INVITE', 2, [to], 'again').at(-1) as SipResponse;
    expect(answer.status).toBe(500);
    expect(Number(getHeader(answer, 'Retry-After'))).toBeLessThanOrEqual(10);
  });

  it('re-INVITE without an offer gets ours, and its ACK brings the answer', async () => {
    const { ask, establish, events } = await world();
    const to = establish();
    const answer = ask('INVITE', 2, [to]).at(-1) as SipResponse;
    expect(Buffer.from(answer.body).toString()).toBe('answer to null');
    ask('ACK', 2, [to], 'theirs');
    expect(events.at(-1)).toBe('answer theirs');
  });

  it('re-INVITE whose ACK never comes ends the call', async () => {
    const { ask, establish, events, clock, inbox } = await world();
    const to = establish();
    ask('INVITE', 2, [to], 'again');
    clock.advance(33_000);
    expect(events.at(-1)).toBe('ended fault 408 null');
    expect(requests(inbox, 'BYE').length).toBeGreaterThan(0);
  });

  it('that waits for an ACK to a re-INVITE does not hold a BYE back', async () => {
    const { ask, establish, legs, clock, inbox, endpoint } = await world();
    const to = establish();
    ask('INVITE', 2, [to], 'again');
    legs[0]!.hangup();
    clock.advance(5);
    expect(requests(inbox, 'BYE')).toHaveLength(1);
    clock.advance(80_000);
    expect([endpoint.counters.transactions, clock.pending]).toEqual([0, 0]);
  });

  it('BYE while it rings ends the call and its INVITE', async () => {
    const { ask, legs, clock, inbox, events } = await world();
    ask('INVITE', 1, [], 'offer');
    legs[0]!.progress(180);
    clock.advance(5);
    const to = `To: ${getHeader(inbox.at(-1)!, 'To')}`;
    const answers = ask('BYE', 2, [to, 'Reason: Q.850;cause=16']) as SipResponse[];
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 487]);
    expect(events).toEqual(['ended peer 0 16']);
  });

  it('goes out by the route set, loose or strict, and to a refreshed target', async () => {
    const loose = await world();
    const to = loose.establish(['Record-Route: <sip:10.0.0.9;lr>', 'Record-Route: <sip:far.example.com;lr>']);
    loose.ask('UPDATE', 2, [to, 'Contact: <sip:moved@192.0.2.7>']);
    loose.legs[0]!.hangup();
    loose.clock.advance(5);
    const [bye] = requests(loose.inbox, 'BYE');
    expect(bye?.uri).toBe('sip:moved@192.0.2.7');
    expect(getHeaders(bye!, 'Route')).toEqual(['<sip:10.0.0.9;lr>', '<sip:far.example.com;lr>']);

    const strict = await world();
    strict.establish(['Record-Route: <sip:10.0.0.9>', 'Record-Route: <sip:far.example.com;lr>']);
    strict.legs[0]!.hangup();
    strict.clock.advance(5);
    const [old] = requests(strict.inbox, 'BYE');
    expect(old?.uri).toBe('sip:10.0.0.9');
    expect(getHeaders(old!, 'Route')).toEqual(['<sip:far.example.com;lr>', '<sip:peer@10.0.0.9:5060>']);
  });

  it('goes to where the peer is heard from when its Contact is an address behind a NAT', async () => {
    const { ask, legs, clock, inbox, establish } = await world();
    establish(['Contact: <sip:peer@192.168.1.2:5060>']);
    void ask;
    legs[0]!.hangup();
    clock.advance(5);
    expect(requests(inbox, 'BYE')[0]?.uri).toBe('sip:peer@192.168.1.2:5060');
  });

  it('copies Record-Route into 18x and 200', async () => {
    const { ask, legs, clock, inbox } = await world();
    ask('INVITE', 1, ['Record-Route: <sip:10.0.0.9;lr>'], 'offer');
    legs[0]!.progress(180);
    legs[0]!.answer('answer');
    clock.advance(5);
    for (const response of inbox.slice(-2)) expect(getHeaders(response, 'Record-Route')).toEqual(['<sip:10.0.0.9;lr>']);
  });
});

describe('reliable provisional responses', () => {
  it('are sent when required, repeated until PRACK, and hold the 200 back while they carry the answer', async () => {
    const { ask, legs, clock, inbox } = await world();
    ask('INVITE', 1, ['Require: 100rel'], 'offer');
    legs[0]!.progress(183, 'early answer');
    legs[0]!.progress(180);
    clock.advance(600);
    const early = inbox.filter(
      (message): message is SipResponse => message.kind === 'response' && message.status === 183,
    );
    expect(early).toHaveLength(2);
    const rseq = Number(getHeader(early[0]!, 'RSeq'));
    expect(getHeader(early[0]!, 'Require')).toBe('100rel');
    legs[0]!.answer('answer');
    clock.advance(5);
    expect(inbox.some((message) => message.kind === 'response' && message.status === 200)).toBe(false);
    const to = `To: ${getHeader(early[0]!, 'To')}`;
    expect((ask('PRACK', 2, [to, `RAck: ${rseq + 5} 1 INVITE`])[0] as SipResponse).status).toBe(481);
    const after = ask('PRACK', 3, [to, `RAck: ${rseq} 1 INVITE`]) as SipResponse[];
    expect(after.map((response) => [response.status, getHeader(response, 'RSeq')])).toEqual(
      expect.arrayContaining([
        [200, undefined],
        [180, String(rseq + 1)],
      ]),
    );
    const last = ask('PRACK', 4, [to, `RAck: ${rseq + 1} 1 INVITE`]) as SipResponse[];
    const final = last.find((response) => getHeader(response, 'CSeq') === '1 INVITE');
    expect([final?.status, final?.body.length]).toEqual([200, 0]);
  });

  it('are given up with 504 when no PRACK comes', async () => {
    const { ask, legs, clock, inbox, events } = await world();
    ask('INVITE', 1, ['Require: 100rel'], 'offer');
    legs[0]!.progress(180);
    clock.advance(33_000);
    expect(inbox.some((message) => message.kind === 'response' && message.status === 504)).toBe(true);
    expect(events).toEqual(['ended fault 408 null']);
  });

  it('of the peer are acknowledged once each, in order', async () => {
    const { dial, reply, events, inbox } = await world();
    const { invite } = dial();
    const reliable = (rseq: number) => [
      { name: 'Require', value: '100rel' },
      { name: 'RSeq', value: String(rseq) },
    ];
    reply(invite, 183, reliable(7), 'early');
    reply(invite, 183, reliable(7), 'early');
    reply(invite, 180, reliable(9));
    reply(invite, 180, reliable(8));
    const acknowledged = requests(inbox, 'PRACK').map((prack) => getHeader(prack, 'RAck'));
    expect([...new Set(acknowledged)]).toEqual(['7 1 INVITE', '8 1 INVITE']);
    expect(events).toEqual(['progress 183 early', 'progress 180 null']);
    reply(invite, 200);
    expect(events.at(-1)).toBe('confirmed early');
  });
});

describe('a call we placed', () => {
  it('that forks keeps the first answer and ends the second, and acknowledges copies of both', async () => {
    const { dial, reply, events, inbox } = await world();
    const { invite } = dial();
    reply(invite, 180, [], '', 'one');
    reply(invite, 180, [], '', 'two');
    reply(invite, 200, [], 'answer two', 'two');
    reply(invite, 200, [], 'answer one', 'one');
    reply(invite, 200, [], 'answer one', 'one');
    reply(invite, 200, [], 'answer two', 'two');
    const tags = (method: string) =>
      requests(inbox, method).map((request) => /tag=(\w+)/.exec(getHeader(request, 'To')!)![1]);
    expect(tags('ACK')).toEqual(['two', 'one', 'one', 'two']);
    expect([...new Set(tags('BYE'))]).toEqual(['one']);
    // Copies of the same BYE have the same number; a second BYE would have the next.
    expect(new Set(requests(inbox, 'BYE').map((bye) => getHeader(bye, 'CSeq'))).size).toBe(1);
    expect(events).toEqual(['progress 180 null', 'progress 180 null', 'confirmed answer two']);
  });

  it('that is redirected ends with the status, and says that redirections are not followed', async () => {
    const ends: string[] = [];
    const { dial, reply, inbox } = await world();
    const { invite } = dial({}, { onEnded: ({ status, reason }) => void ends.push(`${status} ${reason}`) });
    const from = inbox.length;
    reply(invite, 302, [{ name: 'Contact', value: '<sip:else@10.0.0.7>' }]);
    reply(dial({}, { onEnded: ({ status, reason }) => void ends.push(`${status} ${reason}`) }).invite, 305);
    expect(ends).toEqual([
      '302 Moved Temporarily: the redirection to sip:else@10.0.0.7 is not followed',
      '305 Use Proxy: the redirection to sip:peer@10.0.0.9:5060 is not followed',
    ]);
    expect(requests(inbox.slice(from), 'ACK')).toHaveLength(2);
    expect(requests(inbox.slice(from), 'INVITE')).toHaveLength(1);
  });

  it('refreshes by re-INVITE when its UPDATE is refused though it was allowed, and does not try again', async () => {
    for (const refusal of [405, 501]) {
      const { dial, reply, inbox, clock, events } = await world();
      const timer = { name: 'Session-Expires', value: '200;refresher=uac' };
      const allow = { name: 'Allow', value: 'INVITE, ACK, BYE, CANCEL, UPDATE' };
      reply(dial().invite, 200, [timer, allow], 'answer');
      const from = inbox.length;
      const since = (method: string) => requests(inbox.slice(from), method);
      clock.advance(100_100);
      reply(since('UPDATE')[0]!, refusal);
      const [again] = since('INVITE');
      expect(Buffer.from(again!.body).toString()).toBe('offer');
      expect(getHeader(again!, 'Session-Expires')).toBe('200;refresher=uac');
      reply(again!, 200, [timer, allow], 'answer');
      clock.advance(100_100);
      reply(since('INVITE')[1]!, 200, [timer, allow], 'answer');
      expect([since('UPDATE').length, since('ACK').length]).toEqual([1, 2]);
      clock.advance(90_000);
      expect(events.filter((line) => line.startsWith('ended'))).toEqual([]);
    }
  });

  it('raises its session interval when it is too small for the peer', async () => {
    const { dial, reply } = await world();
    const { invite } = dial();
    const [, again] = reply(invite, 422, [{ name: 'Min-SE', value: '3600' }]);
    expect(getHeader(again!, 'Session-Expires')).toBe('3600');
    expect(getHeader(again!, 'Min-SE')).toBe('3600');
    expect(getHeader(again!, 'CSeq')).toBe('2 INVITE');
  });

  it('does not answer a challenge to its BYE from a peer that never asked on the INVITE', async () => {
    const { dial, reply, inbox, clock } = await world();
    const { leg, invite } = dial({ credentials: { username: 'trunk', password: 'secret' } });
    reply(invite, 200, [], 'answer');
    leg.hangup();
    clock.advance(5);
    const [bye] = requests(inbox, 'BYE');
    reply(bye!, 407, [{ name: 'Proxy-Authenticate', value: 'Digest realm="thief", nonce="1", qop="auth"' }]);
    clock.advance(40_000);
    expect(inbox.some((message) => getHeader(message, 'Proxy-Authorization') !== undefined)).toBe(false);
  });

  it('does not answer a challenge to its PRACK either', async () => {
    const { dial, reply, inbox, clock } = await world();
    const { invite } = dial({ credentials: { username: 'trunk', password: 'secret' } });
    reply(invite, 183, [
      { name: 'Require', value: '100rel' },
      { name: 'RSeq', value: '1' },
    ]);
    const [prack] = requests(inbox, 'PRACK');
    reply(prack!, 407, [{ name: 'Proxy-Authenticate', value: 'Digest realm="thief", nonce="1", qop="auth"' }]);
    clock.advance(40_000);
    expect(inbox.some((message) => getHeader(message, 'Proxy-Authorization') !== undefined)).toBe(false);
  });

  it('answers the same trunk on a BYE', async () => {
    const { dial, reply, inbox, clock } = await world();
    const { leg, invite } = dial({ credentials: { username: 'trunk', password: 'secret' } });
    const challenge = (nonce: string) => [
      { name: 'Proxy-Authenticate', value: `Digest realm="trunk", nonce="${nonce}", qop="auth"` },
    ];
    reply(invite, 407, challenge('1'));
    const [, again] = requests(inbox, 'INVITE');
    expect(getHeader(again!, 'Proxy-Authorization')).toContain('username="trunk"');
    reply(again!, 200, [], 'answer');
    leg.hangup();
    clock.advance(5);
    reply(requests(inbox, 'BYE')[0]!, 407, challenge('2'));
    expect(getHeader(requests(inbox, 'BYE').at(-1)!, 'Proxy-Authorization')).toContain('nonce="2"');
  });

  it('never carries credentials on a leg that was called', async () => {
    const { establish, legs, clock, inbox, reply } = await world();
    establish();
    legs[0]!.hangup();
    clock.advance(5);
    const [bye] = requests(inbox, 'BYE');
    reply(bye!, 407, [{ name: 'Proxy-Authenticate', value: 'Digest realm="test", nonce="1", qop="auth"' }]);
    clock.advance(40_000);
    expect(requests(inbox, 'BYE')).toHaveLength(1);
  });

  it('ends when the peer is silent inside the dialog', async () => {
    const { dial, reply, clock, events } = await world();
    const { leg, invite } = dial();
    reply(invite, 200, [], 'answer');
    const status = leg.info('a/b', 'x');
    clock.advance(33_000);
    expect(await status).toBe(408);
    expect(events.at(-1)).toBe('ended fault 408 null');
  });

  it('ends when the peer has forgotten the dialog', async () => {
    const { dial, reply, inbox, clock, events } = await world();
    const { leg, invite } = dial();
    reply(invite, 200, [], 'answer');
    const status = leg.info('a/b', 'x');
    clock.advance(5);
    reply(requests(inbox, 'INFO')[0]!, 481);
    expect(await status).toBe(481);
    expect(events.at(-1)).toBe('ended peer 0 null');
  });
});
