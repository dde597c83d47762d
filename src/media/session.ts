// hot path
// Owns: one session in its worker: what comes in on its sockets, behind the latch, and what goes out when the pacer says
// that a packet is due. Does not: schedule, allocate ports, or know the main thread; its host carries events out.
import type { RemoteInfo } from 'node:dgram';
import { BridgeInput, type BridgePeer } from './bridge.ts';
import { decodeG711 } from './g711.ts';
import { longestPacketMs, type Paced, shortestPacketMs } from './pacer.ts';
import type { KeyPath, KeyReport, MediaEvent, SavedSession } from './plane.ts';
import type { PlayerItem } from './player.ts';
import { createRtpPacket, decodeRtp, isRtcp } from './rtp.ts';
import type { AudioCodec, NegotiatedAudio } from './sdp.ts';
import { SessionHearing } from './session-hearing.ts';
import { SessionKeys } from './session-keys.ts';
import { Outbound } from './session-outbound.ts';
import { SessionPeer } from './session-peer.ts';
import { SessionRecordings } from './session-recording.ts';
import { SessionRtcp } from './session-rtcp.ts';
import { continueStream, elapsedMs, type Moment } from './session-saved.ts';
import { addressOn, closeSocket, plainAddress, type SocketPair } from './session-sockets.ts';
import { eventOfDigit } from './telephone-event-payload.ts';
import { TelephoneEventReceiver } from './telephone-event-receiver.ts';
import type { RecordOptions } from './worker-protocol.ts';

/** What a session needs of the worker it lives in. */
export interface SessionHost {
  readonly host: string;
  /** Milliseconds, monotonic. */
  now(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  wall(): number;
  /** Which start of the machine it is, and what to add to `now` for the time since then; null when that is unknown. */
  readonly boot?: { readonly id: string; readonly toUptimeMs: number } | null;
  emit(session: number, event: MediaEvent): void;
  /** Runs this once all of this turn is told, or a moment later when nothing is. It may tell something itself. */
  beforeTelling(run: () => void): void;
  /** A fault of ours: the session is to be closed. */
  failed(session: number, error: unknown): void;
  sent(behindMs: number): void;
  skipped(): void;
}

/** Samples of a packet that are heard: 120 ms. */
const longestHeard = 960;
const absentMs = 30_000;
/** A key heard from a bridged partner is sounded this long: waiting for its end would make it late. */
const relayedToneMs = 100;
const relayedGapMs = 60;
const relayId = '';

export class RtpSession implements Paced {
  everyMs = 20;
  readonly pacer: Paced['pacer'] = { next: null, phase: 0, state: 'idle' };
  readonly number: number;
  readonly #host: SessionHost;
  readonly #sockets: SocketPair;
  readonly #rtpPort: number;
  readonly #peer = new SessionPeer();
  readonly #packet = createRtpPacket();
  readonly #outbound: Outbound;
  readonly #recordings: SessionRecordings;
  readonly #rtcp: SessionRtcp;
  readonly #events: TelephoneEventReceiver;
  readonly #keys: SessionKeys;
  readonly #hearing: SessionHearing;
  readonly #keyWay: KeyPath | null;

  #audio: NegotiatedAudio | null = null;
  #mute = false;
  #held = false;
  /** What is told when somebody took it up after a restart, and whether it was on hold until then. */
  #untold: MediaEvent[] | null = null;
  #heldBefore = false;
  /** Index: payload type. */
  readonly #isEvent = new Uint8Array(128);
  /** Index: payload type. */
  readonly #codecOf = new Array<AudioCodec | null>(128).fill(null);
  #input: BridgeInput | null = null;
  #partner: BridgePeer | null = null;
  #state: 'open' | 'closing' | 'closed' = 'open';
  readonly #heard = new Int16Array(longestHeard);
  #heardMs = 0;
  #absentTold = false;
  #unsaved = false;

  constructor(number: number, sockets: SocketPair, host: SessionHost, keyWay: KeyPath | null = null, cname?: string) {
    this.number = number;
    this.#host = host;
    this.#sockets = sockets;
    this.#rtpPort = sockets.rtp.address().port;
    this.#keyWay = keyWay;
    this.#outbound = new Outbound(sockets.rtp, keyWay, {
      started: (id) => this.#emit({ type: 'play-started', id }),
      finished: (id, why, playedMs) => this.#emit({ type: 'play-finished', id, why, playedMs }),
      sent: (id, ok) => {
        if (id !== relayId) this.#emit({ type: 'sent', id, ok });
      },
    });
    this.#recordings = new SessionRecordings(
      (event) => this.#emit(event),
      () => host.now(),
    );
    this.#rtcp = new SessionRtcp(this.#outbound.stream, sockets, cname);
    const keys = new SessionKeys({
      now: () => host.now(),
      wall: () => host.wall(),
      emit: (event) => {
        this.#emit(event);
        if (event.type === 'digit' || (event.type === 'digit-released' && hasTone(event.heard))) this.#save();
      },
      pressed: (digit, inAudio) => this.#pressed(digit, inAudio),
    });
    this.#keys = keys;
    this.#hearing = new SessionHearing({
      now: () => host.now(),
      tone: (digit, sinceMs) => {
        this.#partner?.sounds(digit);
        keys.tone(digit, sinceMs);
      },
      toneOver: (durationMs, levelDbm0) => keys.toneOver(durationMs, levelDbm0),
    });
    this.#events = new TelephoneEventReceiver({
      pressed: (digit, levelDbm0) => keys.event(digit, levelDbm0),
      released: (durationMs, lost) => keys.eventOver(durationMs, lost),
      flash: () => keys.flash(),
    });
    this.#save();
    sockets.rtp.on('message', this.#receive);
    sockets.rtcp.on('message', this.#receive);
  }

  configure(audio: NegotiatedAudio): void {
    const address = addressOn(this.#host.host, audio.remoteAddress);
    if (address === null) {
      this.#emit({ type: 'fault', message: `cannot send to ${audio.remoteAddress} from ${this.#host.host}` });
      return;
    }
    const anew = this.#peer.describe(address, audio.remotePort);
    if (anew) {
      this.#events.reset(audio.telephoneEvent?.clockRateHz ?? 8000);
      this.#heardMs = this.#host.now();
      this.#absentTold = false;
    }
    if (anew) this.#hearing.close();
    this.#keys.agreed(audio.telephoneEvent !== null, anew);
    this.#audio = audio;
    this.everyMs = Math.min(longestPacketMs, Math.max(shortestPacketMs, Math.round(audio.ptimeMs)));
    this.#outbound.configure(audio, this.everyMs);
    this.#rtcp.configure(address, audio.remoteRtcpPort, audio.remotePort);
    this.#followPeer();
    this.#mute = audio.direction === 'inactive' || audio.direction === 'recvonly' || audio.remotePort === 0;
    this.#isEvent.fill(0);
    const { telephoneEvent, receiveEvents = [] } = audio;
    for (const type of telephoneEvent === null ? [] : [telephoneEvent.payloadType, ...receiveEvents])
      this.#isEvent[type & 0x7f] = 1;
    this.#codecOf.fill(null);
    for (const { payloadType, codec } of audio.receive) this.#codecOf[payloadType & 0x7f] = codec;
    this.#save();
  }

  /** Goes on with the session of a killed process; false when there was nothing to go on with. Tells nothing yet. */
  takeUp(saved: SavedSession): boolean {
    const now = this.#moment();
    this.#outbound.stream.continueAt(continueStream(saved, now));
    if (saved.audio === null) {
      this.#save();
      return false;
    }
    this.configure(saved.audio);
    if (saved.source !== null) this.#peer.recall(saved.source);
    this.#followPeer();
    this.#keys.recall(saved.keys, elapsedMs(saved, now));
    this.#keys.agreed(saved.audio.telephoneEvent !== null, false);
    if (saved.event !== null) this.#events.recall(saved.event);
    this.#heldBefore = saved.held;
    this.#save();
    this.#tellSaved();
    this.#untold = [];
    return true;
  }

  /** Somebody listens again. */
  tellAll(): void {
    this.#heldBefore = false;
    const untold = this.#untold;
    this.#untold = null;
    for (const event of untold ?? []) this.#emit(event);
  }

  play(item: PlayerItem): void {
    this.#outbound.player.play(item);
  }

  /** There is no such clip: said, and finished at once, so that whoever waits for it goes on. */
  unplayable(id: string, clip: string): void {
    this.#emit({ type: 'fault', message: `there is no clip ${clip}` });
    this.#emit({ type: 'play-finished', id, why: 'stopped', playedMs: 0 });
  }

  stop(id: string): void {
    this.#outbound.player.stop(id);
  }

  key(digit: string, durationMs: number): void {
    if (digit === 'flash' || eventOfDigit(digit) >= 0) this.#keys.info(digit, durationMs);
    this.#emit({ type: 'key-taken' });
  }

  sendDigits(id: string, digits: string, toneMs: number, gapMs: number): void {
    if (this.#audio === null || !this.#outbound.sendDigits(id, digits, toneMs, gapMs)) {
      this.#emit({ type: 'sent', id, ok: false });
    }
  }

  cancelDigits(id: string): void {
    this.#outbound.cancelDigits(id);
  }

  record(id: string, options: RecordOptions): void {
    this.#recordings.start(id, options);
  }

  stopRecording(id: string): void {
    this.#recordings.stop(id);
  }

  sensitive(on: boolean, sinceMs: number): void {
    this.#recordings.sensitive(on, sinceMs);
  }

  hold(on: boolean): void {
    if (on === this.#held) return;
    this.#held = on;
    this.#save();
  }

  /** Begins to hear a partner: `join` gets our input and returns the partner's, or what leads to it. */
  bridge(join: (input: BridgePeer) => BridgePeer): void {
    this.unbridge();
    const input: BridgeInput = new BridgeInput(
      (digit) => this.#relay(digit),
      (digit) => this.#hearing.passingOn(digit, this.#host.now()),
      () => {
        if (this.#input !== input) return;
        this.#input = null;
        this.#partner = null;
      },
    );
    this.#input = input;
    this.#partner = join(input);
  }

  unbridge(): void {
    const partner = this.#partner;
    this.#input = null;
    this.#partner = null;
    partner?.gone();
  }

  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.unbridge();
    this.#outbound.close();
    await Promise.all([this.#rtcp.bye(this.#host.now(), this.#host.wall()), this.#recordings.close()]);
    this.#state = 'closed';
    await Promise.all([closeSocket(this.#sockets.rtp), closeSocket(this.#sockets.rtcp)]);
  }

  onDue(behindMs: number): void {
    try {
      this.#tick(behindMs);
    } catch (error) {
      this.#host.failed(this.number, error);
    }
  }

  onSkipped(behindMs: number): void {
    if (this.#outbound.inTone) {
      this.onDue(behindMs);
      return;
    }
    this.#host.skipped();
    this.#outbound.pass(this.#input, false);
  }

  readonly #receive = (bytes: Buffer, from: RemoteInfo): void => {
    try {
      if (this.#audio === null || this.#state !== 'open') return;
      if (isRtcp(bytes, bytes.length)) {
        // believed from the host that media comes from; its RTCP port may be anything behind a NAT
        if (from.address === this.#peer.address) this.#rtcp.take(bytes, this.#host.now());
      } else {
        this.#take(bytes, from);
      }
    } catch (error) {
      this.#host.failed(this.number, error);
    }
  };

  #take(bytes: Buffer, from: RemoteInfo): void {
    const packet = this.#packet;
    if (!decodeRtp(bytes, bytes.length, packet)) return;
    const codec = this.#codecOf[packet.payloadType] ?? null;
    const isEvent = this.#isEvent[packet.payloadType] === 1;
    const verdict = this.#peer.judge(from.address, from.port, packet.ssrc, packet.sequence, isEvent || codec !== null);
    if (verdict === 'refused') return;
    if (verdict === 'first') this.#latched(from);
    const now = this.#host.now();
    this.#heardMs = now;
    this.#absentTold = false;
    const { sequence, timestamp, ssrc, payloadOffset, payloadLength } = packet;
    this.#rtcp.heard(sequence, timestamp, ssrc, now);
    if (isEvent) {
      this.#events.packet(sequence, timestamp, packet.marker, ssrc, bytes, payloadOffset, payloadLength, now);
      this.#recordings.pass(sequence);
      this.#hearing.pass(ssrc, sequence);
    } else if (codec !== null) {
      this.#events.audio(sequence, now);
      const listens = this.#keys.hearsTones;
      if (this.#held || !(listens || this.#partner !== null || this.#recordings.active)) return;
      const count = Math.min(payloadLength, longestHeard);
      decodeG711(codec, bytes, payloadOffset, count, this.#heard, 0);
      if (listens) this.#keys.sound();
      if (listens) this.#hearing.hear(ssrc, sequence, timestamp, this.#heard, count, now);
      this.#partner?.audio(ssrc, sequence, timestamp, this.#heard, count);
      if (this.#recordings.active) this.#recordings.hear(ssrc, sequence, timestamp, this.#heard, count);
    } else {
      this.#hearing.pass(ssrc, sequence);
    }
  }

  #latched({ address, port }: RemoteInfo): void {
    this.#followPeer();
    this.#emit({ type: 'latched', address: plainAddress(address), port });
    this.#save();
  }

  #followPeer(): void {
    const { isElsewhere, address, port } = this.#peer;
    // behind a NAT the SDP's RTCP port means nothing; the port above the real one is the best guess
    if (isElsewhere) this.#rtcp.configure(address, port + 1, port);
  }

  #moment(): Moment {
    const { boot } = this.#host;
    const uptime = boot ? { boot: boot.id, ms: this.#host.now() + boot.toUptimeMs } : null;
    return { at: this.#host.wall(), uptime };
  }

  /** Once for all that happens in a turn. */
  #save(): void {
    if (this.#unsaved) return;
    this.#unsaved = true;
    this.#host.beforeTelling(this.#tellSaved);
  }

  readonly #tellSaved = (): void => {
    if (!this.#unsaved || this.#state !== 'open') return;
    this.#unsaved = false;
    const { ssrc, sequence, timestamp, packets, octets } = this.#outbound.stream;
    const saved: SavedSession = {
      version: 1,
      port: this.#rtpPort,
      ssrc,
      sequence,
      timestamp,
      packets,
      octets,
      ...this.#moment(),
      everyMs: this.everyMs,
      sending: this.#audio !== null && !this.#mute && !this.#held && !this.#heldBefore,
      cname: this.#rtcp.cname,
      audio: this.#audio,
      held: this.#held || this.#heldBefore,
      source: this.#peer.source,
      keys: this.#keys.saved,
      event: this.#events.told,
    };
    this.#emit({ type: 'saved', saved });
  };

  /** The partner's key goes to our peer. */
  #relay(digit: string): void {
    if (this.#keyWay === 'info') this.#emit({ type: 'relay-digit', digit });
    else this.#outbound.sendDigits(relayId, digit, relayedToneMs, relayedGapMs);
  }

  #pressed(digit: string, inAudio: boolean): void {
    this.#outbound.player.key(digit);
    if (!inAudio) this.#partner?.key(digit);
  }

  #tick(behindMs: number): void {
    const audio = this.#audio;
    if (audio === null || this.#state !== 'open') return;
    const now = this.#host.now();
    this.#events.tick(now);
    this.#keys.tick(now);
    if (this.#keys.hearsTones && !this.#held) this.#hearing.tick(now);
    else this.#hearing.close();
    if (!this.#absentTold && now - this.#heardMs >= absentMs && !this.#held && audio.direction.includes('recv')) {
      this.#absentTold = true;
      this.#emit({ type: 'media-absent', forMs: Math.round(now - this.#heardMs) });
    }
    const outbound = this.#outbound;
    const recording = this.#recordings.active;
    const keying = recording && outbound.keying;
    if (this.#mute || this.#held || this.#heldBefore) {
      outbound.pass(this.#input, recording);
    } else {
      const { address, port } = this.#peer;
      if (outbound.send(port, address, this.#input, recording)) this.#host.sent(behindMs);
      if (outbound.sounding !== '') this.#hearing.sending(outbound.sounding, now);
    }
    if (recording) this.#recordings.tick(outbound.said, outbound.samples, keying);
    this.#rtcp.tick(now, this.#host.wall);
  }

  #emit(event: MediaEvent): void {
    if (this.#untold !== null) this.#untold.push(event);
    else if (this.#state !== 'closed') this.#host.emit(this.number, event);
  }
}

/** Until then it may be sounding, as far as a restart can know. */
function hasTone(heard: readonly KeyReport[]): boolean {
  return heard.some(({ via }) => via === 'inband');
}
