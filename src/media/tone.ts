// Owns: making tones as 8 kHz samples: call progress in two plans, beeps, DTMF pairs (ITU-T Q.23), any cadence of frequencies.
// Plans: `us` is the precise tone plan of North America (ANSI T1.401), `eu` the 425 Hz that ITU-T E.180 recommends, with the
// cadences most of Europe uses. Made once and kept as clips, so not a hot path. Does not: send, detect.
import { eventOfDigit } from './telephone-event-payload.ts';

export const toneRateHz = 8000;
/** Peak of a sine at 0 dBm0: full scale is +3.14 dBm0 (G.711, A-law). */
const peakAt0Dbm0 = 32_768 * 10 ** (-3.14 / 20);
/** A short slope at both ends of a burst, so that it does not click. */
const slopeSamples = 16;

export interface Tone {
  readonly frequenciesHz: readonly number[];
  /** Of each frequency. */
  readonly levelDbm0: number;
  /** Sound, silence, sound … in milliseconds. */
  readonly cadenceMs: readonly number[];
}

export type ProgressTone = 'dial' | 'ringback' | 'busy' | 'congestion';
export type TonePlan = 'us' | 'eu';

const progressTones: Readonly<Record<TonePlan, Readonly<Record<ProgressTone, Tone>>>> = {
  us: {
    dial: { frequenciesHz: [350, 440], levelDbm0: -13, cadenceMs: [1000] },
    ringback: { frequenciesHz: [440, 480], levelDbm0: -19, cadenceMs: [2000, 4000] },
    busy: { frequenciesHz: [480, 620], levelDbm0: -24, cadenceMs: [500, 500] },
    congestion: { frequenciesHz: [480, 620], levelDbm0: -24, cadenceMs: [250, 250] },
  },
  eu: {
    dial: { frequenciesHz: [425], levelDbm0: -13, cadenceMs: [1000] },
    ringback: { frequenciesHz: [425], levelDbm0: -13, cadenceMs: [1000, 4000] },
    busy: { frequenciesHz: [425], levelDbm0: -13, cadenceMs: [500, 500] },
    congestion: { frequenciesHz: [425], levelDbm0: -13, cadenceMs: [250, 250] },
  },
};

const dtmfLowHz = [697, 770, 852, 941] as const;
const dtmfHighHz = [1209, 1336, 1477, 1633] as const;
/** Rows of the keypad. */
const keypad = '123A456B789C*0#D';

/** One period of a call progress tone, to be repeated. */
export function progressTone(name: ProgressTone, plan: TonePlan = 'us'): Int16Array {
  return generateTone(progressTones[plan][name]);
}

/** The beep before a recording. */
export function beep(frequencyHz = 1000, durationMs = 400, levelDbm0 = -10): Int16Array {
  return generateTone({ frequenciesHz: [frequencyHz], levelDbm0, cadenceMs: [durationMs] });
}

/** Both tones at the same level, which is no twist; starts and ends at once. null for what is no key. */
export function dtmfTone(digit: string, durationMs: number, levelDbm0 = -10): Int16Array | null {
  if (eventOfDigit(digit) < 0) return null;
  const key = keypad.indexOf(digit.toUpperCase());
  const samples = new Int16Array(samplesOf(durationMs));
  addBurst(samples, 0, samples.length, [dtmfLowHz[key >> 2]!, dtmfHighHz[key & 3]!], levelDbm0, 0);
  return samples;
}

/** One period. A cadence of one part is a steady tone; it repeats without a seam when it lasts whole seconds. */
export function generateTone({ frequenciesHz, levelDbm0, cadenceMs }: Tone): Int16Array {
  const samples = new Int16Array(cadenceMs.reduce((sum, ms) => sum + samplesOf(ms), 0));
  const seamless = cadenceMs.length === 1 && cadenceMs[0]! % 1000 === 0;
  let at = 0;
  for (const [i, ms] of cadenceMs.entries()) {
    const count = samplesOf(ms);
    if (i % 2 === 0) addBurst(samples, at, count, frequenciesHz, levelDbm0, seamless ? 0 : slopeSamples);
    at += count;
  }
  return samples;
}

function addBurst(
  into: Int16Array,
  from: number,
  count: number,
  frequenciesHz: readonly number[],
  levelDbm0: number,
  slope: number,
): void {
  const peak = peakAt0Dbm0 * 10 ** (levelDbm0 / 20);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (const frequencyHz of frequenciesHz) sum += Math.sin((2 * Math.PI * frequencyHz * i) / toneRateHz);
    const edge = slope === 0 ? 1 : Math.min(1, (i + 1) / slope, (count - i) / slope);
    into[from + i] = Math.max(-32_768, Math.min(32_767, Math.round(peak * sum * edge)));
  }
}

function samplesOf(ms: number): number {
  return Math.round((ms * toneRateHz) / 1000);
}
