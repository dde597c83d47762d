// Owns: the lines of the scorecard that are measured with keys: which one figure is taken, and what it has to be (ITU-T Q.24
// and the practice it lists; docs/dtmf-scorecard.md names the sources). Does not: make signals (conditions.ts), print.
import { isClean } from '../../src/media/dtmf/listen-rig.ts';
import {
  beside,
  corners,
  echoed,
  isWhole,
  keysOfPairs,
  lasting,
  latencyMs,
  lossy,
  loud,
  mistuned,
  mistunings,
  others,
  percentRight,
  plain,
  reach,
  type Seed,
  silent,
  steps,
  twisted,
} from './conditions.ts';

export interface ScoreLine {
  readonly what: string;
  readonly unit: string;
  /** What the figure has to be; no need is information. */
  readonly need: { readonly is: 'atLeast' | 'atMost'; readonly figure: number } | null;
  /** Which of several seeds' figures is shown. */
  readonly worst: 'least' | 'most';
  measure(seed: Seed): number;
}

const atLeast = (figure: number) => ({ need: { is: 'atLeast', figure }, worst: 'least' }) as const;
const atMost = (figure: number) => ({ need: { is: 'atMost', figure }, worst: 'most' }) as const;

export const scoreLines: readonly ScoreLine[] = [
  {
    what: 'keys of 40 ms with pauses of 40 ms, heard',
    unit: '%',
    ...atLeast(100),
    measure: (seed) => percentRight(plain(seed, 40)),
  },
  { what: 'the same at 16 kHz', unit: '%', ...atLeast(100), measure: (seed) => percentRight(plain(seed, 40, 16_000)) },
  {
    what: 'keys wrong, double or out of nothing there',
    unit: 'keys',
    ...atMost(0),
    measure: (seed) => others([...plain(seed, 40), ...plain(seed, 40, 16_000), ...plain(seed, 100)]),
  },
  {
    what: 'row, column or both up to 1.5 % off, heard',
    unit: '%',
    ...atLeast(100),
    measure: (seed) => percentRight(mistunings(seed, steps(0.1, 1.5, 0.2))),
  },
  {
    what: 'row, column or both 3.5 to 6 % off, heard',
    unit: '%',
    ...atMost(0),
    measure: (seed) => percentRight(mistunings(seed, steps(3.5, 6, 0.25))),
  },
  {
    what: 'both tones off, all heard up to',
    unit: '%',
    need: null,
    worst: 'least',
    measure: (seed) =>
      reach(steps(0, 3, 0.1), (percent) =>
        [-1, 1].every((sign) => isWhole(mistuned(seed, 'both', (sign * percent) / 100))),
      ),
  },
  {
    what: 'column weaker than the row, all heard up to',
    unit: 'dB',
    ...atLeast(8),
    measure: (seed) => reach(steps(0, 15, 0.5), (twist) => twisted(seed, twist)),
  },
  {
    what: 'column stronger than the row, all heard up to',
    unit: 'dB',
    ...atLeast(4),
    measure: (seed) => reach(steps(0, 15, 0.5), (twist) => twisted(seed, -twist)),
  },
  {
    what: 'longest tone that is never a key',
    unit: 'ms',
    ...atLeast(23),
    measure: (seed) => reach(steps(10, 50, 1), (ms) => silent(lasting(seed, ms))),
  },
  {
    what: 'shortest tone that is always a key',
    unit: 'ms',
    ...atMost(40),
    measure: (seed) => reach(steps(-70, -10, 1), (ms) => isWhole(lasting(seed, -ms))) * -1,
  },
  {
    what: 'longest dropout that never splits a key',
    unit: 'ms',
    ...atLeast(10),
    measure: (seed) => reach(steps(2, 40, 1), (ms) => keysOfPairs(seed, ms) === 1),
  },
  {
    what: 'shortest pause that always makes two',
    unit: 'ms',
    ...atMost(40),
    measure: (seed) => reach(steps(-60, -2, 1), (ms) => keysOfPairs(seed, -ms) === 2) * -1,
  },
  {
    what: 'from 0 dBm0 for each tone all heard down to',
    unit: 'dBm0',
    ...atMost(-36),
    measure: (seed) => reach(steps(0, 60, 1), (down) => isWhole(loud(seed, -down))) * -1,
  },
  {
    what: 'lowest level at which any is heard',
    unit: 'dBm0',
    ...atLeast(-55),
    measure: (seed) => reach(steps(-60, 0, 1), (dbm0) => silent(loud(seed, dbm0))) + 1,
  },
  {
    what: 'above white noise, all heard down to',
    unit: 'dB',
    ...atMost(10),
    measure: (seed) => reach(steps(-20, -5, 1), (down) => isClean(beside(seed, 'noise', -down))) * -1,
  },
  {
    what: 'against each dial tone, all heard down to',
    unit: 'dB',
    ...atMost(-13),
    measure: (seed) => reach(steps(0, 21, 1), (down) => isClean(beside(seed, 'dial tone', -down))) * -1,
  },
  { what: 'echoes to 20 ms, 10 and 16 dB down, that change nothing', unit: 'of 10', ...atLeast(10), measure: echoed },
  {
    what: 'µ-law and A-law with 1.5 % off and 8/0/-4 dB twist, heard',
    unit: '%',
    ...atLeast(100),
    measure: (seed) => percentRight(corners(seed)),
  },
  {
    what: 'one packet in ten lost, keys of 80 ms, heard',
    unit: '%',
    ...atLeast(99.5),
    measure: (seed) => percentRight([lossy(seed, 80, 1)]),
  },
  {
    what: 'one packet in ten lost, keys of 100 ms, heard',
    unit: '%',
    ...atLeast(99.5),
    measure: (seed) => percentRight([lossy(seed, 100, 1)]),
  },
  {
    what: 'double, wrong or extra keys under loss, bursts too',
    unit: 'keys',
    ...atMost(0),
    measure: (seed) => others([80, 100].flatMap((ms) => [lossy(seed, ms, 1), lossy(seed, ms, 2)])),
  },
  {
    what: 'the same loss in bursts of two, keys of 100 ms, heard',
    unit: '%',
    need: null,
    worst: 'least',
    measure: (seed) => percentRight([lossy(seed, 100, 2)]),
  },
  {
    what: 'above a crowd that talks, keys of 50 ms, 99 % heard down to',
    unit: 'dB',
    need: null,
    worst: 'most',
    measure: (seed) => reach(steps(-36, 0, 2), (down) => percentRight([beside(seed, 'babble', -down)]) >= 99) * -1,
  },
  {
    what: 'from the start of a key until it is told, half',
    unit: 'ms',
    need: null,
    worst: 'most',
    measure: (seed) => latencyMs(seed, 0.5),
  },
  {
    what: 'from the start of a key until it is told, 95 of 100',
    unit: 'ms',
    ...atMost(40),
    measure: (seed) => latencyMs(seed, 0.95),
  },
  {
    what: 'from the start of a key until it is told, longest',
    unit: 'ms',
    need: null,
    worst: 'most',
    measure: (seed) => latencyMs(seed, 1),
  },
];
