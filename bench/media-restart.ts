// Measures how long callers hear nothing when the process that carries their media is killed and started again: the media
// plane alone, without signalling and store. Prints one JSON line.
//
//   node bench/media-restart.ts [sessions=1000] [workers=1]
//
// startMs: from the start of the new process until its program is loaded. openMs: all sessions taken up again, the start of
// the worker threads in it. gapMs: from the last packet of the killed process to the first of the new one, for each session.
// refused: sessions whose first packet was not what RFC 3550 lets a stream go on with: the same source, a talkspurt, and
// numbers ahead by less than 3000. Ports: 24000 and up.
import { type ChildProcess, fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SavedSession } from '../src/media/plane.ts';
import type { NegotiatedAudio } from '../src/media/sdp.ts';

const firstPort = 24_000;

async function serve(workers: number, count: number, phone: number): Promise<void> {
  const { createMediaPlane } = await import('../src/media/create-plane.ts');
  const audio: NegotiatedAudio = {
    remoteAddress: '127.0.0.1',
    remotePort: phone,
    remoteRtcpPort: 0,
    codec: 'PCMU',
    payloadType: 0,
    ptimeMs: 20,
    telephoneEvent: { payloadType: 101, clockRateHz: 8000 },
    receive: [{ payloadType: 0, codec: 'PCMU' }],
    direction: 'sendrecv',
  };
  const startMs = Date.now() - performance.timeOrigin;
  const plane = await createMediaPlane({
    host: '127.0.0.1',
    portRange: [firstPort, firstPort + 2 * count - 1],
    workers,
  });
  const saves = new Map<number, SavedSession>();
  process.send!('ready');
  const [restore] = (await once(process, 'message')) as [readonly SavedSession[] | null];
  const from = performance.now();
  if (restore !== null) plane.reserve(restore.map(({ port }) => port));
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const onEvent: Parameters<typeof plane.open>[0]['onEvent'] = (event) => {
        if (event.type === 'saved') saves.set(event.saved.port, event.saved);
      };
      const session = await plane.open(restore === null ? { onEvent } : { onEvent, restore: restore[i]! });
      session.configure(audio);
    }),
  );
  process.send!({ startMs, openMs: performance.now() - from });
  process.on('message', () => process.send!([...saves.values()]));
}

async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const [answer] = await once(child, 'message');
  return answer as Answer;
}

interface Heard {
  at: number;
  ssrc: number;
  sequence: number;
}

async function measure(count: number, workers: number): Promise<void> {
  const phone = createSocket({ type: 'udp4', recvBufferSize: 8 * 1024 * 1024 });
  phone.bind(0, '127.0.0.1');
  await once(phone, 'listening');
  const last = new Map<number, Heard>();
  const gaps = new Map<number, number>();
  let restarted = false;
  let refused = 0;
  let whole = Promise.withResolvers<void>();
  phone.on('message', (bytes, { port }) => {
    const at = performance.now();
    const before = last.get(port);
    const heard = { at, ssrc: bytes.readUInt32BE(8), sequence: bytes.readUInt16BE(2) };
    if (restarted && before !== undefined && !gaps.has(port)) {
      gaps.set(port, at - before.at);
      const ahead = (heard.sequence - before.sequence) & 0xffff;
      const goesOn = heard.ssrc === before.ssrc && ahead > 0 && ahead < 3000 && bytes[1]! >= 0x80;
      if (!goesOn) refused++;
    }
    last.set(port, heard);
    if ((restarted ? gaps : last).size === count) whole.resolve();
  });

  const start = (): ChildProcess =>
    fork(fileURLToPath(import.meta.url), ['serve', String(workers), String(count), String(phone.address().port)]);
  const first = start();
  await once(first, 'message');
  first.send(null as never);
  await answerOf(first);
  await whole.promise;
  first.send('save');
  const saves = await answerOf<SavedSession[]>(first);
  const exited = once(first, 'exit');
  first.kill('SIGKILL');
  await exited;
  await new Promise(setImmediate);

  restarted = true;
  whole = Promise.withResolvers();
  const second = start();
  await once(second, 'message');
  second.send(saves);
  const { startMs, openMs } = await answerOf<{ startMs: number; openMs: number }>(second);
  await whole.promise;
  second.kill('SIGKILL');
  phone.close();
  const sorted = [...gaps.values()].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)]!);
  const gapMs = { p50: at(0.5), p99: at(0.99), most: at(1) };
  const result = { sessions: count, workers, startMs: Math.round(startMs), openMs: Math.round(openMs), gapMs, refused };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

const [, , mode = '1000', ...rest] = process.argv;
if (mode === 'serve') await serve(Number(rest[0]), Number(rest[1]), Number(rest[2]));
else await measure(Number(mode), Number(rest[0] ?? 1));
