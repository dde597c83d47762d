// Owns: how loud speech is. Engines differ by 10 dB and more; a menu of mixed prompts should not. The level is measured
// over the parts that are speech, as ITU-T P.56 does in spirit, and peaks are rounded off instead of clipped.

export const speechLevelDb = -18;
const maxGain = 10 ** (15 / 20);
const frameSamples = 160;
/** Below the loudest frame by this much, a frame is a pause. */
const pauseDb = -30;
/** Peaks bend from here on (of full scale 1). */
const knee = 0.7;

/** Mean level of the frames that are not pauses, in dB of full scale; null for silence. */
export function measureLevelDb(samples: Int16Array): number | null {
  const powers: number[] = [];
  for (let at = 0; at < samples.length; at += frameSamples) {
    const end = Math.min(samples.length, at + frameSamples);
    let sum = 0;
    for (let n = at; n < end; n++) sum += samples[n]! * samples[n]!;
    powers.push(sum / (end - at));
  }
  const loudest = powers.reduce((most, power) => Math.max(most, power), 0);
  // Quieter than 10 of 32768 is noise of the engine, not speech.
  if (loudest < 100) return null;
  const floor = loudest * 10 ** (pauseDb / 10);
  const spoken = powers.filter((power) => power >= floor);
  const mean = spoken.reduce((sum, power) => sum + power, 0) / spoken.length;
  return 10 * Math.log10(mean / 32768 ** 2);
}

/** Changes `samples` in place to speechLevelDb. Silence stays as it is. */
export function levelSpeech(samples: Int16Array): Int16Array {
  const levelDb = measureLevelDb(samples);
  if (levelDb === null) return samples;
  const gain = Math.min(maxGain, 10 ** ((speechLevelDb - levelDb) / 20));
  for (let n = 0; n < samples.length; n++) {
    const value = (samples[n]! / 32768) * gain;
    const size = Math.abs(value);
    const bent = size <= knee ? size : knee + (1 - knee) * Math.tanh((size - knee) / (1 - knee));
    samples[n] = Math.round(Math.sign(value) * bent * 32767);
  }
  return samples;
}
