// hot path
// Owns: whether somebody speaks on a line: the level of each packet time against a threshold, with patience in both directions,
// so that a click is no word and the gap between two words no end. Does not: know a voice from music or a tone.

const samplesPerMs = 8;
/** Root mean square of a packet that holds sound: about -42 dB of full scale, above the hum of most lines. */
const loudRms = 260;
/** So much sound in a row, with gaps no longer than that, is somebody who speaks. */
const beginsAfterMs = 80;
const gapMs = 300;

export class VoiceWatch {
  readonly #told: (speaking: boolean) => void;
  #speaking = false;
  #loudMs = 0;
  #quietMs = 0;

  constructor(told: (speaking: boolean) => void) {
    this.#told = told;
  }

  take(heard: Int16Array, count: number): void {
    let energy = 0;
    for (let i = 0; i < count; i++) energy += heard[i]! * heard[i]!;
    const ms = count / samplesPerMs;
    if (energy >= loudRms * loudRms * count) {
      this.#quietMs = 0;
      this.#loudMs += ms;
      if (!this.#speaking && this.#loudMs >= beginsAfterMs) this.#turn(true);
    } else {
      this.#quietMs += ms;
      if (this.#quietMs < gapMs) return;
      this.#loudMs = 0;
      if (this.#speaking) this.#turn(false);
    }
  }

  #turn(speaking: boolean): void {
    this.#speaking = speaking;
    this.#told(speaking);
  }
}

/** How much later than it happened a beginning and an end are told. */
export const voiceDelayMs = { began: beginsAfterMs, ended: gapMs } as const;
