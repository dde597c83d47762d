import { describe, expect, it } from 'vitest';
import { SourceLatch } from './latch.ts';

function createLatch() {
  const latch = new SourceLatch();
  latch.reset('192.0.2.10', 4000);
  return latch;
}

/** Judges `count` packets in sequence; the verdicts. */
function judge(latch: SourceLatch, source: string, count: number, { ssrc = 1, from = 0, step = 1, known = true } = {}) {
  const [address = '', port] = source.split(':');
  return Array.from({ length: count }, (_, i) =>
    latch.judge(address, Number(port), ssrc, (from + i * step) & 0xffff, known),
  );
}

describe('SourceLatch', () => {
  it('believes the address of the SDP at once, and then nobody else', () => {
    const latch = createLatch();
    expect(judge(latch, '192.0.2.10:4000', 2)).toEqual(['first', 'accepted']);
    expect(judge(latch, '198.51.100.66:4000', 50)).toEqual(new Array(50).fill('refused'));
    expect(judge(latch, '192.0.2.10:4002', 50)).toEqual(new Array(50).fill('refused'));
    expect([latch.address, latch.port, latch.latched]).toEqual(['192.0.2.10', 4000, true]);
  });

  it('believes another address after five consistent packets, across a wrap', () => {
    const latch = createLatch();
    expect(latch.latched).toBe(false);
    const verdicts = judge(latch, '203.0.113.5:31000', 6, { from: 65_533 });
    expect(verdicts).toEqual(['refused', 'refused', 'refused', 'refused', 'first', 'accepted']);
    expect([latch.address, latch.port]).toEqual(['203.0.113.5', 31_000]);
  });

  it('counts on over a lost packet, not over a leap, a repetition or another SSRC', () => {
    expect(judge(createLatch(), '203.0.113.5:31000', 5, { step: 2 }).at(-1)).toBe('first');
    expect(judge(createLatch(), '203.0.113.5:31000', 30, { step: 100 })).not.toContain('first');
    expect(judge(createLatch(), '203.0.113.5:31000', 30, { step: 0 })).not.toContain('first');
    const latch = createLatch();
    for (let i = 0; i < 30; i++) expect(latch.judge('203.0.113.5', 31_000, i, i, true)).toBe('refused');
  });

  it('is not latched by payload types that were not negotiated', () => {
    expect(judge(createLatch(), '203.0.113.5:31000', 30, { known: false })).not.toContain('first');
    expect(judge(createLatch(), '192.0.2.10:4000', 30, { known: false })).not.toContain('first');
  });

  it('is not latched by two others who take turns', () => {
    const latch = createLatch();
    for (let i = 0; i < 20; i++) {
      expect(judge(latch, '203.0.113.5:31000', 1, { from: i })).toEqual(['refused']);
      expect(judge(latch, '198.51.100.66:5', 1, { from: i })).toEqual(['refused']);
    }
  });

  it('lets the address of the SDP replace a quicker one, once and for all', () => {
    const latch = createLatch();
    judge(latch, '198.51.100.66:5', 5);
    expect(judge(latch, '192.0.2.10:4000', 2)).toEqual(['first', 'accepted']);
    expect(judge(latch, '198.51.100.66:5', 20, { from: 5 })).not.toContain('accepted');
    expect(latch.address).toBe('192.0.2.10');
  });

  it('learns again only after a reset, with nothing left of before', () => {
    const latch = createLatch();
    judge(latch, '203.0.113.5:31000', 4);
    latch.reset('192.0.2.20', 6000);
    expect(judge(latch, '203.0.113.5:31000', 1, { from: 4 })).toEqual(['refused']);
    expect(judge(latch, '192.0.2.10:4000', 1)).toEqual(['refused']);
    expect(judge(latch, '192.0.2.20:6000', 1)).toEqual(['first']);
  });

  it('believes at once what it had learned before a restart, and that only', () => {
    const latch = new SourceLatch();
    latch.restore('192.0.2.10', 4000, '203.0.113.5', 31_000);
    expect(judge(latch, '198.51.100.66:5', 20)).not.toContain('first');
    expect(judge(latch, '203.0.113.5:31000', 1, { ssrc: 9, from: 40_000 })).toEqual(['accepted']);
    expect(judge(latch, '192.0.2.10:4000', 1)).toEqual(['first']);
  });

  it('learns after a restart when it had not yet', () => {
    const latch = new SourceLatch();
    latch.restore('192.0.2.10', 4000, '', 0);
    expect(latch.latched).toBe(false);
    expect(judge(latch, '203.0.113.5:31000', 5).at(-1)).toBe('first');
  });

  it('believes nothing before it was told what to expect', () => {
    expect(judge(new SourceLatch(), '203.0.113.5:0', 9)).not.toContain('first');
    expect(new SourceLatch().judge('', 0, 1, 1, true)).toBe('refused');
  });
});
