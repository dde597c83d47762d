import { describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { formatMessage } from './format.ts';
import { addHeader, getHeader, withHeader } from './header.ts';
import type { Header, Peer, SipMessage, SipRequest, SipResponse, Transport } from './message.ts';
import { parseMessage } from './parse.ts';
import { createResponse, toTag } from './response.ts';
import type { ServerTransaction, TransactionLayerOptions } from './transaction.ts';
import { createTransactionLayer } from './transaction-layer.ts';
import type { SendOptions, SipTransport, SipTransportOptions } from './transport.ts';

const peer: Peer = { transport: 'udp', address: '192.0.2.9', port: 5070 };
const own = (transport: Transport): Peer => ({ transport, address: '192.0.2.1', port: 5060 });

/** One layer above a wire that keeps what is sent; `receive` is the peer speaking. */
function stage(options: Partial<TransactionLayerOptions> = {}) {
  const clock = createVirtualClock();
  const sent: { readonly message: SipMessage; readonly to: Peer; readonly options: SendOptions }[] = [];
  const requests: ServerTransaction[] = [];
  const acks: SipRequest[] = [];
  const strays: SipResponse[] = [];
  let wire: SipTransportOptions | undefined;
  let broken = false;
  const openTransport = (wireOptions: SipTransportOptions): SipTransport => {
    wire = wireOptions;
    return {
      start: async () => {},
      local: [own('udp'), own('tcp')],
      localFor: (to) => own(to.transport),
      send(bytes, to, sendOptions = {}) {
        sent.push({ message: parseMessage(bytes) as SipMessage, to, options: sendOptions });
        if (broken) clock.after(0, () => sendOptions.onError?.(new Error('unreachable')));
      },
      close: async () => {},
    };
  };
  let ids = 0;
  const layer = createTransactionLayer(
    {
      listen: [],
      advertisedHost: null,
      clock,
      log: silentLog,
      newId: () => `id${++ids}`,
      user: {
        onRequest: (transaction) => void requests.push(transaction),
        onAck: (ack) => void acks.push(ack),
        onStrayResponse: (response) => void strays.push(response),
      },
      ...options,
    },
    openTransport,
  );
  return {
    clock,
    layer,
    sent,
    requests,
    acks,
    strays,
    breakWire: () => {
      broken = true;
    },
    receive: (message: SipMessage, source = peer) =>
      wire!.onMessage(parseMessage(formatMessage(message)), source, own(source.transport)),
    receiveText: (text: string) => wire!.onMessage(parseMessage(Buffer.from(text)), peer, own('udp')),
    methods: () => sent.map(({ message }) => (message.kind === 'request' ? message.method : message.status)),
    last: () => sent.at(-1)!.message,
  };
}

function request(
  method: string,
  change: { branch?: string; cseq?: number; to?: string; callId?: string; headers?: Header[] } = {},
): SipRequest {
  const branch =
    change.branch === undefined ? ';branch=z9hG4bKa' : change.branch === '' ? '' : `;branch=${change.branch}`;
  const headers = [
    { name: 'Via', value: `SIP/2.0/UDP 192.0.2.9:5070${branch}` },
    { name: 'From', value: '<sip:a@192.0.2.9>;tag=peer' },
    { name: 'To', value: change.to ?? '<sip:b@192.0.2.1>' },
    { name: 'Call-ID', value: change.callId ?? 'call' },
    { name: 'CSeq', value: `${change.cseq ?? 1} ${method}` },
    ...(change.headers ?? []),
  ];
  return { kind: 'request', method, uri: 'sip:b@192.0.2.1', headers, body: new Uint8Array(0) };
}
const outgoing = (method: string) => {
  const { headers, ...rest } = request(method);
  return { ...rest, headers: headers.slice(1) };
};
const respond = (transaction: ServerTransaction, status: number) =>
  transaction.respond(createResponse(transaction.request, status, undefined, { toTag: transaction.toTag }));

describe('a server transaction', () => {
  it('is told to the user once; the answer is repeated to each retransmission, with the same To tag', () => {
    const s = stage();
    s.receive(request('OPTIONS'));
    s.receive(request('OPTIONS'));
    expect(s.requests).toHaveLength(1);
    respond(s.requests[0]!, 200);
    s.receive(request('OPTIONS'));
    expect(s.methods()).toEqual([200, 200]);
    expect(toTag(s.sent[0]!.message)).toBe(s.requests[0]!.toTag);
    expect(s.sent[1]!.message).toEqual(s.sent[0]!.message);
  });

  it('leaves nothing behind after timer J', () => {
    const s = stage();
    s.receive(request('OPTIONS'));
    respond(s.requests[0]!, 200);
    s.clock.advance(32_000);
    expect(s.layer.counters.server).toBe(0);
    expect(s.clock.pending).toBe(0);
  });

  it('keeps one timer at most, whatever happens', () => {
    const s = stage();
    s.receive(request('INVITE'));
    expect(s.clock.pending).toBe(1);
    respond(s.requests[0]!, 180);
    respond(s.requests[0]!, 486);
    s.clock.advance(3000);
    expect(s.clock.pending).toBe(1);
    s.receive(request('ACK', { to: getHeader(s.last(), 'To')! }));
    expect(s.clock.pending).toBe(1);
    s.clock.advance(5000);
    expect(s.clock.pending).toBe(0);
  });

  it('sends no 100 before the call is kept, and none behind an answer', async () => {
    const kept = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let asked = 0;
    const s = stage({ kept: () => kept[asked++]!.promise });
    s.receive(request('INVITE'));
    s.receive(request('INVITE'));
    expect([asked, s.methods()]).toEqual([1, []]);
    kept[0]!.resolve();
    await kept[0]!.promise;
    expect(s.methods()).toEqual([100]);
    s.receive(request('INVITE', { branch: 'z9hG4bKb', callId: 'other' }));
    s.clock.advance(200);
    s.requests[1]!.respond(createResponse(s.requests[1]!.request, 200, undefined, { toTag: 't' }));
    kept[1]!.resolve();
    await kept[1]!.promise;
    expect([asked, s.methods()]).toEqual([2, [100, 200]]);
  });

  it('sends 100 by itself when the user is slow', () => {
    const s = stage();
    s.receive(request('INVITE'));
    s.clock.advance(200);
    expect(s.methods()).toEqual([100]);
  });

  it('tells of the ACK to a refusal, and of timer H when none comes', () => {
    for (const acked of [true, false]) {
      const s = stage();
      const told: string[] = [];
      s.receive(request('INVITE'));
      const [transaction] = s.requests;
      transaction!.onAck = () => told.push('ack');
      transaction!.onTimeout = () => told.push('timeout');
      respond(transaction!, 486);
      if (acked) s.receive(request('ACK', { to: getHeader(s.last(), 'To')! }));
      s.clock.advance(40_000);
      expect(told).toEqual([acked ? 'ack' : 'timeout']);
      expect(s.acks).toEqual([]);
      expect(s.layer.counters.server).toBe(0);
    }
  });

  it('passes the ACK to a 2xx to the user', () => {
    const s = stage();
    s.receive(request('INVITE'));
    respond(s.requests[0]!, 200);
    s.receive(request('ACK', { branch: 'z9hG4bKother' }));
    expect(s.acks).toHaveLength(1);
  });

  it('knows a retransmission without the branch cookie as RFC 2543 did, and its ACK', () => {
    const s = stage();
    s.receive(request('INVITE', { branch: '' }));
    s.receive(request('INVITE', { branch: '' }));
    expect(s.requests).toHaveLength(1);
    respond(s.requests[0]!, 486);
    s.receive(request('ACK', { branch: '', to: getHeader(s.last(), 'To')! }));
    s.clock.advance(1000);
    expect(s.methods().filter((what) => what === 486)).toHaveLength(1);
    s.receive(request('INVITE', { branch: '', cseq: 2 }));
    expect(s.requests).toHaveLength(2);
  });

  it('is another one when only sent-by differs', () => {
    const s = stage();
    s.receive(request('OPTIONS'));
    s.receive(withHeader(request('OPTIONS', { callId: 'other' }), 'Via', 'SIP/2.0/UDP 192.0.2.8:5070;branch=z9hG4bKa'));
    expect(s.requests).toHaveLength(2);
  });

  it('answers 500 when the user throws, and the layer lives on', () => {
    const s = stage({
      user: {
        onRequest() {
          throw new Error('ours');
        },
        onAck() {},
      },
    });
    s.receive(request('OPTIONS'));
    expect(s.methods()).toEqual([500]);
  });
});

describe('routing of responses', () => {
  it('goes to received and rport over UDP, by the listener it came in by', () => {
    const s = stage();
    s.receive(withHeader(request('OPTIONS'), 'Via', 'SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKa'));
    respond(s.requests[0]!, 200);
    expect(s.sent[0]).toMatchObject({ to: peer, options: { from: own('udp') } });
    expect(getHeader(s.last(), 'Via')).toBe('SIP/2.0/UDP 10.0.0.1:5060;rport=5070;branch=z9hG4bKa;received=192.0.2.9');
  });

  it('goes back by the TCP connection, or to sent-by at the received address when that is gone', () => {
    const s = stage();
    const source: Peer = { transport: 'tcp', address: '192.0.2.9', port: 40000 };
    s.receive(withHeader(request('OPTIONS'), 'Via', 'SIP/2.0/TCP 10.0.0.1:5066;branch=z9hG4bKa'), source);
    respond(s.requests[0]!, 200);
    expect(s.sent[0]).toMatchObject({
      to: source,
      options: { fallback: { transport: 'tcp', address: '192.0.2.9', port: 5066 } },
    });
  });
});

describe('CANCEL', () => {
  it('is answered 200 with the tag of the INVITE and told once; after a final response only answered', () => {
    const s = stage();
    let told = 0;
    s.receive(request('INVITE'));
    s.requests[0]!.onCancel = () => {
      told += 1;
      respond(s.requests[0]!, 487);
    };
    s.receive(request('CANCEL'));
    s.receive(request('CANCEL'));
    expect(told).toBe(1);
    expect(s.methods()).toEqual([200, 487, 200]);
    expect(new Set(s.sent.map(({ message }) => toTag(message))).size).toBe(1);
  });

  it('is answered 481 when there is nothing to cancel, and keeps nothing', () => {
    const s = stage();
    s.receive(request('CANCEL'));
    expect(s.methods()).toEqual([481]);
    expect(s.layer.counters.server).toBe(0);
  });
});

describe('what is refused without a transaction', () => {
  it('482 for the same request by another way, but not for one that was challenged', () => {
    const s = stage();
    s.receive(request('INVITE'));
    s.receive(request('INVITE', { branch: 'z9hG4bKb' }));
    expect(s.methods()).toEqual([482]);
    respond(s.requests[0]!, 401);
    s.receive(request('INVITE', { branch: 'z9hG4bKc' }));
    expect(s.requests).toHaveLength(2);
  });

  it('503 with Retry-After beyond maxTransactions; calls that stand go on', () => {
    const s = stage({ maxTransactions: 2 });
    for (const callId of ['1', '2', '3']) s.receive(request('INVITE', { branch: `z9hG4bK${callId}`, callId }));
    expect(s.requests).toHaveLength(2);
    expect(s.last()).toMatchObject({ status: 503 });
    expect(getHeader(s.last(), 'Retry-After')).toBe('5');
    expect(s.layer.counters).toMatchObject({ server: 2, shed: 1 });
    s.receive(request('BYE', { branch: 'z9hG4bKbye', to: '<sip:b@192.0.2.1>;tag=ours' }));
    expect(s.requests).toHaveLength(3);
  });

  it('asks admit for requests outside of dialogs only', () => {
    const asked: string[] = [];
    const s = stage({
      admit(asking) {
        asked.push(asking.method);
        return asking.method === 'OPTIONS' ? 'drop' : false;
      },
    });
    s.receive(request('INVITE', { branch: 'z9hG4bK1' }));
    s.receive(request('OPTIONS', { branch: 'z9hG4bK2' }));
    s.receive(request('INFO', { branch: 'z9hG4bK3', to: '<sip:b@192.0.2.1>;tag=ours' }));
    expect(asked).toEqual(['INVITE', 'OPTIONS']);
    expect(s.methods()).toEqual([503]);
    expect(s.requests.map((transaction) => transaction.request.method)).toEqual(['INFO']);
  });

  it('what admit refuses an INVITE with, once; its copies get the same, and its ACK is told to nobody', () => {
    let asked = 0;
    const s = stage({
      admit() {
        asked += 1;
        return asked > 1 || { status: 403, headers: [{ name: 'X-Why', value: 'no' }] };
      },
    });
    s.receive(request('INVITE'));
    expect(getHeader(s.last(), 'X-Why')).toBe('no');
    s.receive(request('INVITE'));
    s.receive(request('ACK'));
    expect(s.methods()).toEqual([403, 403]);
    expect(s.sent[1]).toEqual(s.sent[0]);
    expect([asked, s.acks.length, s.requests.length, s.layer.counters.server, s.clock.pending]).toEqual([
      1, 0, 0, 0, 0,
    ]);
    s.receive(request('INVITE', { branch: 'z9hG4bKb', cseq: 2 }));
    expect(s.requests).toHaveLength(1);
  });

  it('400 for a malformed request, the same for each retransmission', () => {
    const s = stage();
    const text = formatMessage(request('OPTIONS', { headers: [{ name: 'Contact', value: '<sip:a' }] })).toString();
    s.receiveText(text);
    s.receiveText(text);
    expect(s.methods()).toEqual([400, 400]);
    expect(s.sent[1]!.message).toEqual(s.sent[0]!.message);
    expect(s.layer.counters).toMatchObject({ server: 0, faults: 2 });
  });

  it('nothing for a malformed response', () => {
    const s = stage();
    s.receiveText('SIP/2.0 4294967301 No\r\n\r\n');
    expect(s.sent).toEqual([]);
  });
});

describe('a client transaction', () => {
  function call(method: string, transport: Transport = 'udp') {
    const s = stage();
    const heard: string[] = [];
    const transaction = s.layer.request(
      outgoing(method),
      { ...peer, transport },
      { onResponse: (response, origin) => heard.push(`${response.status} ${origin}`) },
    );
    const answer = (status: number, tag = 'theirs') =>
      s.receive(createResponse(transaction.request, status, undefined, { toTag: tag }), { ...peer, transport });
    return { ...s, heard, transaction, answer };
  }

  it('puts its Via on top, and hears the responses to it', () => {
    const c = call('OPTIONS');
    expect(getHeader(c.transaction.request, 'Via')).toBe('SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKid1;rport');
    expect(c.heard).toEqual([]);
    c.answer(200);
    c.answer(200);
    expect(c.heard).toEqual(['200 wire']);
    c.clock.advance(5000);
    expect(c.layer.counters.client).toBe(0);
    expect(c.clock.pending).toBe(0);
  });

  it('retransmits by timer E until timer F makes a 408', () => {
    const c = call('OPTIONS');
    c.clock.advance(60_000);
    expect(c.sent).toHaveLength(11);
    expect(c.heard).toEqual(['408 timeout']);
    expect(c.layer.counters.client).toBe(0);
  });

  it('makes a 503 of a transport error', () => {
    const s = stage();
    s.breakWire();
    const heard: string[] = [];
    s.layer.request(outgoing('INVITE'), peer, {
      onResponse: (response, origin) => heard.push(`${response.status} ${origin}`),
    });
    expect(heard).toEqual([]);
    s.clock.advance(0);
    expect(heard).toEqual(['503 transport']);
    expect(s.layer.counters.client).toBe(0);
  });

  it('falls back to UDP when a request too large for it finds no connection, but not for one that was cancelled', () => {
    for (const cancelled of [false, true]) {
      const s = stage();
      s.breakWire();
      const heard: string[] = [];
      const large = addHeader(outgoing('INVITE'), 'X-Large', 'x'.repeat(1300));
      const transaction = s.layer.request(large, peer, {
        onResponse: (response, origin) => heard.push(`${response.status} ${origin}`),
      });
      expect(s.sent.map(({ to }) => to.transport)).toEqual(['tcp']);
      if (cancelled) transaction.cancel();
      s.clock.advance(0);
      expect(s.sent.map(({ to }) => to.transport)).toEqual(cancelled ? ['tcp'] : ['tcp', 'udp']);
      const vias = s.sent.map(({ message }) => getHeader(message, 'Via')!.split(' ')[0]);
      expect(vias).toEqual(cancelled ? ['SIP/2.0/TCP'] : ['SIP/2.0/TCP', 'SIP/2.0/UDP']);
      expect(transaction.to.transport).toBe(cancelled ? 'tcp' : 'udp');
      // The wire carries nothing at all here, so UDP fails in turn.
      s.clock.advance(0);
      expect(heard).toEqual(['503 transport']);
      expect(s.layer.counters.client).toBe(0);
    }
  });

  it('sends a large ACK over TCP, and over UDP when that fails', () => {
    const s = stage();
    s.breakWire();
    s.layer.sendRequest(addHeader(outgoing('ACK'), 'X-Large', 'x'.repeat(1300)), peer);
    s.clock.advance(0);
    expect(s.sent.map(({ to }) => to.transport)).toEqual(['tcp', 'udp']);
  });

  it('acknowledges a refusal inside the transaction, again for each repetition until timer D', () => {
    const c = call('INVITE');
    c.answer(486);
    c.answer(486);
    expect(c.heard).toEqual(['486 wire']);
    expect(c.methods()).toEqual(['INVITE', 'ACK', 'ACK']);
    const ack = c.last() as SipRequest;
    expect(getHeader(ack, 'Via')).toBe(getHeader(c.transaction.request, 'Via'));
    expect(getHeader(ack, 'CSeq')).toBe('1 ACK');
    expect(toTag(ack)).toBe('theirs');
    c.clock.advance(32_000);
    expect(c.layer.counters.client).toBe(0);
  });

  it('passes 2xx of every fork until timer M, then they are strays', () => {
    const c = call('INVITE');
    c.answer(200, 'one');
    c.answer(200, 'two');
    c.clock.advance(32_000);
    c.answer(200, 'three');
    expect(c.heard).toEqual(['200 wire', '200 wire']);
    expect(c.strays).toHaveLength(1);
    expect(c.methods()).toEqual(['INVITE']);
  });

  it('holds CANCEL back until a provisional response, and sends it with the same branch', () => {
    const c = call('INVITE');
    c.transaction.cancel([{ name: 'Reason', value: 'SIP;cause=200' }]);
    expect(c.methods()).toEqual(['INVITE']);
    c.answer(180);
    c.transaction.cancel();
    expect(c.methods()).toEqual(['INVITE', 'CANCEL']);
    expect(getHeader(c.last(), 'Via')).toBe(getHeader(c.transaction.request, 'Via'));
    expect(getHeader(c.last(), 'Reason')).toBe('SIP;cause=200');
    c.receive(createResponse(c.last() as SipRequest, 200));
    c.answer(487);
    expect(c.heard).toEqual(['180 wire', '487 wire']);
  });

  it('gives a cancelled INVITE up 64*T1 later', () => {
    const c = call('INVITE');
    c.answer(180);
    c.transaction.cancel();
    c.clock.advance(32_000);
    expect(c.heard).toEqual(['180 wire', '408 timeout']);
    expect(c.layer.counters.client).toBe(0);
  });

  it('does not hear a response that carries a second Via', () => {
    const c = call('OPTIONS');
    c.receive(
      addHeader(createResponse(c.transaction.request, 200), 'Via', 'SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKx'),
    );
    expect(c.heard).toEqual([]);
  });

  it('retransmits nothing and lingers for nothing over TCP', () => {
    const c = call('OPTIONS', 'tcp');
    c.clock.advance(20_000);
    expect(c.sent).toHaveLength(1);
    c.answer(200);
    expect(c.layer.counters.client).toBe(0);
    expect(c.clock.pending).toBe(0);
  });
});
