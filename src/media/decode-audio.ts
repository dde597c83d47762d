// Owns: decoding away from the main thread: one worker, started ahead, replaced when it dies. Minutes of MP3 must not
// hold up signalling. Does not: fetch or keep sounds.
import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../base/codes.ts';
import { CodedError } from '../base/errors.ts';
import { workerUrl } from '../base/worker-url.ts';
import type { SoundHint } from './decode-sound.ts';

export type { SoundHint } from './decode-sound.ts';

export interface AudioDecoder {
  /** WAV, MP3 or raw G.711 to 8 kHz mono. Rejects with CodedError media-*. */
  decode(bytes: Uint8Array, hint: SoundHint): Promise<Int16Array>;
  /** Mono samples of another rate to 8 kHz. */
  resample(samples: Int16Array, rateHz: number): Promise<Int16Array>;
  close(): Promise<void>;
}

export type DecodeJob =
  | { readonly kind: 'decode'; readonly id: number; readonly bytes: Uint8Array; readonly hint: SoundHint }
  | { readonly kind: 'resample'; readonly id: number; readonly samples: Int16Array; readonly rateHz: number };
export type DecodeReply =
  | { readonly id: number; readonly samples: Int16Array<ArrayBuffer> }
  | { readonly id: number; readonly code: ErrorCode; readonly message: string };

interface Waiting {
  resolve(samples: Int16Array): void;
  reject(error: CodedError): void;
}

export function createAudioDecoder(): AudioDecoder {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let closed = false;
  let worker: Worker | null = start();

  function start(): Worker {
    // mpg123 writes its complaints to stderr; they are counted as errors, not shown.
    const made = new Worker(workerUrl(import.meta.url, './audio-decode-worker'), { stderr: true });
    made.stderr.resume();
    made.unref();
    made.on('message', (reply: DecodeReply) => {
      const job = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (waiting.size === 0) made.unref();
      if ('samples' in reply) job?.resolve(reply.samples);
      else job?.reject(new CodedError(reply.code, reply.message));
    });
    // A fault here is followed by `exit`.
    made.on('error', () => {});
    made.on('exit', () => {
      const lost = [...waiting.values()];
      waiting.clear();
      // Started again by the next job: one that cannot start must not be started for ever.
      worker = null;
      for (const job of lost)
        job.reject(
          closed
            ? new CodedError('media-closed', 'The decoder is closed.')
            : new CodedError('media-format-broken', 'The sound, or one decoded beside it, broke the decoder.'),
        );
    });
    return made;
  }

  function run(job: DecodeJob): Promise<Int16Array> {
    if (closed) return Promise.reject(new CodedError('media-closed', 'The decoder is closed.'));
    return new Promise((resolve, reject) => {
      waiting.set(job.id, { resolve, reject });
      worker ??= start();
      worker.ref();
      worker.postMessage(job);
    });
  }

  return {
    decode: (bytes, hint) => run({ kind: 'decode', id: ++lastId, bytes, hint }),
    resample: (samples, rateHz) => run({ kind: 'resample', id: ++lastId, samples, rateHz }),
    async close() {
      closed = true;
      await worker?.terminate();
    },
  };
}
