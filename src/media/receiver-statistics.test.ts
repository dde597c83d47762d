import { describe, expect, it } from 'vitest';
import { ReceiverStatistics } from './receiver-statistics.ts';

function receive(statistics: ReceiverStatistics, sequences: readonly number[], start = 0, ssrc = 7) {
  for (const [i, sequence] of sequences.entries()) statistics.receive(sequence, start + i * 160, ssrc, i * 20);
}

describe('ReceiverStatistics', () => {
  it('reports nothing before the first packet and in silence', () => {
    const statistics = new ReceiverStatistics();
    expect(statistics.report(0)).toBe(null);
    receive(statistics, [1, 2]);
    expect(statistics.report(5000)).not.toBe(null);
    expect(statistics.report(10_000)).toBe(null);
  });

  it('counts loss since the beginning and since the last report', () => {
    const statistics = new ReceiverStatistics();
    receive(statistics, [1, 2, 4, 5]);
    expect(statistics.report(100)).toMatchObject({ ssrc: 7, lost: 1, fractionLost: 51, highestSequence: 5 });
    receive(statistics, [6, 7, 8, 9], 1000);
    expect(statistics.report(200)).toMatchObject({ lost: 1, fractionLost: 0, highestSequence: 9 });
  });

  it('counts a late packet as received, and a repeated one as less than no loss', () => {
    const statistics = new ReceiverStatistics();
    receive(statistics, [1, 3, 2, 3]);
    expect(statistics.report(100)).toMatchObject({ lost: -1, fractionLost: 0, highestSequence: 3 });
  });

  it('counts the wraps of the sequence', () => {
    const statistics = new ReceiverStatistics();
    receive(statistics, [65_534, 65_535, 0, 1, 65_533]);
    expect(statistics.report(100)).toMatchObject({ highestSequence: 0x10001, lost: -1 });
  });

  it('begins anew after two packets in a row far away, not after one', () => {
    const statistics = new ReceiverStatistics();
    receive(statistics, [1, 2, 30_000, 3]);
    expect(statistics.report(100)).toMatchObject({ highestSequence: 3, lost: 0 });
    receive(statistics, [40_000, 40_001, 40_002]);
    expect(statistics.report(100)).toMatchObject({ highestSequence: 40_002, lost: 0 });
  });

  it('begins anew with another SSRC', () => {
    const statistics = new ReceiverStatistics();
    receive(statistics, [1, 9]);
    receive(statistics, [500, 501], 0, 8);
    expect(statistics.report(100)).toMatchObject({ ssrc: 8, lost: 0 });
  });

  it('has no jitter on a steady stream, and the smoothed deviation on another', () => {
    const steady = new ReceiverStatistics();
    receive(steady, [1, 2, 3, 4, 5]);
    expect(steady.jitterMs).toBe(0);
    const uneven = new ReceiverStatistics();
    for (let i = 0; i < 200; i++) uneven.receive(i, i * 160, 7, i * 20 + (i % 2) * 10);
    expect(uneven.jitterMs).toBeCloseTo(10, 1);
    expect(uneven.report(0)?.jitter).toBe(80);
  });

  it('takes the packets of one event, with one timestamp, for no jitter', () => {
    const statistics = new ReceiverStatistics();
    for (let i = 0; i < 5; i++) statistics.receive(i, i * 160, 7, i * 20);
    for (let i = 5; i < 12; i++) statistics.receive(i, 800, 7, i * 20);
    for (let i = 12; i < 20; i++) statistics.receive(i, i * 160, 7, i * 20);
    expect(statistics.jitterMs).toBe(0);
  });

  it('says how long ago the last sender report came', () => {
    const statistics = new ReceiverStatistics();
    receive(statistics, [1, 2]);
    statistics.senderReported(0x12345678, 0x9abcdef0, 1000);
    expect(statistics.report(1500)).toMatchObject({ lastReport: 0x56789abc, delaySinceLastReport: 32_768 });
  });
});
