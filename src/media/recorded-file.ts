// Owns: reading a recording of ours piece by piece: hours of it must not be in memory at once.
// Does not: read any other file (wav-reader.ts).
import { open } from 'node:fs/promises';
import { CodedError } from '../base/errors.ts';
import { encodeWavHeader, sampleRateHz, wavHeaderBytes } from './wav-writer.ts';

export interface RecordedFile {
  readonly channels: number;
  readonly frames: number;
  /** 8 kHz; the channels follow one another. */
  read(from: number, to: number): Promise<Int16Array>;
  close(): Promise<void>;
}

/** Rejects with CodedError `recording-missing` or `media-format-broken`. */
export async function openRecordedFile(path: string): Promise<RecordedFile> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new CodedError('recording-missing', 'The file of the recording cannot be opened.', { cause });
  });
  try {
    const header = Buffer.alloc(wavHeaderBytes);
    await handle.read(header, 0, wavHeaderBytes, 0);
    const channels = header.readUInt16LE(22);
    const isOurs = header.toString('latin1', 8, 16) === 'WAVEfmt ' && header.readUInt32LE(24) === sampleRateHz;
    if (!isOurs || channels < 1 || channels > 2)
      throw new CodedError('media-format-broken', 'The file of the recording is not one that this server wrote.');
    const frameBytes = channels * 2;
    const { size } = await handle.stat();
    const frames = Math.max(0, Math.floor((size - wavHeaderBytes) / frameBytes));
    return {
      channels,
      frames,
      async read(from, to) {
        const bytes = Buffer.alloc(Math.max(0, Math.min(to, frames) - from) * frameBytes);
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, wavHeaderBytes + from * frameBytes);
        const count = Math.floor(bytesRead / frameBytes) * channels;
        return Int16Array.from({ length: count }, (_, n) => bytes.readInt16LE(n * 2));
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** 8 kHz mono samples as a file. */
export function encodeWav(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(wavHeaderBytes + samples.length * 2);
  encodeWavHeader(1, samples.length * 2).copy(bytes);
  for (let n = 0; n < samples.length; n++) bytes.writeInt16LE(samples[n]!, wavHeaderBytes + n * 2);
  return bytes;
}
