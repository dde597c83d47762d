// What is no key: the words that a person would hear here, and frames that never change. Through both laws of a telephone
// line into the detector that listens to callers. Voices, noise and tones by the minute: src/media/dtmf/talk-off.test.ts.
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { speech } from '../../src/flow/build.ts';
import { createAudioDecoder } from '../../src/media/decode-audio.ts';
import { DtmfDetector } from '../../src/media/dtmf/detector.ts';
import { decodeG711, encodeG711 } from '../../src/media/g711.ts';
import { dtmfTone } from '../../src/media/tone.ts';
import { createEspeak } from '../../src/speech/espeak.ts';

const packet = 160;

/** The keys that are heard in it behind the law. */
function keysIn(samples: Int16Array, codec: 'PCMU' | 'PCMA'): string {
  let keys = '';
  const detector = new DtmfDetector(8000, {
    pressed: (digit) => {
      keys += digit;
    },
    released() {},
  });
  const bytes = new Uint8Array(packet);
  const line = new Int16Array(packet);
  for (let at = 0; at + packet <= samples.length; at += packet) {
    encodeG711(codec, samples, at, packet, bytes, 0);
    decodeG711(codec, bytes, 0, packet, line, 0);
    detector.hear(line, 0, packet);
  }
  return keys;
}

const samplesOf = (seconds: number, at: (n: number) => number): Int16Array =>
  Int16Array.from({ length: seconds * 8000 }, (_, n) => at(n));
const repeated = (samples: Int16Array, seconds: number): Int16Array =>
  samplesOf(seconds, (n) => samples[n % samples.length]!);

/** The same numbers each time, from -1 to 1. */
function createNoise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function noise(seconds: number, peak: number, seed: number): Int16Array {
  const next = createNoise(seed);
  return samplesOf(seconds, () => Math.round(next() * peak));
}

const words = [
  'Thank you for calling. Please listen to the whole of this message, because our menu has changed.',
  'One, two, three, four, five, six, seven, eight, nine, zero. Star. Pound. Press any key to go on.',
  'The quick brown fox jumps over the lazy dog, while six big devils from Japan quickly forgot how to waltz.',
  'Ooooh, aaaah, eeeee. Mmmmmm. La la la la la. Whooo are you? Beeep, beeep, beeep. Wheee!',
];

describe.each(['PCMU', 'PCMA'] as const)('no key, in %s', (codec) => {
  it('is in a voice, whatever it says and whoever says it', async () => {
    const decoder = createAudioDecoder();
    const espeak = createEspeak({ log: silentLog, resample: (samples, rateHz) => decoder.resample(samples, rateHz) });
    try {
      const never = new AbortController().signal;
      for (const text of words) {
        for (const gender of ['male', 'female'] as const) {
          const said = await espeak.speak(speech(text, { gender }), never);
          expect(said.length).toBeGreaterThan(8000);
          expect(keysIn(said, codec), `${gender}: ${text}`).toBe('');
        }
      }
    } finally {
      await espeak.close();
      await decoder.close();
    }
  });

  it('is in frames that never change, in silence, or in a line that hangs at one voltage', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const frame = noise(packet / 8000, 8000, seed);
      expect(keysIn(repeated(frame, 5), codec), `a frame of noise, ${seed}`).toBe('');
      const speechLike = samplesOf(packet / 8000, (n) =>
        Math.round(6000 * Math.sin((n / 8000) * 2 * Math.PI * 97 * seed)),
      );
      expect(keysIn(repeated(speechLike, 5), codec), `a frame of ${97 * seed} Hz`).toBe('');
    }
    for (const level of [0, 1, 1000, 32_000])
      expect(
        keysIn(
          samplesOf(5, () => level),
          codec,
        ),
        `${level}`,
      ).toBe('');
    expect(
      keysIn(
        samplesOf(5, (n) => (n % packet < 80 ? 8000 : -8000)),
        codec,
      ),
    ).toBe('');
  });

  it('is missed by that: the sixteen keys are heard, once each', () => {
    const keys = '123A456B789C*0#D';
    const line = [...keys].flatMap((key) => [...dtmfTone(key, 100)!, ...new Int16Array(800)]);
    expect(keysIn(Int16Array.from(line), codec)).toBe(keys);
  });
});
