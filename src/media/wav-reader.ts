// Owns: WAV files (RIFF WAVE, and RF64 as far as it looks the same) to mono pieces.
//   "RIFF" size "WAVE" { id(4) size(4, little endian) body, padded to even }*
//   fmt : tag(2) channels(2) rate(4) bytes/s(4) blockAlign(2) bits(2) [cbSize(2) validBits(2) mask(4) subformat(16)]
// Sizes are believed only where they fit: streamed files carry 0 or 0xFFFFFFFF. Does not: ADPCM, GSM, MP3 in WAV.
import { CodedError } from '../base/errors.ts';
import { alawSample, ulawSample } from './g711.ts';

export interface Wav {
  readonly rateHz: number;
  readonly channels: number;
  readonly frames: number;
  /** Frames `from` to `to`, all channels mixed, full scale ±1. */
  read(from: number, to: number): Float32Array;
}

const otherTags: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  80: 'MPEG audio',
  85: 'MP3',
};

type ReadSample = (data: DataView, at: number) => number;

/** By format tag and bits of a sample. */
const readers: Readonly<Record<string, ReadSample>> = {
  '1/8': (data, at) => (data.getUint8(at) - 128) / 128,
  '1/16': (data, at) => data.getInt16(at, true) / 32768,
  '1/24': (data, at) => (data.getUint16(at, true) + data.getInt8(at + 2) * 65536) / 8388608,
  '1/32': (data, at) => data.getInt32(at, true) / 2147483648,
  '3/32': (data, at) => finite(data.getFloat32(at, true)),
  '3/64': (data, at) => finite(data.getFloat64(at, true)),
  '6/8': (data, at) => alawSample(data.getUint8(at)) / 32768,
  '7/8': (data, at) => ulawSample(data.getUint8(at)) / 32768,
};

function finite(sample: number): number {
  return Number.isFinite(sample) ? sample : 0;
}

function broken(what: string): CodedError {
  return new CodedError('media-format-broken', `The WAV file ${what}.`);
}

export function isWav(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 12)).toString('latin1');
  return /^(RIFF|RF64).{4}WAVE$/s.test(text);
}

/** Throws CodedError media-format-*. */
export function parseWav(bytes: Uint8Array): Wav {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: { read: ReadSample; rateHz: number; channels: number; blockBytes: number; sampleBytes: number } | null =
    null;

  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = data.getUint32(at);
    const size = data.getUint32(at + 4, true);
    const body = at + 8;
    const left = bytes.length - body;
    if (id === 0x666d7420 /* fmt */) format = parseFormat(data, body, Math.min(size, left));
    if (id === 0x64617461 /* data */) {
      if (format === null) throw broken('has its samples before their format');
      const { read, rateHz, channels, blockBytes, sampleBytes } = format;
      const frames = Math.floor((size === 0 || size > left ? left : size) / blockBytes);
      return {
        rateHz,
        channels,
        frames,
        read(from, to) {
          const mono = new Float32Array(Math.max(0, Math.min(to, frames) - from));
          for (let frame = 0, at = body + from * blockBytes; frame < mono.length; frame++, at += blockBytes) {
            let sum = 0;
            for (let channel = 0; channel < channels; channel++) sum += read(data, at + channel * sampleBytes);
            mono[frame] = sum / channels;
          }
          return mono;
        },
      };
    }
    at = body + size + (size & 1);
  }
  throw broken(format === null ? 'has no format chunk' : 'has no samples');
}

function parseFormat(data: DataView, at: number, size: number) {
  if (size < 16) throw broken('has a format chunk that is too short');
  let tag = data.getUint16(at, true);
  const channels = data.getUint16(at + 2, true);
  const rateHz = data.getUint32(at + 4, true);
  const align = data.getUint16(at + 12, true);
  const bits = data.getUint16(at + 14, true);
  if (tag === 0xfffe && size >= 26) tag = data.getUint16(at + 24, true);
  if (channels < 1 || channels > 32) throw broken(`says that it has ${channels} channels`);

  const read = readers[`${tag}/${tag === 6 || tag === 7 ? 8 : bits}`];
  if (read === undefined) {
    const name = otherTags[tag] ?? (tag === 1 || tag === 3 ? `samples of ${bits} bits` : `encoding ${tag}`);
    throw new CodedError(
      'media-format-unknown',
      `The WAV file holds ${name}; PCM of 8, 16, 24 or 32 bits, float, µ-law and A-law can be played.`,
    );
  }
  const sampleBytes = tag === 6 || tag === 7 ? 1 : bits / 8;
  return { read, rateHz, channels, sampleBytes, blockBytes: Math.max(align, channels * sampleBytes) };
}
