// Owns: for tests and measurements only: sounds that are no keys. A voice of the source-filter kind (pulses of a glottis or
// breath through four moving resonances), chords of notes with overtones, and people talking at once. All from a seed.
// Does not: sound like anybody in particular. Rates of false keys on it compare detectors; they are no forecast.
import { peakOfDbm0 } from './keypad.ts';
import { Random } from './random-rig.ts';

const rateHz = 8000;
const samples = (ms: number) => Math.round((ms * rateHz) / 1000);

/** Hz: where the resonances of vowels lie; and how wide each resonance is. */
const formants = [
  [250, 900],
  [750, 2500],
  [1800, 3100],
  [3000, 3700],
] as const;
const bandwidthsHz = [65, 90, 150, 230] as const;

/** Speech-like sound, at the level of its whole. */
export function talk(name: string, seconds: number, levelDbm0 = -15): Float64Array {
  const random = new Random(`voice ${name}`);
  const wave = new Float64Array(Math.round(seconds * rateHz));
  const tract = random.between(0.85, 1.2);
  const usualPitchHz = random.between(75, 290);
  const centers = [500, 1500, 2500, 3400];
  const now = new Float64Array(4);
  const before = new Float64Array(4);
  let pitchHz = usualPitchHz;
  let phase = 0;
  let loudness = 0;
  let flow = 0;
  for (let at = 0; at < wave.length; ) {
    const kind = random.next() < 0.12 ? 'pause' : random.next() < 0.2 ? 'breath' : 'vowel';
    const end = Math.min(wave.length, at + samples(random.between(50, kind === 'pause' ? 500 : 280)));
    const aims = formants.map(([low, high]) => Math.min(3800, random.between(low, high) * tract));
    const pitchAim = usualPitchHz * random.between(0.75, 1.5);
    const loudnessAim = kind === 'pause' ? 0 : random.between(0.4, 1);
    for (; at < end; at++) {
      pitchHz += 0.002 * (pitchAim - pitchHz);
      loudness += 0.01 * (loudnessAim - loudness);
      let source = 0.25 * random.normal();
      if (kind === 'vowel') {
        phase = (phase + pitchHz / rateHz) % 1;
        // the air that passes rises and falls in six tenths of a period; what is heard is its change
        const opening = phase < 0.6 ? 0.5 - 0.5 * Math.cos((2 * Math.PI * phase) / 0.6) : 0;
        source = 6 * (opening - flow) + 0.02 * random.normal();
        flow = opening;
      }
      let x = source * loudness;
      for (let k = 0; k < 4; k++) {
        const center = centers[k]! + 0.004 * (aims[k]! - centers[k]!);
        centers[k] = center;
        const radius = Math.exp((-Math.PI * bandwidthsHz[k]!) / rateHz);
        const turn = 2 * radius * Math.cos((2 * Math.PI * center) / rateHz);
        const y = (1 - turn + radius * radius) * x + turn * now[k]! - radius * radius * before[k]!;
        before[k] = now[k]!;
        now[k] = y;
        x = k === 0 ? y : 1.6 * y;
      }
      wave[at] = x;
    }
  }
  return level(wave, levelDbm0);
}

/**
 * One to four notes of the tempered scale at a time; pure or with overtones, some trembling, gliding or fading. Two pure notes
 * near the tones of a key are what is hardest to refuse.
 */
export function playChords(name: string, seconds: number, levelDbm0 = -15): Float64Array {
  const random = new Random(`chords ${name}`);
  const wave = new Float64Array(Math.round(seconds * rateHz));
  for (let at = 0; at < wave.length; ) {
    const end = Math.min(wave.length, at + samples(random.between(60, 900)));
    const notes = 1 + random.below(4);
    for (let note = 0; note < notes; note++) {
      const noteHz = 65.406 * 2 ** (random.below(57) / 12) * (1 + random.between(-0.002, 0.002));
      const overtones = random.next() < 0.3 ? 1 : 1 + random.below(6);
      const glide = random.next() < 0.08 ? (2 ** (random.between(-7, 7) / 12) - 1) / (end - at) : 0;
      const fading = random.between(0, 6) / rateHz;
      const trembling = random.next() < 0.4 ? random.between(0.001, 0.01) : 0;
      for (let k = 1; k <= overtones && k * noteHz < 3600; k++) {
        const peak = random.between(k === 1 ? 0.5 : 0.2, 1) / k;
        let phase = random.between(0, 2 * Math.PI);
        for (let i = at; i < end; i++) {
          const vibrato = 1 + trembling * Math.sin((2 * Math.PI * 5.5 * (i - at)) / rateHz);
          phase += (2 * Math.PI * k * noteHz * vibrato * (1 + glide * (i - at))) / rateHz;
          wave[i] = wave[i]! + peak * Math.exp(-fading * (i - at)) * Math.sin(phase);
        }
      }
    }
    at = end + (random.next() < 0.2 ? samples(random.between(20, 300)) : 0);
  }
  return level(wave, levelDbm0);
}

/** Eight people who talk at once. */
export function babble(name: string, seconds: number, levelDbm0: number): Float64Array {
  const voices = Array.from({ length: 8 }, (_, talker) => talk(`${name} ${talker}`, seconds));
  const wave = new Float64Array(voices[0]!.length);
  for (const voice of voices) for (let i = 0; i < wave.length; i++) wave[i] = wave[i]! + voice[i]!;
  return level(wave, levelDbm0);
}

/** In place: the power of a sine of this level. */
export function level(wave: Float64Array, levelDbm0: number): Float64Array {
  let energy = 1e-9;
  for (const x of wave) energy += x * x;
  const gain = peakOfDbm0(levelDbm0) / Math.sqrt((2 * energy) / wave.length);
  for (let i = 0; i < wave.length; i++) wave[i] = wave[i]! * gain;
  return wave;
}
