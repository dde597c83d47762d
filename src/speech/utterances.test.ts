import { describe, expect, it } from 'vitest';
import { createUtterances, type Utterance } from './utterances.ts';

const frame = 160;
const perMs = 8;

/** So many milliseconds of sound or silence, packet by packet; what they ended. */
function hear(line: ReturnType<typeof createUtterances>, ms: number, level: number): Utterance[] {
  const found: Utterance[] = [];
  for (let at = 0; at < ms * perMs; at += frame) {
    const one = line.hear(new Int16Array(frame).fill(level));
    if (one !== null) found.push(one);
  }
  return found;
}

describe('an utterance', () => {
  it('is ended by a pause, has a little of what came before, and is placed on its track', () => {
    const line = createUtterances();
    expect(hear(line, 3000, 5)).toEqual([]);
    expect(hear(line, 1000, 2000)).toEqual([]);
    expect(hear(line, 680, 5)).toEqual([]);
    const [one, ...more] = hear(line, 1000, 5);
    expect(more).toEqual([]);
    expect(one!.fromMs).toBe(3000 - 240);
    expect(one!.samples.length / perMs).toBe(240 + 1000 + 700);
    expect(hear(line, 5000, 0)).toEqual([]);
    expect(line.end()).toBeNull();
  });

  it('holds short pauses', () => {
    const line = createUtterances();
    hear(line, 500, 2000);
    expect(hear(line, 400, 0)).toEqual([]);
    hear(line, 500, 2000);
    const [one] = hear(line, 700, 0);
    expect(one!.samples.length / perMs).toBe(500 + 400 + 500 + 700);
  });

  it('is no click, and no longer than an engine takes well', () => {
    const line = createUtterances();
    hear(line, 80, 9000);
    expect(hear(line, 2000, 0)).toEqual([]);
    const long = hear(line, 50_000, 2000);
    expect(long).toHaveLength(2);
    const rest = line.end()!;
    const whole = [...long, rest];
    for (const one of whole) expect(one.samples.length / perMs).toBeLessThanOrEqual(20_000);
    for (const [n, one] of whole.entries())
      if (n > 0) expect(one.fromMs).toBe(whole[n - 1]!.fromMs + whole[n - 1]!.samples.length / perMs);
    expect(rest.fromMs + rest.samples.length / perMs).toBe(80 + 2000 + 50_000);
  });
});
