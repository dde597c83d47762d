import { describe, expect, it } from 'vitest';
import {
  addSequence,
  addTimestamp,
  createRtpPacket,
  decodeRtp,
  encodeRtpHeader,
  isRtcp,
  sequenceDistance,
  timestampDistance,
} from './rtp.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('decodeRtp', () => {
  it('reads what encodeRtpHeader wrote, at any offset', () => {
    const bytes = new Uint8Array(40);
    expect(encodeRtpHeader(bytes, 3, 101, true, 0xfffe, 0xfedcba98, 0xdeadbeef)).toBe(15);
    const packet = createRtpPacket();
    expect(decodeRtp(bytes.subarray(3, 19), 16, packet)).toBe(true);
    expect(packet).toEqual({
      payloadType: 101,
      marker: true,
      sequence: 0xfffe,
      timestamp: 0xfedcba98,
      ssrc: 0xdeadbeef,
      payloadOffset: 12,
      payloadLength: 4,
    });
  });

  it('steps over contributing sources, extension and padding', () => {
    const packet = createRtpPacket();
    const bytes = hex('b2 00 0001 00000002 00000003 11111111 22222222 bede0001 aabbccdd 5566 000003');
    expect(decodeRtp(bytes, bytes.length, packet)).toBe(true);
    expect([packet.payloadOffset, packet.payloadLength]).toEqual([28, 2]);
  });

  it('accepts a packet without payload', () => {
    const packet = createRtpPacket();
    expect(decodeRtp(hex('800000010000000200000003'), 12, packet)).toBe(true);
    expect(packet.payloadLength).toBe(0);
  });

  it.each([
    ['short header', '8000000100000002000000'],
    ['version 1', '400000010000000200000003'],
    ['contributing sources beyond the end', '8f0000010000000200000003'],
    ['extension header beyond the end', '900000010000000200000003bede'],
    ['extension body beyond the end', '900000010000000200000003bede0001'],
    ['padding of zero', 'a0000001000000020000000300'],
    ['padding into the header', 'a0000001000000020000000302'],
  ])('refuses: %s', (_why, text) => {
    const bytes = hex(text);
    expect(decodeRtp(bytes, bytes.length, createRtpPacket())).toBe(false);
  });

  it('looks at `length` bytes only, not at the rest of the buffer', () => {
    expect(decodeRtp(new Uint8Array(1500).fill(0x80), 11, createRtpPacket())).toBe(false);
    expect(decodeRtp(hex('800000010000000200000003'), 13, createRtpPacket())).toBe(false);
  });
});

describe('isRtcp', () => {
  it('tells a sender report from audio with a marker', () => {
    expect(isRtcp(hex('80c8000600000001'), 8)).toBe(true);
    expect(isRtcp(hex('808000010000000200000003'), 12)).toBe(false);
  });
});

describe('wrapping counters', () => {
  it('count past their width', () => {
    expect(addSequence(0xffff, 1)).toBe(0);
    expect(addSequence(0, -1)).toBe(0xffff);
    expect(addTimestamp(0xffffffff, 160)).toBe(159);
    expect(addTimestamp(0, -1)).toBe(0xffffffff);
  });

  it('measure the short way round', () => {
    expect(sequenceDistance(2, 0xffff)).toBe(3);
    expect(sequenceDistance(0xffff, 2)).toBe(-3);
    expect(timestampDistance(100, 0xffffff9c)).toBe(200);
    expect(timestampDistance(0xffffff9c, 100)).toBe(-200);
  });
});
