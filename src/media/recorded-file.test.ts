import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeWav, openRecordedFile } from './recorded-file.ts';
import { parseWav } from './wav-reader.ts';
import { WavWriter } from './wav-writer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recorded-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a recording of ours', () => {
  it('is read piece by piece, as it was written', async () => {
    const file = join(folder, 'a.wav');
    const writer = new WavWriter(file, 2);
    const samples = Int16Array.from({ length: 4000 }, (_, n) => ((n * 7919) % 65_536) - 32_768);
    writer.append(samples, samples.length);
    await writer.finish();
    const sound = await openRecordedFile(file);
    expect([sound.channels, sound.frames]).toEqual([2, 2000]);
    expect(await sound.read(0, 1200)).toEqual(samples.slice(0, 2400));
    expect(await sound.read(1200, 9999)).toEqual(samples.slice(2400));
    expect(await sound.read(2000, 2100)).toHaveLength(0);
    await sound.close();
  });

  it('that is gone or is none is told with its code', async () => {
    await expect(openRecordedFile(join(folder, 'none.wav'))).rejects.toMatchObject({ code: 'recording-missing' });
    const other = join(folder, 'other.wav');
    await writeFile(other, 'no sound');
    await expect(openRecordedFile(other)).rejects.toMatchObject({ code: 'media-format-broken' });
    expect(await readFile(other, 'utf8')).toBe('no sound');
  });

  it('is written for others so that they can read it', () => {
    const samples = Int16Array.of(0, 16_384, -32_768, 32_767);
    const wav = parseWav(encodeWav(samples));
    expect([wav.rateHz, wav.channels, wav.frames]).toEqual([8000, 1, 4]);
    expect([...wav.read(0, 4)].map((sample) => Math.round(sample * 32_768))).toEqual([...samples]);
  });
});
