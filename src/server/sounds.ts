// Owns: the sounds of every flow as samples: texts spoken, files fetched and decoded, tones and silence made. What was
// decoded is kept under the name of its content, so that a thousand calls decode a greeting once.
// Does not: play, fetch or speak itself.
import { CodedError } from '../base/errors.ts';
import type { Clip } from '../call/clip-shelf.ts';
import type { Loaded, SoundSource } from '../call/sound-source.ts';
import type { Media, Progress, Silence, Tone } from '../flow/node.ts';
import type { AppTrust } from '../hooks/app-trust.ts';
import type { MediaFetch } from '../hooks/media-fetch.ts';
import type { AudioDecoder } from '../media/decode-audio.ts';
import { beep, generateTone, progressTone } from '../media/tone.ts';
import type { SpeechSource } from '../speech/speech.ts';
import { createSampleCache } from './sample-cache.ts';

export interface SoundOptions {
  readonly speech: Pick<SpeechSource, 'speak'> | null;
  readonly media: MediaFetch;
  readonly decoder: AudioDecoder;
  readonly readFile: (path: string, signal: AbortSignal) => Promise<Uint8Array>;
  readonly trustOf: (app: string) => AppTrust;
  /** The Authorization header that a document's credentials make; null when they are not known any more. */
  readonly authorizationOf: (credentials: string) => string | null;
  readonly cacheBytes: number;
}

const samplesPerMs = 8;
/** Longer sounds of our own making are made as pieces that are repeated. */
const longestPieceMs = 30_000;

export function createSounds(options: SoundOptions): SoundSource {
  const { speech, media, decoder, trustOf } = options;
  const decoded = createSampleCache(options.cacheBytes);
  const once = (clip: Clip): Loaded => ({ clip, times: 1 });

  /** Credentials of a document go to the origin that it wrote them for, and are in force for this sound alone. */
  function trustFor({ url, credentials }: Media, app: string): AppTrust {
    const trust = trustOf(app);
    const header = credentials === undefined ? null : options.authorizationOf(credentials);
    const origin = URL.parse(url)?.origin;
    if (header === null || origin === undefined) return trust;
    return { ...trust, authorization: { ...trust.authorization, [origin]: header } };
  }

  return {
    async load(sound, app, signal) {
      switch (sound.kind) {
        case 'speech':
          if (speech === null) throw new CodedError('speech-failed', 'Speech is switched off (speech.engine: none).');
          return once(await speech.speak(sound, signal));
        case 'media': {
          const { bytes, contentType, key } = await media.fetch(sound.url, trustFor(sound, app), signal);
          const name = URL.parse(sound.url)?.pathname ?? null;
          // The type and the ending say how bytes without a header are to be read, so they belong to the name.
          const clipKey = `media:${key}:${contentType ?? name?.split('.').at(-1) ?? ''}`;
          return once(await decoded.get(clipKey, () => decoder.decode(bytes, { contentType, name })));
        }
        case 'tone':
          return toneOf(sound);
        case 'progress':
          return progressOf(sound);
        case 'silence':
          return silenceOf(sound);
      }
    },
    async file(path, signal) {
      const bytes = await options.readFile(path, signal);
      return once({ key: `file:${path}`, samples: await decoder.decode(bytes, { contentType: null, name: path }) });
    },
  };
}

function silenceOf({ durationMs }: Silence): Loaded {
  const times = Math.max(1, Math.ceil(durationMs / longestPieceMs));
  const pieceMs = Math.round(durationMs / times);
  return { clip: { key: `silence:${pieceMs}`, samples: new Int16Array(pieceMs * samplesPerMs) }, times };
}

function toneOf({ frequenciesHz, onMs, offMs, durationMs, volumeDb }: Tone): Loaded {
  const cycleMs = onMs + offMs;
  const cycle = generateTone({ frequenciesHz, levelDbm0: volumeDb, cadenceMs: [onMs, offMs] });
  const name = `tone:${frequenciesHz.join('+')}:${onMs}/${offMs}:${volumeDb}`;
  return repeated(name, cycle, cycleMs, durationMs);
}

function progressOf({ name, durationMs }: Progress): Loaded {
  if (name === 'beep') return { clip: { key: 'progress:beep', samples: beep() }, times: 1 };
  const cycle = progressTone(name);
  const key = `progress:${name}`;
  if (durationMs === null) return { clip: { key, samples: cycle }, times: 1 };
  return repeated(key, cycle, cycle.length / samplesPerMs, durationMs);
}

/** `durationMs` of a cycle: as whole cycles where that is exact, else cut to length. */
function repeated(name: string, cycle: Int16Array, cycleMs: number, durationMs: number): Loaded {
  const cycles = durationMs / cycleMs;
  if (Number.isInteger(cycles)) return { clip: { key: name, samples: cycle }, times: cycles };
  const samples = new Int16Array(Math.round(durationMs * samplesPerMs));
  for (let at = 0; at < samples.length; at += cycle.length)
    samples.set(cycle.subarray(0, Math.min(cycle.length, samples.length - at)), at);
  return { clip: { key: `${name}:${durationMs}`, samples }, times: 1 };
}
