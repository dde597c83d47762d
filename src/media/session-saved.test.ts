import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SavedSession } from './plane.ts';
import { sequenceDistance, timestampDistance } from './rtp.ts';
import { continueStream, elapsedMs } from './session-saved.ts';

const saved: SavedSession = {
  version: 1,
  port: 10_000,
  ssrc: 7,
  sequence: 100,
  timestamp: 5000,
  packets: 10,
  octets: 1600,
  at: 1_000_000,
  uptime: { boot: 'a', ms: 50_000 },
  everyMs: 20,
  sending: true,
  cname: 'c',
  audio: null,
  held: false,
  source: null,
  keys: { count: 0, eventSeen: false, twice: false, presses: [] },
  event: null,
};
const later = (ms: number) => ({ at: saved.at + ms, uptime: { boot: 'a', ms: 50_000 + ms } });

describe('the stream of a killed process', () => {
  it('goes on behind every packet that can have been sent, however it was packed and wherever it wraps', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff }),
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.integer({ min: 10, max: 60 }),
        // What a 16-bit number can tell apart, at the shortest packets.
        fc.integer({ min: 0, max: 300_000 }),
        fc.integer({ min: 0, max: 300_000 }),
        (sequence, timestamp, everyMs, livedMs, deadMs) => {
          const stream = continueStream({ ...saved, sequence, timestamp, everyMs }, later(livedMs + deadMs));
          // The first packet may be due in the moment that is saved.
          const sent = Math.floor(livedMs / everyMs) + 1;
          const behind = sequenceDistance(stream.sequence, (sequence + sent - 1) & 0xffff);
          if (sent + deadMs / everyMs < 32_000) expect(behind).toBeGreaterThan(0);
          expect(stream.sequence).toBe((sequence + Math.ceil((livedMs + deadMs) / everyMs) + 4) & 0xffff);
          const lastStamp = (timestamp + (sent - 1) * everyMs * 8) >>> 0;
          expect(timestampDistance(stream.timestamp, lastStamp)).toBeGreaterThan(0);
          expect(stream.ssrc).toBe(7);
        },
      ),
    );
  });

  it('wraps both numbers', () => {
    const stream = continueStream({ ...saved, sequence: 65_530, timestamp: 0xffff_ff00 }, later(1000));
    expect(stream).toEqual({
      ssrc: 7,
      sequence: (65_530 + 50 + 4) % 65_536,
      timestamp: (0xffff_ff00 + 8000 + 640) % 2 ** 32,
      packets: 64,
      octets: 1600 + 54 * 160,
    });
  });

  it('counts time on hold, and no packets', () => {
    const stream = continueStream({ ...saved, sending: false }, later(3_600_000));
    expect(stream.sequence).toBe(104);
    expect(stream.timestamp).toBe(5000 + 28_800_000 + 640);
  });

  it('believes the clock that nobody sets, within one start of the machine', () => {
    expect(elapsedMs(saved, { at: saved.at - 3_600_000, uptime: { boot: 'a', ms: 50_700.5 } })).toBe(701);
    expect(elapsedMs(saved, { at: saved.at + 900, uptime: { boot: 'b', ms: 12 } })).toBe(900);
    expect(elapsedMs({ ...saved, uptime: null }, later(900))).toBe(900);
  });

  it('is another source when nobody knows how far it got', () => {
    const back = { at: saved.at - 1, uptime: null };
    expect(elapsedMs(saved, back)).toBe(null);
    const ssrcs = new Set(Array.from({ length: 8 }, () => continueStream(saved, back).ssrc));
    expect(ssrcs.size).toBeGreaterThan(1);
    expect(continueStream(saved, back).packets).toBe(0);
  });
});
