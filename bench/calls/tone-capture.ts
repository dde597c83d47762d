// Owns: a capture (pcap) of a caller who talks all along and presses keys that are heard in the audio only: no packet of it is
// a telephone-event. Form of the file: test/interop/key-capture.ts.
import { encodeG711 } from '../../src/media/g711.ts';
import { dtmfTone } from '../../src/media/tone.ts';
import { formatCapture } from '../../test/interop/key-capture.ts';
import { speechLike } from '../talk.ts';

/** A bit more than the second prompt lasts. */
export const talkAfterMs = 1200;
const samplesPerMs = 8;
const samplesPerPacket = 160;
const keyMs = 100;
/** Of silence, before the first key and after each: people do not talk into a key that they press. */
const gapMs = 60;

export function formatToneCapture(keys: string, talkBeforeMs: number, talkAfterMs: number): Buffer {
  const talk = speechLike();
  const silence = Buffer.alloc(gapMs * samplesPerMs, 0xff);
  const audio = Buffer.concat([
    talk.subarray(0, talkBeforeMs * samplesPerMs),
    silence,
    ...[...keys].flatMap((key) => [tone(key), silence]),
    talk.subarray(0, talkAfterMs * samplesPerMs),
  ]);
  const packets = Math.floor(audio.length / samplesPerPacket);
  return formatCapture(
    Array.from({ length: packets }, (_, index) => {
      const header = Buffer.from([0x80, index === 0 ? 0x80 : 0, 0, 0, 0, 0, 0, 0, 0x4b, 0x65, 0x79, 0x73]);
      header.writeUInt16BE(index, 2);
      header.writeUInt32BE(index * samplesPerPacket, 4);
      return Buffer.concat([header, audio.subarray(index * samplesPerPacket, (index + 1) * samplesPerPacket)]);
    }),
  );
}

function tone(key: string): Buffer {
  const samples = dtmfTone(key, keyMs);
  if (samples === null) throw new Error(`${key} is no key`);
  const bytes = Buffer.alloc(samples.length);
  encodeG711('PCMU', samples, 0, samples.length, bytes, 0);
  return bytes;
}
