// Owns: MP3 (MPEG audio, ISO 11172-3 and 13818-3) to mono pieces, by mpg123 compiled to WebAssembly. mpg123 makes sound out
// of anything, so the frames are looked at first and its errors are counted.
//   frame header: sync(11) version(2) layer(2) crc(1) bitrate(4) rate(2) padding(1) …
import { MPEGDecoder } from 'mpg123-decoder';
import { CodedError } from '../base/errors.ts';
import type { DecodeSink } from './decode-sink.ts';

const rates = [44100, 48000, 32000];
const bitratesV1: readonly (readonly number[])[] = [
  [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
];
const bitratesV2: readonly (readonly number[])[] = [
  [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const pieceBytes = 32 * 1024;
/** How far into a file its first frame is looked for, after tags. */
const searchBytes = 64 * 1024;

/** Bytes of the frame whose header is at `at`, or 0 when none is there. Free bitrate is not taken for MP3. */
function frameLength(bytes: Uint8Array, at: number): number {
  return readFrame(bytes, at)?.bytes ?? 0;
}

function readFrame(bytes: Uint8Array, at: number): { readonly bytes: number; readonly durationMs: number } | null {
  if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1]! & 0xe0) !== 0xe0) return null;
  const version = (bytes[at + 1]! >> 3) & 3;
  const layer = 4 - ((bytes[at + 1]! >> 1) & 3);
  const rate = rates[(bytes[at + 2]! >> 2) & 3];
  const table = (version === 3 ? bitratesV1 : bitratesV2)[layer - 1];
  const kbps = table?.[(bytes[at + 2]! >> 4) - 1];
  if (version === 1 || layer === 4 || rate === undefined || kbps === undefined) return null;
  const rateHz = version === 3 ? rate : version === 2 ? rate / 2 : rate / 4;
  const padding = (bytes[at + 2]! >> 1) & 1;
  if (layer === 1) return { bytes: (Math.floor((12_000 * kbps) / rateHz) + padding) * 4, durationMs: 384_000 / rateHz };
  const samples = layer === 3 && version !== 3 ? 576 : 1152;
  return { bytes: Math.floor((samples * 125 * kbps) / rateHz) + padding, durationMs: (samples * 1000) / rateHz };
}

/** Of the frames that follow one another; what lies between runs of them is passed over. */
function durationOf(bytes: Uint8Array, start: number, end: number): number {
  let durationMs = 0;
  for (let at = start; at < end; ) {
    const frame = readFrame(bytes, at);
    const next = at + (frame?.bytes ?? 0);
    if (frame === null || (next < end && readFrame(bytes, next) === null)) at += 1;
    else {
      durationMs += frame.durationMs;
      at = next;
    }
  }
  return durationMs;
}

/** Past the ID3v2 tags at the start. */
function skipTags(bytes: Uint8Array): number {
  let at = 0;
  while (bytes[at] === 0x49 && bytes[at + 1] === 0x44 && bytes[at + 2] === 0x33 && at + 10 <= bytes.length) {
    const size = (bytes[at + 6]! << 21) | (bytes[at + 7]! << 14) | (bytes[at + 8]! << 7) | bytes[at + 9]!;
    at += 10 + size + ((bytes[at + 5]! & 0x10) !== 0 ? 10 : 0);
  }
  return at;
}

/** Where the first frame starts that is followed by another (or by the end), or -1. */
export function findMp3(bytes: Uint8Array): number {
  const start = skipTags(bytes);
  const last = Math.min(bytes.length - 4, start + searchBytes);
  for (let at = start; at <= last; at++) {
    const length = frameLength(bytes, at);
    if (length === 0) continue;
    const next = at + length;
    if (next === bytes.length || frameLength(bytes, next) > 0) return at;
  }
  return -1;
}

/** `breathe` is awaited between pieces, so that a long file does not keep short ones waiting. */
export async function decodeMp3(bytes: Uint8Array, sink: DecodeSink, breathe: () => Promise<void>): Promise<void> {
  const tail = bytes.length >= 128 && Buffer.from(bytes.subarray(-128, -125)).toString('latin1') === 'TAG' ? 128 : 0;
  const end = bytes.length - tail;
  const start = findMp3(bytes);
  sink.announce(durationOf(bytes, start, end));
  const decoder = new MPEGDecoder();
  await decoder.ready;
  let frames = 0;
  let errors = 0;
  try {
    for (let at = start; at < end; at += pieceBytes) {
      const {
        channelData,
        samplesDecoded,
        sampleRate,
        errors: found,
      } = decoder.decode(bytes.subarray(at, Math.min(end, at + pieceBytes)));
      errors += found.length;
      if (samplesDecoded > 0) {
        frames += samplesDecoded / 1152;
        sink.push(sampleRate, mix(channelData, samplesDecoded));
      }
      await breathe();
    }
  } finally {
    decoder.free();
  }
  // A stray tag costs an error or two; noise that looks like MP3 gives about one for each frame.
  if (frames === 0 || errors > 3 + frames / 10)
    throw new CodedError(
      'media-format-broken',
      `The MP3 file is damaged: ${errors} faults in ${Math.round(frames)} frames.`,
    );
}

function mix(channels: readonly Float32Array[], samples: number): Float32Array {
  const left = channels[0]!;
  const right = channels[1];
  if (right === undefined) return left.subarray(0, samples);
  const mono = new Float32Array(samples);
  for (let at = 0; at < samples; at++) mono[at] = (left[at]! + right[at]!) / 2;
  return mono;
}
