// Real sockets on the loopback.
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import type { ListenOptions } from './endpoint.ts';
import { formatMessage } from './format.ts';
import type { MessageFault, Peer, SipMessage, SipRequest } from './message.ts';
import type { TransportLimits } from './transaction.ts';
import { createTransport, type SipTransport } from './transport.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Heard {
  readonly message: SipMessage | MessageFault;
  readonly source: Peer;
  readonly local: Peer;
}

async function open(listen: ListenOptions[], { clock = systemClock, limits = {} as Partial<TransportLimits> } = {}) {
  const heard: Heard[] = [];
  const waiters: { count: number; resolve: () => void }[] = [];
  const transport: SipTransport = createTransport({
    listen,
    clock,
    log: silentLog,
    limits,
    onMessage(message, source, local) {
      heard.push({ message, source, local });
      for (const waiter of waiters) if (heard.length >= waiter.count) waiter.resolve();
    },
  });
  await transport.start();
  closing.push(() => transport.close());
  const hears = (count: number) =>
    new Promise<void>((resolve) => (heard.length >= count ? resolve() : void waiters.push({ count, resolve })));
  return { transport, heard, hears };
}
const loopback = (transport: 'udp' | 'tcp', host = '127.0.0.1'): ListenOptions => ({ transport, host, port: 0 });

function bytesOf(callId: string, body = ''): Buffer {
  const headers = [
    { name: 'Via', value: 'SIP/2.0/TCP 127.0.0.1:5099;branch=z9hG4bK1' },
    { name: 'From', value: '<sip:a@127.0.0.1>;tag=1' },
    { name: 'To', value: '<sip:b@127.0.0.1>' },
    { name: 'Call-ID', value: callId },
    { name: 'CSeq', value: '1 OPTIONS' },
  ];
  const request: SipRequest = {
    kind: 'request',
    method: 'OPTIONS',
    uri: 'sip:b@127.0.0.1',
    headers,
    body: Buffer.from(body),
  };
  return formatMessage(request);
}

async function connectTo(port: number): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  closing.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function udpPeer(): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  closing.push(() => socket.close());
  return socket;
}

describe('UDP', () => {
  it('hears a datagram, and answers by the listener it came to', async () => {
    const { transport, heard, hears } = await open([loopback('udp'), loopback('udp')]);
    const peer = await udpPeer();
    const second = transport.local[1]!;
    peer.send(bytesOf('one'), second.port, '127.0.0.1');
    await hears(1);
    expect(heard[0]).toMatchObject({
      source: { transport: 'udp', address: '127.0.0.1', port: peer.address().port },
      local: second,
    });
    const answered = once(peer, 'message');
    transport.send(Buffer.from('answer'), heard[0]!.source, { from: heard[0]!.local });
    const [bytes, from] = await answered;
    expect(`${bytes} ${from.port}`).toBe(`answer ${second.port}`);
  });

  it('tells of what cannot be sent, after send has returned', async () => {
    const { transport } = await open([loopback('udp')]);
    for (const to of [
      { transport: 'udp' as const, address: 'a.name.invalid', port: 5060 },
      { transport: 'udp' as const, address: '127.0.0.1', port: 0 },
      { transport: 'udp' as const, address: '2001:db8::1', port: 5060 },
    ]) {
      let returned = false;
      const told = new Promise<boolean>((resolve) =>
        transport.send(Buffer.from('x'), to, { onError: () => resolve(returned) }),
      );
      returned = true;
      expect(await told).toBe(true);
    }
  });

  it('hears IPv4 and IPv6 on ::, and names IPv4 peers as such', async () => {
    const { transport, heard, hears } = await open([loopback('udp', '::')]);
    const peer = await udpPeer();
    peer.send(bytesOf('four'), transport.local[0]!.port, '127.0.0.1');
    await hears(1);
    expect(heard[0]!.source.address).toBe('127.0.0.1');
    const answered = once(peer, 'message');
    transport.send(Buffer.from('answer'), heard[0]!.source, { from: heard[0]!.local });
    await answered;
    const peer6 = createSocket('udp6');
    closing.push(() => peer6.close());
    peer6.send(bytesOf('six'), transport.local[0]!.port, '::1');
    await hears(2);
    expect(heard[1]!.source.address).toBe('::1');
  });
});

describe('TCP', () => {
  it('answers by the connection, and reuses it for requests to its far end', async () => {
    const { transport, heard, hears } = await open([loopback('tcp')]);
    const socket = await connectTo(transport.local[0]!.port);
    socket.write(bytesOf('one'));
    await hears(1);
    const { source } = heard[0]!;
    expect(source.port).toBe(socket.localPort);
    transport.send(Buffer.from('again'), source);
    const [bytes] = await once(socket, 'data');
    expect(String(bytes)).toBe('again');
  });

  it('connects once for all that goes to one peer, and hears the answers there', async () => {
    const accepted: Socket[] = [];
    const server = createServer((socket) => void accepted.push(socket.on('error', () => {})));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(
      () => server.close(),
      () => accepted.forEach((socket) => void socket.destroy()),
    );
    const { transport, hears } = await open([loopback('tcp')]);
    const { port } = server.address() as { port: number };
    transport.send(Buffer.from('1'), { transport: 'tcp', address: '127.0.0.1', port });
    transport.send(Buffer.from('2'), { transport: 'tcp', address: '127.0.0.1', port });
    if (accepted.length === 0) await once(server, 'connection');
    let got = '';
    while (got !== '12') got += String((await once(accepted[0]!, 'data'))[0]);
    accepted[0]!.write(bytesOf('answer'));
    await hears(1);
    expect(accepted).toHaveLength(1);
  });

  it('opens the way that Via names when the connection is gone', async () => {
    const { transport, heard, hears } = await open([loopback('tcp')]);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    const socket = await connectTo(transport.local[0]!.port);
    socket.write(bytesOf('one'));
    await hears(1);
    socket.resetAndDestroy();
    const { port } = server.address() as { port: number };
    const connected = once(server, 'connection');
    // The reset reaches the far side in its own time; until then a write may be lost with the connection.
    let stop = false;
    const pump = () => {
      if (stop) return;
      transport.send(Buffer.from('answer'), heard[0]!.source, {
        fallback: { transport: 'tcp', address: '127.0.0.1', port },
      });
      setImmediate(pump);
    };
    pump();
    const [arrived] = (await connected) as [Socket];
    stop = true;
    arrived.on('error', () => {});
    expect(String((await once(arrived, 'data'))[0])).toMatch(/^answer/);
    arrived.destroy();
  });

  it('survives a connection that breaks off after any byte', async () => {
    const { transport, heard, hears } = await open([loopback('tcp')]);
    const bytes = bytesOf('cut', 'body');
    const { port } = transport.local[0]!;
    for (let at = 0; at < bytes.length; at += 1) {
      const socket = await connectTo(port);
      if (at > 0) await new Promise<void>((resolve) => socket.write(bytes.subarray(0, at), () => resolve()));
      if (at % 2) socket.resetAndDestroy();
      else socket.destroy();
    }
    const socket = await connectTo(port);
    socket.write(bytes);
    await hears(1);
    expect(heard).toHaveLength(1);
  });

  it('answers keep-alives', async () => {
    const { transport } = await open([loopback('tcp')]);
    const socket = await connectTo(transport.local[0]!.port);
    socket.write('\r\n\r\n');
    expect(String((await once(socket, 'data'))[0])).toBe('\r\n');
  });

  it('closes when framing is lost, after what was said to it', async () => {
    const { transport, heard, hears } = await open([loopback('tcp')]);
    const socket = await connectTo(transport.local[0]!.port);
    socket.write(bytesOf('one').toString().replace('Content-Length: 0', 'Content-Length: -1'));
    socket.resume();
    await Promise.all([hears(1), once(socket, 'close')]);
    expect(heard[0]!.message).toMatchObject({ kind: 'fault', status: 400 });
  });

  it.each([
    ['says nothing', ''],
    ['never completes its message', 'OPTIONS sip:a@b SIP/2.0\r\n'],
    ['promises a body that never comes', bytesOf('one').toString().replace('Content-Length: 0', 'Content-Length: 99')],
  ])('closes a connection that %s', async (_, text) => {
    const clock = createVirtualClock();
    const { transport } = await open([loopback('tcp')], { clock, limits: { messageWaitMs: 1000 } });
    const socket = await connectTo(transport.local[0]!.port);
    socket.resume();
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    if (text) await new Promise<void>((resolve) => socket.write(text, () => resolve()));
    // A pong on a later connection: the far side has read by now what came before.
    const other = await connectTo(transport.local[0]!.port);
    other.write('\r\n\r\n');
    await once(other, 'data');
    clock.advance(1000);
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('lets a proven connection rest until idleMs', async () => {
    const clock = createVirtualClock();
    const { transport, hears } = await open([loopback('tcp')], {
      clock,
      limits: { messageWaitMs: 1000, idleMs: 50_000 },
    });
    const socket = await connectTo(transport.local[0]!.port);
    socket.write(bytesOf('one'));
    await hears(1);
    clock.advance(49_000);
    socket.write('\r\n\r\n');
    await once(socket, 'data');
    const closed = once(socket, 'close');
    clock.advance(50_000);
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('refuses connections beyond its limit', async () => {
    const { transport, hears } = await open([loopback('tcp')], { limits: { maxConnections: 1 } });
    const first = await connectTo(transport.local[0]!.port);
    first.write(bytesOf('one'));
    await hears(1);
    const second = await connectTo(transport.local[0]!.port);
    second.resume();
    await once(second, 'close');
    first.write(bytesOf('two'));
    await hears(2);
  });

  it('tells when nobody listens', async () => {
    const { transport } = await open([loopback('tcp')]);
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as { port: number };
    await new Promise((resolve) => gone.close(resolve));
    const error = await new Promise<Error>((resolve) =>
      transport.send(Buffer.from('x'), { transport: 'tcp', address: '127.0.0.1', port }, { onError: resolve }),
    );
    expect(error.message).toContain('ECONNREFUSED');
  });
});

describe('start', () => {
  it.each(['udp', 'tcp'] as const)('rejects with the %s address that is taken, and frees the others', async (kind) => {
    const first = await open([loopback(kind)]);
    const { port } = first.transport.local[0]!;
    const second = createTransport({
      listen: [loopback('udp'), { transport: kind, host: '127.0.0.1', port }],
      clock: systemClock,
      log: silentLog,
      onMessage() {},
    });
    await expect(second.start()).rejects.toMatchObject({
      code: 'sip-listen-failed',
      message: expect.stringContaining(`${kind} 127.0.0.1:${port}`),
    });
    expect(second.local).toEqual([]);
  });
});
