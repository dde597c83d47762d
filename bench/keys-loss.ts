// The loss run: keys typed over real RTP at sessions of the real media plane, by a sender that loses packets; by one way and
// by two at once. Prints a Markdown table of what was lost, told twice, and told in the wrong order.
//
//   node bench/keys-loss.ts [keys=10000] [seed=1] [only the ways with this in their name]
//
// Everything runs at the same time, so many lines to each cell of the table that it is over in about two minutes. INFO is
// lost and repeated as over UDP, one request at a time; it is handed to the session as the call does.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createMediaPlane } from '../src/media/create-plane.ts';
import type { MediaEvent } from '../src/media/plane.ts';
import { compare, type Loss, LossLine, type Outcome, type Way } from './keys-loss-line.ts';

const tones = (ms: number) => ({ toneMs: ms, gapMs: ms, audibleMs: ms, events: false, info: false });
const events = { toneMs: 100, gapMs: 100, audibleMs: 0, events: true, info: false };
const allWays: readonly Way[] = [
  { name: 'telephone-events', ...events },
  { name: 'tones, 100/100 ms', ...tones(100) },
  { name: 'tones, 80/80 ms', ...tones(80) },
  { name: 'events and INFO', ...events, info: true },
  { name: 'tones (100/100 ms) and INFO', ...tones(100), info: true },
  { name: 'events behind 30 ms of their tone', ...events, audibleMs: 30 },
];
const losses: readonly Loss[] = [
  { name: '5 %', share: 0.05, burst: 1 },
  { name: '10 %', share: 0.1, burst: 1 },
  { name: '5 %, bursts of 3', share: 0.05, burst: 3 },
  { name: '10 %, bursts of 3', share: 0.1, burst: 3 },
];
const linesEach = 16;
/** What is waiting to be told is told by then. */
const settleMs = 3000;

const keys = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? 1);
const ways = allWays.filter(({ name }) => name.includes(process.argv[4] ?? ''));
const perLine = Math.ceil(keys / linesEach);

const socket = createSocket({ type: 'udp4', sendBufferSize: 4 * 1024 * 1024 });
socket.bind(0, '127.0.0.1');
await once(socket, 'listening');
const count = ways.length * losses.length * linesEach;
const plane = await createMediaPlane({ host: '127.0.0.1', portRange: [33_000, 33_000 + 2 * count + 100], workers: 2 });
const cells = ways.flatMap((way) => losses.map((loss) => ({ way, loss, lines: [] as LossLine[] })));
const lines: LossLine[] = [];
for (const cell of cells) {
  for (let i = 0; i < linesEach; i++) {
    let line: LossLine | null = null;
    const onEvent = (event: MediaEvent): void => {
      if (event.type === 'digit') line?.told.push(event.digit);
      else if (event.type === 'fault') throw new Error(event.message);
    };
    const session = await plane.open({ onEvent });
    session.configure({
      remoteAddress: '127.0.0.1',
      remotePort: socket.address().port,
      remoteRtcpPort: 0,
      codec: 'PCMU',
      payloadType: 0,
      ptimeMs: 20,
      telephoneEvent: cell.way.events ? { payloadType: 101, clockRateHz: 8000 } : null,
      receive: [{ payloadType: 0, codec: 'PCMU' }],
      direction: 'recvonly',
    });
    line = new LossLine(session, socket, cell.way, cell.loss, perLine, seed * 100_003 + lines.length);
    cell.lines.push(line);
    lines.push(line);
  }
}

const began = performance.now();
let slot = 0;
let behindMs = 0;
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const nowMs = performance.now() - began;
    behindMs = Math.max(behindMs, nowMs - slot);
    for (; slot < nowMs; slot++) for (let i = slot % 20; i < lines.length; i += 20) lines[i]!.step(nowMs);
    if (!lines.every(({ done }) => done)) return;
    clearInterval(timer);
    resolve();
  }, 1);
});
await new Promise((resolve) => setTimeout(resolve, settleMs));
await plane.close();
socket.close();

const sum = (outcomes: readonly Outcome[], what: keyof Outcome): number =>
  outcomes.reduce((total, outcome) => total + outcome[what], 0);
console.log('| way | loss | keys | lost | lost % | told twice | in wrong order |');
console.log('|---|---|---|---|---|---|---|');
for (const { way, loss, lines: own } of cells) {
  const outcomes = own.map(({ typed, told }) => compare(typed, told));
  const [sent, lost, doubled, disordered] = (['sent', 'lost', 'doubled', 'disordered'] as const).map((what) =>
    sum(outcomes, what),
  );
  const percent = ((100 * lost!) / sent!).toFixed(2);
  console.log(`| ${way.name} | ${loss.name} | ${sent} | ${lost} | ${percent} | ${doubled} | ${disordered} |`);
}
console.error(
  `${count} lines, ${Math.round((performance.now() - began) / 1000)} s, at most ${Math.round(behindMs)} ms behind`,
);
