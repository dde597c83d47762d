// hot path
// Owns: what a session hears: the packets that the latch lets through, told apart by their payload type, and each handed to
// whoever listens: to the receiver of events, for tones, to the recordings and the bridged partner. Also that nothing comes.
// Does not: send, or decide what a key does.
import type { RemoteInfo } from 'node:dgram';
import { decodeG711 } from './g711.ts';
import type { MediaEvent, SavedSession } from './plane.ts';
import { createRtpPacket, decodeRtp } from './rtp.ts';
import type { AudioCodec, NegotiatedAudio } from './sdp.ts';
import { SessionHearing } from './session-hearing.ts';
import { SessionKeys } from './session-keys.ts';
import type { SessionPartner } from './session-partner.ts';
import { SessionPeer } from './session-peer.ts';
import type { SessionRecordings } from './session-recording.ts';
import type { SessionRtcp } from './session-rtcp.ts';
import { TelephoneEventReceiver } from './telephone-event-receiver.ts';

export interface InboundHost {
  now(): number;
  wall(): number;
  emit(event: MediaEvent): void;
  /** The peer proved to be there. */
  latched(from: RemoteInfo): void;
  /** A new press. `inAudio`: the audio that a partner hears holds it. */
  pressed(digit: string, inAudio: boolean): void;
}

export interface InboundListeners {
  readonly recordings: SessionRecordings;
  readonly rtcp: SessionRtcp;
  readonly partner: SessionPartner;
}

/** Samples of a packet that are heard: 120 ms. */
const longestHeard = 960;
const absentMs = 30_000;

export class Inbound {
  readonly peer = new SessionPeer();
  /** Every door that keys come through leads to this one. */
  readonly keys: SessionKeys;
  /** On hold by us nobody listens; events count nevertheless. */
  held = false;
  readonly #host: InboundHost;
  readonly #listeners: InboundListeners;
  readonly #packet = createRtpPacket();
  readonly #events: TelephoneEventReceiver;
  readonly #hearing: SessionHearing;
  /** Index: payload type. */
  readonly #isEvent = new Uint8Array(128);
  /** Index: payload type. */
  readonly #codecOf = new Array<AudioCodec | null>(128).fill(null);
  readonly #heard = new Int16Array(longestHeard);
  #isExpected = false;
  #heardMs = 0;
  /** When silence is told next, in milliseconds of it. */
  #tellAtMs = absentMs;

  constructor(host: InboundHost, listeners: InboundListeners) {
    this.#host = host;
    this.#listeners = listeners;
    const { partner } = listeners;
    const keys = new SessionKeys(host);
    this.keys = keys;
    this.#hearing = new SessionHearing({
      now: () => host.now(),
      tone: (digit, sinceMs) => {
        partner.side?.sounds(digit);
        keys.tone(digit, sinceMs);
      },
      toneOver: (durationMs, levelDbm0) => keys.toneOver(durationMs, levelDbm0),
    });
    this.#events = new TelephoneEventReceiver({
      pressed: (digit, levelDbm0) => keys.event(digit, levelDbm0),
      released: (durationMs, lost) => keys.eventOver(durationMs, lost),
      flash: () => keys.flash(),
    });
  }

  configure(audio: NegotiatedAudio, address: string): void {
    const { telephoneEvent, receive, receiveEvents = [] } = audio;
    const anew = this.peer.describe(address, audio.remotePort);
    if (anew) {
      this.#events.reset(telephoneEvent?.clockRateHz ?? 8000);
      this.#hearing.close();
      this.alive(this.#host.now());
    }
    this.keys.agreed(telephoneEvent !== null, anew);
    // Who holds us as `sendonly` may send music, and most send nothing.
    this.#isExpected = audio.direction === 'sendrecv';
    this.#isEvent.fill(0);
    for (const type of telephoneEvent === null ? [] : [telephoneEvent.payloadType, ...receiveEvents])
      this.#isEvent[type & 0x7f] = 1;
    this.#codecOf.fill(null);
    for (const { payloadType, codec } of receive) this.#codecOf[payloadType & 0x7f] = codec;
  }

  /** Behind `configure`: what was known before a restart, `agoMs` ago. */
  recall({ source, keys, event, audio }: SavedSession, agoMs: number | null): void {
    if (source !== null) this.peer.recall(source);
    this.keys.recall(keys, agoMs);
    this.keys.agreed(audio !== null && audio.telephoneEvent !== null, false);
    if (event !== null) this.#events.recall(event);
  }

  /** The last event that was told, for a restart. */
  get event(): SavedSession['event'] {
    return this.#events.told;
  }

  take(bytes: Buffer, from: RemoteInfo): void {
    const packet = this.#packet;
    if (!decodeRtp(bytes, bytes.length, packet)) return;
    const codec = this.#codecOf[packet.payloadType] ?? null;
    const isEvent = this.#isEvent[packet.payloadType] === 1;
    const verdict = this.peer.judge(from.address, from.port, packet.ssrc, packet.sequence, isEvent || codec !== null);
    if (verdict === 'refused') return;
    if (verdict === 'first') this.#host.latched(from);
    const now = this.#host.now();
    this.alive(now);
    const { recordings, rtcp, partner } = this.#listeners;
    const { sequence, timestamp, ssrc, payloadOffset, payloadLength } = packet;
    rtcp.heard(sequence, timestamp, ssrc, now);
    if (isEvent) {
      this.#events.packet(sequence, timestamp, packet.marker, ssrc, bytes, payloadOffset, payloadLength, now);
      recordings.pass(sequence);
      this.#hearing.pass(ssrc, sequence);
    } else if (codec !== null) {
      this.#events.audio(sequence, now);
      const listens = this.keys.hearsTones;
      if (this.held || !(listens || partner.side !== null || recordings.active)) return;
      const count = Math.min(payloadLength, longestHeard);
      decodeG711(codec, bytes, payloadOffset, count, this.#heard, 0);
      if (listens) this.keys.sound();
      if (listens) this.#hearing.hear(ssrc, sequence, timestamp, this.#heard, count, now);
      partner.side?.audio(ssrc, sequence, timestamp, this.#heard, count);
      if (recordings.active) recordings.hear(ssrc, sequence, timestamp, this.#heard, count);
    } else {
      this.#hearing.pass(ssrc, sequence);
    }
  }

  /** Each packet time. */
  tick(now: number): void {
    this.#events.tick(now);
    this.keys.tick(now);
    if (this.keys.hearsTones && !this.held) this.#hearing.tick(now);
    else this.#hearing.close();
    if (this.held || !this.#isExpected) this.alive(now);
    else if (now - this.#heardMs >= this.#tellAtMs) {
      this.#tellAtMs += absentMs;
      this.#host.emit({ type: 'media-absent', forMs: Math.round(now - this.#heardMs) });
    }
  }

  /** The peer is there, or need not show it: it sent a packet, a report, or is on hold. */
  alive(now: number): void {
    this.#heardMs = now;
    this.#tellAtMs = absentMs;
  }

  /** This key sounds in what our peer hears now, and its line may send it back. */
  sending(digit: string, now: number): void {
    this.#hearing.sending(digit, now);
  }

  /** The same, for a key in the partner's audio. */
  passingOn(digit: string, now: number): void {
    this.#hearing.passingOn(digit, now);
  }
}
