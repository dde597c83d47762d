import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAudioDecoder } from './decode-audio.ts';
import { decodeSound } from './decode-sound.ts';
import { findMp3 } from './mp3.ts';

const noHint = { contentType: null, name: null };

/** Bits, most significant first. */
function bits(...fields: readonly (readonly [value: number, width: number])[]): string {
  return fields.map(([value, width]) => value.toString(2).padStart(width, '0')).join('');
}

/**
 * A frame of MPEG-1 layer III, mono, 44.1 kHz, 32 kbit/s, that holds one spectral line of 576 in each granule: the pairs
 * before it are zero (code 1 of Huffman table 1), its own is (1, 0) with a sign.
 */
function frame(line: number, sign: 0 | 1, globalGain = 204): Buffer {
  const pairs = line / 2 + 1;
  const main = `${'1'.repeat(pairs - 1)}01${sign}`;
  const granule = bits(
    [main.length, 12],
    [pairs, 9],
    [globalGain, 8],
    [0, 4],
    [0, 1],
    [1, 5],
    [1, 5],
    [1, 5],
    [7, 4],
    [7, 3],
    [0, 1],
    [0, 1],
    [0, 1],
  );
  const stream = bits([0xfffb10c0, 32], [0, 9], [0, 5], [0, 4]) + granule + granule + main + main;
  const bytes = Buffer.alloc(104);
  for (let at = 0; at * 8 < stream.length; at++)
    bytes[at] = Number.parseInt(stream.slice(at * 8, at * 8 + 8).padEnd(8, '0'), 2);
  return bytes;
}

/** Line 26 of 576 over 22.05 kHz: about 1014 Hz. */
function tone(frames: number): Buffer {
  return Buffer.concat(Array.from({ length: frames }, () => frame(26, 0)));
}

function power(samples: Int16Array, frequencyHz: number): number {
  let [re, im] = [0, 0];
  samples.forEach((sample, n) => {
    re += sample * Math.cos((2 * Math.PI * frequencyHz * n) / 8000);
    im += sample * Math.sin((2 * Math.PI * frequencyHz * n) / 8000);
  });
  return re * re + im * im;
}

describe('MP3', () => {
  it('plays at 8 kHz, in time and in tune', async () => {
    const out = await decodeSound(tone(100), noHint);
    // 100 frames of 1152 samples at 44.1 kHz; the decoder may swallow its own delay.
    expect(out.length).toBeGreaterThan(20898 - 300);
    expect(out.length).toBeLessThanOrEqual(20898);
    const energy = out.reduce((sum, sample) => sum + sample * sample, 0);
    expect(Math.sqrt(energy / out.length)).toBeGreaterThan(300);
    const around = Array.from({ length: 41 }, (_, n) => power(out, 914 + n * 5)).reduce((a, b) => a + b);
    const elsewhere = Array.from({ length: 41 }, (_, n) => power(out, 2000 + n * 5)).reduce((a, b) => a + b);
    expect(around / elsewhere).toBeGreaterThan(1000);
  });

  it('finds the sound behind tags and before them', async () => {
    const id3 = Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\x02\x10', 'latin1'), Buffer.alloc(0x110)]);
    const tail = Buffer.alloc(128);
    tail.write('TAG');
    const plain = await decodeSound(tone(50), noHint);
    const tagged = await decodeSound(Buffer.concat([id3, tone(50), tail]), noHint);
    expect(tagged).toEqual(plain);
  });

  it('is not what noise is', async () => {
    for (let round = 0; round < 20; round++) {
      const noise = randomBytes(50_000);
      await expect(decodeSound(noise, noHint)).rejects.toMatchObject({ code: expect.stringMatching(/^media-format-/) });
    }
    expect(findMp3(Buffer.from('ID3'))).toBe(-1);
    expect(findMp3(Buffer.alloc(0))).toBe(-1);
  });

  it('is refused when it is mostly damage', async () => {
    const bytes = tone(4);
    const damaged = Buffer.concat([bytes, randomBytes(200_000)]);
    // In the worker, where mpg123's own complaints are swallowed.
    const decoder = createAudioDecoder();
    const fault = await decoder.decode(damaged, noHint).catch((error) => error);
    await decoder.close();
    expect(fault).toMatchObject({ code: 'media-format-broken', message: expect.stringMatching(/\d+ faults/) });
  });

  it('lets others work between its pieces', async () => {
    let breaths = 0;
    await decodeSound(tone(2000), noHint, async () => {
      breaths += 1;
    });
    expect(breaths).toBe(Math.ceil((2000 * 104) / 32768));
  });
});
