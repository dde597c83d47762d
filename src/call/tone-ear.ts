// Owns: hearing the single tones of an alarm receiver in what the caller says, while a flow waits for them.
// Does not: hear keys (media/); decide what a tone means (run/).
import { ulawSample } from '../media/g711.ts';
import type { MediaEvent, MediaSession } from '../media/plane.ts';
import { SingleToneWatch } from '../media/single-tone.ts';
import type { WorldEvent } from './event.ts';

export interface ToneEar {
  watch(session: MediaSession | null, on: boolean): void;
  /** Whether it was for this. */
  onAudio(event: Extract<MediaEvent, { type: 'tapped' }>): boolean;
}

const tapName = 'tones';
const frequenciesHz = [1400, 2300];
const rateHz = 8000;
/** Shorter ones are chance. */
const leastMs = 60;

export function createToneEar(put: (event: WorldEvent) => void): ToneEar {
  let watch: SingleToneWatch | null = null;
  let samples = new Int16Array(160);

  return {
    watch(session, on) {
      if (on === (watch !== null)) return;
      if (on) {
        watch = new SingleToneWatch(frequenciesHz, rateHz, (frequencyHz, durationMs) => {
          if (durationMs >= leastMs) put({ type: 'tone.heard', leg: 'caller', frequencyHz, durationMs });
        });
        session?.tap(tapName, 'inbound');
      } else {
        watch = null;
        session?.untap(tapName);
      }
    },
    onAudio({ id, audio }) {
      if (id !== tapName) return false;
      if (samples.length !== audio.length) samples = new Int16Array(audio.length);
      for (let i = 0; i < audio.length; i += 1) samples[i] = ulawSample(audio[i]!);
      watch?.take(samples);
      return true;
    },
  };
}
