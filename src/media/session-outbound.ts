// hot path
// Owns: what a session sends for one packet time: keys before anything else, then prompts and the bridged caller mixed, then
// silence. Keys go as telephone-events when the peer takes them and as tones inside the audio when not, unless one way is
// prescribed; the prompt waits meanwhile, so that no word is lost.
//
// A packet time at which nothing is sent is silence to every receiver: the numbers follow one another and time leaps.
//   a prompt          goes on behind it: a listener prefers a gap to a lost word, and what comes after it is in time
//   an event          loses updates and nothing else: each packet says how long the key is (RFC 4733 2.5.1.2)
//   a tone            would be two keys. So nothing of a key is left out while the rest of it is to come: it is sent however
//                     late, all at once, or, while the kernel takes nothing, its time stands still. On hold the rest is given up.
//                     The gaps between keys go by, so that a pause is no longer than it is to be.
// Late and at once, not from here on with its time shifted: a receiver that takes packets as they come hears the whole key in
// both cases, and one with a jitter buffer that is deep enough hears it in time. In a buffer that is not, there is nothing to
// play meanwhile whatever we do, but numbers that are missing or late say that it is a loss, which is concealed and which
// detectors bridge; and were time shifted, every packet behind it would come too late for such a buffer as well.
// Does not: know when a packet is due.

import type { Socket } from 'node:dgram';
import { type Heard, mixInto } from './bridge.ts';
import { decodeG711, encodeG711, silenceByte } from './g711.ts';
import { LiveVoice } from './live-voice.ts';
import { longestPacketMs } from './pacer.ts';
import type { KeyPath } from './plane.ts';
import { Player, type PlayerOutput } from './player.ts';
import { rtpHeaderBytes } from './rtp.ts';
import type { AudioCodec, NegotiatedAudio } from './sdp.ts';
import { RtpStream } from './session-stream.ts';
import { ToneSender } from './session-tones.ts';
import { TelephoneEventSender } from './telephone-event-sender.ts';

export const samplesPerMs = 8;
export const longestFrame = longestPacketMs * samplesPerMs;

/** A key heard from a bridged partner is sounded this long: waiting for its end would make it late. */
const relayedToneMs = 100;
const relayedGapMs = 60;
const relayId = '';

export interface OutboundOutput extends PlayerOutput {
  sent(id: string, ok: boolean): void;
}

export class Outbound {
  readonly player: Player;
  readonly voice = new LiveVoice();
  readonly stream: RtpStream;
  /** What went out at this packet time, for the recording. */
  readonly said = new Int16Array(longestFrame);
  samples = 160;
  /** The peer wants to hear nothing. */
  mute = false;
  readonly #events: TelephoneEventSender;
  readonly #tones: ToneSender;
  readonly #mixed = new Int16Array(longestFrame);
  readonly #keyWay: KeyPath | null;
  #codec: AudioCodec = 'PCMU';
  #payloadType = 0;
  #eventType = -1;

  constructor(socket: Socket, keyWay: KeyPath | null, output: OutboundOutput) {
    this.#keyWay = keyWay;
    this.stream = new RtpStream(socket, this.samples);
    this.player = new Player(output);
    const sent = (id: string, ok: boolean): void => {
      if (id !== relayId) output.sent(id, ok);
    };
    this.#events = new TelephoneEventSender(sent);
    this.#tones = new ToneSender(sent);
  }

  configure(audio: NegotiatedAudio, everyMs: number): void {
    this.samples = everyMs * samplesPerMs;
    this.stream.shape(this.samples);
    this.mute = audio.direction === 'inactive' || audio.direction === 'recvonly' || audio.remotePort === 0;
    this.#codec = audio.codec;
    this.#payloadType = audio.payloadType;
    this.#eventType = audio.telephoneEvent?.payloadType ?? -1;
    if (audio.telephoneEvent !== null) this.#events.configure(audio.telephoneEvent.clockRateHz);
    else this.#events.clear();
  }

  /** False when they are no keys, or cannot go the way that is prescribed. */
  sendDigits(id: string, digits: string, toneMs: number, gapMs: number): boolean {
    const way = this.#keyWay ?? (this.#eventType < 0 ? 'inband' : 'rfc4733');
    if (way === 'inband') return this.#tones.send(id, digits, toneMs, gapMs);
    return way === 'rfc4733' && this.#eventType >= 0 && this.#events.send(id, digits, toneMs, gapMs);
  }

  /** A bridged partner's key; nobody waits for its end. */
  relay(digit: string): void {
    this.sendDigits(relayId, digit, relayedToneMs, relayedGapMs);
  }

  cancelDigits(id: string): void {
    this.#events.cancel(id);
    this.#tones.cancel(id);
  }

  /** Keys sound or wait to. */
  get keying(): boolean {
    return this.#events.busy || this.#tones.busy;
  }

  /** The key that sounds as a tone in the last packet; '' for none. */
  get sounding(): string {
    return this.#tones.sounding;
  }

  /** A key was begun as a tone and is to be sent to its end, however late. */
  get inTone(): boolean {
    return this.#tones.inKey;
  }

  close(): void {
    this.player.stopAll();
    this.#events.clear();
    this.#tones.clear();
  }

  /** Nothing may be sent at this time. */
  pass(bridged: Heard | null, record: boolean): void {
    this.#tones.pass(this.samples);
    this.#sayNothing(bridged, record);
    this.stream.pause();
    this.stream.advance(this.samples);
  }

  /** Sends the packet that is due; false when the kernel still holds the packets before it. */
  send(port: number, address: string, bridged: Heard | null, record: boolean): boolean {
    const { stream, samples } = this;
    if (this.#events.busy && !this.inTone && this.#sendEvent(port, address)) {
      this.#sayNothing(bridged, record);
      stream.advance(samples);
      return true;
    }
    const packet = stream.nextAudio();
    if (packet === null) {
      if (this.inTone) this.#sayNothing(bridged, record);
      else this.pass(bridged, record);
      return false;
    }
    this.#fill(packet, bridged);
    stream.send(packet, this.#payloadType, false, stream.timestamp, port, address);
    if (record) decodeG711(this.#codec, packet, rtpHeaderBytes, samples, this.said, 0);
    stream.advance(samples);
    return true;
  }

  #sayNothing(bridged: Heard | null, record: boolean): void {
    bridged?.take(this.#mixed, this.samples);
    if (record) this.said.fill(0, 0, this.samples);
  }

  #sendEvent(port: number, address: string): boolean {
    const { stream } = this;
    const packet = stream.nextEvent();
    if (packet === null || !this.#events.next(stream.timestamp, this.samples, packet, rtpHeaderBytes)) return false;
    stream.send(packet, this.#eventType, this.#events.marker, this.#events.timestamp, port, address);
    return true;
  }

  #fill(packet: Buffer, bridged: Heard | null): void {
    const { samples } = this;
    bridged?.take(this.#mixed, samples);
    if (this.#tones.busy) {
      this.#tones.fill(this.said, samples);
      encodeG711(this.#codec, this.said, 0, samples, packet, rtpHeaderBytes);
      return;
    }
    const filled = this.player.fill(this.#codec, packet, rtpHeaderBytes, samples);
    if (filled < samples) packet.fill(silenceByte(this.#codec), rtpHeaderBytes + filled);
    if (bridged === null) {
      if (!this.voice.speaking) return;
      this.#mixed.fill(0, 0, samples);
    }
    this.voice.take(this.#mixed, samples);
    if (filled > 0) {
      decodeG711(this.#codec, packet, rtpHeaderBytes, filled, this.said, 0);
      mixInto(this.#mixed, this.said, filled);
    }
    encodeG711(this.#codec, this.#mixed, 0, samples, packet, rtpHeaderBytes);
  }
}
