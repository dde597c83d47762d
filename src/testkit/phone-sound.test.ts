import { describe, expect, it } from 'vitest';
import { createSoundMeter } from './phone-sound.ts';

const frame = (level: number) => new Int16Array(160).fill(level);

/** Feeds stretches of [level, ms] and says what was told, at which millisecond. */
function meter(stretches: readonly (readonly [level: number, ms: number])[], resetAtMs = -1): string[] {
  const told: string[] = [];
  let nowMs = 0;
  const sound = createSoundMeter({
    silenceMs: 200,
    started: (agoMs) => told.push(`started ${nowMs - agoMs}`),
    ended: (agoMs, durationMs) => told.push(`ended ${nowMs - agoMs} after ${durationMs}`),
  });
  for (const [level, ms] of stretches) {
    for (let at = 0; at < ms; at += 20) {
      nowMs += 20;
      sound.take(frame(level));
      if (nowMs === resetAtMs) sound.reset();
    }
  }
  return told;
}

describe('stretches of sound', () => {
  it('begin and end where the sound does, not where that was noticed', () => {
    expect(
      meter([
        [0, 100],
        [3000, 400],
        [0, 300],
      ]),
    ).toEqual(['started 100', 'ended 500 after 400']);
  });

  it('go over pauses that are shorter than the silence that ends them', () => {
    expect(
      meter([
        [3000, 100],
        [0, 180],
        [3000, 100],
        [0, 200],
      ]),
    ).toEqual(['started 0', 'ended 380 after 380']);
    expect(
      meter([
        [3000, 100],
        [0, 200],
        [3000, 100],
      ]),
    ).toEqual(['started 0', 'ended 100 after 100', 'started 300']);
  });

  it('are not made of clicks or of line noise', () => {
    expect(
      meter([
        [0, 100],
        [9000, 20],
        [0, 100],
        [100, 1000],
      ]),
    ).toEqual([]);
  });

  it('end at a reset and count anew', () => {
    expect(meter([[3000, 400]], 200)).toEqual(['started 0', 'ended 200 after 200', 'started 200']);
  });
});
