// Owns: where sound begins and ends in what a phone hears: by the level of each packet, in time counted by samples, so that
// the same audio always gives the same stretches. A pause shorter than `silenceMs` does not end a stretch.
// Does not: tell speech from tones.

export interface SoundMeterOptions {
  readonly silenceMs: number;
  /** `agoMs`: how long ago it began, or ended. */
  readonly started: (agoMs: number) => void;
  readonly ended: (agoMs: number, durationMs: number) => void;
}

export interface SoundMeter {
  take(samples: Int16Array): void;
  /** What sounds now is over for this meter, and counts anew. */
  reset(): void;
}

const samplesPerMs = 8;
/** Mean magnitude from which samples count as sound: about -44 dB of full scale. */
const soundLevel = 200;
/** Shorter sounds are clicks. */
const onsetMs = 40;

export function createSoundMeter({ silenceMs, started, ended }: SoundMeterOptions): SoundMeter {
  let sounding = false;
  /** Since the first loud packet of this stretch, and since its last one. */
  let sinceFirst = 0;
  let sinceLast = 0;
  let loud = 0;

  function reset(): void {
    if (sounding) ended(sinceLast, sinceFirst - sinceLast);
    sounding = false;
    sinceFirst = 0;
    sinceLast = 0;
    loud = 0;
  }

  return {
    reset,
    take(samples) {
      let magnitude = 0;
      for (const sample of samples) magnitude += sample < 0 ? -sample : sample;
      const ms = samples.length / samplesPerMs;
      const isLoud = magnitude >= soundLevel * samples.length;
      if (!sounding) {
        loud = isLoud ? loud + ms : 0;
        if (loud < onsetMs) return;
        sounding = true;
        sinceFirst = loud;
        sinceLast = 0;
        started(loud);
        return;
      }
      sinceFirst += ms;
      sinceLast = isLoud ? 0 : sinceLast + ms;
      if (sinceLast >= silenceMs) reset();
    },
  };
}
