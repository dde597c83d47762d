// The audio of a call on a websocket: what is heard goes there, what comes back is played. A real phone, a real websocket.
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ulawSample } from '../../src/media/g711.ts';
import { hearTones } from '../../src/testkit/phone-rig.ts';
import { openApplication, startConfigured } from './bandwidth-rig.ts';
import { closeAll, onClose, startPhone } from './rig.ts';

afterEach(closeAll);

type Message = Readonly<Record<string, unknown>> & { readonly eventType: string };

/** Takes one stream after the other; each message is kept, and can be waited for. */
async function openListener() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  onClose(async () => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  const messages: Message[] = [];
  const sockets: WebSocket[] = [];
  const asked: (string | undefined)[] = [];
  let waiting: (() => void)[] = [];
  server.on('connection', (socket, request) => {
    sockets.push(socket);
    asked.push(request.headers.authorization);
    socket.on('message', (data) => {
      messages.push(JSON.parse(String(data)));
      for (const look of waiting) look();
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    sockets,
    asked,
    until: (fits: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!fits()) return;
          waiting = waiting.filter((other) => other !== look);
          resolve();
        };
        waiting.push(look);
        look();
      }),
  };
}

const loopback = 'outbound: {loopback: allow}\n';
const loudness = ({ payload }: Message): number => {
  const codes = Buffer.from(String(payload), 'base64');
  return Math.sqrt(codes.reduce((sum, code) => sum + ulawSample(code) ** 2, 0) / Math.max(1, codes.length));
};
const media = (messages: readonly Message[], track: string) =>
  messages.filter((message) => message.eventType === 'media' && message['track'] === track);

/** The tones of the key 5, in 16-bit PCM. */
function keyFive(rateHz: number, ms: number): string {
  const samples = new Int16Array((rateHz * ms) / 1000);
  for (let i = 0; i < samples.length; i++) {
    const turn = (2 * Math.PI * i) / rateHz;
    samples[i] = 6000 * (Math.sin(turn * 770) + Math.sin(turn * 1336));
  }
  return Buffer.from(samples.buffer).toString('base64');
}

describe('a stream', () => {
  it('hears the caller and what he hears, and is told about by webhooks', async () => {
    const listener = await openListener();
    const application = await openApplication({
      initiate: `<Response><StartStream name="both" tracks="both" destination="${listener.url}/in" destinationUsername="me" destinationPassword="hunter2" streamEventUrl="/stream" tag="t"><StreamParam name="who" value="a &amp; b"/></StartStream><Ring duration="2"/><Gather gatherUrl="/g" firstDigitTimeout="60" maxDigits="1"/></Response>`,
      gather: '<Response><StopStream name="both"/><Gather gatherUrl="/g2" maxDigits="1"/></Response>',
    });
    const { uri } = await startConfigured(application.origin, loopback);
    const phone = await startPhone();
    const call = await phone.call(uri);
    await call.answered;
    await application.told('mediaStreamStarted');
    await call.press([{ speakMs: 1500 }]);
    await listener.until(() => media(listener.messages, 'inbound').some((one) => loudness(one) > 1000));
    await listener.until(() => media(listener.messages, 'outbound').some((one) => loudness(one) > 500));
    await call.press([{ press: '1' }]);
    const stopped = await application.told('mediaStreamStopped');
    await listener.until(() => listener.messages.some(({ eventType }) => eventType === 'stop'));
    call.hangUp();
    await call.ended;

    const [start] = listener.messages;
    const metadata = {
      accountId: expect.any(String),
      callId: expect.stringMatching(/^c-/),
      streamId: expect.stringMatching(/^s-.{45}$/),
      streamName: 'both',
      tracks: [
        { name: 'inbound', mediaFormat: { encoding: 'PCMU', sampleRate: 8000 } },
        { name: 'outbound', mediaFormat: { encoding: 'PCMU', sampleRate: 8000 } },
      ],
    };
    expect(start).toEqual({ eventType: 'start', metadata, streamParams: { who: 'a & b' } });
    expect(listener.messages.at(-1)).toEqual({ eventType: 'stop', metadata });
    expect(listener.asked).toEqual([`Basic ${Buffer.from('me:hunter2').toString('base64')}`]);
    expect(stopped).toMatchObject({
      eventType: 'mediaStreamStopped',
      cause: 'closed',
      tag: 't',
      mediaStream: {
        name: 'both',
        destination: `${listener.url}/in`,
        tracks: ['inbound', 'outbound'],
        type: 'WebSocket',
      },
    });
    const numbers = listener.messages.flatMap(({ sequenceNumber }) =>
      sequenceNumber === undefined ? [] : [sequenceNumber],
    );
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('of both ways is heard by the caller, at any rate, until it is told to be still', async () => {
    const listener = await openListener();
    const application = await openApplication({
      initiate: `<Response><StartStream name="bot" mode="bidirectional" destination="${listener.url}" streamEventUrl="/stream"/><StopStream name="bot" wait="true"/><Hangup/></Response>`,
    });
    const { uri } = await startConfigured(application.origin, loopback);
    const phone = await startPhone();
    const call = await phone.call(uri);
    const tones = hearTones(call);
    await call.answered;
    await listener.until(() => listener.messages.length > 0);
    const [socket] = listener.sockets;
    const say = (contentType: string, payload: string): void =>
      socket!.send(JSON.stringify({ eventType: 'playAudio', media: { contentType, payload } }));
    const pcm = 'audio/pcm;rate=24000;channels=1;bit-depth=16;endian=little;encoding=signed';
    say(pcm, keyFive(24_000, 200));
    expect(await tones.until(1)).toBe('5');
    say('audio/ogg', 'AAAA');
    socket!.send('no JSON');
    say('audio/pcm;rate=8000', keyFive(8000, 20_000));
    socket!.send(JSON.stringify({ eventType: 'clear' }));
    socket!.close();
    expect(await call.ended).toMatchObject({ by: 'peer' });
    expect(await application.told('mediaStreamStopped')).toMatchObject({ cause: 'closed' });
  });

  it('that nobody takes, or whose name is taken, is refused and the call goes on', async () => {
    const listener = await openListener();
    const application = await openApplication({
      initiate: `<Response><StartStream name="a" destination="ws://127.0.0.1:9/" streamEventUrl="/stream"/><Gather gatherUrl="/g" maxDigits="1"/></Response>`,
      gather: `<Response><StartStream name="b" destination="${listener.url}"/><StartStream name="b" destination="${listener.url}" streamEventUrl="/twice"/><Gather gatherUrl="/g" maxDigits="1"/></Response>`,
    });
    const { uri } = await startConfigured(application.origin, loopback);
    const phone = await startPhone();
    const call = await phone.call(uri);
    await call.answered;
    expect(await application.told('mediaStreamRejected')).toMatchObject({
      cause: 'connection-error',
      mediaStream: { name: 'a' },
    });
    await call.press([{ press: '1' }]);
    await listener.until(() => listener.messages.length > 0);
    call.hangUp();
    await call.ended;
    await listener.until(() => listener.messages.at(-1)?.eventType === 'stop');
    const rejected = application.seen.filter(({ body }) => body.eventType === 'mediaStreamRejected');
    expect(rejected.map(({ path, body }) => [path, body['cause']])).toEqual([
      ['/stream', 'connection-error'],
      ['/twice', 'duplicate'],
    ]);
    expect(listener.sockets).toHaveLength(1);
  });

  it('goes to no address that documents may not reach', async () => {
    const listener = await openListener();
    const application = await openApplication({
      initiate: `<Response><StartStream name="a" destination="${listener.url}" streamEventUrl="/stream"/><Gather gatherUrl="/g" maxDigits="1"/></Response>`,
    });
    const { uri } = await startConfigured(application.origin);
    const phone = await startPhone();
    const call = await phone.call(uri);
    await call.answered;
    expect(await application.told('mediaStreamRejected')).toMatchObject({ cause: 'connection-error' });
    expect(listener.sockets).toHaveLength(0);
    call.hangUp();
    await call.ended;
  });
});
