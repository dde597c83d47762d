// Owns: any speech server of the form POST /v1/audio/speech (OpenAI's, and the many that copy it): one request for a
// piece of text. The key travels in a header and is in no log, error, or cache key.
import { CodedError } from '../base/errors.ts';
import type { Speech } from '../flow/node.ts';
import type { SpeechEngine } from './engine.ts';

/** One HTTP exchange, guarded by whoever wires this. Rejects with a CodedError. */
export type SpeechFetch = (request: {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}) => Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}>;

export interface OpenAiOptions {
  /** Base address, e.g. `https://api.openai.com/v1`; the whole address ending in `/audio/speech` is taken too. */
  readonly url: string;
  readonly apiKey: string | null;
  readonly model: string;
  /** Where the document names none of `voices`. */
  readonly voice: string;
  readonly femaleVoice?: string;
  readonly maleVoice?: string;
  /** By language, `ru` or `ru-RU`: servers with a voice for each. */
  readonly voiceByLanguage?: Readonly<Record<string, string>>;
  /** Voices that documents may ask for by name. Others would be refused by the server. */
  readonly voices?: readonly string[];
  readonly format?: 'wav' | 'pcm';
  /** Of `pcm`, which has no header: 16-bit little endian mono. */
  readonly pcmRateHz?: number;
  readonly timeoutMs?: number;
  readonly fetch: SpeechFetch;
  readonly decode: (bytes: Uint8Array, contentType: string | null) => Promise<Int16Array>;
  readonly resample: (samples: Int16Array, rateHz: number) => Promise<Int16Array>;
}

const maxBytes = 20 * 1024 * 1024;

export function createOpenAiSpeech(options: OpenAiOptions): SpeechEngine {
  const { apiKey, model, voice } = options;
  const url = options.url.replace(/(\/audio\/speech)?\/*$/, '/audio/speech');
  const format = options.format ?? 'wav';
  const pcmRateHz = options.pcmRateHz ?? 24_000;
  const byLanguage = new Map(
    Object.entries(options.voiceByLanguage ?? {}).map(([tag, name]) => [tag.toLowerCase(), name]),
  );

  function voiceFor(speech: Speech): string {
    if (speech.voice !== null && options.voices?.includes(speech.voice) === true) return speech.voice;
    const tag = speech.language.toLowerCase();
    const spoken = byLanguage.get(tag) ?? byLanguage.get(tag.split('-')[0]!);
    const gendered =
      speech.gender === 'female' ? options.femaleVoice : speech.gender === 'male' ? options.maleVoice : undefined;
    return spoken ?? gendered ?? voice;
  }

  return {
    name: 'openai',
    settings: JSON.stringify([
      url,
      model,
      voice,
      options.femaleVoice,
      options.maleVoice,
      [...byLanguage],
      options.voices,
      format,
      pcmRateHz,
    ]),
    async speak(speech, signal) {
      const reply = await options.fetch({
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/json',
          ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({ model, input: speech.text, voice: voiceFor(speech), response_format: format }),
        timeoutMs: options.timeoutMs ?? 15_000,
        maxBytes,
        signal,
      });
      // The body of a refusal may quote the key.
      if (reply.status !== 200) throw new CodedError('speech-failed', `The speech server answered ${reply.status}.`);
      if (format === 'wav') return options.decode(reply.body, reply.headers['content-type'] ?? null);
      const { body } = reply;
      const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
      const samples = Int16Array.from({ length: body.length >> 1 }, (_, n) => view.getInt16(n * 2, true));
      return options.resample(samples, pcmRateHz);
    },
    async close() {},
  };
}
