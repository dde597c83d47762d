// hot path
// Owns: the RTP header (RFC 3550 5.1) and the arithmetic of its wrapping counters. Does not: keep state, look at payloads.
//
//    0                   1                   2                   3
//   |V=2|P|X|  CC   |M|     PT      |        sequence number        |
//   |                           timestamp                           |
//   |             synchronization source (SSRC) identifier          |
//   |            contributing sources (CSRC) × CC, extension if X   |
//   |            payload …                     padding if P, count  |

export const rtpHeaderBytes = 12;

/** Filled by decodeRtp; one instance is reused for every packet. */
export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  payloadOffset: number;
  payloadLength: number;
}

export function createRtpPacket(): RtpPacket {
  return { payloadType: 0, marker: false, sequence: 0, timestamp: 0, ssrc: 0, payloadOffset: 0, payloadLength: 0 };
}

/** Reads `length` bytes of `bytes` into `into`; false (with `into` in an unspecified state) when they are no RTP packet. */
export function decodeRtp(bytes: Uint8Array, length: number, into: RtpPacket): boolean {
  if (length < rtpHeaderBytes || length > bytes.length) return false;
  const first = bytes[0]!;
  if (first >> 6 !== 2) return false;
  const second = bytes[1]!;
  let start = rtpHeaderBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (start + 4 > length) return false;
    start += 4 + ((bytes[start + 2]! << 8) | bytes[start + 3]!) * 4;
  }
  let end = length;
  if ((first & 0x20) !== 0) {
    const padding = bytes[length - 1]!;
    if (padding === 0) return false;
    end -= padding;
  }
  if (start > end) return false;
  into.payloadType = second & 0x7f;
  into.marker = (second & 0x80) !== 0;
  into.sequence = (bytes[2]! << 8) | bytes[3]!;
  into.timestamp = ((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) >>> 0;
  into.ssrc = ((bytes[8]! << 24) | (bytes[9]! << 16) | (bytes[10]! << 8) | bytes[11]!) >>> 0;
  into.payloadOffset = start;
  into.payloadLength = end - start;
  return true;
}

/** True for an RTCP packet, whichever port it came to (RFC 5761 4: packet types 192 to 223). */
export function isRtcp(bytes: Uint8Array, length: number): boolean {
  return length >= 8 && bytes[0]! >> 6 === 2 && bytes[1]! >= 192 && bytes[1]! <= 223;
}

/** Writes the 12-byte header at `offset`; returns where the payload starts. */
export function encodeRtpHeader(
  into: Uint8Array,
  offset: number,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): number {
  into[offset] = 0x80;
  into[offset + 1] = (marker ? 0x80 : 0) | (payloadType & 0x7f);
  into[offset + 2] = sequence >>> 8;
  into[offset + 3] = sequence;
  into[offset + 4] = timestamp >>> 24;
  into[offset + 5] = timestamp >>> 16;
  into[offset + 6] = timestamp >>> 8;
  into[offset + 7] = timestamp;
  into[offset + 8] = ssrc >>> 24;
  into[offset + 9] = ssrc >>> 16;
  into[offset + 10] = ssrc >>> 8;
  into[offset + 11] = ssrc;
  return offset + rtpHeaderBytes;
}

export function addSequence(sequence: number, count: number): number {
  return (sequence + count) & 0xffff;
}

/** How far `a` is ahead of `b`, -32768 to 32767. */
export function sequenceDistance(a: number, b: number): number {
  return ((a - b) << 16) >> 16;
}

export function addTimestamp(timestamp: number, units: number): number {
  return (timestamp + units) >>> 0;
}

/** How far `a` is ahead of `b` in clock units, -2^31 to 2^31 - 1. */
export function timestampDistance(a: number, b: number): number {
  return (a - b) | 0;
}
