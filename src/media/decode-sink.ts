// Owns: where decoders pour pieces of any rate, and what comes out as one 8 kHz sound; the limit on its length.
import { CodedError } from '../base/errors.ts';
import { createResampler, type Resampler, telephoneRateHz } from './resample.ts';

export const maxSoundMs = 3_600_000;

export interface DecodeSink {
  /** Told how long the sound is by its headers: too long is said before minutes are spent on decoding it. */
  announce(durationMs: number): void;
  /** Mono, full scale ±1. The rate may change from piece to piece. */
  push(rateHz: number, samples: Float32Array): void;
  end(): Int16Array<ArrayBuffer>;
}

export function createDecodeSink(maxMs: number = maxSoundMs): DecodeSink {
  const pieces: Int16Array[] = [];
  let length = 0;
  let rate = 0;
  let resampler: Resampler | null = null;

  function announce(durationMs: number): void {
    if (durationMs > maxMs)
      throw new CodedError(
        'media-too-long',
        `The sound is longer than the ${maxMs / 60_000} minutes that are allowed.`,
      );
  }

  function add(piece: Int16Array): void {
    pieces.push(piece);
    length += piece.length;
    announce((length * 1000) / telephoneRateHz);
  }

  return {
    announce,
    push(rateHz, samples) {
      if (resampler === null || rateHz !== rate) {
        if (!Number.isInteger(rateHz) || rateHz < 1000 || rateHz > 384_000)
          throw new CodedError('media-format-broken', `The sound says that it has ${rateHz} samples a second.`);
        if (resampler !== null) add(resampler.end());
        resampler = createResampler(rateHz);
        rate = rateHz;
      }
      add(resampler.push(samples));
    },
    end() {
      if (resampler !== null) add(resampler.end());
      const sound = new Int16Array(length);
      let at = 0;
      for (const piece of pieces) {
        sound.set(piece, at);
        at += piece.length;
      }
      return sound;
    },
  };
}
