// Owns: the media plane on the main thread: which worker a session goes to, its ports, and the way of its commands and
// events. Does not: touch a packet; see media-worker.ts.
import { MessageChannel } from 'node:worker_threads';
import { CodedError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { type Log, silentLog } from '../base/log.ts';
import type {
  MediaEvent,
  MediaPlane,
  MediaPlaneOptions,
  MediaRoom,
  MediaSession,
  RoomEvent,
  SavedSession,
  SessionOptions,
} from './plane.ts';
import { PortPool } from './ports.ts';
import { RoomProxy } from './room-proxy.ts';
import { SessionProxy } from './session-proxy.ts';
import { repairWav } from './wav-writer.ts';
import { MediaWorkerClient } from './worker-client.ts';
import type { WorkerReport } from './worker-protocol.ts';

interface Opening {
  readonly worker: MediaWorkerClient;
  readonly port: number;
  readonly onEvent: SessionOptions['onEvent'];
  /** null: the ports are somebody else's. */
  readonly resolve: (session: SessionProxy | null) => void;
  readonly reject: (error: CodedError) => void;
}

class WorkerMediaPlane implements MediaPlane {
  readonly #options: MediaPlaneOptions;
  readonly #log: Log;
  readonly #ports: PortPool;
  readonly #workers: MediaWorkerClient[] = [];
  readonly #clips = new Map<string, SharedArrayBuffer>();
  readonly #sessions = new Map<number, SessionProxy>();
  readonly #rooms = new Map<number, RoomProxy>();
  readonly #opening = new Map<number, Opening>();
  #lastSession = 0;
  #closing: Promise<void> | null = null;

  constructor(options: MediaPlaneOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#ports = new PortPool(options.portRange);
    for (let index = 0; index < Math.max(1, options.workers); index++) this.#startWorker(index);
  }

  get counters(): MediaPlane['counters'] {
    let sent = 0;
    let late = 0;
    for (const worker of this.#workers) {
      sent += worker.packetsSent;
      late += worker.packetsLate;
    }
    return { sessions: this.#sessions.size, latePacketsPerMillion: sent === 0 ? 0 : Math.round((late / sent) * 1e6) };
  }

  get load(): number {
    return this.#workers.reduce((most, worker) => Math.max(most, worker.load), 0);
  }

  addClip(key: string, samples: Int16Array): void {
    const shared = new SharedArrayBuffer(samples.byteLength);
    new Int16Array(shared).set(samples);
    this.#clips.set(key, shared);
    for (const worker of this.#workers) worker.send({ type: 'add-clip', key, samples: shared });
  }

  dropClip(key: string): void {
    if (!this.#clips.delete(key)) return;
    for (const worker of this.#workers) worker.send({ type: 'drop-clip', key });
  }

  reserve(ports: readonly number[]): void {
    this.#ports.reserve(ports);
  }

  release(ports: readonly number[]): void {
    this.#ports.release(ports);
  }

  repairRecording(file: string): ReturnType<MediaPlane['repairRecording']> {
    return repairWav(file);
  }

  openRoom(onEvent: (event: RoomEvent) => void): MediaRoom {
    if (this.#closing !== null) throw new CodedError('media-closed', 'The media plane is closed.');
    const worker = this.#leastBusy();
    worker.sessions++;
    const number = ++this.#lastSession;
    const room = new RoomProxy(number, worker, (event) => onEvent(event as RoomEvent));
    this.#rooms.set(number, room);
    return room;
  }

  #leastBusy(): MediaWorkerClient {
    return this.#workers.reduce((least, other) => (other.sessions < least.sessions ? other : least));
  }

  async open(options: SessionOptions): Promise<MediaSession> {
    if (options.restore !== undefined) return this.#openAgain(options.restore, options);
    for (let attempts = this.#ports.free; attempts > 0; attempts--) {
      const port = this.#ports.take();
      if (port === null) break;
      const session = await this.#openAt(port, options);
      if (session !== null) return session;
    }
    if (this.#closing !== null) throw new CodedError('media-closed', 'The media plane is closed.');
    const [first, last] = this.#options.portRange;
    throw new CodedError('media-ports-exhausted', `No RTP port pair is free between ${first} and ${last}.`);
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#workers.map((worker) => worker.close())).then(() => {
      for (const opening of this.#opening.values())
        opening.reject(new CodedError('media-closed', 'The media plane closed.'));
      this.#opening.clear();
      for (const one of [...this.#sessions.values(), ...this.#rooms.values()]) this.#forget(one);
    });
    return this.#closing;
  }

  async #openAgain({ port }: SavedSession, options: SessionOptions): Promise<MediaSession> {
    const session = this.#ports.claim(port) ? await this.#openAt(port, options) : null;
    if (session === null) throw new CodedError('media-port-taken', `RTP port ${port} or ${port + 1} is taken.`);
    return session;
  }

  /** null when the pair is somebody else's. */
  async #openAt(port: number, options: SessionOptions): Promise<SessionProxy | null> {
    if (this.#closing !== null) {
      this.#ports.giveBack(port);
      throw new CodedError('media-closed', 'The media plane is closed.');
    }
    const worker = this.#leastBusy();
    const number = ++this.#lastSession;
    worker.sessions++;
    const { onEvent, keyWay = null } = options;
    // Of another version only the ports are understood: the stream begins anew on them, and the source is learned again.
    const restore = options.restore?.version === 1 ? options.restore : null;
    let session: SessionProxy | null = null;
    try {
      session = await new Promise<SessionProxy | null>((resolve, reject) => {
        this.#opening.set(number, { worker, port, onEvent, resolve, reject });
        worker.send({ type: 'open', session: number, host: this.#options.host, port, keyWay, restore });
      });
    } finally {
      this.#opening.delete(number);
      if (session === null) {
        worker.sessions--;
        this.#ports.giveBack(port);
      }
    }
    return session;
  }

  /** At once, not when who waits for it goes on: its events are behind this report already. */
  #opened(number: number): void {
    const opening = this.#opening.get(number);
    if (opening === undefined) return;
    const { worker, port, onEvent, resolve } = opening;
    const session: SessionProxy = new SessionProxy(number, newId(), port, worker, onEvent, (other) =>
      this.#bridge(session, other),
    );
    this.#sessions.set(number, session);
    resolve(session);
  }

  #bridge(session: SessionProxy, other: MediaSession): void {
    if (!(other instanceof SessionProxy) || other === session) return;
    if (session.worker === other.worker) {
      session.worker.send({ type: 'bridge', session: session.number, other: other.number });
      return;
    }
    const { port1, port2 } = new MessageChannel();
    session.worker.send({ type: 'bridge-port', session: session.number, port: port1 }, port1);
    other.worker.send({ type: 'bridge-port', session: other.number, port: port2 }, port2);
  }

  #startWorker(index: number): void {
    const worker = new MediaWorkerClient(
      { report: (report) => this.#take(report), lost: (why) => this.#replaceWorker(index, worker, why) },
      this.#log,
    );
    this.#workers[index] = worker;
    for (const [key, samples] of this.#clips) worker.send({ type: 'add-clip', key, samples });
  }

  /** Its sessions are lost and told so; calls that come later find a new thread. */
  #replaceWorker(index: number, worker: MediaWorkerClient, why: string): void {
    if (this.#closing !== null) return;
    this.#log.error({ why }, 'media worker lost, starting another');
    this.#startWorker(index);
    for (const opening of this.#opening.values()) {
      if (opening.worker === worker) opening.reject(new CodedError('media-closed', why));
    }
    for (const session of [...this.#sessions.values(), ...this.#rooms.values()]) {
      if (session.worker !== worker) continue;
      this.#emit(session, { type: 'fault', message: why });
      this.#forget(session);
    }
  }

  #take(report: WorkerReport): void {
    if (report.type === 'opened') {
      this.#opened(report.session);
    } else if (report.type === 'open-failed') {
      const opening = this.#opening.get(report.session);
      if (report.code === 'EADDRINUSE' || report.code === 'EACCES') opening?.resolve(null);
      else opening?.reject(new CodedError('media-bind-failed', report.message));
    } else if (report.type === 'event') {
      const session = this.#named(report.session);
      if (session !== undefined) this.#emit(session, report.event);
    } else if (report.type === 'closed') {
      const session = this.#named(report.session);
      if (session !== undefined) this.#forget(session);
    } else if (report.type === 'fault' && report.session !== null) {
      const session = this.#named(report.session);
      if (session !== undefined) this.#emit(session, { type: 'fault', message: report.message });
    }
  }

  #named(number: number): SessionProxy | RoomProxy | undefined {
    return this.#sessions.get(number) ?? this.#rooms.get(number);
  }

  #emit(session: SessionProxy | RoomProxy, event: MediaEvent): void {
    try {
      session.onEvent(event);
    } catch (error) {
      this.#log.error({ error, event: event.type }, 'a media event was not taken');
    }
  }

  #forget(session: SessionProxy | RoomProxy): void {
    this.#sessions.delete(session.number);
    this.#rooms.delete(session.number);
    session.worker.sessions--;
    if (session instanceof SessionProxy) this.#ports.giveBack(session.port);
    session.closed();
  }
}

export async function createMediaPlane(options: MediaPlaneOptions & { readonly log?: Log }): Promise<MediaPlane> {
  return new WorkerMediaPlane(options, options.log ?? silentLog);
}
