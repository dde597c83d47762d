import { describe, expect, it } from 'vitest';
import { alawCode, alawSample, decodeG711, encodeG711, silenceByte, ulawCode, ulawSample } from './g711.ts';

/** Decision values x1 … x128 of G.711 tables 2a (µ-law, 14-bit units) and 1a (A-law, 13-bit units), built from the segment ends. */
function decisionValues(ends: readonly number[], first: readonly number[]): number[] {
  const values = [...first];
  for (let s = 1; s < ends.length; s++) {
    const step = (ends[s]! - ends[s - 1]!) / 16;
    for (let k = 1; k <= 16; k++) values.push(ends[s - 1]! + k * step);
  }
  return values;
}
const ulawDecisions = decisionValues(
  [31, 95, 223, 479, 991, 2015, 4063, 8159],
  [0, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31],
);
const alawDecisions = decisionValues(
  [64, 128, 256, 512, 1024, 2048, 4096],
  Array.from({ length: 33 }, (_, i) => i * 2),
);

/** The interval a magnitude lies in: n with x(n) <= magnitude < x(n+1), the last one open upwards. */
function interval(decisions: readonly number[], magnitude: number): number {
  let n = 0;
  while (n < 127 && magnitude >= decisions[n + 1]!) n++;
  return n;
}

describe('µ-law', () => {
  it('has the decision values of table 2a', () => {
    expect([ulawDecisions.length, ulawDecisions[127], ulawDecisions[128]]).toEqual([129, 7903, 8159]);
  });

  it('returns every code but minus zero unchanged', () => {
    for (let code = 0; code < 256; code++) expect(ulawCode(ulawSample(code))).toBe(code === 0x7f ? 0xff : code);
  });

  it('decodes the ends of the table as the recommendation says', () => {
    expect([0x80, 0x00, 0xff, 0x7f, 0xfe, 0x7e].map(ulawSample)).toEqual([32124, -32124, 0, 0, 8, -8]);
  });

  it('puts all 65536 samples into their interval', () => {
    for (let sample = -32768; sample < 32768; sample++) {
      const value = sample >> 2;
      const n = interval(ulawDecisions, value < 0 ? ~value : value);
      const expected = (sample < 0 ? 0x7f : 0xff) - n;
      if (ulawCode(sample) !== expected) expect([sample, ulawCode(sample)]).toEqual([sample, expected]);
    }
  });

  it('decodes to the middle of the interval, and minus to minus', () => {
    for (let n = 1; n < 128; n++) {
      const middle = (ulawDecisions[n]! + ulawDecisions[n + 1]!) / 2;
      expect(ulawSample(0xff - n)).toBe(middle * 4);
      expect(ulawSample(0x7f - n)).toBe(-middle * 4);
    }
  });
});

describe('A-law', () => {
  it('has the decision values of table 1a', () => {
    expect([alawDecisions.length, alawDecisions[127], alawDecisions[128]]).toEqual([129, 3968, 4096]);
  });

  it('returns every code unchanged', () => {
    for (let code = 0; code < 256; code++) expect(alawCode(alawSample(code))).toBe(code);
  });

  it('puts all 65536 samples into their interval', () => {
    for (let sample = -32768; sample < 32768; sample++) {
      const value = sample >> 3;
      const n = interval(alawDecisions, value < 0 ? ~value : value);
      const expected = (n | (sample < 0 ? 0 : 0x80)) ^ 0x55;
      if (alawCode(sample) !== expected) expect([sample, alawCode(sample)]).toEqual([sample, expected]);
    }
  });

  it('decodes to the middle of the interval, and minus to minus', () => {
    for (let n = 0; n < 128; n++) {
      const middle = (alawDecisions[n]! + alawDecisions[n + 1]!) / 2;
      expect(alawSample((n | 0x80) ^ 0x55)).toBe(middle * 8);
      expect(alawSample(n ^ 0x55)).toBe(-middle * 8);
    }
  });
});

describe('runs of samples', () => {
  it.each(['PCMU', 'PCMA'] as const)('%s goes through given buffers and touches nothing else', (codec) => {
    const samples = Int16Array.from({ length: 10 }, (_, i) => (i - 5) * 6000);
    const bytes = new Uint8Array(12).fill(1);
    encodeG711(codec, samples, 2, 8, bytes, 3);
    expect(bytes[2]).toBe(1);
    const back = new Int16Array(10).fill(7);
    decodeG711(codec, bytes, 3, 8, back, 1);
    expect([back[0], back[9]]).toEqual([7, 7]);
    for (let i = 0; i < 8; i++) expect(Math.abs(back[i + 1]! - samples[i + 2]!)).toBeLessThanOrEqual(520);
    expect(Math.abs(codec === 'PCMU' ? ulawSample(silenceByte(codec)) : alawSample(silenceByte(codec)))).toBeLessThan(
      9,
    );
  });
});
