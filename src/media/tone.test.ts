import { describe, expect, it } from 'vitest';
import { beep, dtmfTone, generateTone, progressTone } from './tone.ts';

/** Level of one frequency in dBm0, by correlation over samples[from, from + count). */
function levelDbm0(samples: Int16Array, frequencyHz: number, from = 0, count = samples.length): number {
  let re = 0;
  let im = 0;
  for (let i = from; i < from + count; i++) {
    re += samples[i]! * Math.cos((2 * Math.PI * frequencyHz * i) / 8000);
    im += samples[i]! * Math.sin((2 * Math.PI * frequencyHz * i) / 8000);
  }
  return 20 * Math.log10((2 * Math.hypot(re, im)) / count / 32_768) + 3.14;
}

const silent = (samples: Int16Array, fromMs: number, toMs: number) =>
  samples.subarray(fromMs * 8, toMs * 8).every((sample) => sample === 0);

describe('dtmfTone', () => {
  it.each([
    ['1', 697, 1209],
    ['6', 770, 1477],
    ['8', 852, 1336],
    ['*', 941, 1209],
    ['0', 941, 1336],
    ['#', 941, 1477],
    ['A', 697, 1633],
    ['d', 941, 1633],
  ])('%s is %d and %d Hz at one level', (digit, low, high) => {
    const samples = dtmfTone(digit, 1000, -10)!;
    expect(samples.length).toBe(8000);
    expect(levelDbm0(samples, low)).toBeCloseTo(-10, 1);
    expect(levelDbm0(samples, high)).toBeCloseTo(-10, 1);
    expect(levelDbm0(samples, 1000)).toBeLessThan(-60);
  });

  it('is nothing for what is no key', () => {
    expect([dtmfTone('x', 100), dtmfTone('', 100), dtmfTone('12', 100)]).toEqual([null, null, null]);
  });

  it('stays within the range of a sample however loud', () => {
    const samples = dtmfTone('5', 200, 10)!;
    expect(Math.max(...samples)).toBe(32_767);
    expect(Math.min(...samples)).toBe(-32_768);
  });
});

describe('call progress', () => {
  it.each([
    ['us', 'dial', [350, 440], -13, 1000, 1000],
    ['us', 'ringback', [440, 480], -19, 2000, 6000],
    ['us', 'busy', [480, 620], -24, 500, 1000],
    ['us', 'congestion', [480, 620], -24, 250, 500],
    ['eu', 'dial', [425], -13, 1000, 1000],
    ['eu', 'ringback', [425], -13, 1000, 5000],
    ['eu', 'busy', [425], -13, 500, 1000],
    ['eu', 'congestion', [425], -13, 250, 500],
  ] as const)('%s %s', (plan, name, frequencies, level, onMs, periodMs) => {
    const samples = progressTone(name, plan);
    expect(samples.length).toBe(periodMs * 8);
    for (const frequency of frequencies) {
      expect(Math.abs(levelDbm0(samples, frequency, 800, onMs * 8 - 1600) - level)).toBeLessThan(0.6);
    }
    expect(silent(samples, onMs, periodMs)).toBe(true);
    expect(silent(samples, 0, onMs)).toBe(false);
  });

  it('repeats a dial tone without a seam', () => {
    const samples = progressTone('dial');
    const biggestStep = (from: number, to: number) => Math.abs(samples[from]! - samples[to]!);
    let inside = 0;
    for (let i = 1; i < samples.length; i++) inside = Math.max(inside, biggestStep(i, i - 1));
    expect(biggestStep(0, samples.length - 1)).toBeLessThanOrEqual(inside);
  });
});

describe('generateTone', () => {
  it('follows a cadence of several bursts, without clicks', () => {
    const samples = generateTone({ frequenciesHz: [1000], levelDbm0: -10, cadenceMs: [100, 50, 100, 250] });
    expect([silent(samples, 100, 150), silent(samples, 250, 500)]).toEqual([true, true]);
    expect(Math.abs(samples[1]!)).toBeLessThan(1500);
    expect(Math.abs(samples[799]!)).toBeLessThan(1500);
  });

  it('beeps', () => {
    expect(levelDbm0(beep(), 1000)).toBeCloseTo(-10, 0);
  });
});
