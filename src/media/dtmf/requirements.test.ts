// What a receiver of keys has to do (ITU-T Q.24 and the practice it lists), each line with signals from a seed that nothing
// was tuned on. `npm run bench:dtmf` measures how far beyond these lines the detector goes.
import { describe, expect, it } from 'vitest';
import { keys } from './keypad.ts';
import { isClean, type Judgement, judge, listen } from './listen-rig.ts';
import { Random } from './random-rig.ts';
import {
  addDialTone,
  addEcho,
  addNoise,
  type Line,
  losePackets,
  type Pressing,
  pressKeys,
  type Sound,
  throughLine,
} from './signal-rig.ts';

const random = (name: string) => new Random(`requirements ${name}`);
const press = (name: string, pressing: Partial<Pressing> = {}, count = 32): Sound => {
  const own = random(name);
  return pressKeys(own, { digits: own.keys(count, keys), ...pressing });
};
const hear = ({ wave, presses }: Sound, line: Line = 'linear'): Judgement =>
  judge(presses, listen(throughLine(wave, line)));

/** Every key right and nothing else. */
function expectAll(judged: Judgement): void {
  expect(judged).toMatchObject({ right: judged.presses, wrong: 0, double: 0, extra: 0 });
}

/** Nothing at all. */
function expectNone(judged: Judgement): void {
  expect(judged).toMatchObject({ right: 0, wrong: 0, double: 0, extra: 0 });
}

describe('a key as it should be', () => {
  it.each([40, 50, 100])('is heard for each of the sixteen at %i ms on and off', (ms) => {
    for (const levelDbm0 of [-4, -10, -20]) {
      expectAll(hear(press(`plain ${ms} ${levelDbm0}`, { toneMs: ms, pauseMs: ms, levelDbm0 }, 64)));
    }
  });

  it('is told within 40 ms of its beginning, with a start that is right to 4 ms', () => {
    const { latencies, startErrors } = hear(press('latency', { toneMs: 60 }, 160));
    expect(latencies).toHaveLength(160);
    expect(Math.max(...latencies)).toBeLessThanOrEqual(40 * 8);
    expect(Math.max(...startErrors.map(Math.abs))).toBeLessThanOrEqual(4 * 8);
  });

  it.each([0, -12, -25, -36])('is heard at %i dBm0', (levelDbm0) => {
    expectAll(hear(press(`level ${levelDbm0}`, { levelDbm0 })));
  });

  it.each([-55, -58])('is not heard at %i dBm0', (levelDbm0) => {
    expectNone(hear(press(`level ${levelDbm0}`, { levelDbm0 })));
  });

  it.each(['ulaw', 'alaw'] as const)('is heard through %s at every corner of pitch, twist and level', (line) => {
    for (const levelDbm0 of [-10, -25]) {
      for (const twistDb of [8, 0, -4]) {
        for (const deviation of [-0.015, 0, 0.015]) {
          const name = `corner ${line} ${levelDbm0} ${twistDb} ${deviation}`;
          const pressing = { levelDbm0, twistDb, rowDeviation: deviation, columnDeviation: deviation };
          expectAll(hear(press(name, pressing, 16), line));
        }
      }
    }
  });

  it('is heard at the lowest level through either law', () => {
    for (const line of ['ulaw', 'alaw'] as const) expectAll(hear(press(`low ${line}`, { levelDbm0: -36 }), line));
  });
});

describe('pitch', () => {
  const cases = ['row', 'column', 'both'].flatMap((which) => [-1, 1].map((sign) => [which, sign] as const));
  const off = (which: string, part: number) => ({
    rowDeviation: which === 'column' ? 0 : part,
    columnDeviation: which === 'row' ? 0 : part,
  });

  it.each(cases)('of the %s may be 1.5 %% off (%i)', (which, sign) => {
    for (const percent of [0.5, 1, 1.5]) {
      expectAll(hear(press(`pitch ${which} ${sign} ${percent}`, off(which, (sign * percent) / 100))));
    }
  });

  it.each(cases)('of the %s must not be 3.5 %% off (%i)', (which, sign) => {
    for (const percent of [3, 3.5, 4, 5, 6]) {
      expectNone(hear(press(`pitch ${which} ${sign} ${percent}`, off(which, (sign * percent) / 100))));
    }
  });
});

describe('twist', () => {
  it.each([-5, -4, -2, 4, 8, 8.5])('of %d dB is heard', (twistDb) => {
    expectAll(hear(press(`twist ${twistDb}`, { twistDb, levelDbm0: -7 })));
  });

  it.each([-8, 12])('of %d dB is no key', (twistDb) => {
    expectNone(hear(press(`twist ${twistDb}`, { twistDb, levelDbm0: -7 })));
  });
});

describe('time', () => {
  it.each([10, 15, 20, 23])('of %i ms is too short for a key', (toneMs) => {
    expectNone(hear(press(`short ${toneMs}`, { toneMs, pauseMs: 80 }, 64)));
  });

  const pair = (gapMs: number): Sound => {
    const own = random(`pair ${gapMs}`);
    const digits = [...own.keys(32, keys)].map((digit) => digit + digit).join('');
    return pressKeys(own, { digits, toneMs: 60, pauseMs: (index) => (index % 2 === 0 ? gapMs : 200) });
  };

  it.each([2, 5, 10, 12])('a dropout of %i ms does not split a key', (gapMs) => {
    const { wave } = pair(gapMs);
    expect(listen(throughLine(wave))).toHaveLength(32);
  });

  it.each([30, 40])('a pause of %i ms is one between two presses of a key', (gapMs) => {
    expectAll(hear(pair(gapMs)));
  });

  it('a key that is held for seconds is told once, with its length and level', () => {
    const { wave, presses } = press('held', { toneMs: 3000, pauseMs: 100, levelDbm0: -14 }, 4);
    const heard = listen(throughLine(wave));
    expect(heard.map(({ digit }) => digit)).toEqual(presses.map(({ digit }) => digit));
    for (const { durationSamples, levelDbm0 } of heard) {
      expect(Math.abs(durationSamples - 24_000)).toBeLessThan(5 * 8);
      expect(Math.abs(levelDbm0 + 14)).toBeLessThan(0.5);
    }
  });
});

describe('beside other sound', () => {
  it('white noise 10 dB below the key leaves it heard', () => {
    const sound = press('noise', {}, 160);
    // the key's power is that of two sines
    addNoise(sound.wave, -10 + 3 - 10, random('noise itself'));
    expectAll(hear(sound, 'ulaw'));
  });

  it('a dial tone 13 dB above each tone of the key leaves it heard', () => {
    const sound = press('dial tone', { levelDbm0: -18 }, 64);
    addDialTone(sound.wave, -5, random('dial tone itself'));
    expectAll(hear(sound));
  });

  it.each([2, 5, 10, 15, 20])('an echo after %i ms, 10 dB down, neither hides nor doubles it', (delayMs) => {
    for (const gainDb of [-10, -16]) {
      const sound = press(`echo ${delayMs} ${gainDb}`, {}, 64);
      addEcho(sound.wave, delayMs, gainDb);
      expectAll(hear(sound));
    }
  });
});

describe('packets that are lost', () => {
  const lossy = (toneMs: number, count: number): Judgement => {
    const sound = press(`loss ${toneMs}`, { toneMs, pauseMs: toneMs }, count);
    const gaps = losePackets(sound.wave.length, 0.1, 1, random(`loss itself ${toneMs}`));
    return judge(sound.presses, listen(throughLine(sound.wave, 'ulaw'), { gaps }));
  };

  it.each([80, 100])('one in ten, and keys of %i ms are heard once each', (toneMs) => {
    const judged = lossy(toneMs, 480);
    expect(judged).toMatchObject({ wrong: 0, double: 0, extra: 0 });
    expect(judged.right).toBeGreaterThanOrEqual(0.995 * 480);
  });

  it('a key of which 20 ms arrived between two losses is heard', () => {
    const { wave } = press('between', { toneMs: 100, jitterMs: 0 }, 1);
    const heard = listen(throughLine(wave), {
      gaps: [
        { from: 1600, to: 1920 },
        { from: 2080, to: 2400 },
      ],
    });
    expect(heard).toHaveLength(1);
  });

  it('a key of which the end arrived, behind a loss, is heard', () => {
    const { wave } = press('end', { toneMs: 60, jitterMs: 0 }, 1);
    const heard = listen(throughLine(wave), { gaps: [{ from: 1440, to: 1880 }] });
    expect(heard).toHaveLength(1);
    expect(heard[0]!.startSample).toBeGreaterThanOrEqual(1860);
  });

  it('20 ms of a tone with no loss beside it is still too short', () => {
    const { wave } = press('alone', { toneMs: 20, jitterMs: 0 }, 1);
    expect(listen(throughLine(wave), { gaps: [{ from: 1280, to: 1440 }] })).toEqual([]);
  });

  it('a loss in a held key neither ends it nor tells it again', () => {
    const { wave } = press('held', { toneMs: 400, jitterMs: 0 }, 1);
    const heard = listen(throughLine(wave), { gaps: [{ from: 2400, to: 2880 }] });
    expect(heard).toHaveLength(1);
    expect(Math.abs(heard[0]!.durationSamples - 3200)).toBeLessThan(5 * 8);
  });

  it('a loss of more than 100 ms ends a key', () => {
    const { wave } = press('long loss', { toneMs: 600, jitterMs: 0 }, 1);
    const heard = listen(throughLine(wave), { gaps: [{ from: 2400, to: 3360 }] });
    expect(heard).toHaveLength(2);
  });
});

it('the judge of these tests sees what is missing, wrong, double and extra', () => {
  const presses = press('judge', {}, 4).presses;
  const perfect = presses.map((p) => ({ ...p, emitSample: p.endSample, durationSamples: 400, levelDbm0: -10 }));
  expect(isClean(judge(presses, perfect))).toBe(true);
  expect(isClean(judge(presses, []))).toBe(false);
  expect(judge(presses, [...perfect, perfect[0]!])).toMatchObject({ right: 4, double: 1 });
  const other = { ...perfect[0]!, digit: perfect[0]!.digit === '5' ? '6' : '5' };
  expect(judge(presses, [other, ...perfect.slice(1)])).toMatchObject({ right: 3, wrong: 1 });
  expect(judge(presses, [...perfect, { ...perfect[0]!, startSample: 0 }])).toMatchObject({ right: 4, extra: 1 });
});
