// What is said on a call while it is said: a real phone speaks, a real transcription server hears each utterance, a websocket
// and webhooks tell of it, and all of it can be read in the end.
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { basic, openApplication, startConfigured, type Webhook } from './bandwidth-rig.ts';
import { closeAll, onClose, startPhone } from './rig.ts';
import { reply, said, shareOfTone, startWordsServer } from './words-server.ts';

afterEach(closeAll);

const speechHz = 300;
const engineAt = (url: string): string =>
  `transcription: {engine: openai, openai: {url: "${url}"}}\noutbound: {loopback: allow}\n`;
const json = async (url: string): Promise<unknown> => (await fetch(url, { headers: { authorization: basic } })).json();
const urlOf = (told: Webhook): string => (told['realTimeTranscription'] as { readonly url: string }).url;

async function openListener() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  onClose(async () => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  const messages: Readonly<Record<string, unknown>>[] = [];
  let waiting: (() => void)[] = [];
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      messages.push(JSON.parse(String(data)));
      for (const look of waiting) look();
    }),
  );
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    until: (eventType: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!messages.some((one) => one['eventType'] === eventType)) return;
          waiting = waiting.filter((other) => other !== look);
          resolve();
        };
        waiting.push(look);
        look();
      }),
  };
}

describe('a transcription of a live call', () => {
  it('tells each utterance when it was spoken, and all of them in the end', async () => {
    const engine = await startWordsServer((_, count) => said(`Sentence ${count}.`));
    const listener = await openListener();
    const application = await openApplication({
      initiate: `<Bxml><StartTranscription name="talk" destination="${listener.url}/words" transcriptionEventUrl="/live"><CustomParam name="who" value="me"/></StartTranscription><Gather gatherUrl="/g" maxDigits="1" firstDigitTimeout="60"/></Bxml>`,
      gather:
        '<Bxml><StopTranscription name="talk"/><Gather gatherUrl="/g2" maxDigits="1" firstDigitTimeout="60"/></Bxml>',
    });
    const { uri } = await startConfigured(application.origin, engineAt(engine.url));
    const phone = await startPhone();
    const call = await phone.call(uri);
    await call.answered;
    const started = await application.told('realTimeTranscriptionStarted');
    await call.press([{ speakMs: 900 }]);
    // The pause ends it: the call is up and says nothing.
    const { file, fields } = await engine.heard(1);
    // The rest is the pause.
    expect(shareOfTone(file, speechHz)).toBeGreaterThan(0.4);
    expect(shareOfTone(file, 440)).toBeLessThan(0.05);
    expect(file.frames / 8).toBeGreaterThan(900);
    expect(file.frames / 8).toBeLessThan(3000);
    expect(fields['language']).toBe('en');
    await listener.until('transcription');
    await call.press([{ speakMs: 900 }]);
    await engine.heard(2);
    await call.press([{ press: '1' }]);
    const stopped = await application.told('realTimeTranscriptionStopped');
    const available = await application.told('realTimeTranscriptionAvailable');
    await listener.until('stop');
    call.hangUp();
    await call.ended;

    const { callId } = started;
    const known = {
      id: expect.stringMatching(/^t-.{45}$/),
      ...{ name: 'talk', tracks: ['inbound'], destination: `${listener.url}/words`, stabilized: true },
      startTime: expect.stringMatching(/Z$/),
    };
    expect(started['realTimeTranscription']).toEqual(known);
    expect(stopped).toMatchObject({ callId, cause: 'closed', realTimeTranscription: known });
    const { id } = started['realTimeTranscription'] as { readonly id: string };
    expect(available).toMatchObject({
      callId,
      realTimeTranscription: { ...known, id, status: 'available', duration: expect.stringMatching(/^PT/) },
    });

    const metadata = {
      ...{ accountId: '1000000', callId, realtimeTranscriptionId: id, transcriptionName: 'talk' },
      ...{ tracks: [{ name: 'inbound' }], stabilized: true },
    };
    const [start, first, second] = listener.messages;
    expect(start).toEqual({ eventType: 'start', metadata, customParams: { who: 'me' } });
    const piece = { eventType: 'transcription', track: 'inbound', isPartial: false, language: 'en-US', items: [] };
    expect(first).toMatchObject({ ...piece, transcript: 'Sentence 1.' });
    expect(second).toMatchObject({ ...piece, transcript: 'Sentence 2.' });
    expect(Date.parse(String(second!['startTime']))).toBeGreaterThan(Date.parse(String(first!['endTime'])));
    expect(listener.messages.at(-1)).toEqual({ eventType: 'stop', metadata });

    const at = urlOf(available);
    expect(await json(at)).toEqual({
      ...{ accountId: '1000000', callId, transcriptionId: id },
      tracks: [
        { detectedLanguage: 'en-US', track: 'inbound', transcript: 'Sentence 1. Sentence 2.', confidence: 0.905 },
      ],
    });
    const list = at.replace(/\/[^/]+$/, '');
    expect(await json(list)).toEqual([{ transcriptionId: id, transcriptionName: 'talk', transcriptionUrl: at }]);
    const dropped = await fetch(at, { method: 'DELETE', headers: { authorization: basic } });
    expect(dropped.status).toBe(200);
    expect(await json(list)).toEqual([]);
  });

  it('of both tracks ends with the call, and what is said last is written down behind it', async () => {
    const engine = await startWordsServer(() => null);
    const sound = '<PlayAudio username="me" password="hunter2">/tone.wav</PlayAudio>';
    const application = await openApplication({
      initiate: `<Bxml><StartTranscription tracks="both" transcriptionEventUrl="/live"/>${sound}<Gather gatherUrl="/g" maxDigits="1" firstDigitTimeout="60"/></Bxml>`,
    });
    const { uri } = await startConfigured(application.origin, engineAt(engine.url));
    const phone = await startPhone();
    const call = await phone.call(uri);
    await call.answered;
    await application.told('realTimeTranscriptionStarted');
    // The server has played its sound, and is heard by itself.
    const first = await engine.heard(1);
    await call.press([{ speakMs: 900 }]);
    call.hangUp();
    await application.told('disconnect');
    expect((await application.told('realTimeTranscriptionStopped'))['realTimeTranscription']).toMatchObject({
      tracks: ['inbound', 'outbound'],
    });
    const second = await engine.heard(2);
    const spoken = [first, second].map(({ file }) => shareOfTone(file, speechHz) > 0.3);
    expect(spoken).toEqual([false, true]);
    reply(first, said('From the server.'));
    reply(second, said('From the caller.'));
    const { tracks } = (await json(urlOf(await application.told('realTimeTranscriptionAvailable')))) as {
      readonly tracks: readonly object[];
    };
    expect(tracks).toMatchObject([
      { track: 'inbound', transcript: 'From the caller.' },
      { track: 'outbound', transcript: 'From the server.' },
    ]);
  });

  it('that the engine refuses has failed, and the call goes on', async () => {
    const engine = await startWordsServer(() => ({ status: 401, body: {} }));
    const application = await openApplication({
      initiate:
        '<Bxml><StartTranscription transcriptionEventUrl="/live"/><StartTranscription name="b" destination="ws://127.0.0.1:9/" transcriptionEventUrl="/live"/><Gather gatherUrl="/g" maxDigits="1" firstDigitTimeout="60"/></Bxml>',
      gather: '<Bxml><StopTranscription/><Hangup/></Bxml>',
    });
    const { uri } = await startConfigured(application.origin, engineAt(engine.url));
    const phone = await startPhone();
    const call = await phone.call(uri);
    await call.answered;
    expect(await application.told('realTimeTranscriptionRejected')).toMatchObject({
      ...{ cause: 'connection-error', realTimeTranscription: { name: 'b' } },
    });
    await call.press([{ speakMs: 900 }]);
    await engine.heard(1);
    await call.press([{ press: '1' }]);
    await call.ended;
    expect(await application.told('gather')).toMatchObject({ digits: '1' });
    const failed = await application.told('realTimeTranscriptionAvailable');
    expect(failed['realTimeTranscription']).toMatchObject({ status: 'failed' });
    expect((await fetch(urlOf(failed), { headers: { authorization: basic } })).status).toBe(404);
  });
});
