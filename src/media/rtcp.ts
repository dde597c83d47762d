// Owns: RTCP packets on the wire (RFC 3550 6.4 to 6.6): sender and receiver reports, CNAME, BYE, in compounds. A few bytes
// every 5 s (the fixed interval of 6.2 is short enough for two parties), so not a hot path.
// Does not: count (receiver-statistics.ts), keep time, send; feedback and extended reports are passed over.
//
//   |V=2|P| count | packet type   | length in words - 1           |   SR 200, RR 201, SDES 202, BYE 203
//   |                        SSRC of the sender                   |
//   |  SR: NTP time (64), RTP timestamp, packets, octets          |
//   |  × count: SSRC, fraction lost (8), lost (24), highest        |
//   |           sequence, jitter, last SR, delay since last SR    |

export interface SenderInfo {
  readonly ntpSeconds: number;
  readonly ntpFraction: number;
  /** The RTP timestamp at the NTP time. */
  readonly timestamp: number;
  readonly packets: number;
  readonly octets: number;
}

export interface ReportBlock {
  /** Whom the report is about. */
  readonly ssrc: number;
  /** Of 256, since the last report. */
  readonly fractionLost: number;
  /** Since the beginning; negative when more came than were sent. */
  readonly lost: number;
  /** With the count of wraps in the upper half. */
  readonly highestSequence: number;
  /** In clock units. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report; 0 when there was none. */
  readonly lastReport: number;
  /** In 1/65536 s. */
  readonly delaySinceLastReport: number;
}

export type RtcpPacket =
  | {
      readonly type: 'sender-report';
      readonly ssrc: number;
      readonly sender: SenderInfo;
      readonly blocks: readonly ReportBlock[];
    }
  | { readonly type: 'receiver-report'; readonly ssrc: number; readonly blocks: readonly ReportBlock[] }
  | { readonly type: 'name'; readonly ssrc: number; readonly cname: string }
  | { readonly type: 'bye'; readonly ssrcs: readonly number[] };

export const rtcpIntervalMs = 5000;
/** Enough for a report with one block, a CNAME of 255 bytes and a BYE. */
export const longestReportBytes = 28 + 24 + 268 + 8;

const secondsFrom1900To1970 = 2_208_988_800;

/** Writes SR (or RR without `sender`) and SDES at the start of `into`; returns the length. `block` is about the peer. */
export function encodeReport(
  into: Uint8Array,
  ssrc: number,
  sender: SenderInfo | null,
  block: ReportBlock | null,
  cname: string,
): number {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  let at = header(view, 0, block === null ? 0 : 1, sender === null ? 201 : 200);
  at = word(view, at, ssrc);
  if (sender !== null) {
    for (const value of [sender.ntpSeconds, sender.ntpFraction, sender.timestamp, sender.packets, sender.octets]) {
      at = word(view, at, value);
    }
  }
  if (block !== null) {
    const lost = Math.max(-0x800000, Math.min(0x7fffff, block.lost));
    at = word(view, at, block.ssrc);
    at = word(view, at, (block.fractionLost << 24) | (lost & 0xffffff));
    for (const value of [block.highestSequence, block.jitter, block.lastReport, block.delaySinceLastReport]) {
      at = word(view, at, value);
    }
  }
  finish(view, 0, at);

  const name = new TextEncoder().encode(cname).subarray(0, 255);
  const start = at;
  at = word(view, header(view, at, 1, 202), ssrc);
  into[at] = 1;
  into[at + 1] = name.length;
  into.set(name, at + 2);
  at += 2 + name.length;
  // The list of items ends with a zero byte, and with more up to the next word.
  const end = at + 4 - (at % 4);
  into.fill(0, at, end);
  finish(view, start, end);
  return end;
}

/** Appends a BYE at `offset`, behind a report; returns the length of the whole. */
export function encodeBye(into: Uint8Array, offset: number, ssrc: number): number {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  const end = word(view, header(view, offset, 1, 203), ssrc);
  finish(view, offset, end);
  return end;
}

/** The packets of a compound that are known here; null when it is malformed (RFC 3550 A.2). */
export function decodeRtcp(bytes: Uint8Array, length: number): RtcpPacket[] | null {
  if (length > bytes.length || length < 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const packets: RtcpPacket[] = [];
  for (let at = 0; at < length; ) {
    if (at + 4 > length || view.getUint8(at) >> 6 !== 2) return null;
    let end = at + 4 + view.getUint16(at + 2) * 4;
    if (end > length) return null;
    const next = end;
    if ((view.getUint8(at) & 0x20) !== 0) {
      const padding = view.getUint8(end - 1);
      if (next !== length || padding === 0 || padding > end - at - 4) return null;
      end -= padding;
    }
    if (!decodePacket(view, at, end, packets)) return null;
    at = next;
  }
  return packets;
}

export function ntpOf(wallMs: number): { seconds: number; fraction: number } {
  const whole = Math.floor(wallMs / 1000);
  return {
    seconds: (whole + secondsFrom1900To1970) >>> 0,
    fraction: Math.floor(((wallMs - whole * 1000) * 2 ** 32) / 1000) >>> 0,
  };
}

/** Middle 32 bits of an NTP time, in 1/65536 s. */
export function middleOfNtp(seconds: number, fraction: number): number {
  return ((seconds << 16) | (fraction >>> 16)) >>> 0;
}

function decodePacket(view: DataView, start: number, end: number, into: RtcpPacket[]): boolean {
  const count = view.getUint8(start) & 0x1f;
  const body = start + 4;
  switch (view.getUint8(start + 1)) {
    case 200: {
      const blocks = decodeBlocks(view, body + 24, end, count);
      if (blocks === null) return false;
      const [ntpSeconds, ntpFraction, timestamp, packets, octets] = [4, 8, 12, 16, 20].map((at) =>
        view.getUint32(body + at),
      );
      const sender = {
        ntpSeconds: ntpSeconds!,
        ntpFraction: ntpFraction!,
        timestamp: timestamp!,
        packets: packets!,
        octets: octets!,
      };
      into.push({ type: 'sender-report', ssrc: view.getUint32(body), sender, blocks });
      return true;
    }
    case 201: {
      const blocks = decodeBlocks(view, body + 4, end, count);
      if (blocks === null) return false;
      into.push({ type: 'receiver-report', ssrc: view.getUint32(body), blocks });
      return true;
    }
    case 202:
      return decodeNames(view, body, end, count, into);
    case 203: {
      if (body + count * 4 > end) return false;
      into.push({ type: 'bye', ssrcs: Array.from({ length: count }, (_, i) => view.getUint32(body + i * 4)) });
      return true;
    }
    default:
      return true;
  }
}

function decodeBlocks(view: DataView, start: number, end: number, count: number): ReportBlock[] | null {
  if (start + count * 24 > end) return null;
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * 24;
    return {
      ssrc: view.getUint32(at),
      fractionLost: view.getUint8(at + 4),
      lost: (view.getUint32(at + 4) << 8) >> 8,
      highestSequence: view.getUint32(at + 8),
      jitter: view.getUint32(at + 12),
      lastReport: view.getUint32(at + 16),
      delaySinceLastReport: view.getUint32(at + 20),
    };
  });
}

/** Items of a chunk: kind, length, text; a zero kind ends the chunk and fills its last word. */
function decodeNames(view: DataView, start: number, end: number, count: number, into: RtcpPacket[]): boolean {
  let at = start;
  for (let chunk = 0; chunk < count; chunk++) {
    if (at + 8 > end) return false;
    const ssrc = view.getUint32(at);
    at += 4;
    while (at < end && view.getUint8(at) !== 0) {
      if (at + 2 > end) return false;
      const after = at + 2 + view.getUint8(at + 1);
      if (after > end) return false;
      if (view.getUint8(at) === 1) {
        const text = new Uint8Array(view.buffer, view.byteOffset + at + 2, after - at - 2);
        into.push({ type: 'name', ssrc, cname: new TextDecoder().decode(text) });
      }
      at = after;
    }
    at += 4 - ((at - start) % 4);
  }
  return true;
}

function header(view: DataView, at: number, count: number, type: number): number {
  view.setUint8(at, 0x80 | count);
  view.setUint8(at + 1, type);
  return at + 4;
}

function finish(view: DataView, start: number, end: number): void {
  view.setUint16(start + 2, (end - start) / 4 - 1);
}

function word(view: DataView, at: number, value: number): number {
  view.setUint32(at, value);
  return at + 4;
}
