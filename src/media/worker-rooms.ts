// Owns: the rooms of a media worker: opening and closing them, and the commands that are theirs.
// Does not: mix (room-mixer.ts), or know the main thread: its host carries events out.
import { bridgeOverPort } from './bridge.ts';
import type { Paced } from './pacer.ts';
import { type RoomHost, RoomMixer } from './room-mixer.ts';
import type { RtpSession } from './session.ts';
import type { Clip } from './worker-clip.ts';
import type { RoomCommand } from './worker-protocol.ts';

export interface WorkerRoomsHost extends RoomHost {
  session(number: number): RtpSession | undefined;
  clip(key: string): Clip | undefined;
  pace(paced: Paced): void;
  rest(paced: Paced): void;
  closed(room: number): void;
}

export class WorkerRooms {
  readonly #rooms = new Map<number, RoomMixer>();
  readonly #host: WorkerRoomsHost;

  constructor(host: WorkerRoomsHost) {
    this.#host = host;
  }

  take(command: RoomCommand): void {
    if (command.type === 'room-open') {
      const room = new RoomMixer(command.room, this.#host);
      this.#rooms.set(command.room, room);
      this.#host.pace(room);
      return;
    }
    const room = this.#rooms.get(command.room);
    if (room === undefined) return;
    try {
      this.#do(room, command);
    } catch (error) {
      this.#host.failed(room.number, error);
    }
  }

  /** Resolves when its files are written; tells so then. */
  async close(number: number): Promise<void> {
    const room = this.#rooms.get(number);
    if (room === undefined) return;
    this.#rooms.delete(number);
    this.#host.rest(room);
    await room.close();
    this.#host.closed(number);
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#rooms.keys()].map((number) => this.close(number)));
  }

  #do(room: RoomMixer, command: Exclude<RoomCommand, { type: 'room-open' }>): void {
    switch (command.type) {
      case 'seat':
        this.#host.session(command.session)?.sit((onSounds) => room.sit(command.seat, onSounds));
        return;
      case 'seat-port':
        room.sitFarAway(command.seat, (seat) => bridgeOverPort(command.port, seat));
        return;
      case 'reseat':
        room.change(command.seat);
        return;
      case 'room-play': {
        const { id, options } = command;
        const clip = this.#host.clip(options.clip);
        if (clip === undefined) this.#unplayable(room, id, options.clip);
        else room.player.play({ id, clip, times: options.times, stopKeys: '', startMs: options.startMs ?? 0 });
        return;
      }
      case 'room-stop':
        room.player.stop(command.id);
        return;
      case 'room-record':
        room.recordings.start(command.id, command.options);
        return;
      case 'room-pause-recording':
        room.recordings.pause(command.id, command.on);
        return;
      case 'room-stop-recording':
        room.recordings.stop(command.id);
        return;
      case 'room-close':
        void this.close(room.number);
    }
  }

  #unplayable({ number }: RoomMixer, id: string, clip: string): void {
    this.#host.emit(number, { type: 'fault', message: `there is no clip ${clip}` });
    this.#host.emit(number, { type: 'play-finished', id, why: 'stopped', playedMs: 0 });
  }
}
