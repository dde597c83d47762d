import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Speech } from '../flow/node.ts';
import { createOpenAiSpeech, type OpenAiOptions, type SpeechFetch } from './openai.ts';

const opened: { close(): unknown }[] = [];
afterEach(() => {
  for (const thing of opened.splice(0)) thing.close();
});

const plainFetch: SpeechFetch = async ({ url, method, headers, body, signal }) => {
  const reply = await fetch(url, { method, headers, body, signal });
  return {
    status: reply.status,
    headers: Object.fromEntries(reply.headers),
    body: new Uint8Array(await reply.arrayBuffer()),
  };
};

async function server(status: number, reply: Buffer) {
  const asked: { authorization: string | undefined; body: Record<string, unknown> }[] = [];
  const made = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ authorization: request.headers.authorization, body: JSON.parse(body) });
    response.writeHead(status, { 'content-type': 'audio/wav' });
    response.end(reply);
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  opened.push({
    close() {
      made.closeAllConnections();
      made.close();
    },
  });
  return { url: `http://127.0.0.1:${(made.address() as AddressInfo).port}/v1/audio/speech`, asked };
}

function engine(url: string, more: Partial<OpenAiOptions> = {}) {
  return createOpenAiSpeech({
    url,
    apiKey: 'sk-secret',
    model: 'tts-1',
    voice: 'alloy',
    fetch: plainFetch,
    decode: async (bytes, contentType) => Int16Array.of(bytes.length, contentType === 'audio/wav' ? 1 : 0),
    resample: async (samples, rateHz) => Int16Array.of(...samples, rateHz),
    ...more,
  });
}
const never = new AbortController().signal;
const speech = (more: Partial<Speech> = {}): Speech => ({
  kind: 'speech',
  text: 'Hi <b>',
  language: 'ru-RU',
  voice: null,
  gender: null,
  ...more,
});

describe('a speech server', () => {
  it('is asked in the common form and its WAV decoded', async () => {
    const { url, asked } = await server(200, Buffer.from('wav'));
    expect([...(await engine(url).speak(speech(), never))]).toEqual([3, 1]);
    expect(asked).toEqual([
      {
        authorization: 'Bearer sk-secret',
        body: { model: 'tts-1', input: 'Hi <b>', voice: 'alloy', response_format: 'wav' },
      },
    ]);
  });

  it.each(['', '/', '/audio/speech'])('is found by its base address, with "%s" behind it', async (tail) => {
    const { url } = await server(200, Buffer.from('wav'));
    let asked = '';
    const noted: SpeechFetch = (request) => {
      asked = request.url;
      return plainFetch(request);
    };
    await engine(url.replace('/audio/speech', tail), { fetch: noted }).speak(speech(), never);
    expect(asked).toBe(url);
  });

  it('may send bare samples', async () => {
    const { url } = await server(200, Buffer.from([1, 0, 0xff, 0xff, 9]));
    expect([...(await engine(url, { format: 'pcm', pcmRateHz: 24000 }).speak(speech(), never))]).toEqual([
      1, -1, 24000,
    ]);
  });

  it('is asked for voices that it has', async () => {
    const { url, asked } = await server(200, Buffer.from('wav'));
    const { speak } = engine(url, { femaleVoice: 'nova', voices: ['echo'], voiceByLanguage: { es: 'lucia' } });
    for (const more of [
      {},
      { gender: 'female' },
      { gender: 'male' },
      { voice: 'echo' },
      { voice: 'alice' },
      { language: 'es-MX' },
    ] as const)
      await speak(speech(more), never);
    expect(asked.map(({ body }) => body['voice'])).toEqual(['alloy', 'nova', 'alloy', 'echo', 'alloy', 'lucia']);
  });

  it('fails with its status and without its words, which may quote the key', async () => {
    const { url } = await server(401, Buffer.from('Incorrect API key sk-secret'));
    const made = engine(url);
    const fault = await made.speak(speech(), never).catch((error) => error);
    expect(fault).toMatchObject({ code: 'speech-failed', message: 'The speech server answered 401.' });
    expect(made.settings).not.toContain('sk-secret');
  });
});
