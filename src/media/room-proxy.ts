// Owns: one room as the main thread sees it: its commands become messages to its worker, and who sits where: a member whose
// session lives in another worker is reached by a MessagePort. Commands to a closed room are dropped.
import { MessageChannel } from 'node:worker_threads';
import type { MediaEvent, MediaRoom, MediaSession, PlayOptions, RoomSeat } from './plane.ts';
import { SessionProxy } from './session-proxy.ts';
import type { MediaWorkerClient } from './worker-client.ts';
import type { RecordOptions, RoomCommand } from './worker-protocol.ts';

export class RoomProxy implements MediaRoom {
  readonly number: number;
  readonly worker: MediaWorkerClient;
  readonly onEvent: (event: MediaEvent) => void;
  readonly #whenClosed = Promise.withResolvers<void>();
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(number: number, worker: MediaWorkerClient, onEvent: (event: MediaEvent) => void) {
    this.number = number;
    this.worker = worker;
    this.onEvent = onEvent;
    this.#send({ type: 'room-open', room: number });
  }

  seat(session: MediaSession, seat: RoomSeat): void {
    if (!(session instanceof SessionProxy) || this.#state !== 'open') return;
    const room = this.number;
    if (session.worker === this.worker) {
      this.worker.send({ type: 'seat', room, session: session.number, seat });
      return;
    }
    const { port1, port2 } = new MessageChannel();
    this.worker.send({ type: 'seat-port', room, seat, port: port1 }, port1);
    session.worker.send({ type: 'bridge-port', session: session.number, port: port2 }, port2);
  }

  reseat(seat: RoomSeat): void {
    this.#send({ type: 'reseat', room: this.number, seat });
  }

  play(id: string, options: PlayOptions): void {
    this.#send({ type: 'room-play', room: this.number, id, options });
  }

  stop(id: string): void {
    this.#send({ type: 'room-stop', room: this.number, id });
  }

  record(id: string, options: RecordOptions): void {
    this.#send({ type: 'room-record', room: this.number, id, options });
  }

  pauseRecording(id: string, on: boolean): void {
    this.#send({ type: 'room-pause-recording', room: this.number, id, on });
  }

  stopRecording(id: string): void {
    this.#send({ type: 'room-stop-recording', room: this.number, id });
  }

  /** Resolves when its files are written. */
  close(): Promise<void> {
    this.#send({ type: 'room-close', room: this.number });
    if (this.#state === 'open') this.#state = 'closing';
    return this.#whenClosed.promise;
  }

  closed(): void {
    this.#state = 'closed';
    this.#whenClosed.resolve();
  }

  #send(command: RoomCommand): void {
    if (this.#state === 'open') this.worker.send(command);
  }
}
