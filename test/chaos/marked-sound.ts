// Owns: a prompt that says at every moment where it is: each fifth of a second of it is one value of G.711 µ-law, so that
// one byte of a packet is a place in the prompt.

export const blockMs = 200;
export const promptMs = 30_000;
const blocks = promptMs / blockMs;
const header = 44;

/** Loud enough not to be silence, each once. */
const codes = Array.from({ length: blocks }, (_, index) => (index % 2 === 0 ? 0x10 : 0x90) + (index >> 1));
const places = new Map(codes.map((code, index) => [code, index]));

/** Which fifth of a second of the prompt a payload is of; null for silence. */
export function placeOf(payload: Uint8Array): number | null {
  return places.get(payload[payload.length >> 1] ?? 0xff) ?? null;
}

export function markedWav(): Uint8Array {
  const samples = blocks * blockMs * 8;
  const wav = Buffer.alloc(header + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8000, 24);
  wav.writeUInt32LE(16_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at += 1)
    wav.writeInt16LE(linearOf(codes[Math.floor(at / (blockMs * 8))]!), header + at * 2);
  return wav;
}

/** ITU-T G.711, µ-law to 16 bit. */
function linearOf(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4);
  return bits & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
}
