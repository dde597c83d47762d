// Owns: captures (pcap) of a caller's RTP for SIPp to play: G.711 silence with keys in it as RFC 4733 telephone-events.
// The captures of one caller are one stream: sequence numbers and timestamps go on from one to the next.
//
//   file    magic version zone 0 snaplen link(1, Ethernet) | then for each packet: seconds microseconds length length bytes
//   packet  Ethernet(14) IPv4(20) UDP(8) RTP(12) payload
//   event   number | end(1) 0 volume(6) | duration(16)

const packetMs = 20;
const ticksPerPacket = 160;
const eventNumbers = '0123456789*#ABCD';
const endBit = 0x80;
const volumeDbm0 = 10;

export interface CaptureOptions {
  /** Silence before the first key; 100. */
  readonly leadMs?: number;
  /** How long each key is held; 100. */
  readonly holdMs?: number;
  /** Silence after each key; 60. */
  readonly gapMs?: number;
}

export interface KeyStream {
  /** The next stretch of what the caller sends. */
  capture(keys: string, options?: CaptureOptions): Buffer;
}

export function createKeyStream(eventPayloadType = 101): KeyStream {
  const ssrc = 0x4b65_7973;
  let sequence = 4_000;
  let timestamp = 80_000;

  function rtp(payloadType: number, marker: boolean, payload: Uint8Array, at: number): Buffer {
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = (marker ? 0x80 : 0) | payloadType;
    header.writeUInt16BE(sequence++ & 0xffff, 2);
    header.writeUInt32BE(at >>> 0, 4);
    header.writeUInt32BE(ssrc, 8);
    return Buffer.concat([header, payload]);
  }

  return {
    capture(keys, { leadMs = 100, holdMs = 100, gapMs = 60 } = {}) {
      const packets: Buffer[] = [];
      const silence = Buffer.alloc(ticksPerPacket, 0xff);
      const quiet = (ms: number): void => {
        for (let count = Math.round(ms / packetMs); count > 0; count -= 1) {
          packets.push(rtp(0, packets.length === 0, silence, timestamp));
          timestamp += ticksPerPacket;
        }
      };
      quiet(leadMs);
      for (const key of keys) {
        const start = timestamp;
        const updates = Math.round(holdMs / packetMs);
        // The last packet three times (RFC 4733 2.5.1.4), all of them at the pace of the others.
        for (let index = 0; index < updates + 3; index += 1) {
          const ended = index >= updates;
          const duration = Math.min(index + 1, updates) * ticksPerPacket;
          const event = Buffer.from([eventNumbers.indexOf(key), (ended ? endBit : 0) | volumeDbm0, 0, 0]);
          event.writeUInt16BE(duration, 2);
          packets.push(rtp(eventPayloadType, index === 0, event, start));
          timestamp += ticksPerPacket;
        }
        quiet(gapMs);
      }
      return formatCapture(packets);
    },
  };
}

export function formatCapture(packets: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  head.writeUInt32LE(1, 20);
  const records = packets.flatMap((packet, index) => {
    const frame = Buffer.concat([frameHeaders(packet.length, index), packet]);
    const at = index * packetMs;
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_000_000_000 + Math.floor(at / 1000), 0);
    record.writeUInt32LE((at % 1000) * 1000, 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return [record, frame];
  });
  return Buffer.concat([head, ...records]);
}

/** SIPp puts its own addresses and ports in the place of these. */
function frameHeaders(payloadBytes: number, id: number): Buffer {
  const headers = Buffer.alloc(42);
  headers.writeUInt16BE(0x0800, 12);
  headers[14] = 0x45;
  headers.writeUInt16BE(28 + payloadBytes, 16);
  headers.writeUInt16BE(id & 0xffff, 18);
  headers[22] = 64;
  headers[23] = 17;
  headers.set([127, 0, 0, 1], 26);
  headers.set([127, 0, 0, 1], 30);
  headers.writeUInt16BE(checksum(headers.subarray(14, 34)), 24);
  headers.writeUInt16BE(20_000, 34);
  headers.writeUInt16BE(30_000, 36);
  headers.writeUInt16BE(8 + payloadBytes, 38);
  return headers;
}

function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2) sum += (bytes[index]! << 8) | bytes[index + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
