// hot path
// Owns: hearing single tones of known frequencies in telephone audio, such as the signals of alarm receivers: when one has ended,
// and how long it was. A piece of 20 ms is one sine when each sample is the same multiple of the sum of its neighbours; that
// multiple says the frequency. Does not: tell keys (dtmf/), which are two tones.

/** Within this share of the frequency; SIA DC-05 allows receivers 3 %. */
const tolerance = 0.045;
/** What is left of a piece when its sine is taken away, of its energy. */
const mostResidue = 0.12;
/** Quieter is silence: -43 dBm0 of a sine. */
const leastMeanSquare = 110 ** 2;
/** A piece that is not the tone may stand in one without ending it. */
const bridgedPieces = 1;

export class SingleToneWatch {
  readonly #frequenciesHz: readonly number[];
  readonly #rateHz: number;
  readonly #heard: (frequencyHz: number, durationMs: number) => void;
  #current = 0;
  #pieces = 0;
  #missed = 0;
  #pieceMs = 20;

  constructor(
    frequenciesHz: readonly number[],
    rateHz: number,
    heard: (frequencyHz: number, durationMs: number) => void,
  ) {
    this.#frequenciesHz = frequenciesHz;
    this.#rateHz = rateHz;
    this.#heard = heard;
  }

  take(samples: Int16Array): void {
    this.#pieceMs = (samples.length * 1000) / this.#rateHz;
    const found = this.#toneOf(samples);
    if (found === this.#current) {
      if (found === 0) return;
      this.#pieces += this.#missed + 1;
      this.#missed = 0;
      return;
    }
    if (this.#current !== 0 && found === 0 && this.#missed < bridgedPieces) {
      this.#missed += 1;
      return;
    }
    this.end();
    this.#current = found;
    this.#pieces = found === 0 ? 0 : 1;
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#current !== 0) this.#heard(this.#current, Math.round(this.#pieces * this.#pieceMs));
    this.#current = 0;
    this.#pieces = 0;
    this.#missed = 0;
  }

  /** 0 when it is none of them. */
  #toneOf(samples: Int16Array): number {
    let energy = 0;
    let product = 0;
    let sums = 0;
    for (let i = 1; i < samples.length - 1; i += 1) {
      const sample = samples[i]!;
      const sum = samples[i - 1]! + samples[i + 1]!;
      energy += sample * sample;
      product += sample * sum;
      sums += sum * sum;
    }
    if (energy < leastMeanSquare * samples.length) return 0;
    const factor = product / energy;
    if (Math.abs(factor) >= 2 || sums - factor * product > mostResidue * energy) return 0;
    const hz = (Math.acos(factor / 2) * this.#rateHz) / (2 * Math.PI);
    for (const wanted of this.#frequenciesHz) if (Math.abs(hz - wanted) <= wanted * tolerance) return wanted;
    return 0;
  }
}
