// Owns: what a call asks of whoever makes sounds: samples for the words, addresses and tones of a flow. server/ hands one in.
import type { Recorded, Sound } from '../flow/node.ts';
import type { Clip } from './clip-shelf.ts';

export interface Loaded {
  readonly clip: Clip;
  /** How often the clip is to be repeated for one playing of the sound: a minute of ringback is a few cycles. */
  readonly times: number;
}

/** Rejects with a CodedError when there is no such sound. */
export interface SoundSource {
  /** `app` says whose trust applies to addresses. */
  load(sound: Exclude<Sound, Recorded>, app: string, signal: AbortSignal): Promise<Loaded>;
  /** A recording of this server, by its absolute path. */
  file(path: string, signal: AbortSignal): Promise<Loaded>;
}
