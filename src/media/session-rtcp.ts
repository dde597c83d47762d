// Owns: the RTCP of a session (RFC 3550 6): a report about every 5 s, what the peer's reports say to ours, BYE at the end.
// Reports are made when the pacer visits the session, so they are as spread out as the packets. To a peer that multiplexes
// (RFC 5761) they go from the RTP port. Does not: judge sources; the session hands over what it believes.
import type { Socket } from 'node:dgram';
import { newId } from '../base/ids.ts';
import { ReceiverStatistics } from './receiver-statistics.ts';
import { decodeRtcp, encodeBye, encodeReport, longestReportBytes, ntpOf, rtcpIntervalMs } from './rtcp.ts';
import type { SocketPair } from './session-sockets.ts';
import type { RtpStream } from './session-stream.ts';

export class SessionRtcp {
  readonly #stream: RtpStream;
  readonly #sockets: SocketPair;
  readonly #statistics = new ReceiverStatistics();
  /** Belongs to the SSRC: it stays with it (RFC 3550 6.5.1). */
  readonly cname: string;
  #socket: Socket;
  #address = '';
  #port = 0;
  /** Of the session's clock; 0 before the first packet. */
  #dueMs = 0;
  #packetsBefore = 0;

  constructor(stream: RtpStream, sockets: SocketPair, cname = newId()) {
    this.cname = cname;
    this.#stream = stream;
    this.#sockets = sockets;
    this.#socket = sockets.rtcp;
  }

  /** Where reports go: `rtpPort` tells whether the peer multiplexes. Port 0 sends none. */
  configure(address: string, rtcpPort: number, rtpPort: number): void {
    this.#address = address;
    this.#port = rtcpPort;
    this.#socket = rtcpPort === rtpPort ? this.#sockets.rtp : this.#sockets.rtcp;
  }

  /** An RTP packet of the peer's. */
  heard(sequence: number, timestamp: number, ssrc: number, nowMs: number): void {
    this.#statistics.receive(sequence, timestamp, ssrc, nowMs);
  }

  /** An RTCP packet of the peer's. */
  take(bytes: Uint8Array, nowMs: number): void {
    for (const packet of decodeRtcp(bytes, bytes.length) ?? []) {
      if (packet.type !== 'sender-report') continue;
      this.#statistics.senderReported(packet.sender.ntpSeconds, packet.sender.ntpFraction, nowMs);
    }
  }

  /** Any time; sends the report that is due. The interval is spread as RFC 3550 6.3.1 wants, by half either way. */
  tick(nowMs: number, wall: () => number): void {
    if (nowMs < this.#dueMs) return;
    const first = this.#dueMs === 0;
    this.#dueMs = nowMs + rtcpIntervalMs * (0.5 + Math.random());
    if (!first) this.#report(nowMs, wall(), null);
  }

  /** The session leaves; resolves when that is on its way and the sockets may close. */
  bye(nowMs: number, wallMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stream.packets > 0 && this.#port > 0) this.#report(nowMs, wallMs, resolve);
      else resolve();
    });
  }

  #report(nowMs: number, wallMs: number, left: (() => void) | null): void {
    if (this.#port === 0) return;
    const { ssrc, timestamp, packets, octets } = this.#stream;
    const { seconds, fraction } = ntpOf(wallMs);
    const sender =
      packets === this.#packetsBefore
        ? null
        : { ntpSeconds: seconds, ntpFraction: fraction, timestamp, packets, octets: octets >>> 0 };
    this.#packetsBefore = packets;
    const report = Buffer.alloc(longestReportBytes);
    let length = encodeReport(report, ssrc, sender, this.#statistics.report(nowMs), this.cname);
    if (left !== null) length = encodeBye(report, length, ssrc);
    this.#socket.send(report.subarray(0, length), this.#port, this.#address, left ?? undefined);
  }
}
