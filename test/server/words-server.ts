// Owns: a transcription server for tests: real HTTP, the answers of the test, and what it was sent, taken apart by somebody
// else's reader of forms.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseWav, type Wav } from '../../src/media/wav-reader.ts';
import { onClose } from './rig.ts';

export interface Heard {
  readonly path: string;
  readonly authorization: string | undefined;
  /** All but the file. */
  readonly fields: Readonly<Record<string, string>>;
  readonly file: Wav;
  readonly response: ServerResponse;
}

export type Answer = { readonly status: number; readonly body: unknown };

export const said = (...texts: readonly string[]): Answer => ({
  status: 200,
  body: {
    language: 'english',
    text: texts.join(' '),
    segments: texts.map((text, n) => ({ start: n * 0.25, end: (n + 1) * 0.25, text: ` ${text}`, avg_logprob: -0.1 })),
  },
});

/** `answer` null: never. `heard(n)` resolves with the request of that number, past or to come. */
export async function startWordsServer(answer: (heard: Heard, count: number) => Answer | null) {
  const all: Heard[] = [];
  let waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const type = { 'content-type': request.headers['content-type'] ?? '' };
    const form = await new Response(Buffer.concat(parts), { headers: type }).formData();
    const fields: Record<string, string> = {};
    let file: Buffer = Buffer.alloc(0);
    for (const [name, value] of form) {
      if (typeof value === 'string') fields[name] = value;
      else file = Buffer.from(await value.arrayBuffer());
    }
    const heard: Heard = {
      ...{ path: request.url ?? '', authorization: request.headers.authorization },
      ...{ fields, file: parseWav(file), response },
    };
    all.push(heard);
    const given = answer(heard, all.length);
    if (given !== null) reply(heard, given);
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onClose(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    all,
    heard: (count: number): Promise<Heard> =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = all[count - 1];
          if (found === undefined) return;
          waiting = waiting.filter((other) => other !== look);
          resolve(found);
        };
        waiting.push(look);
        look();
      }),
  };
}

export function reply({ response }: Heard, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** How much of the sound is that tone, 0 to 1 (Goertzel over all of it). */
export function shareOfTone(file: Wav, frequencyHz: number): number {
  const samples = file.read(0, file.frames);
  const step = (2 * Math.PI * frequencyHz) / file.rateHz;
  let [real, imaginary, energy] = [0, 0, 0];
  for (const [n, sample] of samples.entries()) {
    real += sample * Math.cos(step * n);
    imaginary += sample * Math.sin(step * n);
    energy += sample * sample;
  }
  return (2 * (real * real + imaginary * imaginary)) / (samples.length * energy);
}
