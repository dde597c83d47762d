// Owns: the conditions under which keys are pressed for the scorecard, and what is heard of them. Each takes its random
// numbers from the seed and its own name, so that conditions added later change none of the others.
// Does not: say which figure is good (lines.ts).
import { keys } from '../../src/media/dtmf/keypad.ts';
import { isClean, type Judgement, judge, type Listening, listen } from '../../src/media/dtmf/listen-rig.ts';
import { Random } from '../../src/media/dtmf/random-rig.ts';
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
} from '../../src/media/dtmf/signal-rig.ts';
import { babble } from '../../src/media/dtmf/voice-rig.ts';

export interface Seed {
  readonly name: string;
  /** How many keys a condition has, against the usual. */
  readonly share: number;
}

function press(seed: Seed, name: string, count: number, pressing: Partial<Pressing> = {}): Sound & { random: Random } {
  const random = new Random(`${seed.name} ${name}`);
  const digits = random.keys(Math.max(16, Math.round(count * seed.share)), keys);
  return { ...pressKeys(random, { digits, ...pressing }), random };
}

const hear = ({ wave, presses }: Sound, line: Line = 'linear', listening: Listening = {}): Judgement =>
  judge(presses, listen(throughLine(wave, line), listening));

export const steps = (from: number, to: number, step: number): number[] =>
  Array.from(
    { length: Math.round((to - from) / step) + 1 },
    (_, index) => Math.round((from + index * step) * 1000) / 1000,
  );

/** Of all presses, in percent. */
export function percentRight(all: readonly Judgement[]): number {
  const sum = (pick: (j: Judgement) => number) => all.reduce((total, j) => total + pick(j), 0);
  return (100 * sum((j) => j.right)) / sum((j) => j.presses);
}

export const others = (all: readonly Judgement[]): number =>
  all.reduce((sum, j) => sum + j.wrong + j.double + j.extra, 0);

/** How far from the first of `values` on every one passes; NaN when the first does not. */
export function reach(values: readonly number[], passes: (value: number) => boolean): number {
  let last = Number.NaN;
  for (const value of values) {
    if (!passes(value)) break;
    last = value;
  }
  return last;
}

export const plain = (seed: Seed, toneMs: number, rateHz: 8000 | 16_000 = 8000): Judgement[] =>
  [-4, -10, -20].map((levelDbm0) => {
    const name = `plain ${toneMs} ${levelDbm0} ${rateHz}`;
    const sound = press(seed, name, 160, { toneMs, pauseMs: toneMs, levelDbm0, rateHz });
    return judge(sound.presses, listen(throughLine(sound.wave), { rateHz }), (480 * rateHz) / 8000);
  });

export const mistuned = (seed: Seed, which: string, part: number): Judgement => {
  const pressing = { rowDeviation: which === 'column' ? 0 : part, columnDeviation: which === 'row' ? 0 : part };
  return hear(press(seed, `pitch ${which} ${part}`, 48, { levelDbm0: -17, ...pressing }));
};
export const mistunings = (seed: Seed, percents: readonly number[]): Judgement[] =>
  ['row', 'column', 'both'].flatMap((which) =>
    percents.flatMap((percent) => [-1, 1].map((sign) => mistuned(seed, which, (sign * percent) / 100))),
  );

export const twisted = (seed: Seed, twistDb: number): boolean =>
  isClean(hear(press(seed, `twist ${twistDb}`, 64, { levelDbm0: -7, twistDb })));

export const lasting = (seed: Seed, toneMs: number): Judgement =>
  hear(press(seed, `lasting ${toneMs}`, 128, { toneMs, pauseMs: 80 }));

/** How many keys were told, on average, for a key that was pressed twice with a gap between. */
export const keysOfPairs = (seed: Seed, gapMs: number): number => {
  const random = new Random(`${seed.name} pairs ${gapMs}`);
  const single = random.keys(Math.max(16, Math.round(64 * seed.share)), keys);
  const digits = [...single].map((digit) => digit + digit).join('');
  const pauseMs = (index: number) => (index % 2 === 0 ? gapMs : 200 + random.between(0, 12.5));
  const { wave } = pressKeys(random, { digits, toneMs: 60, pauseMs });
  return listen(throughLine(wave)).length / single.length;
};

export const loud = (seed: Seed, levelDbm0: number): Judgement =>
  hear(press(seed, `level ${levelDbm0}`, 64, { levelDbm0 }));

const crowds = new Map<string, Float64Array>();
/** Half a minute at 0 dBm0. */
function crowdOf(seed: Seed): Float64Array {
  const crowd = crowds.get(seed.name) ?? babble(seed.name, 30, 0);
  crowds.set(seed.name, crowd);
  return crowd;
}

export const beside = (seed: Seed, what: 'noise' | 'dial tone' | 'babble', ratioDb: number): Judgement => {
  const sound = press(seed, `${what} ${ratioDb}`, what === 'dial tone' ? 160 : 400, { levelDbm0: -15 });
  // two sines have twice the power of one
  if (what === 'noise') addNoise(sound.wave, -12 - ratioDb, sound.random);
  if (what === 'dial tone') addDialTone(sound.wave, -15 - ratioDb, sound.random);
  if (what === 'babble') {
    const crowd = crowdOf(seed);
    const from = sound.random.below(crowd.length);
    const gain = 10 ** ((-12 - ratioDb) / 20);
    for (let i = 0; i < sound.wave.length; i++)
      sound.wave[i] = sound.wave[i]! + gain * crowd[(from + i) % crowd.length]!;
  }
  return hear(sound);
};

export const echoed = (seed: Seed): number =>
  [2, 5, 10, 15, 20]
    .flatMap((delayMs) => [-10, -16].map((gainDb) => [delayMs, gainDb] as const))
    .filter(([delayMs, gainDb]) => {
      const sound = press(seed, `echo ${delayMs} ${gainDb}`, 96);
      addEcho(sound.wave, delayMs, gainDb);
      return isClean(hear(sound));
    }).length;

export const lossy = (seed: Seed, toneMs: number, burst: number): Judgement => {
  const sound = press(seed, `loss ${toneMs} ${burst}`, 480, { toneMs, pauseMs: toneMs });
  const gaps = losePackets(sound.wave.length, 0.1, burst, sound.random);
  return hear(sound, 'ulaw', { gaps });
};

export const corners = (seed: Seed): Judgement[] =>
  (['ulaw', 'alaw'] as const).flatMap((line) =>
    [-10, -25].flatMap((levelDbm0) =>
      [8, 0, -4].flatMap((twistDb) =>
        [-0.015, 0, 0.015].map((part) => {
          const pressing = { levelDbm0, twistDb, rowDeviation: part, columnDeviation: part };
          return hear(press(seed, `corner ${line} ${levelDbm0} ${twistDb} ${part}`, 64, pressing), line);
        }),
      ),
    ),
  );

export const latencyMs = (seed: Seed, part: number): number => {
  const all = [40, 50, 100].flatMap((toneMs) => plain(seed, toneMs).flatMap(({ latencies }) => latencies));
  return all.sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(part * all.length))]! / 8;
};

export const isWhole = (j: Judgement): boolean => j.right === j.presses;
export const silent = (j: Judgement): boolean => j.right + others([j]) === 0;
