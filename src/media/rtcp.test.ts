import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRtcp, encodeBye, encodeReport, longestReportBytes, middleOfNtp, ntpOf } from './rtcp.ts';

const sender = { ntpSeconds: 0xe8a1b2c3, ntpFraction: 0x80000000, timestamp: 0xfffffff0, packets: 500, octets: 80_000 };
const block = {
  ssrc: 0xdeadbeef,
  fractionLost: 25,
  lost: -3,
  highestSequence: 0x0001fffe,
  jitter: 12,
  lastReport: 0xb2c38000,
  delaySinceLastReport: 65_536,
};
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const decode = (text: string) => decodeRtcp(hex(text), hex(text).length);

describe('a compound', () => {
  it('is read back as it was written', () => {
    const bytes = new Uint8Array(longestReportBytes);
    const length = encodeBye(bytes, encodeReport(bytes, 7, sender, block, 'a@192.0.2.1'), 7);
    expect(length % 4).toBe(0);
    expect(decodeRtcp(bytes, length)).toEqual([
      { type: 'sender-report', ssrc: 7, sender, blocks: [block] },
      { type: 'name', ssrc: 7, cname: 'a@192.0.2.1' },
      { type: 'bye', ssrcs: [7] },
    ]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 255])('ends a name of %d bytes on a word', (count) => {
    const bytes = new Uint8Array(longestReportBytes).fill(0xaa);
    const length = encodeReport(bytes, 7, null, null, 'n'.repeat(count));
    expect(decodeRtcp(bytes, length)).toEqual([
      { type: 'receiver-report', ssrc: 7, blocks: [] },
      { type: 'name', ssrc: 7, cname: 'n'.repeat(count) },
    ]);
    expect(bytes[length - 1]).toBe(0);
  });

  it('has the bytes of the recommendation', () => {
    const bytes = new Uint8Array(longestReportBytes);
    const length = encodeReport(bytes, 0x01020304, null, block, 'ab');
    expect(Buffer.from(bytes.subarray(0, length)).toString('hex')).toBe(
      '81c90007' +
        '01020304' +
        'deadbeef' +
        '19fffffd' +
        '0001fffe' +
        '0000000c' +
        'b2c38000' +
        '00010000' +
        '81ca0003' +
        '01020304' +
        '01026162' +
        '00000000',
    );
  });
});

describe('decodeRtcp', () => {
  it('passes over types it does not know, and takes padding off the last packet', () => {
    expect(decode('80c90001 00000007 81ce0002 00000001 00000002 a1cb0002 00000007 00000004')).toEqual([
      { type: 'receiver-report', ssrc: 7, blocks: [] },
      { type: 'bye', ssrcs: [7] },
    ]);
  });

  it.each([
    ['too short', '80c90000'],
    ['another version', '40c9000100000007'],
    ['longer than the datagram', '80c9000200000007'],
    ['a block that is not there', '81c9000100000007'],
    ['a sender report without its information', '80c8000100000007'],
    ['a name beyond the packet', '81ca0002 00000007 01ff6162'],
    ['a BYE without its source', '82cb0001 00000007'],
    ['padding larger than the packet', 'a0c90001 000000ff'],
    ['padding before the end', 'a0c90001 00000004 80c90001 00000007'],
    ['a receiver report without its source', '80c90000 80c90001 00000007'],
  ])('refuses: %s', (_what, text) => {
    expect(decode(text)).toBe(null);
  });

  it('survives any bytes', () => {
    const compound = fc.uint8Array({ maxLength: 120 }).map((bytes) => {
      const start = Uint8Array.of(0x81, 200 + ((bytes[0] ?? 0) % 5), 0, (bytes[1] ?? 0) % 16);
      return Uint8Array.from([...start, ...bytes]);
    });
    fc.assert(
      fc.property(compound, (bytes) => {
        const packets = decodeRtcp(bytes, bytes.length);
        expect(packets === null || Array.isArray(packets)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('time', () => {
  it('of NTP begins in 1900', () => {
    expect(ntpOf(0)).toEqual({ seconds: 2_208_988_800, fraction: 0 });
    expect(ntpOf(1500)).toEqual({ seconds: 2_208_988_801, fraction: 0x80000000 });
    expect(middleOfNtp(0x12345678, 0x9abcdef0)).toBe(0x56789abc);
  });
});
