// The stream: blocks of any size, both sample rates, what happens at its edges, and what hearing costs.
import { describe, expect, it } from 'vitest';
import { DtmfDetector } from './detector.ts';
import { keys } from './keypad.ts';
import { judge, listen } from './listen-rig.ts';
import { Random } from './random-rig.ts';
import { addNoise, losePackets, pressKeys, throughLine } from './signal-rig.ts';

const all = [...keys].join('');

function noisyKeys(name: string, rateHz: 8000 | 16_000, digits = all) {
  const random = new Random(`stream ${name}`);
  const sound = pressKeys(random, { digits, rateHz, toneMs: 60, pauseMs: 60 });
  addNoise(sound.wave, -35, random);
  return { ...sound, samples: throughLine(sound.wave, 'ulaw') };
}

describe('blocks', () => {
  const { samples, presses } = noisyKeys('blocks', 8000);
  const whole = listen(samples, { blockSamples: samples.length });

  it('as they come hold every key', () => {
    expect(judge(presses, whole)).toMatchObject({ right: 16, wrong: 0, double: 0, extra: 0 });
  });

  it.each([1, 7, 20, 80, 160, 161, 240, 480, 960])('of %i samples make no difference', (blockSamples) => {
    expect(listen(samples, { blockSamples })).toEqual(whole);
  });

  it('of changing sizes make no difference', () => {
    const random = new Random('changing blocks');
    const heard: string[] = [];
    const detector = new DtmfDetector(8000, { pressed: (digit) => heard.push(digit), released: () => {} });
    for (let at = 0; at < samples.length; ) {
      const count = Math.min(samples.length - at, random.below(400));
      detector.hear(samples, at, count);
      at += count;
    }
    expect(heard.join('')).toBe(whole.map(({ digit }) => digit).join(''));
  });

  it('between which samples are lost may be cut anywhere', () => {
    const random = new Random('odd losses');
    const gaps = Array.from({ length: 12 }, (_, index) => {
      const from = 1501 + index * 1013 + random.below(40);
      return { from, to: from + 1 + random.below(180) };
    });
    const heard = listen(samples, { gaps });
    for (const blockSamples of [1, 33, 960]) expect(listen(samples, { gaps, blockSamples })).toEqual(heard);
  });
});

describe('16 kHz', () => {
  it.each([1, 31, 320, 960])('is heard as 8 kHz is, in blocks of %i', (blockSamples) => {
    const { samples, presses } = noisyKeys('wide', 16_000);
    const judged = judge(presses, listen(samples, { rateHz: 16_000, blockSamples }), 960);
    expect(judged).toMatchObject({ right: 16, wrong: 0, double: 0, extra: 0 });
    expect(Math.max(...judged.startErrors.map(Math.abs))).toBeLessThan(4 * 16);
    expect(Math.max(...judged.latencies)).toBeLessThan(41 * 16);
  });

  it('tells lengths in its own samples', () => {
    const { samples } = noisyKeys('wide lengths', 16_000, '159D');
    for (const { durationSamples } of listen(samples, { rateHz: 16_000 })) {
      expect(Math.abs(durationSamples - 960)).toBeLessThan(6 * 16);
    }
  });

  it('does not take what lies above 4 kHz for a key', () => {
    const random = new Random('folded');
    const { wave } = pressKeys(random, { digits: '1', rateHz: 16_000, toneMs: 400 });
    // both tones moved to where they would fold back onto themselves
    for (let i = 1; i < wave.length; i += 2) wave[i] = -wave[i]!;
    expect(listen(throughLine(wave), { rateHz: 16_000 })).toEqual([]);
  });

  it('hears keys in spite of packets lost', () => {
    const random = new Random('wide loss');
    const { wave, presses } = pressKeys(random, {
      digits: random.keys(240, keys),
      rateHz: 16_000,
      toneMs: 100,
      pauseMs: 100,
    });
    const gaps = losePackets(wave.length, 0.1, 1, random, 16_000);
    const judged = judge(presses, listen(throughLine(wave), { rateHz: 16_000, gaps }), 960);
    expect(judged).toMatchObject({ wrong: 0, double: 0, extra: 0 });
    expect(judged.right).toBeGreaterThanOrEqual(239);
  });

  it('may lose an odd number of samples', () => {
    const { samples, presses } = noisyKeys('odd', 16_000);
    const gaps = [
      { from: 2001, to: 2332 },
      { from: 9000, to: 9001 },
      { from: 15_003, to: 15_166 },
    ];
    expect(judge(presses, listen(samples, { rateHz: 16_000, gaps }), 960)).toMatchObject({
      right: 16,
      double: 0,
      extra: 0,
    });
  });
});

describe('the edges of a stream', () => {
  const tone = throughLine(pressKeys(new Random('edges'), { digits: '7', toneMs: 200, jitterMs: 0 }).wave);
  const told = () => {
    const lines: string[] = [];
    const detector = new DtmfDetector(8000, {
      pressed: (digit, startSample) => lines.push(`pressed ${digit} ${startSample}`),
      released: (digit, durationSamples) => lines.push(`released ${digit} ${durationSamples}`),
    });
    return { lines, detector };
  };

  it('hears a key with which the stream begins', () => {
    const { lines, detector } = told();
    detector.hear(tone, 1600, 800);
    expect(lines).toEqual(['pressed 7 0']);
  });

  it('counts lost samples', () => {
    const { lines, detector } = told();
    detector.lost(16_000);
    detector.hear(tone, 0, tone.length);
    const start = Number(/^pressed 7 (\d+)$/.exec(lines[0]!)?.[1]);
    expect(Math.abs(start - 17_600)).toBeLessThan(24);
  });

  it('releases a key that sounds when it is reset, once', () => {
    const { lines, detector } = told();
    detector.hear(tone, 1600, 800);
    detector.reset();
    detector.reset();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^released 7 (7[89]\d|800)$/);
  });

  it('remembers nothing of before a reset', () => {
    const { lines, detector } = told();
    // 25 ms before and 25 ms behind: neither is a key
    detector.hear(tone, 1600, 200);
    detector.reset();
    detector.hear(tone, 1800, 200);
    detector.hear(tone, 0, 1600);
    expect(lines).toEqual([]);
  });

  it('counts from nothing after a reset', () => {
    const { lines, detector } = told();
    detector.hear(tone, 0, 1000);
    detector.reset();
    detector.hear(tone, 1600, 800);
    expect(lines).toEqual(['pressed 7 0']);
  });

  it('goes on for hours: a start is right after ten of them', () => {
    const { lines, detector } = told();
    for (let hour = 0; hour < 10; hour++) detector.lost(8000 * 3600);
    detector.hear(tone, 0, tone.length);
    expect(Math.abs(Number(/\d+$/.exec(lines[0]!)?.[0]) - (8000 * 36_000 + 1600))).toBeLessThan(24);
  });

  it('survives what no line sends: full scale, alternating, constant', () => {
    const { lines, detector } = told();
    detector.hear(new Int16Array(4000).fill(32_767), 0, 4000);
    detector.hear(
      Int16Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? 32_767 : -32_768)),
      0,
      4000,
    );
    detector.hear(new Int16Array(4000).fill(-32_768), 0, 4000);
    expect(lines).toEqual([]);
    detector.hear(tone, 0, tone.length);
    expect(lines[0]).toMatch(/^pressed 7/);
  });
});
