// Owns: a growing WAV file (RIFF, PCM 16 bit, 8 kHz). Samples gather in memory and go to disk about once a second, off the
// tick; each such write renews the sizes in the header, so a file that nobody finished still plays to its last write.
// Does not: know what is recorded, or end by itself.
//
//   RIFF size WAVE | fmt  16 1 channels rate bytes/s block 16 | data size | samples …
import { type FileHandle, open } from 'node:fs/promises';

export const wavHeaderBytes = 44;
export const sampleRateHz = 8000;
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
  #written = 0;
  #waitingBytes = 0;
  #tail: Promise<void>;
  #handle: FileHandle | null = null;
  #fault: Error | null = null;

  constructor(file: string, channels: 1 | 2) {
    this.#file = file;
    this.#channels = channels;
    this.#block = Buffer.allocUnsafe(sampleRateHz * channels * 2);
    this.#tail = this.#open();
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
    const from = Math.max(0, flushed + this.#filled - Math.round(frames) * frameBytes);
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
    return wavHeaderBytes + this.#written;
  }

  async #open(): Promise<void> {
    try {
      this.#handle = await open(this.#file, 'w+');
      await this.#handle.write(encodeWavHeader(this.#channels, 0), 0, wavHeaderBytes, 0);
    } catch (error) {
      this.#fault = error as Error;
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
      const bytes = Buffer.alloc(to - from);
      const at = wavHeaderBytes + from;
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
        await this.#handle.write(block, 0, bytes, wavHeaderBytes + this.#written);
        this.#written += bytes;
        await this.#handle.write(encodeWavHeader(this.#channels, this.#written), 0, wavHeaderBytes, 0);
      } catch (error) {
        this.#fault = error as Error;
      }
    }
    this.#waitingBytes -= bytes;
  }
}
