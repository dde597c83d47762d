// Owns: the worker thread side of decode-audio.ts. Jobs take turns piece by piece, so that a short one passes a long one.
import { parentPort } from 'node:worker_threads';
import { CodedError } from '../base/errors.ts';
import type { DecodeJob, DecodeReply } from './decode-audio.ts';
import { createDecodeSink } from './decode-sink.ts';
import { decodeSound } from './decode-sound.ts';

const port = parentPort!;
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

async function run(job: DecodeJob): Promise<Int16Array<ArrayBuffer>> {
  if (job.kind === 'decode') return decodeSound(job.bytes, job.hint, breathe);
  const sink = createDecodeSink();
  const piece = 16 * 1024;
  for (let at = 0; at < job.samples.length; at += piece) {
    sink.push(
      job.rateHz,
      Float32Array.from(job.samples.subarray(at, at + piece), (sample) => sample / 32768),
    );
    await breathe();
  }
  return sink.end();
}

port.on('message', (job: DecodeJob) => {
  run(job).then(
    (samples) => port.postMessage({ id: job.id, samples } satisfies DecodeReply, [samples.buffer]),
    (error: unknown) => {
      const coded = error instanceof CodedError;
      const code = coded ? error.code : 'media-format-broken';
      const message = coded ? error.message : 'The sound cannot be decoded.';
      port.postMessage({ id: job.id, code, message } satisfies DecodeReply);
    },
  );
});
