// Owns: for tests only: a caller's RTP socket on the loopback and a plane to call, waiting for events, never for time.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { claimPorts } from '../base/ports-rig.ts';
import { createMediaPlane } from './create-plane.ts';
import { ulawSilence } from './g711.ts';
import type { MediaEvent, MediaPlane, MediaSession, SavedSession } from './plane.ts';
import { createRtpPacket, decodeRtp, encodeRtpHeader, type RtpPacket } from './rtp.ts';
import type { NegotiatedAudio } from './sdp.ts';

/** Keeps everything that came, and lets a test wait for the first that fits. */
export class Inbox<Item> {
  readonly items: Item[] = [];
  #waiting: { fits: (item: Item) => boolean; resolve: (item: Item) => void }[] = [];

  push(item: Item): void {
    this.items.push(item);
    this.#waiting = this.#waiting.filter(({ fits, resolve }) => {
      if (!fits(item)) return true;
      resolve(item);
      return false;
    });
  }

  /** The first that fits, past ones included. */
  first(fits: (item: Item) => boolean): Promise<Item> {
    const found = this.items.find(fits);
    return found === undefined ? this.next(fits) : Promise.resolve(found);
  }

  next(fits: (item: Item) => boolean): Promise<Item> {
    return new Promise((resolve) => this.#waiting.push({ fits, resolve }));
  }
}

export type Heard = RtpPacket & { readonly payload: Buffer };

/** A caller's RTP socket on the loopback. */
export class Phone {
  readonly heard = new Inbox<Heard>();
  readonly socket: Socket;
  sequence = 100;
  timestamp = 1000;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('message', (bytes: Buffer, _from: RemoteInfo) => {
      const packet = createRtpPacket();
      if (!decodeRtp(bytes, bytes.length, packet)) return;
      this.heard.push({ ...packet, payload: bytes.subarray(packet.payloadOffset) });
    });
  }

  get port(): number {
    return this.socket.address().port;
  }

  send(
    to: { readonly port: number },
    payloadType: number,
    payload: Uint8Array,
    marker = false,
    timestamp = this.timestamp,
  ): void {
    const packet = Buffer.alloc(12 + payload.length);
    encodeRtpHeader(packet, 0, payloadType, marker, this.sequence++, timestamp, 7);
    packet.set(payload, 12);
    this.socket.send(packet, to.port, '127.0.0.1');
  }

  audio(to: { readonly port: number }, payload: Uint8Array = new Uint8Array(160).fill(ulawSilence)): void {
    this.send(to, 0, payload);
    this.timestamp += 160;
  }

  /** A whole key press of 80 ms in five packets. */
  press(to: { readonly port: number }, event: number): void {
    const start = this.timestamp;
    for (let i = 1; i <= 5; i++) {
      const duration = Math.min(i, 4) * 160;
      this.send(to, 101, Uint8Array.of(event, i >= 4 ? 0x8a : 10, duration >> 8, duration & 255), i === 1, start);
    }
    this.timestamp += 800;
  }
}

export const open: { close(): unknown }[] = [];
/** Closes whatever a test opened, last first. */
export async function closeAll(): Promise<void> {
  for (const each of open.splice(0).reverse()) await each.close();
}

export async function createPhone(): Promise<Phone> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  open.push({ close: () => new Promise<void>((resolve) => socket.close(resolve)) });
  return new Phone(socket);
}

/** The first of a hundred ports that are this test's alone, for tests that name a port. */
export async function ownPorts(): Promise<number> {
  const ports = await claimPorts(100);
  open.push(ports);
  return ports.range[0];
}

export async function createPlane(range: readonly [number, number] = [41000, 41199], workers = 1): Promise<MediaPlane> {
  const plane = await createMediaPlane({ host: '127.0.0.1', portRange: range, workers });
  open.push(plane);
  return plane;
}

export interface Opened {
  readonly session: MediaSession;
  /** All that it tells but what it saves. */
  readonly events: Inbox<MediaEvent>;
  readonly saves: Inbox<SavedSession>;
}

export async function openSession(plane: MediaPlane, restore?: SavedSession): Promise<Opened> {
  const events = new Inbox<MediaEvent>();
  const saves = new Inbox<SavedSession>();
  const onEvent = (event: MediaEvent): void => {
    if (event.type === 'saved') saves.push(event.saved);
    else events.push(event);
  };
  const session = await plane.open(restore === undefined ? { onEvent } : { onEvent, restore });
  return { session, events, saves };
}

export function audioTo(phone: Phone, changes: Partial<NegotiatedAudio> = {}): NegotiatedAudio {
  return {
    remoteAddress: '127.0.0.1',
    remotePort: phone.port,
    remoteRtcpPort: phone.port + 1,
    codec: 'PCMU',
    payloadType: 0,
    ptimeMs: 20,
    telephoneEvent: { payloadType: 101, clockRateHz: 8000 },
    receive: [
      { payloadType: 0, codec: 'PCMU' },
      { payloadType: 8, codec: 'PCMA' },
    ],
    direction: 'sendrecv',
    ...changes,
  };
}

/** Samples whose µ-law codes are all different from silence and from their neighbours. */
export function ramp(count: number): Int16Array {
  return Int16Array.from({ length: count }, (_, i) => ((i % 200) + 1) * 100);
}

export function isType<T extends MediaEvent['type']>(type: T) {
  return (event: MediaEvent): boolean => event.type === type;
}

export const sine = (hz: number, count: number, level = 8000) =>
  Int16Array.from({ length: count }, (_, i) => Math.round(level * Math.sin((2 * Math.PI * hz * i) / 8000)));

/** How strongly `hz` sounds in the samples: the amplitude of that sine. */
export function amplitude(samples: readonly number[], hz: number): number {
  let real = 0;
  let imaginary = 0;
  samples.forEach((sample, i) => {
    real += sample * Math.cos((2 * Math.PI * hz * i) / 8000);
    imaginary += sample * Math.sin((2 * Math.PI * hz * i) / 8000);
  });
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}

/** Sends `samples` from one phone in step with the packets that it hears, so at the plane's own pace. */
export async function talk(phone: Phone, send: (frame: Int16Array) => void, samples: Int16Array): Promise<void> {
  for (let at = 0; at < samples.length; at += 160) {
    const heard = phone.heard.items.length;
    send(samples.subarray(at, at + 160));
    if (phone.heard.items.length === heard) await phone.heard.next(() => true);
  }
}

/** The stretch of 100 ms in which `hz` is loudest: what was lost or late elsewhere does not matter to it. */
export function loudest(samples: readonly number[], hz: number): { level: number; from: number; window: number[] } {
  let best = { level: 0, from: 0, window: [] as number[] };
  for (let from = 0; from + 800 <= samples.length; from += 160) {
    const window = samples.slice(from, from + 800);
    const level = amplitude(window, hz);
    if (level > best.level) best = { level, from, window };
  }
  return best;
}
