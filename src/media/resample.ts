// Owns: any sample rate to the telephone's 8 kHz, by a windowed-sinc polyphase filter: flat to 3.4 kHz, silent from 4 kHz
// (of the lower rate, when that is not 8 kHz), so that nothing above folds back. Fed in pieces, whole sounds never in memory
// twice. Does not: run per packet; a call's audio is 8 kHz already.

export const telephoneRateHz = 8000;

/** Share of the lower sample rate at which the filter starts to fall and has fallen. */
const passEdge = 0.425;
const stopEdge = 0.5;
const stopBandDb = 75;
/** More phases than this are rounded to the nearest: an error of 1/2048 of a sample, below -80 dB. */
const maxPhases = 1024;

export interface Resampler {
  /** Mono, full scale ±1. */
  push(samples: Float32Array): Int16Array;
  /** What the filter still holds. Nothing may be pushed after it. */
  end(): Int16Array;
}

interface Kernel {
  readonly half: number;
  readonly phases: number;
  /** `phases` rows of `2 * half` taps. */
  readonly taps: Float32Array;
}

const kernels = new Map<number, Kernel>();

/** Modified Bessel function of the first kind and order zero, by its series. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** Kaiser's design formulas for the window's shape and length. */
function makeKernel(rateHz: number, phases: number): Kernel {
  const lower = Math.min(rateHz, telephoneRateHz) / rateHz;
  const cutoff = ((passEdge + stopEdge) / 2) * lower;
  const half = Math.ceil((stopBandDb - 7.95) / (2.285 * 2 * Math.PI * (stopEdge - passEdge) * lower) / 2);
  const beta = 0.1102 * (stopBandDb - 8.7);
  const taps = new Float32Array(phases * 2 * half);
  for (let phase = 0; phase < phases; phase++) {
    const row = taps.subarray(phase * 2 * half, (phase + 1) * 2 * half);
    let sum = 0;
    for (let tap = 0; tap < row.length; tap++) {
      const x = tap - half + 1 - phase / phases;
      const shape = 1 - (x / half) ** 2;
      const sinc = x === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x);
      row[tap] = shape <= 0 ? 0 : (sinc * bessel0(beta * Math.sqrt(shape))) / bessel0(beta);
      sum += row[tap]!;
    }
    // Every phase passes a constant alike; without this a steady level would ripple.
    for (let tap = 0; tap < row.length; tap++) row[tap]! /= sum;
  }
  return { half, phases, taps };
}

function kernelFor(rateHz: number, phases: number): Kernel {
  let kernel = kernels.get(rateHz);
  if (kernel === undefined) {
    kernel = makeKernel(rateHz, phases);
    if (kernels.size >= 16) kernels.delete(kernels.keys().next().value!);
    kernels.set(rateHz, kernel);
  }
  return kernel;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

export function toInt16(sample: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
}

/** `rateHz` is a whole number from 1000 to 384000. */
export function createResampler(rateHz: number): Resampler {
  if (rateHz === telephoneRateHz)
    return { push: (samples) => Int16Array.from(samples, toInt16), end: () => new Int16Array(0) };

  const common = gcd(rateHz, telephoneRateHz);
  const outEvery = rateHz / common;
  const steps = telephoneRateHz / common;
  const { half, phases, taps } = kernelFor(rateHz, Math.min(steps, maxPhases));
  const width = 2 * half;

  // `held[0]` is input sample `first`; the silence before the sound is half a filter long.
  let held = new Float32Array(half);
  let first = -half;
  let taken = 0;
  let made = 0;

  function run(samples: Float32Array, until: number): Int16Array {
    const input = new Float32Array(held.length + samples.length);
    input.set(held);
    input.set(samples, held.length);
    const past = first + input.length;
    const out = new Int16Array(Math.ceil((samples.length * steps) / outEvery) + 2 + width);
    let count = 0;
    while (made < until) {
      const exact = made * outEvery;
      let at = Math.floor(exact / steps);
      let phase = Math.round(((exact % steps) * phases) / steps);
      if (phase === phases) {
        phase = 0;
        at += 1;
      }
      if (at + half >= past) break;
      const from = at - half + 1 - first;
      const row = phase * width;
      let sum = 0;
      for (let tap = 0; tap < width; tap++) sum += taps[row + tap]! * input[from + tap]!;
      out[count++] = toInt16(sum);
      made += 1;
    }
    const next = Math.floor((made * outEvery) / steps) - half + 1;
    const spent = Math.max(0, Math.min(input.length, next - first));
    held = input.slice(spent);
    first += spent;
    return out.subarray(0, count);
  }

  return {
    push(samples) {
      taken += samples.length;
      return run(samples, Number.POSITIVE_INFINITY);
    },
    end: () => run(new Float32Array(width), Math.ceil((taken * steps) / outEvery)),
  };
}
