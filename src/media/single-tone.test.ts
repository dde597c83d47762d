import { describe, expect, it } from 'vitest';
import { ulawCode, ulawSample } from './g711.ts';
import { SingleToneWatch } from './single-tone.ts';
import { dtmfTone, generateTone, progressTone } from './tone.ts';

const silence = (ms: number) => new Int16Array(ms * 8);
const tone = (hz: number, ms: number, levelDbm0 = -11) =>
  generateTone({ frequenciesHz: [hz], levelDbm0, cadenceMs: [ms] });

/** As a telephone brings it: µ-law, with some noise, in pieces of 20 ms that begin anywhere. */
function listen(parts: readonly Int16Array[], { noise = 20, offset = 0 } = {}): readonly string[] {
  const heard: string[] = [];
  const watch = new SingleToneWatch([1400, 2300], 8000, (hz, ms) => heard.push(`${hz} ${ms}`));
  const all = [new Int16Array(offset), ...parts, silence(100)].flatMap((part) => [...part]);
  let seed = 7;
  const samples = Int16Array.from(all, (sample) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return ulawSample(ulawCode(sample + Math.round((seed / 0x7fffffff - 0.5) * 2 * noise)));
  });
  for (let at = 0; at + 160 <= samples.length; at += 160) watch.take(samples.subarray(at, at + 160));
  watch.end();
  return heard;
}
const near = (text: string | undefined, ms: number): boolean => Math.abs(Number(text?.split(' ')[1]) - ms) <= 40;

describe('a single tone', () => {
  it.each([0, 33, 80, 121])('is told when it has ended, with its length (%i samples into a piece)', (offset) => {
    const heard = listen(
      [silence(500), tone(1400, 100), silence(100), tone(2300, 100), silence(700), tone(1400, 900)],
      { offset },
    );
    expect(heard.map((one) => one.split(' ')[0])).toEqual(['1400', '2300', '1400']);
    expect([near(heard[0], 100), near(heard[1], 100), near(heard[2], 900)]).toEqual([true, true, true]);
  });

  it.each([-3, 0, 3])('may be %i %% off, and quiet', (percent) => {
    for (const hz of [1400, 2300]) {
      const heard = listen([tone(hz * (1 + percent / 100), 400, -30)]);
      expect(heard.map((one) => one.split(' ')[0])).toEqual([String(hz)]);
    }
  });

  it('is no key, no progress tone, no noise, and nothing beside it', () => {
    const keys = [...'0123456789*#ABCD'].map((key) => dtmfTone(key, 120)!);
    expect(listen(keys.flatMap((key) => [key, silence(60)]))).toEqual([]);
    for (const name of ['dial', 'ringback', 'busy'] as const) expect(listen([progressTone(name)])).toEqual([]);
    expect(listen([silence(2000)], { noise: 4000 })).toEqual([]);
    expect(listen([tone(1250, 400), tone(1550, 400), tone(2000, 400), tone(2600, 400)])).toEqual([]);
  });
});
