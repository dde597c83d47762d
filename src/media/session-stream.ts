// hot path
// Owns: the RTP stream that a session sends: sequence, timestamp, SSRC (RFC 3550 5.1) and the buffers its packets are built
// in. A buffer may not be written again before the kernel took its packet, so the buffers rotate, and when the first comes
// round again while the socket still holds something back, the packet is not sent. Does not: know what is in a packet.
import type { Socket } from 'node:dgram';
import { addSequence, addTimestamp, encodeRtpHeader, rtpHeaderBytes } from './rtp.ts';
import { newStream, type StreamNumbers } from './session-saved.ts';

const rotation = 8;
const eventPacketBytes = rtpHeaderBytes + 4;

export class RtpStream {
  ssrc = 0;
  sequence = 0;
  /** Of the packet that is due now; moves on with time, sent or not. */
  timestamp = 0;
  packets = 0;
  octets = 0;
  /** Packets that the kernel did not take in time. */
  refused = 0;

  readonly #socket: Socket;
  #audio: Buffer[] = [];
  readonly #events: Buffer[] = [];
  #turn = 0;
  #silentBefore = true;

  constructor(socket: Socket, samples: number) {
    this.#socket = socket;
    for (let i = 0; i < rotation; i++) this.#events.push(Buffer.alloc(eventPacketBytes));
    this.shape(samples);
    this.continueAt(newStream());
  }

  /** Before the first packet: goes on with the stream of a killed process. */
  continueAt({ ssrc, sequence, timestamp, packets, octets }: StreamNumbers): void {
    this.ssrc = ssrc;
    this.sequence = sequence;
    this.timestamp = timestamp;
    this.packets = packets;
    this.octets = octets;
  }

  /** Audio samples (bytes of G.711) in a packet from now on. New buffers: the old ones may still be on their way. */
  shape(samples: number): void {
    if (this.#audio[0]?.length === rtpHeaderBytes + samples) return;
    this.#audio = [];
    for (let i = 0; i < rotation; i++) this.#audio.push(Buffer.alloc(rtpHeaderBytes + samples));
  }

  /** The buffer of the next audio packet, to be filled behind its header; null when there is none free. */
  nextAudio(): Buffer | null {
    return this.#ready() ? this.#audio[this.#turn]! : null;
  }

  nextEvent(): Buffer | null {
    return this.#ready() ? this.#events[this.#turn]! : null;
  }

  /** Puts the header before what stands in `packet`, sends it, and takes the next number. */
  send(packet: Buffer, payloadType: number, marker: boolean, timestamp: number, port: number, address: string): void {
    // Of an event only its own first packet is marked (RFC 4733 2.2.2), also where a packet time was skipped.
    const begins = marker || (this.#silentBefore && packet.length !== eventPacketBytes);
    encodeRtpHeader(packet, 0, payloadType, begins, this.sequence, timestamp, this.ssrc);
    this.#silentBefore = false;
    this.sequence = addSequence(this.sequence, 1);
    this.packets++;
    this.octets += packet.length - rtpHeaderBytes;
    this.#turn = (this.#turn + 1) % rotation;
    this.#socket.send(packet, port, address);
  }

  /** Time goes on by a packet. */
  advance(samples: number): void {
    this.timestamp = addTimestamp(this.timestamp, samples);
  }

  /** Nothing was sent at this time: the next packet begins a talkspurt (RFC 3551 4.1). */
  pause(): void {
    this.#silentBefore = true;
  }

  #ready(): boolean {
    if (this.#turn === 0 && this.#socket.getSendQueueCount() > 0) {
      this.refused++;
      return false;
    }
    return true;
  }
}
