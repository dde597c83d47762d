// Owns: the face of the media plane. call/ sees this file, sdp.ts and key-script.ts and
// nothing else of media/. The plane runs in worker
// threads; everything here is plain data, sent by message. Audio is 8 kHz, mono, 16-bit linear unless said otherwise.
import type { KeyPath, KeyReport } from './key-machine.ts';
import type { NegotiatedAudio } from './sdp.ts';

export type { KeyPath, KeyReport };

export interface MediaPlaneOptions {
  /** Address the RTP sockets bind to. */
  readonly host: string;
  readonly portRange: readonly [first: number, last: number];
  /** Worker threads, 1 or more. */
  readonly workers: number;
}

export interface MediaPlane {
  /** Binds an even RTP port and the odd RTCP port above it; rejects with CodedError media-ports-exhausted. */
  open(options: SessionOptions): Promise<MediaSession>;
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
  /** A key that signalling told: the same as one heard in the media, and one press if it was heard there too. → digit */
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
    },
  ): void;
  stopRecording(id: string): void;
  /**
   * While true, and for a moment behind it, nothing of the peer reaches recordings. What they hold of the last `sinceMs`,
   * and of a moment before, is silenced too: keys may have been typed ahead.
   */
  sensitive(on: boolean, sinceMs: number): void;
  /** Exchanges audio with another session of the plane until unbridged; prompts sound on top. */
  bridge(other: MediaSession): void;
  unbridge(): void;
  /** Sends nothing and ignores audio while true (SIP hold); comfort silence otherwise. */
  hold(on: boolean): void;
  close(): Promise<void>;
}

export type MediaEvent =
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
  /** No RTP from the peer for this long, once for each silence of 30 s. */
  | { readonly type: 'media-absent'; readonly forMs: number }
  | { readonly type: 'fault'; readonly message: string };
