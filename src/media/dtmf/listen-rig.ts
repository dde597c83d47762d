// Owns: for tests and measurements only: playing samples to a detector as packets would bring them, and comparing what it
// heard with what was pressed. Does not: make sounds.
import { DtmfDetector } from './detector.ts';
import type { Gap, Press } from './signal-rig.ts';

export interface Heard {
  readonly digit: string;
  readonly startSample: number;
  readonly emitSample: number;
  /** -1 when its end was not told. */
  durationSamples: number;
  levelDbm0: number;
}

export interface Listening {
  readonly rateHz?: 8000 | 16_000;
  readonly blockSamples?: number;
  readonly gaps?: readonly Gap[];
}

/** Everything that is heard until the stream ends and the detector is reset. */
export function listen(samples: Int16Array, listening: Listening = {}): Heard[] {
  const { rateHz = 8000, blockSamples = rateHz / 50, gaps = [] } = listening;
  const heard: Heard[] = [];
  const detector = new DtmfDetector(rateHz, {
    pressed: (digit, startSample, emitSample) =>
      heard.push({ digit, startSample, emitSample, durationSamples: -1, levelDbm0: 0 }),
    released: (_, durationSamples, levelDbm0) => Object.assign(heard.at(-1)!, { durationSamples, levelDbm0 }),
  });
  let at = 0;
  const hearUntil = (end: number) => {
    for (; at < end; at += blockSamples) detector.hear(samples, at, Math.min(blockSamples, end - at));
    at = end;
  };
  for (const { from, to } of gaps) {
    hearUntil(from);
    detector.lost(to - from);
    at = to;
  }
  hearUntil(samples.length);
  detector.reset();
  return heard;
}

export interface Score {
  presses: number;
  right: number;
  /** Another key was told in its place; the same key was told again; a key was told where none was. */
  wrong: number;
  double: number;
  extra: number;
}

export const noScore = (): Score => ({ presses: 0, right: 0, wrong: 0, double: 0, extra: 0 });
export const isClean = (s: Score): boolean => s.right === s.presses && s.wrong + s.double + s.extra === 0;

export interface Judgement extends Score {
  /** Of the right ones: from the start of the tone until it was told, and how far off the told start is. */
  readonly latencies: readonly number[];
  readonly startErrors: readonly number[];
}

/** `slackSamples`: how far from its tone a key may seem to begin. */
export function judge(presses: readonly Press[], heard: readonly Heard[], slackSamples = 480): Judgement {
  const score = { ...noScore(), presses: presses.length, latencies: [] as number[], startErrors: [] as number[] };
  const found = new Set<Press>();
  const left: Heard[] = [];
  for (const one of heard) {
    const near = around(presses, one, slackSamples).filter((p) => p.digit === one.digit && !found.has(p));
    const distance = (p: Press) => Math.abs(p.startSample - one.startSample);
    const press = near.sort((a, b) => distance(a) - distance(b))[0];
    if (press === undefined) {
      left.push(one);
      continue;
    }
    found.add(press);
    score.right++;
    score.latencies.push(one.emitSample - press.startSample);
    score.startErrors.push(one.startSample - press.startSample);
  }
  for (const one of left) {
    const near = around(presses, one, slackSamples);
    if (near.some((p) => !found.has(p))) score.wrong++;
    else if (near.some((p) => p.digit === one.digit)) score.double++;
    else score.extra++;
  }
  return score;
}

function around(presses: readonly Press[], { startSample }: Heard, slack: number): Press[] {
  return presses.filter((p) => p.startSample - slack <= startSample && startSample <= p.endSample + slack);
}
