import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WavWriter } from './wav-writer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wav-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the WAV writer', () => {
  it('writes a header that fits and every sample in order', async () => {
    const file = join(folder, 'a.wav');
    const writer = new WavWriter(file, 2);
    const samples = Int16Array.from({ length: 40_000 }, (_, i) => (i * 7919) % 32_768);
    for (let at = 0; at < samples.length; at += 320) writer.append(samples.subarray(at, at + 320), 320);
    expect(await writer.finish()).toBe(44 + 80_000);
    const bytes = await readFile(file);
    expect(bytes.length).toBe(44 + 80_000);
    expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
    expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
    expect(bytes.toString('latin1', 8, 16)).toBe('WAVEfmt ');
    expect([bytes.readUInt16LE(20), bytes.readUInt16LE(22), bytes.readUInt32LE(24)]).toEqual([1, 2, 8000]);
    expect([bytes.readUInt32LE(28), bytes.readUInt16LE(32), bytes.readUInt16LE(34)]).toEqual([32_000, 4, 16]);
    expect(bytes.readUInt32LE(40)).toBe(80_000);
    for (let i = 0; i < samples.length; i++) expect(bytes.readInt16LE(44 + 2 * i)).toBe(samples[i]);
  });

  it('keeps a file that nobody finished readable up to its last write', async () => {
    const file = join(folder, 'b.wav');
    const writer = new WavWriter(file, 1);
    writer.append(new Int16Array(20_000), 20_000);
    await writer.written();
    const bytes = await readFile(file);
    expect(bytes.readUInt32LE(40)).toBe(32_000);
    expect(bytes.readUInt32LE(4)).toBe(36 + 32_000);
    expect(bytes.length).toBe(44 + 32_000);
    await writer.finish();
  });

  it('says what is wrong with the file and never throws', async () => {
    const writer = new WavWriter(join(folder, 'no', 'such', 'folder.wav'), 1);
    writer.append(new Int16Array(100), 100);
    await writer.finish();
    expect(writer.fault?.message).toContain('ENOENT');
  });
});
