import { describe, expect, it } from 'vitest';
import { Recorder, type RecorderOptions } from './recorder.ts';

function recorder(options: Partial<RecorderOptions> = {}): { recorder: Recorder; samples: number[] } {
  const samples: number[] = [];
  const sink = { append: (from: Int16Array, count: number) => void samples.push(...from.subarray(0, count)) };
  return {
    recorder: new Recorder({ channels: 'one-each', maxMs: null, silenceMs: null, ...options }, sink, 480),
    samples,
  };
}

const level = (value: number) => new Int16Array(160).fill(value);

describe('the recorder', () => {
  it('writes what was received left and what was sent right', () => {
    const { recorder: r, samples } = recorder();
    r.take(Int16Array.of(1, 2, 3), Int16Array.of(-1, -2, -3), 3);
    expect(samples).toEqual([1, -1, 2, -2, 3, -3]);
  });

  it('mixes with saturation', () => {
    const { recorder: r, samples } = recorder({ channels: 'mixed' });
    r.take(Int16Array.of(100, 30_000, -30_000), Int16Array.of(5, 30_000, -30_000), 3);
    expect(samples).toEqual([105, 32_767, -32_768]);
  });

  it('ends at its length to the sample', () => {
    const { recorder: r, samples } = recorder({ maxMs: 50 });
    expect(r.take(level(1000), level(0), 160)).toBe(null);
    expect(r.take(level(1000), level(0), 160)).toBe(null);
    expect(r.take(level(1000), level(0), 160)).toBe('max');
    expect(r.durationMs).toBe(50);
    expect(samples.length).toBe(800);
  });

  it('counts what the file had before for its length', () => {
    const { recorder: r, samples } = recorder({ maxMs: 50 });
    r.take(level(1000), level(0), 160);
    r.continueAfter(160);
    expect(r.durationMs).toBe(40);
    expect(r.take(level(1000), level(0), 160)).toBe('max');
    expect(samples.length).toBe((160 + 80) * 2);
    const full = recorder({ maxMs: 50 });
    full.recorder.continueAfter(4000);
    expect(full.recorder.take(level(1000), level(0), 160)).toBe('max');
    expect(full.samples).toEqual([]);
  });

  it('ends when the caller was silent for long enough, whatever is played to them', () => {
    const { recorder: r } = recorder({ silenceMs: 60 });
    const takes = [5, 5, 1000, 5, -5, 5].map((received) => r.take(level(received), level(9000), 160));
    expect(takes).toEqual([null, null, null, null, null, 'silence']);
  });
});
