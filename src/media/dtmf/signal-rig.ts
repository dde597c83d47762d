// Owns: for tests and measurements only: the sound of somebody pressing keys, and what a line does to it: noise, dial tone,
// echo, companding, packets that are lost. The edges of the tones are abrupt and their phases random.
// Does not: speak or play music (voice-rig.ts), judge (listen-rig.ts).
import { alawCode, alawSample, ulawCode, ulawSample } from '../g711.ts';
import { columnsHz, keys, peakOfDbm0, rowsHz } from './keypad.ts';
import type { Random } from './random-rig.ts';

export interface Press {
  readonly digit: string;
  readonly startSample: number;
  readonly endSample: number;
}

export interface Sound {
  readonly wave: Float64Array;
  readonly presses: readonly Press[];
}

export interface Pressing {
  readonly digits: string;
  readonly toneMs?: number;
  /** Silence behind a key; for the pairs of a dropout it alternates. */
  readonly pauseMs?: number | ((index: number) => number);
  /** Of the stronger tone. */
  readonly levelDbm0?: number;
  /** How much weaker the column's tone is than the row's; below zero how much stronger. */
  readonly twistDb?: number;
  /** Parts of the nominal frequency. */
  readonly rowDeviation?: number;
  readonly columnDeviation?: number;
  readonly rateHz?: number;
  /** Up to how much longer a pause is, at random, so that keys begin anywhere in a block; 0 for none. */
  readonly jitterMs?: number;
}

export function pressKeys(random: Random, pressing: Pressing): Sound {
  const { digits, toneMs = 50, pauseMs = 50, levelDbm0 = -10, twistDb = 0, rateHz = 8000, jitterMs = 12.5 } = pressing;
  const samples = (ms: number) => Math.round((ms * rateHz) / 1000);
  const jitter = () => random.below(samples(jitterMs) + 1);
  const presses: Press[] = [];
  let at = samples(200) + jitter();
  for (const [index, digit] of [...digits].entries()) {
    const pause = typeof pauseMs === 'number' ? pauseMs : pauseMs(index);
    presses.push({ digit, startSample: at, endSample: at + samples(toneMs) });
    at += samples(toneMs) + samples(pause) + (typeof pauseMs === 'number' ? jitter() : 0);
  }
  const wave = new Float64Array(at + samples(400));
  const rowPeak = peakOfDbm0(levelDbm0 + Math.min(0, twistDb));
  const columnPeak = peakOfDbm0(levelDbm0 - Math.max(0, twistDb));
  for (const { digit, startSample, endSample } of presses) {
    const key = keys.indexOf(digit);
    const rowHz = rowsHz[key >> 2]! * (1 + (pressing.rowDeviation ?? 0));
    const columnHz = columnsHz[key & 3]! * (1 + (pressing.columnDeviation ?? 0));
    addTone(wave, startSample, endSample, rowPeak, rowHz, random, rateHz);
    addTone(wave, startSample, endSample, columnPeak, columnHz, random, rateHz);
  }
  return { wave, presses };
}

export function addTone(
  wave: Float64Array,
  from: number,
  to: number,
  peak: number,
  frequencyHz: number,
  random: Random,
  rateHz = 8000,
): void {
  const phase = random.between(0, 2 * Math.PI);
  for (let i = from; i < to; i++)
    wave[i] = wave[i]! + peak * Math.sin((2 * Math.PI * frequencyHz * (i - from)) / rateHz + phase);
}

/** White over the whole band; the level is its power, as that of a sine which has as much. */
export function addNoise(wave: Float64Array, levelDbm0: number, random: Random): void {
  const rms = peakOfDbm0(levelDbm0) / Math.SQRT2;
  for (let i = 0; i < wave.length; i++) wave[i] = wave[i]! + rms * random.normal();
}

/** The dial tone of North America; the level is that of each of its tones. */
export function addDialTone(wave: Float64Array, levelDbm0: number, random: Random): void {
  for (const frequencyHz of [350, 440]) addTone(wave, 0, wave.length, peakOfDbm0(levelDbm0), frequencyHz, random);
}

export function addEcho(wave: Float64Array, delayMs: number, gainDb: number, rateHz = 8000): void {
  const delay = Math.round((delayMs * rateHz) / 1000);
  for (let i = wave.length - 1; i >= delay; i--) wave[i] = wave[i]! + wave[i - delay]! * 10 ** (gainDb / 20);
}

export type Line = 'linear' | 'ulaw' | 'alaw';

/** 16-bit samples as they come out of a line; what is too loud is clipped. */
export function throughLine(wave: Float64Array, line: Line = 'linear'): Int16Array {
  const samples = new Int16Array(wave.length);
  for (let i = 0; i < wave.length; i++) {
    const x = Math.max(-32_768, Math.min(32_767, Math.round(wave[i]!)));
    samples[i] = line === 'linear' ? x : line === 'ulaw' ? ulawSample(ulawCode(x)) : alawSample(alawCode(x));
  }
  return samples;
}

/** Samples [from, to) did not arrive. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Packets of 20 ms of which a share is lost, in bursts of `burstPackets` on average. */
export function losePackets(count: number, share: number, burstPackets: number, random: Random, rateHz = 8000): Gap[] {
  const packet = rateHz / 50;
  const leave = 1 / burstPackets;
  const enter = (share * leave) / (1 - share);
  const gaps: { from: number; to: number }[] = [];
  let isLost = false;
  for (let from = 0; from < count; from += packet) {
    if (burstPackets === 1) isLost = random.next() < share;
    else isLost = random.next() < (isLost ? 1 - leave : enter);
    if (!isLost) continue;
    const last = gaps.at(-1);
    if (last?.to === from) last.to = Math.min(count, from + packet);
    else gaps.push({ from, to: Math.min(count, from + packet) });
  }
  return gaps;
}
