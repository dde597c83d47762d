// hot path
// Owns: one recording: two directions sample by sample on the session's own clock, mixed or a channel each (0 = received,
// 1 = sent), until it is stopped, the caller was silent for long enough, or it is full. Does not: own files or jitter.

export interface RecordingSink {
  append(samples: Int16Array, count: number): void;
}

export interface RecorderOptions {
  readonly channels: 'mixed' | 'one-each';
  readonly maxMs: number | null;
  readonly silenceMs: number | null;
}

const samplesPerMs = 8;
/** Mean magnitude below which a packet counts as silence: about -44 dB of full scale. */
const silenceLevel = 200;

export class Recorder {
  readonly #sink: RecordingSink;
  readonly #oneEach: boolean;
  readonly #maxSamples: number;
  readonly #silenceSamples: number;
  readonly #interleaved: Int16Array;
  #samples = 0;
  #silent = 0;

  constructor(options: RecorderOptions, sink: RecordingSink, longestFrame: number) {
    this.#sink = sink;
    this.#oneEach = options.channels === 'one-each';
    this.#maxSamples = options.maxMs === null ? Number.POSITIVE_INFINITY : options.maxMs * samplesPerMs;
    this.#silenceSamples = options.silenceMs === null ? Number.POSITIVE_INFINITY : options.silenceMs * samplesPerMs;
    this.#interleaved = new Int16Array(longestFrame * 2);
  }

  get durationMs(): number {
    return Math.round(this.#samples / samplesPerMs);
  }

  /** The file had `frames` before: they count for its length. */
  continueAfter(frames: number): void {
    this.#samples += frames;
  }

  /** Takes the same stretch of both directions; says why the recording is over, if it is. */
  take(received: Int16Array, sent: Int16Array, count: number): 'silence' | 'max' | null {
    const keep = Math.max(0, Math.min(count, this.#maxSamples - this.#samples));
    const out = this.#interleaved;
    let magnitude = 0;
    for (let i = 0; i < keep; i++) {
      const heard = received[i]!;
      const said = sent[i]!;
      magnitude += heard < 0 ? -heard : heard;
      if (this.#oneEach) {
        out[2 * i] = heard;
        out[2 * i + 1] = said;
      } else {
        const sum = heard + said;
        out[i] = Math.max(-32768, Math.min(32767, sum));
      }
    }
    this.#sink.append(out, this.#oneEach ? keep * 2 : keep);
    this.#samples += keep;
    if (this.#samples >= this.#maxSamples) return 'max';
    this.#silent = magnitude < silenceLevel * keep ? this.#silent + keep : 0;
    return this.#silent >= this.#silenceSamples ? 'silence' : null;
  }
}
