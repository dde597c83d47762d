// Owns: bringing what a phone hears to the main thread, where a test can look at it. The media plane keeps samples in its
// workers; what it can do is bridge. So a second session is bridged to the phone's, and sends all that the phone hears to a
// socket of ours. That session also writes the recording: what it sends is what was heard, and nothing else.
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { decodeG711 } from '../media/g711.ts';
import type { MediaEvent, MediaPlane, MediaSession } from '../media/plane.ts';
import { createRtpPacket, decodeRtp } from '../media/rtp.ts';

export interface PhoneEar {
  /** Begins to hear: once `session` is configured. */
  listen(session: MediaSession): void;
  /** → onRecorded */
  record(file: string): void;
  /** Resolves when the recording is written. */
  close(): Promise<void>;
}

export interface PhoneEarOptions {
  readonly plane: MediaPlane;
  /** The plane's own address. */
  readonly host: string;
  /** The samples are good during the call only. */
  readonly onAudio: (samples: Int16Array) => void;
  readonly onRecorded: (event: Extract<MediaEvent, { type: 'recorded' }>) => void;
}

const payloadType = 0;
const longestPacket = 960;

export async function openEar({ plane, host, onAudio, onRecorded }: PhoneEarOptions): Promise<PhoneEar> {
  const socket = await bind(host);
  const ear = await plane
    .open({
      onEvent(event) {
        if (event.type === 'recorded') onRecorded(event);
      },
    })
    .catch((error: unknown) => {
      socket.close();
      throw error;
    });
  const packet = createRtpPacket();
  const samples = new Int16Array(longestPacket);
  socket.on('message', (bytes, from) => {
    if (from.port !== ear.port || !decodeRtp(bytes, bytes.length, packet) || packet.payloadType !== payloadType) return;
    const count = Math.min(packet.payloadLength, longestPacket);
    decodeG711('PCMU', bytes, packet.payloadOffset, count, samples, 0);
    onAudio(samples.subarray(0, count));
  });

  return {
    listen(session) {
      const { port } = socket.address();
      ear.configure({
        remoteAddress: host,
        remotePort: port,
        // Reports come to the same socket and are passed over.
        remoteRtcpPort: port,
        codec: 'PCMU',
        payloadType,
        ptimeMs: 20,
        // A key of the peer is relayed by the bridge: as an event it stays out of the audio.
        telephoneEvent: { payloadType: 101, clockRateHz: 8000 },
        receive: [],
        direction: 'sendonly',
      });
      ear.bridge(session);
    },
    record: (file) => ear.record('heard', { file, channels: 'mixed', maxMs: null, silenceMs: null }),
    async close() {
      await ear.close();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

async function bind(host: string): Promise<Socket> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, host, resolve);
  });
  socket.removeAllListeners('error');
  socket.on('error', () => {});
  return socket;
}
