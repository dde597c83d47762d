// Owns: any server of the form POST /v1/audio/transcriptions (OpenAI's, and the many that copy it): one WAV file in a form of
// several parts (RFC 7578), one answer in JSON. The key travels in a header and is in no log and no error, and neither is
// what a server says that refuses.
import { randomUUID } from 'node:crypto';
import { CodedError } from '../base/errors.ts';
import type { SpokenPart, TranscriptionEngine } from './transcription-engine.ts';

/** One HTTP exchange, guarded by whoever wires this. Rejects with a CodedError. */
export type TranscriptionFetch = (request: {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

export interface OpenAiTranscriptionOptions {
  /** Base address, e.g. `https://api.openai.com/v1`; the whole address ending in `/audio/transcriptions` is taken too. */
  readonly url: string;
  readonly apiKey: string | null;
  readonly model: string;
  /** `json`: of models that tell the text alone, without times. */
  readonly format: 'verbose_json' | 'json';
  readonly timeoutMs?: number;
  readonly fetch: TranscriptionFetch;
  /** 8 kHz mono samples as a WAV file. */
  readonly encode: (samples: Int16Array) => Uint8Array;
}

const samplesPerMs = 8;
const maxBytes = 4 * 1024 * 1024;
const usualTimeoutMs = 120_000;
/** Statuses of 4xx that say nothing about the request itself. */
const notNow: ReadonlySet<number> = new Set([408, 409, 425, 429]);

export function createOpenAiTranscription(options: OpenAiTranscriptionOptions): TranscriptionEngine {
  const { apiKey, model, format } = options;
  const url = options.url.replace(/(\/audio\/transcriptions)?\/*$/, '/audio/transcriptions');

  return {
    name: 'openai',
    async transcribe(samples, { language }, signal) {
      const form = encodeForm(options.encode(samples), [
        ['model', model],
        ['response_format', format],
        ...(format === 'verbose_json' ? ([['timestamp_granularities[]', 'segment']] as const) : []),
        // Servers take ISO 639-1: a language without its region.
        ...(language === null ? [] : ([['language', language.split('-')[0]!.toLowerCase()]] as const)),
      ]);
      const reply = await options.fetch({
        method: 'POST',
        url,
        headers: { 'content-type': form.type, ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }) },
        body: form.body,
        timeoutMs: options.timeoutMs ?? usualTimeoutMs,
        maxBytes,
        signal,
      });
      const { status } = reply;
      if (status < 200 || status > 299) {
        const refused = status >= 400 && status <= 499 && !notNow.has(status);
        // The body of a refusal may quote the key.
        throw new CodedError(
          refused ? 'transcription-refused' : 'transcription-failed',
          `The transcription server answered ${status}.`,
        );
      }
      return read(reply.body, samples.length / samplesPerMs);
    },
    async close() {},
  };
}

function encodeForm(
  file: Uint8Array,
  fields: readonly (readonly [name: string, value: string])[],
): { readonly type: string; readonly body: Uint8Array } {
  const boundary = `keytone-${randomUUID()}`;
  const part = (head: string): string => `--${boundary}\r\nContent-Disposition: form-data; ${head}`;
  const texts = fields.map(([name, value]) => `${part(`name="${name}"`)}\r\n\r\n${value}\r\n`).join('');
  const fileHead = `${part('name="file"; filename="audio.wav"')}\r\nContent-Type: audio/wav\r\n\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(texts + fileHead), file, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

function read(body: Uint8Array, durationMs: number): { language: string | null; parts: readonly SpokenPart[] } {
  const said = parse(body);
  const language = typeof said['language'] === 'string' ? said['language'] : null;
  const within = (seconds: unknown, otherwise: number): number =>
    typeof seconds === 'number' && Number.isFinite(seconds)
      ? Math.min(Math.max(0, Math.round(seconds * 1000)), Math.round(durationMs))
      : otherwise;
  const listed = Array.isArray(said['segments']) ? (said['segments'] as readonly unknown[]) : [];
  const parts = listed.flatMap((one): SpokenPart[] => {
    if (typeof one !== 'object' || one === null) return [];
    const { start, end, text, avg_logprob: logarithm } = one as Readonly<Record<string, unknown>>;
    const spoken = typeof text === 'string' ? text.trim() : '';
    if (spoken === '') return [];
    const startMs = within(start, 0);
    const confidence = typeof logarithm === 'number' ? Math.min(1, Math.exp(logarithm)) : null;
    return [{ startMs, endMs: Math.max(startMs, within(end, Math.round(durationMs))), text: spoken, confidence }];
  });
  const text = typeof said['text'] === 'string' ? said['text'].trim() : '';
  if (parts.length > 0 || text === '') return { language, parts };
  return { language, parts: [{ startMs: 0, endMs: Math.round(durationMs), text, confidence: null }] };
}

function parse(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const said: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof said === 'object' && said !== null && ('text' in said || 'segments' in said))
      return said as Readonly<Record<string, unknown>>;
  } catch {
    // What it is instead may be anything, and is not told.
  }
  throw new CodedError(
    'transcription-failed',
    'The transcription server answered with something else than a transcript.',
  );
}
