// Owns: the face of the media plane. call/ sees this file, sdp.ts and key-script.ts and
// nothing else of media/. The plane runs in worker
// threads; everything here is plain data, sent by message. Audio is 8 kHz, mono, 16-bit linear unless said otherwise.
import type { KeyPath, KeyReport } from './key-machine.ts';
import type { NegotiatedAudio } from './sdp.ts';
import type { TapTrack, TapTracks } from './tap.ts';

export type { KeyPath, KeyReport };

export interface MediaPlaneOptions {
  /** Address the RTP sockets bind to. */
  readonly host: string;
  readonly portRange: readonly [first: number, last: number];
  /** Worker threads, 1 or more. */
  readonly workers: number;
}

export interface MediaPlane {
  /**
   * Binds an even RTP port and the odd RTCP port above it; rejects with CodedError media-ports-exhausted. With `restore`
   * it is that very pair, or media-port-taken: then only a new session and a new offer to the peer are left.
   */
  open(options: SessionOptions): Promise<MediaSession>;
  /** A room in which any number of sessions hear one another; it costs a share of one worker. */
  openRoom(onEvent: (event: RoomEvent) => void): MediaRoom;
  /** Keeps these RTP ports from sessions that are not restored. */
  reserve(ports: readonly number[]): void;
  /** What was reserved and is not restored after all is free again. */
  release(ports: readonly number[]): void;
  /**
   * Makes the file of a recording whose process was killed whole, when nobody continues it: its header says what is in it.
   * null when there is no such file, or nothing in it.
   */
  repairRecording(file: string): Promise<{ readonly durationMs: number; readonly bytes: number } | null>;
  /** Makes a clip playable by its key in every session; encoded once for each codec, shared by all. */
  addClip(key: string, samples: Int16Array): void;
  dropClip(key: string): void;
  readonly counters: { readonly sessions: number; readonly latePacketsPerMillion: number };
  /** How loaded the busiest worker is, 0..1 (share of its tick time used, smoothed). */
  readonly load: number;
  /** Closes every session, then its sockets, then the workers. */
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly onEvent: (event: MediaEvent) => void;
  /**
   * How keys are sent: null as events where the peer takes them and as tones otherwise. `info` is not the plane's to
   * send: keys of a bridged partner are then told as `relay-digit`.
   */
  readonly keyWay?: KeyPath | null;
  /**
   * Takes the session of a killed process up again: its ports, its stream, its known source, the keys it told. It sends
   * silence (nothing on hold) and hears keys as soon as it is open, and tells what it heard behind the first `configure`:
   * with what was agreed on before. Then `hold`, `sensitive`, `record`, `play`, `bridge` as they were.
   */
  readonly restore?: SavedSession;
}

/** What a restart needs of a session: plain JSON, of which only the plane reads more than `port`. */
export interface SavedSession {
  readonly version: 1;
  readonly port: number;
  readonly ssrc: number;
  /** What the next packet would have had at `at`, and how many there were before it. */
  readonly sequence: number;
  readonly timestamp: number;
  readonly packets: number;
  readonly octets: number;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** The same moment by a clock that nobody sets, of this start of the machine. */
  readonly uptime: { readonly boot: string; readonly ms: number } | null;
  readonly everyMs: number;
  /** False while nothing is sent: before anything is agreed on, on hold, and when the peer wants nothing. */
  readonly sending: boolean;
  readonly cname: string;
  /** What was agreed on; null before anything is. */
  readonly audio: NegotiatedAudio | null;
  readonly held: boolean;
  /** Where the peer proved to be. */
  readonly source: { readonly address: string; readonly port: number; readonly ssrc: number } | null;
  /** The keys it told: how many, what is known of how this peer tells them, and the last ones. */
  readonly keys: {
    readonly count: number;
    readonly eventSeen: boolean;
    readonly twice: boolean;
    readonly presses: readonly {
      readonly digit: string;
      readonly via: readonly KeyPath[];
      readonly sounding: boolean;
    }[];
  };
  /** The last telephone-event that was told as a key. */
  readonly event: { readonly ssrc: number; readonly timestamp: number; readonly event: number } | null;
}

export interface PlayOptions {
  readonly clip: string;
  /** null repeats until stopped. */
  readonly times: number | null;
  /** Keys that stop it in the worker, at key-down; '' for none. */
  readonly stopKeys: string;
  readonly startMs?: number;
}

export interface MediaSession {
  readonly id: string;
  readonly port: number;
  /** Sets or changes the peer; the source latch starts anew when its address or port changed. */
  configure(audio: NegotiatedAudio): void;
  /** Queued behind what plays. → play-started, play-finished */
  play(id: string, options: PlayOptions): void;
  stop(id: string): void;
  /** A key that signalling told: the same as one heard in the media, and one press if it was heard there too. → digit, key-taken */
  key(digit: string, durationMs: number): void;
  /** Keys with pauses `,` `w` `W`; interrupts nothing: mixed into the packet stream in place of audio. → sent */
  sendDigits(id: string, digits: string, toneMs: number, gapMs: number): void;
  cancelDigits(id: string): void;
  /** Writes a WAV file: this session's two directions, one channel each or mixed. → recorded */
  record(
    id: string,
    options: {
      readonly file: string;
      readonly channels: 'mixed' | 'one-each';
      readonly maxMs: number | null;
      readonly silenceMs: number | null;
      /** Goes on in the file of a killed process, behind silence as long as nothing was recorded. */
      readonly append?: true;
      /** With `append`: how long the process was dead. What it had not written yet is added. */
      readonly gapMs?: number;
    },
  ): void;
  stopRecording(id: string): void;
  /** While `on`, time stands still for that recording. */
  pauseRecording(id: string, on: boolean): void;
  /**
   * While true, and for a moment behind it, nothing of the peer reaches recordings. What they hold of the last `sinceMs`,
   * and of a moment before, is silenced too: keys may have been typed ahead.
   */
  sensitive(on: boolean, sinceMs: number): void;
  /** Tells each packet time of what is received, sent or both → tapped. Nothing of a secret is among it. */
  tap(id: string, tracks: TapTracks): void;
  untap(id: string): void;
  /** While on, tells whether the peer speaks, as it changes → voice */
  watchVoice(on: boolean): void;
  /** Speaks these samples behind those that it was given before, on top of everything else. */
  say(samples: Int16Array): void;
  /** Forgets what `say` was given and is not spoken yet. */
  hush(): void;
  /** Exchanges audio with another session of the plane until unbridged; prompts sound on top. */
  bridge(other: MediaSession): void;
  unbridge(): void;
  /** Sends nothing and ignores audio while true (SIP hold); comfort silence otherwise. */
  hold(on: boolean): void;
  close(): Promise<void>;
}

/** A member of a room: who hears it. */
export interface RoomSeat {
  /** Unique in its room. */
  readonly name: string;
  /** Is not heard. */
  readonly mute: boolean;
  /** Neither hears nor is heard. */
  readonly hold: boolean;
  /** The names of those who alone hear it; null is heard by all. */
  readonly coach: readonly string[] | null;
}

export interface MediaRoom {
  /** The session leaves by `unbridge`, or when it is closed. Prompts of its own sound on top. */
  seat(session: MediaSession, seat: RoomSeat): void;
  /** Of a member that sits there. */
  reseat(seat: RoomSeat): void;
  /** Heard by all but those on hold. No key stops it. → play-started, play-finished */
  play(id: string, options: PlayOptions): void;
  stop(id: string): void;
  /** Writes what is heard by all as one channel. → recorded */
  record(id: string, options: Parameters<MediaSession['record']>[1]): void;
  pauseRecording(id: string, on: boolean): void;
  stopRecording(id: string): void;
  /** Its members go on without it. Resolves when its files are written. */
  close(): Promise<void>;
}

export type RoomEvent = Extract<MediaEvent, { type: 'play-started' | 'play-finished' | 'recorded' | 'fault' }>;

export type MediaEvent =
  /** When what a restart needs has changed, never for a packet; with a `digit`, in the same turn behind it. */
  | { readonly type: 'saved'; readonly saved: SavedSession }
  /** Once for each `key`, behind what came of it: a digit, or nothing when it was heard before. */
  | { readonly type: 'key-taken' }
  | { readonly type: 'latched'; readonly address: string; readonly port: number }
  | {
      readonly type: 'digit';
      readonly press: number;
      readonly digit: string;
      /** Every path that reported it so far; `at` is milliseconds since 1970 UTC. */
      readonly heard: readonly KeyReport[];
    }
  /** Told when no path is expected to report it any more; `heard` is complete. */
  | {
      readonly type: 'digit-released';
      readonly press: number;
      readonly durationMs: number;
      readonly heard: readonly KeyReport[];
    }
  | { readonly type: 'flash' }
  /** A bridged partner pressed this key, and our peer takes keys by INFO. */
  | { readonly type: 'relay-digit'; readonly digit: string }
  | { readonly type: 'play-started'; readonly id: string }
  | {
      readonly type: 'play-finished';
      readonly id: string;
      readonly why: 'end' | 'stopped' | 'key';
      readonly playedMs: number;
    }
  | { readonly type: 'sent'; readonly id: string; readonly ok: boolean }
  | {
      readonly type: 'recorded';
      readonly id: string;
      readonly durationMs: number;
      readonly bytes: number;
      readonly why: 'stopped' | 'silence' | 'max' | 'ended' | 'failed';
      readonly message?: string;
    }
  | { readonly type: 'voice'; readonly speaking: boolean }
  /** A packet time in µ-law. */
  | { readonly type: 'tapped'; readonly id: string; readonly track: TapTrack; readonly audio: Uint8Array }
  /** Neither RTP nor RTCP of a peer that should send, for this long: told every 30 s of silence. */
  | { readonly type: 'media-absent'; readonly forMs: number }
  | { readonly type: 'fault'; readonly message: string };
