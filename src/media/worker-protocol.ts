// Owns: the messages between the media plane (main thread) and its workers: plain data, several to a post. Sessions go by
// number here. Does not: behave.
//
//   main → worker                                   worker → main
//   open            (a port pair to bind)           opened | open-failed
//   configure play stop key send-digits … close        event*, then closed
//   add-clip drop-clip                              –
//   shutdown                                        closed*, then the thread ends
import type { MessagePort } from 'node:worker_threads';
import type { KeyPath, MediaEvent, MediaSession, PlayOptions, RoomSeat, SavedSession } from './plane.ts';
import type { NegotiatedAudio } from './sdp.ts';
import type { TapTracks } from './tap.ts';

export type RecordOptions = Parameters<MediaSession['record']>[1];

/** What a session is told once it is open. */
export type SessionCommand =
  | { readonly type: 'configure'; readonly session: number; readonly audio: NegotiatedAudio }
  | { readonly type: 'play'; readonly session: number; readonly id: string; readonly options: PlayOptions }
  | { readonly type: 'stop'; readonly session: number; readonly id: string }
  | { readonly type: 'key'; readonly session: number; readonly digit: string; readonly durationMs: number }
  | {
      readonly type: 'send-digits';
      readonly session: number;
      readonly id: string;
      readonly digits: string;
      readonly toneMs: number;
      readonly gapMs: number;
    }
  | { readonly type: 'cancel-digits'; readonly session: number; readonly id: string }
  | { readonly type: 'record'; readonly session: number; readonly id: string; readonly options: RecordOptions }
  | { readonly type: 'stop-recording'; readonly session: number; readonly id: string }
  | { readonly type: 'pause-recording'; readonly session: number; readonly id: string; readonly on: boolean }
  | { readonly type: 'sensitive'; readonly session: number; readonly on: boolean; readonly sinceMs: number }
  | { readonly type: 'tap'; readonly session: number; readonly id: string; readonly tracks: TapTracks }
  | { readonly type: 'untap'; readonly session: number; readonly id: string }
  | { readonly type: 'watch-voice'; readonly session: number; readonly on: boolean }
  | { readonly type: 'say'; readonly session: number; readonly samples: Int16Array }
  | { readonly type: 'hush'; readonly session: number }
  | { readonly type: 'bridge'; readonly session: number; readonly other: number }
  /** The other session lives in another worker, at the far end of the port. */
  | { readonly type: 'bridge-port'; readonly session: number; readonly port: MessagePort }
  | { readonly type: 'unbridge'; readonly session: number }
  | { readonly type: 'hold'; readonly session: number; readonly on: boolean }
  | { readonly type: 'close'; readonly session: number };

/** Rooms are numbered among the sessions, so that their events need no other way. */
export type RoomCommand =
  | { readonly type: 'room-open'; readonly room: number }
  | { readonly type: 'seat'; readonly room: number; readonly session: number; readonly seat: RoomSeat }
  /** The member's session lives in another worker, at the far end of the port. */
  | { readonly type: 'seat-port'; readonly room: number; readonly seat: RoomSeat; readonly port: MessagePort }
  | { readonly type: 'reseat'; readonly room: number; readonly seat: RoomSeat }
  | { readonly type: 'room-play'; readonly room: number; readonly id: string; readonly options: PlayOptions }
  | { readonly type: 'room-stop'; readonly room: number; readonly id: string }
  | { readonly type: 'room-record'; readonly room: number; readonly id: string; readonly options: RecordOptions }
  | { readonly type: 'room-pause-recording'; readonly room: number; readonly id: string; readonly on: boolean }
  | { readonly type: 'room-stop-recording'; readonly room: number; readonly id: string }
  | { readonly type: 'room-close'; readonly room: number };

export interface OpenCommand {
  readonly type: 'open';
  readonly session: number;
  readonly host: string;
  readonly port: number;
  readonly keyWay: KeyPath | null;
  readonly restore: SavedSession | null;
}

export type WorkerCommand =
  | OpenCommand
  | SessionCommand
  | RoomCommand
  | { readonly type: 'add-clip'; readonly key: string; readonly samples: SharedArrayBuffer }
  | { readonly type: 'drop-clip'; readonly key: string }
  | { readonly type: 'shutdown' };

export type WorkerReport =
  | { readonly type: 'opened'; readonly session: number }
  | { readonly type: 'open-failed'; readonly session: number; readonly code: string; readonly message: string }
  | { readonly type: 'event'; readonly session: number; readonly event: MediaEvent }
  | { readonly type: 'closed'; readonly session: number }
  /** A fault of ours; `session` was closed for it, if it was one session's. */
  | { readonly type: 'fault'; readonly session: number | null; readonly message: string; readonly stack: string };

export interface WorkerStart {
  readonly gauges: SharedArrayBuffer;
}

/** Places in the gauges that a worker writes and the main thread reads whenever it likes. */
export const gauge = { load: 0, packetsSent: 1, packetsLate: 2, packetsSkipped: 3 } as const;
export const gaugeCount = 4;
