// hot path
// Owns: ITU-T G.711 µ-law and A-law, table driven, 16-bit linear on the other side (13 or 14 significant bits at the top).
// Decision values of the recommendation: a sample that lies on one belongs to the upper interval when positive; negative
// samples mirror in one's complement (as in the ITU's own reference software), so -1 takes the code of minus zero.
// Does not: packet loss concealment, comfort noise.
import type { AudioCodec } from './sdp.ts';

/** The byte that decodes to silence. */
export const ulawSilence = 0xff;
export const alawSilence = 0xd5;

/** Index: byte. */
const ulawToLinear = new Int16Array(256);
const alawToLinear = new Int16Array(256);
/** Index: sample >> 2, plus 8192. The two low bits never decide. */
const linearToUlaw = new Uint8Array(16384);
/** Index: sample >> 4, plus 2048. */
const linearToAlaw = new Uint8Array(4096);

for (let code = 0; code < 256; code++) {
  const u = ~code & 0xff;
  const uMagnitude = ((((u & 0x0f) * 2 + 33) << ((u >> 4) & 7)) - 33) * 4;
  ulawToLinear[code] = (u & 0x80) !== 0 ? -uMagnitude : uMagnitude;

  const a = code ^ 0x55;
  const segment = (a >> 4) & 7;
  const steps = (a & 0x0f) * 2 + 1;
  const aMagnitude = (segment === 0 ? steps : (steps + 32) << (segment - 1)) * 8;
  alawToLinear[code] = (a & 0x80) !== 0 ? aMagnitude : -aMagnitude;
}

for (let index = 0; index < 16384; index++) {
  const value = index - 8192;
  const biased = Math.min((value < 0 ? ~value : value) + 33, 8191);
  const segment = 26 - Math.clz32(biased);
  const code = (segment << 4) | ((biased >> (segment + 1)) & 0x0f);
  linearToUlaw[index] = (value < 0 ? 0x7f : 0xff) - code;
}

for (let index = 0; index < 4096; index++) {
  const value = index - 2048;
  const magnitude = value < 0 ? ~value : value;
  const segment = magnitude < 16 ? 0 : 28 - Math.clz32(magnitude);
  const code = (segment << 4) | ((segment === 0 ? magnitude : magnitude >> (segment - 1)) & 0x0f);
  linearToAlaw[index] = (value < 0 ? code : code | 0x80) ^ 0x55;
}

export function ulawSample(code: number): number {
  return ulawToLinear[code & 0xff]!;
}

export function alawSample(code: number): number {
  return alawToLinear[code & 0xff]!;
}

export function ulawCode(sample: number): number {
  return linearToUlaw[(sample >> 2) + 8192]!;
}

export function alawCode(sample: number): number {
  return linearToAlaw[(sample >> 4) + 2048]!;
}

export function silenceByte(codec: AudioCodec): number {
  return codec === 'PCMU' ? ulawSilence : alawSilence;
}

/** Encodes samples[from, from + count) to into[offset, offset + count). */
export function encodeG711(
  codec: AudioCodec,
  samples: Int16Array,
  from: number,
  count: number,
  into: Uint8Array,
  offset: number,
): void {
  if (codec === 'PCMU') {
    for (let i = 0; i < count; i++) into[offset + i] = linearToUlaw[(samples[from + i]! >> 2) + 8192]!;
  } else {
    for (let i = 0; i < count; i++) into[offset + i] = linearToAlaw[(samples[from + i]! >> 4) + 2048]!;
  }
}

/** Decodes bytes[from, from + count) to into[offset, offset + count). */
export function decodeG711(
  codec: AudioCodec,
  bytes: Uint8Array,
  from: number,
  count: number,
  into: Int16Array,
  offset: number,
): void {
  const table = codec === 'PCMU' ? ulawToLinear : alawToLinear;
  for (let i = 0; i < count; i++) into[offset + i] = table[bytes[from + i]!]!;
}
