// Owns: a WAV file of a given length, made on the fly, for applications and speech servers that tests play.
import { beep } from '../media/tone.ts';
import { encodeWavHeader } from '../media/wav-writer.ts';

const pitchHz = 440;
const levelDbm0 = -20;

export function toneWav(durationMs: number): Buffer {
  const samples = beep(pitchHz, durationMs, levelDbm0);
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return Buffer.concat([encodeWavHeader(1, bytes.length), bytes]);
}
