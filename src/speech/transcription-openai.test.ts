import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createOpenAiTranscription,
  type OpenAiTranscriptionOptions,
  type TranscriptionFetch,
} from './transcription-openai.ts';

const opened: { close(): unknown }[] = [];
afterEach(() => {
  for (const thing of opened.splice(0)) thing.close();
});

const plainFetch: TranscriptionFetch = async ({ url, method, headers, body, signal }) => {
  const reply = await fetch(url, { method, headers, body: Buffer.from(body), signal });
  return { status: reply.status, body: new Uint8Array(await reply.arrayBuffer()) };
};

async function server(status: number, reply: unknown) {
  const asked: { path: string; authorization: string | undefined; form: readonly string[] }[] = [];
  const made = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const form: string[] = [];
    for (const [name, value] of await new Response(Buffer.concat(parts), { headers }).formData())
      form.push(
        typeof value === 'string' ? `${name}=${value}` : `${name}:${value.name}:${value.type}:${await value.text()}`,
      );
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization, form });
    response.writeHead(status).end(typeof reply === 'string' ? reply : JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  opened.push({
    close() {
      made.closeAllConnections();
      made.close();
    },
  });
  return { url: `http://127.0.0.1:${(made.address() as AddressInfo).port}/v1`, asked };
}

const engine = (url: string, more: Partial<OpenAiTranscriptionOptions> = {}) =>
  createOpenAiTranscription({
    ...{ url, apiKey: 'sk-secret', model: 'whisper-1', format: 'verbose_json', fetch: plainFetch },
    // With a line end and two hyphens in it, as any file may have.
    encode: (samples) => Buffer.from(`\r\n--${samples.length}--\r\n`),
    ...more,
  });
const never = new AbortController().signal;
const oneSecond = new Int16Array(8000);

describe('a transcription server', () => {
  it('is sent the sound as a file and the rest as fields, wherever its address ends', async () => {
    const { url, asked } = await server(200, { text: '' });
    for (const tail of ['', '/', '/audio/transcriptions'])
      await engine(`${url}${tail}`).transcribe(oneSecond, { language: 'es-MX' }, never);
    await engine(url, { apiKey: null, format: 'json' }).transcribe(oneSecond, { language: null }, never);
    const file = 'file:audio.wav:audio/wav:\r\n--8000--\r\n';
    const whole = {
      path: '/v1/audio/transcriptions',
      authorization: 'Bearer sk-secret',
      form: [
        'model=whisper-1',
        'response_format=verbose_json',
        'timestamp_granularities[]=segment',
        'language=es',
        file,
      ],
    };
    const bare = { authorization: undefined, form: ['model=whisper-1', 'response_format=json', file] };
    expect(asked).toEqual([whole, whole, whole, { ...whole, ...bare }]);
  });

  it('tells parts with times, within the sound, and how sure it is of each', async () => {
    const segments = [
      { start: 0, end: 0.5, text: ' One. ', avg_logprob: 0 },
      { start: 0.5, end: 30, text: 'Two.', avg_logprob: -0.5 },
      { start: -1, text: 'Three.' },
      { start: 0.9, end: 1, text: '   ' },
      'four',
    ];
    const { url } = await server(200, { language: 'english', text: 'One. Two. Three.', segments });
    expect(await engine(url).transcribe(oneSecond, { language: null }, never)).toEqual({
      language: 'english',
      parts: [
        { startMs: 0, endMs: 500, text: 'One.', confidence: 1 },
        { startMs: 500, endMs: 1000, text: 'Two.', confidence: Math.exp(-0.5) },
        { startMs: 0, endMs: 1000, text: 'Three.', confidence: null },
      ],
    });
  });

  it('may tell the text alone, or that nothing was said', async () => {
    const { url } = await server(200, { text: ' All of it. ' });
    expect(await engine(url).transcribe(oneSecond, { language: null }, never)).toEqual({
      language: null,
      parts: [{ startMs: 0, endMs: 1000, text: 'All of it.', confidence: null }],
    });
    const silent = await server(200, { text: '', segments: [] });
    expect((await engine(silent.url).transcribe(oneSecond, { language: null }, never)).parts).toEqual([]);
  });

  it.each([
    [401, 'transcription-refused'],
    [413, 'transcription-refused'],
    [429, 'transcription-failed'],
    [503, 'transcription-failed'],
  ])('that answers %i fails without its words, which may quote the key', async (status, code) => {
    const { url } = await server(status, 'Incorrect API key sk-secret');
    const fault = await engine(url)
      .transcribe(oneSecond, { language: null }, never)
      .catch((error) => error);
    expect(fault).toMatchObject({ code, message: `The transcription server answered ${status}.` });
  });

  it.each(['<html>', '[1]', 'null', '{"error": "sk-secret"}'])('that answers %s has failed', async (body) => {
    const { url } = await server(200, body);
    const fault = await engine(url)
      .transcribe(oneSecond, { language: null }, never)
      .catch((error) => error);
    expect(fault).toMatchObject({ code: 'transcription-failed' });
    expect(fault.message).not.toContain('sk-secret');
  });
});
