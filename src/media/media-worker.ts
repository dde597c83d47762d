// Owns: a media worker thread: its sessions, its clips, its one timer, its load. It reads commands and posts reports
// (worker-protocol.ts). A fault in one session ends that session and nothing else.
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../base/clock.ts';
import { createThreadLoad } from '../base/thread-load.ts';
import { type BridgePeer, bridgeOverPort } from './bridge.ts';
import { type Paced, Pacer } from './pacer.ts';
import type { MediaEvent } from './plane.ts';
import { RtpSession } from './session.ts';
import type { SessionHost } from './session-host.ts';
import { bindPair, bindPairAgain } from './session-sockets.ts';
import { Clip } from './worker-clip.ts';
import { Outbox } from './worker-outbox.ts';
import {
  gauge,
  type OpenCommand,
  type SessionCommand,
  type WorkerCommand,
  type WorkerReport,
  type WorkerStart,
} from './worker-protocol.ts';
import { WorkerRooms } from './worker-rooms.ts';

const port = parentPort!;
const gauges = new Float64Array((workerData as WorkerStart).gauges);
const outbox = new Outbox<WorkerReport>((reports) => port.postMessage(reports));
const clips = new Map<string, Clip>();
const sessions = new Map<number, RtpSession>();
const binding = new Set<Promise<void>>();
const closing = new Set<Promise<void>>();
const pacer = new Pacer(performance.now());
/** Later than this is worth counting: a phone's jitter buffer begins to notice. */
const lateMs = 10;
/** A packet this late on average is heard: most phones keep 40 to 60 ms. */
const bearableLatenessMs = 10;

const boot = readBoot();

let timer: NodeJS.Timeout | null = null;
let shuttingDown = false;

function tick(): void {
  timer = null;
  pacer.advance(performance.now());
  arm();
}

function arm(): void {
  if (timer !== null) clearTimeout(timer);
  const delayMs = pacer.nextDelayMs(performance.now());
  timer = delayMs < 0 ? null : setTimeout(tick, delayMs);
}

function hostFor(host: string): SessionHost {
  return {
    host,
    now: () => performance.now(),
    wall: () => Date.now(),
    boot,
    emit: (session: number, event: MediaEvent) => outbox.send({ type: 'event', session, event }),
    beforeTelling: (run) => outbox.beforePost(run),
    failed,
    sent(behindMs) {
      gauges[gauge.packetsSent]!++;
      if (behindMs > lateMs) gauges[gauge.packetsLate]!++;
    },
    skipped() {
      gauges[gauge.packetsSkipped]!++;
    },
  };
}

function failed(session: number | null, error: unknown): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  outbox.send({ type: 'fault', session, message, stack: stack ?? '' });
  if (session !== null) close(session);
}

/** A clock that goes on over our own restarts and that nobody sets: Linux names each start of the machine. */
function readBoot(): NonNullable<SessionHost['boot']> | null {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { id, toUptimeMs: Number(process.hrtime.bigint()) / 1e6 - performance.now() };
  } catch {
    return null;
  }
}

async function open({ session: number, host, port: at, keyWay, restore }: OpenCommand): Promise<void> {
  try {
    const sockets = await (restore === null ? bindPair(host, at) : bindPairAgain(host, at));
    // Said first: it tells its state as soon as it is made.
    if (!shuttingDown) outbox.send({ type: 'opened', session: number });
    const session = new RtpSession(number, sockets, hostFor(host), keyWay, restore?.cname);
    sessions.set(number, session);
    if (shuttingDown) close(number);
    else if (restore !== null && session.takeUp(restore)) pace(session);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    outbox.send({ type: 'open-failed', session: number, code, message });
  }
}

const rooms = new WorkerRooms({
  now: () => performance.now(),
  emit: (room, event) => outbox.send({ type: 'event', session: room, event }),
  failed,
  session: (number) => sessions.get(number),
  clip: (key) => clips.get(key),
  pace,
  rest: (paced) => pacer.remove(paced),
  closed: (room) => outbox.send({ type: 'closed', session: room }),
});

function pace(session: Paced): void {
  pacer.add(session, performance.now());
  arm();
}

function close(number: number): void {
  void rooms.close(number);
  const session = sessions.get(number);
  if (session === undefined) return;
  sessions.delete(number);
  pacer.remove(session);
  const done = session.close().then(() => {
    closing.delete(done);
    outbox.send({ type: 'closed', session: number });
  });
  closing.add(done);
}

async function shutDown(): Promise<void> {
  shuttingDown = true;
  await Promise.all(binding);
  for (const number of [...sessions.keys()]) close(number);
  await Promise.all([...closing, rooms.closeAll()]);
  if (timer !== null) clearTimeout(timer);
  load.close();
  // Behind the reports of this turn. Nothing holds the thread then, and it ends by itself.
  setImmediate(() => port.close());
}

function command(session: RtpSession, command: SessionCommand): void {
  switch (command.type) {
    case 'configure':
      session.tellAll();
      session.configure(command.audio);
      pace(session);
      break;
    case 'play': {
      const { clip: key, times, stopKeys, startMs = 0 } = command.options;
      const clip = clips.get(key);
      if (clip === undefined) session.unplayable(command.id, key);
      else session.player.play({ id: command.id, clip, times, stopKeys, startMs });
      break;
    }
    case 'stop':
      session.player.stop(command.id);
      break;
    case 'key':
      session.key(command.digit, command.durationMs);
      break;
    case 'send-digits':
      session.sendDigits(command.id, command.digits, command.toneMs, command.gapMs);
      break;
    case 'cancel-digits':
      session.cancelDigits(command.id);
      break;
    case 'record':
      session.recordings.start(command.id, command.options);
      break;
    case 'tap':
      session.recordings.tap(command.id, command.tracks);
      return;
    case 'untap':
      session.recordings.untap(command.id);
      return;
    case 'watch-voice':
      session.recordings.watchVoice(command.on);
      return;
    case 'say':
      session.voice.say(command.samples);
      return;
    case 'hush':
      session.voice.hush();
      return;
    case 'pause-recording':
      session.recordings.pause(command.id, command.on);
      return;
    case 'stop-recording':
      session.recordings.stop(command.id);
      break;
    case 'sensitive':
      session.recordings.sensitive(command.on, command.sinceMs);
      break;
    case 'bridge': {
      const other = sessions.get(command.other);
      if (other === undefined || other === session) break;
      session.bridge((ours) => {
        let theirs: BridgePeer | null = null;
        other.bridge((input) => {
          theirs = input;
          return ours;
        });
        return theirs!;
      });
      break;
    }
    case 'bridge-port':
      session.bridge((input) => bridgeOverPort(command.port, input));
      break;
    case 'unbridge':
      session.unbridge();
      break;
    case 'hold':
      session.hold(command.on);
      break;
    case 'close':
      close(command.session);
      break;
  }
}

function take(message: WorkerCommand): void {
  switch (message.type) {
    case 'open': {
      const done = open(message).then(() => void binding.delete(done));
      binding.add(done);
      break;
    }
    case 'add-clip':
      clips.set(message.key, new Clip(new Int16Array(message.samples)));
      break;
    case 'drop-clip':
      clips.delete(message.key);
      break;
    case 'shutdown':
      void shutDown();
      break;
    case 'room-open':
    case 'seat':
    case 'seat-port':
    case 'reseat':
    case 'room-play':
    case 'room-stop':
    case 'room-record':
    case 'room-pause-recording':
    case 'room-stop-recording':
    case 'room-close':
      rooms.take(message);
      break;
    default: {
      const session = sessions.get(message.session);
      if (session === undefined) return;
      try {
        command(session, message);
      } catch (error) {
        failed(message.session, error);
      }
    }
  }
}

port.on('message', (messages: readonly WorkerCommand[]) => {
  for (const message of messages) take(message);
});
process.on('uncaughtException', (error) => failed(null, error));
process.on('unhandledRejection', (error) => failed(null, error));

const load = createThreadLoad({
  clock: systemClock,
  bearableMs: bearableLatenessMs,
  onMeasured: (value) => {
    gauges[gauge.load] = value;
  },
});
