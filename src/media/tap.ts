// hot path
// Owns: one listener on a session: each packet time of one direction or both, as µ-law, to whoever asked for it. A frame is made
// anew for each, because it leaves the thread. Does not: own jitter, or decide what is a secret (session-recording.ts).
import { encodeG711 } from './g711.ts';

export type TapTracks = 'inbound' | 'outbound' | 'both';
export type TapTrack = Exclude<TapTracks, 'both'>;

export class Tap {
  readonly id: string;
  readonly #tracks: TapTracks;
  readonly #told: (id: string, track: TapTrack, audio: Uint8Array) => void;

  constructor(id: string, tracks: TapTracks, told: (id: string, track: TapTrack, audio: Uint8Array) => void) {
    this.id = id;
    this.#tracks = tracks;
    this.#told = told;
  }

  take(heard: Int16Array, said: Int16Array, count: number): void {
    if (this.#tracks !== 'outbound') this.#tell('inbound', heard, count);
    if (this.#tracks !== 'inbound') this.#tell('outbound', said, count);
  }

  #tell(track: TapTrack, samples: Int16Array, count: number): void {
    const audio = new Uint8Array(count);
    encodeG711('PCMU', samples, 0, count, audio, 0);
    this.#told(this.id, track, audio);
  }
}
