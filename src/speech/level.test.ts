import { describe, expect, it } from 'vitest';
import { levelSpeech, measureLevelDb, speechLevelDb } from './level.ts';

const tone = (amplitude: number, seconds = 1) =>
  Int16Array.from({ length: 8000 * seconds }, (_, n) => amplitude * 32767 * Math.sin((2 * Math.PI * 300 * n) / 8000));

describe('the level of speech', () => {
  it('is that of the spoken parts, whatever the pauses', () => {
    const spoken = tone(0.1);
    const paused = new Int16Array(32_000);
    paused.set(spoken, 16_000);
    expect(measureLevelDb(spoken)).toBeCloseTo(-23, 1);
    expect(measureLevelDb(paused)).toBeCloseTo(-23, 1);
  });

  it.each([0.03, 0.1, 0.3, 0.9])('becomes the same from an amplitude of %d', (amplitude) => {
    expect(measureLevelDb(levelSpeech(tone(amplitude)))).toBeCloseTo(speechLevelDb, 0);
  });

  it('is not raised without end, and silence stays silence', () => {
    expect(measureLevelDb(levelSpeech(tone(0.005)))).toBeCloseTo(-49 + 15, 0);
    expect(levelSpeech(new Int16Array(800))).toEqual(new Int16Array(800));
    expect(levelSpeech(new Int16Array(0))).toHaveLength(0);
  });

  it('never wraps around: peaks are bent', () => {
    const samples = tone(0.05);
    samples.fill(30_000, 100, 110);
    const out = levelSpeech(samples);
    expect(Math.max(...out)).toBeLessThanOrEqual(32767);
    expect(Math.min(...out.subarray(100, 110))).toBeGreaterThan(0.9 * 32767);
  });
});
