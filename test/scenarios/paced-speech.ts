// Owns: a speech server that speaks tones, each as long as a simulation takes the text to be: a live run then differs from a
// simulated one by the wire alone.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { charactersPerSecond, toneWav } from '../../src/testkit/index.ts';

export interface PacedSpeech {
  readonly url: string;
  close(): Promise<void>;
}

export async function openPacedSpeech(): Promise<PacedSpeech> {
  const server = createServer(async (request, response) => {
    const { input } = JSON.parse(await text(request)) as { input: string };
    const wav = toneWav(Math.round((input.length / charactersPerSecond) * 1000));
    response.writeHead(200, { 'content-type': 'audio/wav' }).end(wav);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
