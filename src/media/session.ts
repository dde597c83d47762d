// hot path
// Owns: one session in its worker: what comes in on its sockets, behind the latch, and what goes out when the pacer says
// that a packet is due. Does not: schedule, allocate ports, or know the main thread; its host carries events out.
import type { RemoteInfo } from 'node:dgram';
import { silenceByte } from './g711.ts';
import { SourceLatch } from './latch.ts';
import { longestPacketMs, type Paced, shortestPacketMs } from './pacer.ts';
import type { MediaEvent } from './plane.ts';
import { Player, type PlayerItem } from './player.ts';
import { createRtpPacket, decodeRtp, isRtcp, rtpHeaderBytes } from './rtp.ts';
import type { AudioCodec, NegotiatedAudio } from './sdp.ts';
import { addressOn, closeSocket, plainAddress, type SocketPair } from './session-sockets.ts';
import { RtpStream } from './session-stream.ts';
import { TelephoneEventReceiver } from './telephone-event-receiver.ts';

/** What a session needs of the worker it lives in. */
export interface SessionHost {
  readonly host: string;
  /** Milliseconds, monotonic. */
  now(): number;
  emit(session: number, event: MediaEvent): void;
  /** A fault of ours: the session is to be closed. */
  failed(session: number, error: unknown): void;
  sent(behindMs: number): void;
  skipped(): void;
}

const samplesPerMs = 8;
const absentMs = 30_000;

export class RtpSession implements Paced {
  everyMs = 20;
  readonly pacer: Paced['pacer'] = { next: null, phase: 0, state: 'idle' };
  readonly number: number;
  readonly #host: SessionHost;
  readonly #sockets: SocketPair;
  readonly #latch = new SourceLatch();
  readonly #packet = createRtpPacket();
  readonly #player: Player;
  readonly #stream: RtpStream;
  readonly #events: TelephoneEventReceiver;

  #audio: NegotiatedAudio | null = null;
  #codec: AudioCodec = 'PCMU';
  #samples = 160;
  #sendAddress = '';
  #sendPort = 0;
  #eventType = -1;
  /** Index: payload type. */
  readonly #codecOf = new Array<AudioCodec | null>(128).fill(null);
  #held = false;
  #closed = false;
  #press = 0;
  #heardMs = 0;
  #absentTold = false;

  constructor(number: number, sockets: SocketPair, host: SessionHost) {
    this.number = number;
    this.#host = host;
    this.#sockets = sockets;
    this.#stream = new RtpStream(sockets.rtp, this.#samples);
    this.#player = new Player({
      started: (id) => this.#emit({ type: 'play-started', id }),
      finished: (id, why, playedMs) => this.#emit({ type: 'play-finished', id, why, playedMs }),
    });
    this.#events = new TelephoneEventReceiver({
      pressed: (digit) => this.#pressed(digit),
      released: (durationMs) => this.#emit({ type: 'digit-released', press: this.#press, durationMs }),
      flash: () => this.#emit({ type: 'flash' }),
    });
    sockets.rtp.on('message', this.#receive);
  }

  configure(audio: NegotiatedAudio): void {
    const address = addressOn(this.#host.host, audio.remoteAddress);
    if (address === null) {
      this.#emit({ type: 'fault', message: `cannot send to ${audio.remoteAddress} from ${this.#host.host}` });
      return;
    }
    if (this.#audio === null || address !== this.#sendAddress || audio.remotePort !== this.#sendPort) {
      this.#latch.reset(address, audio.remotePort);
      this.#sendAddress = address;
      this.#sendPort = audio.remotePort;
      this.#events.reset(audio.telephoneEvent?.clockRateHz ?? 8000);
      this.#heardMs = this.#host.now();
      this.#absentTold = false;
    }
    this.#audio = audio;
    this.#codec = audio.codec;
    this.everyMs = Math.min(longestPacketMs, Math.max(shortestPacketMs, Math.round(audio.ptimeMs)));
    this.#samples = this.everyMs * samplesPerMs;
    this.#stream.shape(this.#samples);
    this.#eventType = audio.telephoneEvent?.payloadType ?? -1;
    this.#codecOf.fill(null);
    for (const { payloadType, codec } of audio.receive) this.#codecOf[payloadType & 0x7f] = codec;
  }

  play(item: PlayerItem): void {
    this.#player.play(item);
  }

  /** There is no such clip: said, and finished at once, so that whoever waits for it goes on. */
  unplayable(id: string, clip: string): void {
    this.#emit({ type: 'fault', message: `there is no clip ${clip}` });
    this.#emit({ type: 'play-finished', id, why: 'stopped', playedMs: 0 });
  }

  stop(id: string): void {
    this.#player.stop(id);
  }

  hold(on: boolean): void {
    this.#held = on;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#player.stopAll();
    this.#closed = true;
    await Promise.all([closeSocket(this.#sockets.rtp), closeSocket(this.#sockets.rtcp)]);
  }

  onDue(behindMs: number): void {
    try {
      this.#tick(behindMs);
    } catch (error) {
      this.#host.failed(this.number, error);
    }
  }

  onSkipped(): void {
    this.#host.skipped();
    this.#stream.advance(this.#samples);
    this.#stream.pause();
  }

  readonly #receive = (bytes: Buffer, from: RemoteInfo): void => {
    try {
      this.#take(bytes, from);
    } catch (error) {
      this.#host.failed(this.number, error);
    }
  };

  #take(bytes: Buffer, from: RemoteInfo): void {
    if (this.#audio === null || this.#closed) return;
    if (isRtcp(bytes, bytes.length)) return;
    const packet = this.#packet;
    if (!decodeRtp(bytes, bytes.length, packet)) return;
    const codec = this.#codecOf[packet.payloadType] ?? null;
    const isEvent = packet.payloadType === this.#eventType;
    const verdict = this.#latch.judge(from.address, from.port, packet.ssrc, packet.sequence, isEvent || codec !== null);
    if (verdict === 'refused') return;
    if (verdict === 'first') {
      this.#emit({ type: 'latched', address: plainAddress(from.address), port: from.port });
    }
    const now = this.#host.now();
    this.#heardMs = now;
    this.#absentTold = false;
    const { sequence, timestamp, ssrc, payloadOffset, payloadLength } = packet;
    if (isEvent) {
      this.#events.packet(sequence, timestamp, packet.marker, ssrc, bytes, payloadOffset, payloadLength, now);
    } else if (codec !== null) {
      this.#events.audio(sequence, now);
    }
  }

  #pressed(digit: string): void {
    this.#press++;
    this.#player.key(digit);
    this.#emit({ type: 'digit', press: this.#press, digit, via: 'rfc4733', wallMs: Date.now() });
  }

  #tick(behindMs: number): void {
    const audio = this.#audio;
    if (audio === null || this.#closed) return;
    const now = this.#host.now();
    this.#events.tick(now);
    if (!this.#absentTold && now - this.#heardMs >= absentMs && !this.#held && audio.direction.includes('recv')) {
      this.#absentTold = true;
      this.#emit({ type: 'media-absent', forMs: Math.round(now - this.#heardMs) });
    }
    const mute = this.#held || this.#sendPort === 0 || audio.direction === 'inactive' || audio.direction === 'recvonly';
    const packet = mute ? null : this.#stream.nextAudio();
    if (packet === null) {
      this.#stream.pause();
    } else {
      const filled = this.#player.fill(this.#codec, packet, rtpHeaderBytes, this.#samples);
      if (filled < this.#samples) packet.fill(silenceByte(this.#codec), rtpHeaderBytes + filled);
      const address = this.#latch.latched ? this.#latch.address : this.#sendAddress;
      const port = this.#latch.latched ? this.#latch.port : this.#sendPort;
      this.#stream.send(packet, audio.payloadType, false, this.#stream.timestamp, port, address);
      this.#host.sent(behindMs);
    }
    this.#stream.advance(this.#samples);
  }

  #emit(event: MediaEvent): void {
    if (!this.#closed) this.#host.emit(this.number, event);
  }
}
