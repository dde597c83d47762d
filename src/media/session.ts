// hot path
// Owns: one session in its worker, and its wiring: what comes in on its sockets goes to session-inbound.ts, what goes out when
// the pacer says that a packet is due comes from session-outbound.ts; commands go to whoever they are for, and what a restart
// needs is saved when it changes (session-teller.ts). Does not: schedule, allocate ports, or know the main thread; its host
// carries events out.
import type { RemoteInfo } from 'node:dgram';
import type { BridgePeer, Heard } from './bridge.ts';
import type { LiveVoice } from './live-voice.ts';
import { longestPacketMs, type Paced, shortestPacketMs } from './pacer.ts';
import type { KeyPath, SavedSession } from './plane.ts';
import type { Player } from './player.ts';
import { isRtcp } from './rtp.ts';
import type { NegotiatedAudio } from './sdp.ts';
import type { SessionHost } from './session-host.ts';
import { Inbound } from './session-inbound.ts';
import { Outbound } from './session-outbound.ts';
import { SessionPartner } from './session-partner.ts';
import { SessionRecordings } from './session-recording.ts';
import { SessionRtcp } from './session-rtcp.ts';
import { continueStream, elapsedMs } from './session-saved.ts';
import { addressOn, closeSocket, plainAddress, type SocketPair } from './session-sockets.ts';
import { isToBeSaved, SessionTeller } from './session-teller.ts';
import { eventOfDigit } from './telephone-event-payload.ts';

export class RtpSession implements Paced {
  everyMs = 20;
  readonly pacer: Paced['pacer'] = { next: null, phase: 0, state: 'idle' };
  readonly number: number;
  readonly player: Player;
  readonly recordings: SessionRecordings;
  readonly voice: LiveVoice;
  readonly #host: SessionHost;
  readonly #sockets: SocketPair;
  readonly #teller: SessionTeller;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  readonly #rtcp: SessionRtcp;
  readonly #partner: SessionPartner;
  readonly #keyWay: KeyPath | null;

  #audio: NegotiatedAudio | null = null;
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(number: number, sockets: SocketPair, host: SessionHost, keyWay: KeyPath | null = null, cname?: string) {
    this.number = number;
    this.#host = host;
    this.#sockets = sockets;
    this.#teller = new SessionTeller(number, sockets.rtp.address().port, host, () => ({
      inbound: this.#inbound,
      outbound: this.#outbound,
      agreed: { everyMs: this.everyMs, audio: this.#audio, cname: this.#rtcp.cname },
    }));
    this.#keyWay = keyWay;
    this.#outbound = new Outbound(sockets.rtp, keyWay, {
      started: (id) => this.#teller.tell({ type: 'play-started', id }),
      finished: (id, why, playedMs) => this.#teller.tell({ type: 'play-finished', id, why, playedMs }),
      sent: (id, ok) => this.#teller.tell({ type: 'sent', id, ok }),
    });
    this.player = this.#outbound.player;
    this.voice = this.#outbound.voice;
    this.recordings = new SessionRecordings(
      (event) => this.#teller.tell(event),
      () => host.now(),
    );
    this.#rtcp = new SessionRtcp(this.#outbound.stream, sockets, cname);
    this.#partner = new SessionPartner({
      relay: (digit) => this.#relay(digit),
      passingOn: (digit) => this.#inbound.passingOn(digit, host.now()),
    });
    this.#inbound = new Inbound(
      {
        now: () => host.now(),
        wall: () => host.wall(),
        emit: (event) => {
          this.#teller.tell(event);
          if (isToBeSaved(event)) this.#teller.save();
        },
        latched: (from) => this.#latched(from),
        pressed: (digit, inAudio) => this.#pressed(digit, inAudio),
      },
      { recordings: this.recordings, rtcp: this.#rtcp, partner: this.#partner },
    );
    this.#teller.save();
    sockets.rtp.on('message', this.#receive);
    sockets.rtcp.on('message', this.#receive);
  }

  configure(audio: NegotiatedAudio): void {
    const address = addressOn(this.#host.host, audio.remoteAddress);
    if (address === null) {
      this.#teller.tell({ type: 'fault', message: `cannot send to ${audio.remoteAddress} from ${this.#host.host}` });
      return;
    }
    this.#inbound.configure(audio, address);
    this.#audio = audio;
    this.everyMs = Math.min(longestPacketMs, Math.max(shortestPacketMs, Math.round(audio.ptimeMs)));
    this.#outbound.configure(audio, this.everyMs);
    this.#rtcp.configure(address, audio.remoteRtcpPort, audio.remotePort);
    this.#followPeer();
    this.#teller.save();
  }

  /** Goes on with the session of a killed process; false when there was nothing to go on with. Tells nothing yet. */
  takeUp(saved: SavedSession): boolean {
    const now = this.#teller.now;
    this.#outbound.stream.continueAt(continueStream(saved, now));
    if (saved.audio === null) {
      this.#teller.save();
      return false;
    }
    this.configure(saved.audio);
    this.#inbound.recall(saved, elapsedMs(saved, now));
    this.#followPeer();
    this.#teller.heldBefore = saved.held;
    this.#teller.save();
    this.#teller.keepBack();
    return true;
  }

  /** Somebody listens again. */
  tellAll(): void {
    this.#teller.tellAll();
  }

  /** There is no such clip: said, and finished at once, so that whoever waits for it goes on. */
  unplayable(id: string, clip: string): void {
    this.#teller.tell({ type: 'fault', message: `there is no clip ${clip}` });
    this.#teller.tell({ type: 'play-finished', id, why: 'stopped', playedMs: 0 });
  }

  key(digit: string, durationMs: number): void {
    if (digit === 'flash' || eventOfDigit(digit) >= 0) this.#inbound.keys.info(digit, durationMs);
    this.#teller.tell({ type: 'key-taken' });
  }

  sendDigits(id: string, digits: string, toneMs: number, gapMs: number): void {
    if (this.#audio === null || !this.#outbound.sendDigits(id, digits, toneMs, gapMs)) {
      this.#teller.tell({ type: 'sent', id, ok: false });
    }
  }

  cancelDigits(id: string): void {
    this.#outbound.cancelDigits(id);
  }

  hold(on: boolean): void {
    if (on === this.#inbound.held) return;
    this.#inbound.held = on;
    this.#teller.save();
  }

  /** Begins to hear a partner: `join` gets our input and returns the partner's, or what leads to it. */
  bridge(join: (input: BridgePeer) => BridgePeer): void {
    this.#partner.join(join);
  }

  /** Takes a seat in a room. */
  sit(sit: (onSounds: (digit: string) => void) => BridgePeer & Heard): void {
    this.#partner.sit(sit);
  }

  unbridge(): void {
    this.#partner.leave();
  }

  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#teller.closing();
    this.unbridge();
    this.#outbound.close();
    await Promise.all([this.#rtcp.bye(this.#host.now(), this.#host.wall()), this.recordings.close()]);
    this.#state = 'closed';
    this.#teller.close();
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
    this.#outbound.pass(this.#partner.input, false);
  }

  readonly #receive = (bytes: Buffer, from: RemoteInfo): void => {
    try {
      if (this.#audio === null || this.#state !== 'open') return;
      if (isRtcp(bytes, bytes.length)) {
        // believed from the host that media comes from; its RTCP port may be anything behind a NAT
        if (from.address !== this.#inbound.peer.address) return;
        this.#inbound.alive(this.#host.now());
        this.#rtcp.take(bytes, this.#host.now());
      } else {
        this.#inbound.take(bytes, from);
      }
    } catch (error) {
      this.#host.failed(this.number, error);
    }
  };

  #latched({ address, port }: RemoteInfo): void {
    this.#followPeer();
    this.#teller.tell({ type: 'latched', address: plainAddress(address), port });
    this.#teller.save();
  }

  #followPeer(): void {
    const { isElsewhere, address, port } = this.#inbound.peer;
    // behind a NAT the SDP's RTCP port means nothing; the port above the real one is the best guess
    if (isElsewhere) this.#rtcp.configure(address, port + 1, port);
  }

  /** The partner's key goes to our peer. */
  #relay(digit: string): void {
    if (this.#keyWay === 'info') this.#teller.tell({ type: 'relay-digit', digit });
    else this.#outbound.relay(digit);
  }

  #pressed(digit: string, inAudio: boolean): void {
    this.#outbound.player.key(digit);
    if (!inAudio) this.#partner.side?.key(digit);
  }

  #tick(behindMs: number): void {
    if (this.#audio === null || this.#state !== 'open') return;
    const now = this.#host.now();
    this.#inbound.tick(now);
    const outbound = this.#outbound;
    const recording = this.recordings.active;
    const keying = recording && outbound.keying;
    const { input } = this.#partner;
    if (outbound.mute || this.#inbound.held || this.#teller.heldBefore) {
      outbound.pass(input, recording);
    } else {
      const { address, port } = this.#inbound.peer;
      if (outbound.send(port, address, input, recording)) this.#host.sent(behindMs);
      if (outbound.sounding !== '') this.#inbound.sending(outbound.sounding, now);
    }
    if (recording) this.recordings.tick(outbound.said, outbound.samples, keying);
    this.#rtcp.tick(now, this.#host.wall);
  }
}
