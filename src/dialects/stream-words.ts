// Owns: what a dialect must be able to say on the websocket of a stream, and to understand there.
import type { CallFacts } from '../flow/report.ts';

export interface StreamFacts {
  readonly stream: string;
  readonly name: string;
  readonly tracks: 'inbound' | 'outbound' | 'both';
  readonly params: Readonly<Record<string, string>>;
}

/** 16-bit samples are little-endian and signed; channels follow one another. */
export type StreamWord =
  | {
      readonly kind: 'audio';
      readonly encoding: 'pcmu' | 'pcm16';
      readonly rateHz: number;
      readonly channels: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'hush' };

/** A piece of what was said. Times are milliseconds since 1970 UTC. */
export interface SaidPiece {
  readonly track: 'inbound' | 'outbound';
  readonly startedAt: number;
  readonly endedAt: number;
  readonly text: string;
  /** As the engine names it. */
  readonly language: string | null;
}

/** As StreamWords, of a stream that transcribes; nothing that comes back means anything. */
export interface TranscriptWords extends Pick<StreamWords, 'start' | 'stop'> {
  said(piece: SaidPiece): string;
}

export interface StreamWords {
  start(stream: StreamFacts, call: CallFacts): string;
  /** µ-law, one packet time; `sequence` counts from 1 over both tracks. */
  audio(track: 'inbound' | 'outbound', audio: Uint8Array, sequence: number): string;
  stop(stream: StreamFacts, call: CallFacts): string;
  /** null for what is nothing that it knows. Never throws. */
  read(text: string): StreamWord | null;
}
