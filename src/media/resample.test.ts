import { describe, expect, it } from 'vitest';
import { createResampler, telephoneRateHz } from './resample.ts';

function tone(rateHz: number, frequencyHz: number, seconds: number, amplitude = 0.5): Float32Array {
  return Float32Array.from(
    { length: Math.round(rateHz * seconds) },
    (_, n) => amplitude * Math.sin((2 * Math.PI * frequencyHz * n) / rateHz),
  );
}

function resample(samples: Float32Array, rateHz: number, pieceLength = samples.length): Int16Array {
  const resampler = createResampler(rateHz);
  const out: number[] = [];
  for (let at = 0; at < samples.length; at += pieceLength)
    out.push(...resampler.push(samples.slice(at, at + pieceLength)));
  out.push(...resampler.end());
  return Int16Array.from(out);
}

/** Level without the first and last 50 ms, in dB against the level that went in. */
function gainDb(out: Int16Array, amplitude = 0.5): number {
  const middle = out.subarray(400, out.length - 400);
  const rms = Math.sqrt(middle.reduce((sum, x) => sum + (x / 32768) ** 2, 0) / middle.length);
  return 20 * Math.log10(Math.max(rms, 1e-9) / (amplitude / Math.SQRT2));
}

const rates = [11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000, 44101];

describe('resampling to 8 kHz', () => {
  it.each(rates)('from %i Hz keeps the level of what a telephone carries', (rateHz) => {
    for (const frequencyHz of [100, 1000, 2500, 3300])
      expect(Math.abs(gainDb(resample(tone(rateHz, frequencyHz, 1), rateHz)))).toBeLessThan(0.2);
  });

  it.each(rates)('from %i Hz lets nothing from above fold back', (rateHz) => {
    for (const frequencyHz of [4100, 4800, 5000, 6000, 7500, 10_000, 15_000].filter((hz) => hz < rateHz / 2))
      expect([frequencyHz, gainDb(resample(tone(rateHz, frequencyHz, 1), rateHz)) < -60]).toEqual([frequencyHz, true]);
  });

  it('puts a tone where it was, sample for sample', () => {
    for (const rateHz of [6000, 11025, 16000, 44100, 44101]) {
      const out = resample(tone(rateHz, 440, 0.5), rateHz);
      const want = tone(telephoneRateHz, 440, 0.5);
      let worst = 0;
      for (let n = 400; n < out.length - 400; n++) worst = Math.max(worst, Math.abs(out[n]! / 32768 - want[n]!));
      expect(worst).toBeLessThan(0.002);
    }
  });

  it('keeps the length and does not depend on the pieces', () => {
    for (const rateHz of [8000, 11025, 16000, 44100]) {
      const sound = tone(rateHz, 700, 0.25);
      const whole = resample(sound, rateHz);
      expect(whole).toHaveLength(Math.ceil((sound.length * telephoneRateHz) / rateHz));
      for (const pieceLength of [1, 7, 160, 1024]) expect(resample(sound, rateHz, pieceLength)).toEqual(whole);
    }
  });

  it('clips what is too loud instead of wrapping it', () => {
    const out = resample(tone(8000, 1000, 0.1, 2), 8000);
    expect(Math.max(...out)).toBe(32767);
    expect(Math.min(...out)).toBe(-32768);
  });
});
