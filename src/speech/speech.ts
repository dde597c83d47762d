// Owns: speech for whoever plays it: text in, a clip out. Splits long texts, levels, keeps what was spoken (memory, and a
// folder if there is one), and speaks the same text once for any number of calls that ask meanwhile.
// Does not: know which engine runs, play.
import { createHash } from 'node:crypto';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Speech } from '../flow/node.ts';
import type { SpeechEngine } from './engine.ts';
import { levelSpeech } from './level.ts';
import type { SpeechFolder } from './speech-folder.ts';
import { cleanText, maxTextLength, splitText } from './text.ts';

export interface Spoken {
  /** The same for everything that sounds the same. Says nothing of the text. */
  readonly key: string;
  /** 8 kHz mono; shared, so not to be changed. None for a text without a word. */
  readonly samples: Int16Array;
}
export interface SpeechSource {
  /** Rejects with CodedError speech-*. Aborting ends the engine's work when nobody else waits for it. */
  speak(speech: Speech, signal?: AbortSignal): Promise<Spoken>;
  readonly cachedBytes: number;
  close(): Promise<void>;
}
export interface SpeechOptions {
  readonly engine: SpeechEngine;
  readonly log: Log;
  readonly cacheBytes?: number;
  readonly folder?: SpeechFolder;
}

interface Pending {
  readonly spoken: Promise<Spoken>;
  readonly controller: AbortController;
  waiting: number;
}

export function createSpeech(options: SpeechOptions): SpeechSource {
  const { engine, log, folder } = options;
  const cacheBytes = options.cacheBytes ?? 64 * 1024 * 1024;
  const kept = new Map<string, Spoken>();
  const pending = new Map<string, Pending>();
  let cachedBytes = 0;

  function keep(spoken: Spoken): void {
    if (spoken.samples.byteLength > cacheBytes || kept.has(spoken.key)) return;
    kept.set(spoken.key, spoken);
    cachedBytes += spoken.samples.byteLength;
    while (cachedBytes > cacheBytes) {
      const oldest = kept.values().next().value!;
      kept.delete(oldest.key);
      cachedBytes -= oldest.samples.byteLength;
    }
  }

  async function make(key: string, speech: Speech, signal: AbortSignal): Promise<Spoken> {
    const stored = await folder?.read(key);
    if (stored !== undefined && stored !== null) return { key, samples: stored };
    const pieces: Int16Array[] = [];
    for (const text of splitText(speech.text, speech.language))
      pieces.push(await engine.speak({ ...speech, text }, signal));
    const samples = levelSpeech(join(pieces));
    await folder?.write(key, samples);
    return { key, samples };
  }

  function start(key: string, speech: Speech): Pending {
    const controller = new AbortController();
    const spoken = make(key, speech, controller.signal)
      .then((made) => {
        keep(made);
        return made;
      })
      .catch((error: unknown) => {
        const coded =
          error instanceof CodedError
            ? error
            : new CodedError('speech-failed', 'The speech engine failed.', { cause: error });
        if (!controller.signal.aborted)
          log.warn({ engine: engine.name, code: coded.code, characters: speech.text.length }, coded.message);
        throw coded;
      })
      .finally(() => {
        if (pending.get(key) === started) pending.delete(key);
      });
    // Everybody who waited may have gone.
    spoken.catch(() => {});
    const started: Pending = { spoken, controller, waiting: 0 };
    pending.set(key, started);
    return started;
  }

  return {
    async speak(given, signal) {
      const speech = { ...given, text: cleanText(given.text) };
      const key = keyOf(engine, speech);
      if (speech.text === '') return { key, samples: new Int16Array(0) };
      if (speech.text.length > maxTextLength)
        throw new CodedError(
          'speech-too-long',
          `The text has ${speech.text.length} characters; ${maxTextLength} can be spoken.`,
        );
      if (signal?.aborted === true) throw gone();

      const known = kept.get(key);
      if (known !== undefined) {
        kept.delete(key);
        kept.set(key, known);
        return known;
      }
      const shared = pending.get(key) ?? start(key, speech);
      shared.waiting += 1;
      return new Promise((resolve, reject) => {
        const leave = () => {
          shared.waiting -= 1;
          if (shared.waiting === 0) {
            // The next who asks must not join work that is being given up.
            if (pending.get(key) === shared) pending.delete(key);
            shared.controller.abort();
          }
          reject(gone());
        };
        signal?.addEventListener('abort', leave, { once: true });
        shared.spoken.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
      });
    },
    get cachedBytes() {
      return cachedBytes;
    },
    close: () => engine.close(),
  };
}

function gone(): CodedError {
  return new CodedError('speech-failed', 'Waiting for the speech was given up.');
}

function keyOf(engine: SpeechEngine, { text, language, voice, gender }: Speech): string {
  const said = JSON.stringify([engine.name, engine.settings, text, language.toLowerCase(), voice, gender]);
  return createHash('sha256').update(said).digest('base64url');
}

function join(pieces: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
