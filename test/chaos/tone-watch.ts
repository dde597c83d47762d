// Owns: when a phone hears a tone of one frequency, by the share of the power that it has in frames of 20 ms.
import type { PhoneCall } from '../../src/testkit/index.ts';

export interface ToneWatch {
  /** Wall-clock moments of the frames in which it was heard. */
  readonly at: readonly number[];
  /** Frames with sound in which something else was heard, too. */
  readonly other: number;
  /** Resolves when it was heard in so many frames behind a moment. */
  until(behind: number, frames: number): Promise<void>;
}

const frameSamples = 160;
const rateHz = 8000;
const leastShare = 0.8;
const quiet = 200;

export function watchTone(call: PhoneCall, hz: number): ToneWatch {
  const at: number[] = [];
  const frame: number[] = [];
  let other = 0;
  let waiting: (() => boolean)[] = [];
  call.listen((samples) => {
    for (const sample of samples) {
      frame.push(sample);
      if (frame.length < frameSamples) continue;
      const share = shareOf(frame.splice(0), hz);
      if (share === null) continue;
      if (share < leastShare) other += 1;
      else at.push(Date.now());
    }
    waiting = waiting.filter((done) => !done());
  });
  return {
    at,
    get other() {
      return other;
    },
    until(behind, frames) {
      const isDone = (): boolean => at.filter((one) => one > behind).length >= frames;
      if (isDone()) return Promise.resolve();
      return new Promise((resolve) =>
        waiting.push(() => {
          if (!isDone()) return false;
          resolve();
          return true;
        }),
      );
    },
  };
}

/** 0 to 1 (Goertzel); null for silence. */
function shareOf(frame: readonly number[], hz: number): number | null {
  const power = frame.reduce((sum, sample) => sum + sample * sample, 0);
  if (power < frame.length * quiet ** 2) return null;
  let real = 0;
  let imaginary = 0;
  frame.forEach((sample, index) => {
    const angle = (2 * Math.PI * hz * index) / rateHz;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
  });
  return (2 * (real * real + imaginary * imaginary)) / (frame.length * power);
}
