import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repairWav, WavWriter } from './wav-writer.ts';

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

  it('goes on in the file of a killed process: whole frames, silence, what comes, and a header that fits', async () => {
    const file = join(folder, 'c.wav');
    const dead = new WavWriter(file, 2);
    dead.append(new Int16Array(16_000).fill(5), 16_000);
    await dead.written();
    // The next write was cut short, and its header did not come.
    await appendFile(file, Buffer.alloc(4 * 100 + 3, 1));
    const writer = new WavWriter(file, 2, 250);
    writer.append(new Int16Array(320).fill(9), 320);
    await writer.written();
    expect(writer.framesBefore).toBeGreaterThanOrEqual(8100 + 2000);
    expect(writer.framesBefore).toBeLessThan(8100 + 2000 + 8 * 3000);
    const size = await writer.finish();
    const bytes = await readFile(file);
    expect(bytes.length).toBe(size);
    expect(size).toBe(44 + writer.framesBefore * 4 + 640);
    expect([bytes.readUInt32LE(4), bytes.readUInt32LE(40)]).toEqual([size - 8, size - 44]);
    const silence = bytes.subarray(44 + 8100 * 4, size - 640);
    expect(new Set(silence)).toEqual(new Set([0]));
    expect(bytes.readInt16LE(44 + 7999 * 4)).toBe(5);
    expect(bytes.readInt16LE(size - 640)).toBe(9);
    await dead.finish();
  });

  it('silences what a killed process wrote, too', async () => {
    const file = join(folder, 'd.wav');
    const dead = new WavWriter(file, 1);
    dead.append(new Int16Array(8000).fill(5), 8000);
    await dead.written();
    const writer = new WavWriter(file, 1, 0);
    writer.append(new Int16Array(100).fill(6), 100);
    // The file is not open yet: how long it was is not known here.
    writer.silence(100 + 8 * 3100);
    await writer.finish();
    const bytes = await readFile(file);
    expect(new Set(bytes.subarray(44 + writer.framesBefore * 2))).toEqual(new Set([0]));
    expect(bytes.readInt16LE(44 + 2 * 7990)).toBe(0);
    await dead.finish();
  });

  it('begins a file whose header was never written, or that is not there', async () => {
    await writeFile(join(folder, 'e.wav'), 'RIFF');
    for (const name of ['e.wav', 'f.wav']) {
      const writer = new WavWriter(join(folder, name), 1, 1000);
      writer.append(new Int16Array(80), 80);
      expect(await writer.finish()).toBe(44 + 160);
      expect((await readFile(join(folder, name))).readUInt32LE(40)).toBe(160);
    }
  });

  it('leaves alone what is not a recording, or is one of another shape', async () => {
    const file = join(folder, 'g.wav');
    await writeFile(file, 'a diary of more than forty-four characters, not to be lost');
    const writer = new WavWriter(file, 1, 0);
    await writer.finish();
    expect(writer.fault?.message).toContain('not a recording');
    expect(await readFile(file, 'utf8')).toContain('diary');
    await expect(repairWav(file)).rejects.toThrow('not a recording');
    const one = new WavWriter(join(folder, 'h.wav'), 1);
    one.append(new Int16Array(80), 80);
    await one.finish();
    const two = new WavWriter(join(folder, 'h.wav'), 2, 0);
    await two.finish();
    expect(two.fault?.message).toContain('channels');
  });

  it('makes the file of a killed process whole', async () => {
    const file = join(folder, 'i.wav');
    const dead = new WavWriter(file, 1);
    expect(await repairWav(join(folder, 'nothing.wav'))).toBe(null);
    await dead.written();
    expect(await repairWav(file)).toBe(null);
    dead.append(new Int16Array(8000), 8000);
    await dead.written();
    await appendFile(file, Buffer.alloc(1601));
    expect(await repairWav(file)).toEqual({ durationMs: 1100, bytes: 44 + 17_600 });
    const bytes = await readFile(file);
    expect(bytes.length).toBe(44 + 17_600);
    expect([bytes.readUInt32LE(4), bytes.readUInt32LE(40)]).toEqual([bytes.length - 8, 17_600]);
    await dead.finish();
  });

  it('says what is wrong with the file and never throws', async () => {
    const writer = new WavWriter(join(folder, 'no', 'such', 'folder.wav'), 1);
    writer.append(new Int16Array(100), 100);
    await writer.finish();
    expect(writer.fault?.message).toContain('ENOENT');
  });
});
