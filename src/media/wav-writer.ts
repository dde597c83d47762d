// Owns: a growing WAV file (RIFF, PCM 16 bit, 8 kHz). Samples gather in memory and go to disk about once a second, off the
// tick; each such write renews the sizes in the header, so a file that nobody finished still plays to its last write.
// A file whose process was killed is made whole (what is in it counts, not what its header says) and may be continued.
// Does not: know what is recorded, or end by itself.
//
//   RIFF size WAVE | fmt  16 1 channels rate bytes/s block 16 | data size | samples …
import { type FileHandle, open } from 'node:fs/promises';

export const wavHeaderBytes = 44;
export const sampleRateHz = 8000;
/** No frame of ours is longer than what is written at once and what the disk was behind; more is not ours to guess. */
const longestUnwrittenMs = 3000;
/** Held in memory while the disk does not answer; more fails the recording. */
const backlogBytes = 4 * 1024 * 1024;

export function encodeWavHeader(channels: number, dataBytes: number): Buffer {
  const header = Buffer.alloc(wavHeaderBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

export class WavWriter {
  readonly #file: string;
  readonly #channels: number;
  #block: Buffer;
  #filled = 0;
  /** Bytes that were in the file when it was opened, or are skipped as silence. */
  #before = 0;
  #written = 0;
  #waitingBytes = 0;
  #tail: Promise<void>;
  #handle: FileHandle | null = null;
  #fault: Error | null = null;

  /** `gapMs` says that the file is one of a killed process, which was dead for so long; null begins a new one. */
  constructor(file: string, channels: 1 | 2, gapMs: number | null = null) {
    this.#file = file;
    this.#channels = channels;
    this.#block = Buffer.allocUnsafe(sampleRateHz * channels * 2);
    this.#tail = gapMs === null ? this.#open() : this.#openAgain(gapMs);
  }

  /** Frames before those appended here; to be asked once `written` has resolved. */
  get framesBefore(): number {
    return this.#before / (this.#channels * 2);
  }

  /** What went wrong with the file, if anything. */
  get fault(): Error | null {
    return this.#fault;
  }

  /** Appends `count` samples (all channels counted, interleaved). */
  append(samples: Int16Array, count: number): void {
    for (let i = 0; i < count; i++) {
      this.#filled = this.#block.writeInt16LE(samples[i]!, this.#filled);
      if (this.#filled === this.#block.length) this.#flush();
    }
  }

  /**
   * Takes the sound out of the last `frames`, also where it is on disk already: of the first channel, or of the only one.
   */
  silence(frames: number): void {
    const frameBytes = this.#channels * 2;
    const flushed = this.#written + this.#waitingBytes;
    // May lie before what this process wrote.
    const from = flushed + this.#filled - Math.round(frames) * frameBytes;
    this.#zero(this.#block, Math.max(0, from - flushed), this.#filled);
    if (from < flushed) this.#tail = this.#tail.then(() => this.#rewrite(from, flushed));
  }

  /** Resolves when everything flushed so far is on disk. */
  written(): Promise<void> {
    return this.#tail;
  }

  /** Writes the rest and the final header; resolves with the size of the file. Never rejects: see `fault`. */
  async finish(): Promise<number> {
    this.#flush();
    await this.#tail;
    try {
      await this.#handle?.close();
    } catch (error) {
      this.#fault ??= error as Error;
    }
    this.#handle = null;
    return wavHeaderBytes + this.#before + this.#written;
  }

  async #open(): Promise<void> {
    try {
      this.#handle = await open(this.#file, 'w+');
      await this.#handle.write(encodeWavHeader(this.#channels, 0), 0, wavHeaderBytes, 0);
    } catch (error) {
      this.#fault = error as Error;
    }
  }

  async #openAgain(gapMs: number): Promise<void> {
    try {
      const handle = await open(this.#file, 'r+');
      this.#handle = handle;
      const found = await repair(handle);
      if (found === null) {
        await handle.truncate(0);
      } else if (found.channels !== this.#channels) {
        throw new Error('the recording that is to be continued has another number of channels');
      } else {
        const unwrittenMs = Math.min(Math.max(0, Date.now() - found.writtenAt - gapMs), longestUnwrittenMs);
        const silent = Math.round(((gapMs + unwrittenMs) * sampleRateHz) / 1000);
        this.#before = found.dataBytes + silent * this.#channels * 2;
        // What lies beyond the end reads as zero.
        await handle.truncate(wavHeaderBytes + this.#before);
      }
      await handle.write(encodeWavHeader(this.#channels, this.#before), 0, wavHeaderBytes, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') await this.#open();
      else this.#fault = error as Error;
    }
  }

  #flush(): void {
    if (this.#filled === 0 || this.#fault !== null) {
      this.#filled = 0;
      return;
    }
    if (this.#waitingBytes > backlogBytes) {
      this.#fault = new Error('the disk does not keep up with the recording');
      return;
    }
    const block = this.#block;
    const bytes = this.#filled;
    this.#block = Buffer.allocUnsafe(block.length);
    this.#filled = 0;
    this.#waitingBytes += bytes;
    this.#tail = this.#tail.then(() => this.#write(block, bytes));
  }

  #zero(bytes: Buffer, from: number, to: number): void {
    const frameBytes = this.#channels * 2;
    for (let at = from; at < to; at += frameBytes) bytes.writeInt16LE(0, at);
  }

  async #rewrite(from: number, to: number): Promise<void> {
    if (this.#handle === null || this.#fault !== null) return;
    try {
      const start = Math.max(-this.#before, from);
      const bytes = Buffer.alloc(to - start);
      const at = wavHeaderBytes + this.#before + start;
      await this.#handle.read(bytes, 0, bytes.length, at);
      this.#zero(bytes, 0, bytes.length);
      await this.#handle.write(bytes, 0, bytes.length, at);
    } catch (error) {
      this.#fault = error as Error;
    }
  }

  async #write(block: Buffer, bytes: number): Promise<void> {
    if (this.#handle !== null && this.#fault === null) {
      try {
        await this.#handle.write(block, 0, bytes, wavHeaderBytes + this.#before + this.#written);
        this.#written += bytes;
        const header = encodeWavHeader(this.#channels, this.#before + this.#written);
        await this.#handle.write(header, 0, wavHeaderBytes, 0);
      } catch (error) {
        this.#fault = error as Error;
      }
    }
    this.#waitingBytes -= bytes;
  }
}

/** Makes the file of a killed process whole. null when there is none or nothing in it; rejects when it is not ours. */
export async function repairWav(file: string): Promise<{ readonly durationMs: number; readonly bytes: number } | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const found = await repair(handle);
    if (found === null || found.dataBytes === 0) return null;
    const { channels, dataBytes } = found;
    await handle.write(encodeWavHeader(channels, dataBytes), 0, wavHeaderBytes, 0);
    return {
      durationMs: Math.round((dataBytes * 1000) / (sampleRateHz * channels * 2)),
      bytes: wavHeaderBytes + dataBytes,
    };
  } finally {
    await handle.close();
  }
}

interface Found {
  readonly channels: number;
  /** Whole frames. */
  readonly dataBytes: number;
  /** Milliseconds since 1970 UTC. */
  readonly writtenAt: number;
}

/** Cuts off a frame that was not written whole. null: not even the header was; throws when it is no file of ours. */
async function repair(handle: FileHandle): Promise<Found | null> {
  const { size, mtimeMs } = await handle.stat();
  if (size < wavHeaderBytes) return null;
  const header = Buffer.alloc(wavHeaderBytes);
  await handle.read(header, 0, wavHeaderBytes, 0);
  const channels = header.readUInt16LE(22);
  const ours = encodeWavHeader(channels, header.readUInt32LE(40));
  header.copy(ours, 4, 4, 8);
  if (!ours.equals(header)) throw new Error('the file is not a recording that can be continued');
  const frameBytes = channels * 2;
  const dataBytes = Math.floor((size - wavHeaderBytes) / frameBytes) * frameBytes;
  await handle.truncate(wavHeaderBytes + dataBytes);
  return { channels, dataBytes, writtenAt: mtimeMs };
}
