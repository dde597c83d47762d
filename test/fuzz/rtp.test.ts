// Owns: random packets against everything that reads RTP and RTCP. None may throw, and none may be read beyond its end.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedBlocks, decodeRed } from '../../src/media/red.ts';
import { decodeRtcp } from '../../src/media/rtcp.ts';
import { createRtpPacket, decodeRtp, encodeRtpHeader } from '../../src/media/rtp.ts';
import { TelephoneEventReceiver } from '../../src/media/telephone-event-receiver.ts';

const anyBytes = fc.uint8Array({ maxLength: 300, size: 'max' });
/** Bytes that pass for RTP or RTCP more often. */
const likelyBytes = fc.tuple(fc.nat(0x3f), anyBytes).map(([bits, bytes]) => Uint8Array.from([0x80 | bits, ...bytes]));
const packet = fc.oneof(anyBytes, likelyBytes);

describe('random packets', () => {
  it('are read within their bounds by decodeRtp, or refused', () => {
    const into = createRtpPacket();
    let read = 0;
    fc.assert(
      fc.property(packet, fc.nat(300), (bytes, room) => {
        const length = Math.min(bytes.length, room);
        if (!decodeRtp(bytes, length, into)) return;
        read++;
        expect(into.payloadOffset).toBeGreaterThanOrEqual(12);
        expect(into.payloadLength).toBeGreaterThanOrEqual(0);
        expect(into.payloadOffset + into.payloadLength).toBeLessThanOrEqual(length);
      }),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it('come back from encodeRtpHeader as they went in', () => {
    const into = createRtpPacket();
    const header = fc.tuple(fc.nat(127), fc.boolean(), fc.nat(0xffff), fc.nat(0xffffffff), fc.nat(0xffffffff));
    fc.assert(
      fc.property(header, ([payloadType, marker, sequence, timestamp, ssrc]) => {
        const bytes = new Uint8Array(12);
        encodeRtpHeader(bytes, 0, payloadType, marker, sequence, timestamp, ssrc);
        expect(decodeRtp(bytes, 12, into)).toBe(true);
        expect(into).toMatchObject({ payloadType, marker, sequence, timestamp, ssrc, payloadLength: 0 });
      }),
    );
  });

  it('are read within their bounds by decodeRed, or refused', () => {
    const blocks = createRedBlocks();
    fc.assert(
      fc.property(packet, fc.nat(20), (bytes, start) => {
        const length = Math.max(0, bytes.length - start);
        if (!decodeRed(bytes, start, length, blocks)) return;
        for (let i = 0; i < blocks.count; i++) {
          expect(blocks.offset[i]! + blocks.length[i]!).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('never make decodeRtcp throw', () => {
    fc.assert(
      fc.property(packet, (bytes) => {
        expect(Array.isArray(decodeRtcp(bytes, bytes.length) ?? [])).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('never make the event receiver throw, or press a key without releasing it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(0xffff), fc.nat(0xffffffff), packet, fc.boolean()), { maxLength: 30 }),
        (all) => {
          let down = 0;
          const sink = { pressed: () => void down++, released: () => void down--, flash: () => {} };
          const receiver = new TelephoneEventReceiver(sink);
          for (const [i, [sequence, timestamp, bytes, red]] of all.entries()) {
            if (red) receiver.redundantPacket(101, sequence, timestamp, false, 1, bytes, 0, bytes.length, i * 20);
            else receiver.packet(sequence, timestamp, false, 1, bytes, 0, bytes.length, i * 20);
            expect(down === 0 || down === 1).toBe(true);
          }
          receiver.tick(1e6);
          expect(down).toBe(0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
