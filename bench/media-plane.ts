// Measures the media plane alone: N sessions that play a clip to a phone that only listens (in a process of its own, so that
// its work is not counted), or that also send audio and are heard. Prints one JSON line.
//
//   node bench/media-plane.ts [sessions=300] [seconds=10] [talk | talk-events | bridge | room3 | room10 | …]
//
// talk: what they send is as loud and as uneven as speech, and keys are listened for in it. talk-events: each began with a
// telephone-event, so nobody listens for tones; the difference between the two is what that costs.
// bridge: as talk-events, and joined in pairs in place of playing; room10: and in conferences of ten.
// cpuUsPerPacket: user + system time of this process over packets sent (with `talk`: a packet received is in it as well).
// gapMs: how far the time between two packets of a session is from 20 ms. spreadMs: how far a session's packets stray from
// their own 20 ms grid. Both are taken in the listening process, so its own lateness is in them.
import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createMediaPlane } from '../src/media/create-plane.ts';
import type { MediaPlane, MediaSession } from '../src/media/plane.ts';
import { speechLike } from './talk.ts';

const quantile = (sorted: Float64Array, q: number) =>
  sorted.length === 0 ? null : Number(sorted[Math.floor((sorted.length - 1) * q)]!.toFixed(2));

async function listen(): Promise<void> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 8 * 1024 * 1024 });
  const streams = new Map<number, { first: number; last: number; sequence: number; least: number; most: number }>();
  const gaps: number[] = [];
  const speech = speechLike();
  let packets = 0;
  let lost = 0;
  const talkers: { port: number; packet: Buffer }[] = [];
  socket.on('message', (bytes) => {
    const now = performance.now();
    packets++;
    const ssrc = bytes.readUInt32BE(8);
    const sequence = bytes.readUInt16BE(2);
    const stream = streams.get(ssrc);
    if (stream === undefined) {
      streams.set(ssrc, { first: now, last: now, sequence, least: 0, most: 0 });
      return;
    }
    const steps = (sequence - stream.sequence) & 0xffff;
    lost += steps - 1;
    gaps.push(Math.abs(now - stream.last - 20 * steps));
    stream.last = now;
    stream.sequence = sequence;
    stream.first += 20 * steps;
    const stray = now - stream.first;
    stream.least = Math.min(stream.least, stray);
    stream.most = Math.max(stream.most, stray);
  });
  socket.bind(0, '127.0.0.1', () => process.send!({ port: socket.address().port }));
  process.on('message', (message: { talk?: number[]; events?: boolean; stop?: boolean }) => {
    if (message.events) {
      for (const port of message.talk!) {
        const event = Buffer.from([0x80, 0x80 | 101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x8a, 0, 160]);
        event.writeUInt32BE(port, 8);
        socket.send(event, port, '127.0.0.1');
      }
    }
    for (const port of message.talk ?? []) {
      const packet = Buffer.alloc(172);
      packet[0] = 0x80;
      packet[1] = 0;
      packet.writeUInt32BE(port, 8);
      talkers.push({ port, packet });
    }
    if (message.talk !== undefined) {
      let slot = 0;
      const start = performance.now();
      setInterval(() => {
        for (; slot < performance.now() - start; slot++) {
          for (let i = slot % 20; i < talkers.length; i += 20) {
            const { port, packet } = talkers[i]!;
            packet.writeUInt16BE((packet.readUInt16BE(2) + 1) & 0xffff, 2);
            packet.writeUInt32BE((packet.readUInt32BE(4) + 160) >>> 0, 4);
            const at = (port * 7919 + packet.readUInt16BE(2) * 160) % speech.length;
            speech.copy(packet, 12, at, at + 160);
            socket.send(Buffer.from(packet), port, '127.0.0.1');
          }
        }
      }, 1);
    }
    if (message.stop) {
      const sortedGaps = Float64Array.from(gaps).sort();
      const spreads = Float64Array.from(streams.values(), (stream) => stream.most - stream.least).sort();
      process.send!({
        packets,
        lost,
        gapMs: { p50: quantile(sortedGaps, 0.5), p99: quantile(sortedGaps, 0.99), max: quantile(sortedGaps, 1) },
        spreadMs: { p50: quantile(spreads, 0.5), p99: quantile(spreads, 0.99) },
      });
      process.disconnect();
      process.exit(0);
    }
  });
}

const isJoined = (mode: string): boolean => mode === 'bridge' || mode.startsWith('room');

function join(plane: MediaPlane, sessions: readonly MediaSession[], mode: string): void {
  if (!isJoined(mode)) return;
  const size = mode === 'bridge' ? 2 : Number(mode.slice('room'.length));
  for (let from = 0; from + size <= sessions.length; from += size) {
    const group = sessions.slice(from, from + size);
    if (mode === 'bridge') group[0]!.bridge(group[1]!);
    else {
      const room = plane.openRoom(() => {});
      for (const [index, session] of group.entries())
        room.seat(session, { name: String(index), mute: false, hold: false, coach: null });
    }
  }
}

async function run(count: number, seconds: number, mode: string): Promise<void> {
  const sink = fork(fileURLToPath(import.meta.url), ['listen']);
  const [{ port }] = (await once(sink, 'message')) as [{ port: number }];
  const plane = await createMediaPlane({
    host: '127.0.0.1',
    portRange: [32_000, 32_000 + 2 * count + 200],
    workers: 1,
  });
  plane.addClip(
    'tone',
    Int16Array.from({ length: 80_000 }, (_, i) => 8000 * Math.sin((i * 2 * Math.PI * 440) / 8000)),
  );
  let keysHeard = 0;
  const onEvent = ({ type }: { readonly type: string }): void => {
    if (type === 'digit') keysHeard++;
  };
  const sessions = await Promise.all(Array.from({ length: count }, () => plane.open({ onEvent })));
  const rssMb = process.memoryUsage.rss() / 1e6;
  for (const session of sessions) {
    session.configure({
      remoteAddress: '127.0.0.1',
      remotePort: port,
      remoteRtcpPort: port + 1,
      codec: 'PCMU',
      payloadType: 0,
      ptimeMs: 20,
      telephoneEvent: { payloadType: 101, clockRateHz: 8000 },
      receive: [{ payloadType: 0, codec: 'PCMU' }],
      direction: 'sendrecv',
    });
    if (!isJoined(mode)) session.play('p', { clip: 'tone', times: null, stopKeys: '' });
  }
  join(plane, sessions, mode);
  if (mode !== '')
    sink.send({ talk: sessions.map((session) => session.port), events: mode === 'talk-events' || isJoined(mode) });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const cpu = process.cpuUsage();
  const from = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const used = process.cpuUsage(cpu);
  const tookMs = performance.now() - from;
  const cpuUs = used.user + used.system;
  const { load, counters } = plane;
  sink.send({ stop: true });
  const [heard] = await once(sink, 'message');
  await plane.close();
  console.log(
    JSON.stringify({
      sessions: count,
      mode,
      cpuPercent: Number((cpuUs / tookMs / 10).toFixed(1)),
      cpuUsPerPacket: Number((cpuUs / ((count * tookMs) / 20)).toFixed(2)),
      load: Number(load.toFixed(3)),
      latePerMillion: counters.latePacketsPerMillion,
      keysHeard,
      rssMb: Math.round(rssMb),
      ...(heard as object),
    }),
  );
}

if (process.argv[2] === 'listen') await listen();
else await run(Number(process.argv[2] ?? 300), Number(process.argv[3] ?? 10), process.argv[4] ?? '');
