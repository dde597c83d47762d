// Owns: where somebody begins to speak and where he has said something, on one track: pieces of sound with a little of what
// was heard before, each ended by a pause or by its length. Silence is in none of them.
// Does not: know what is said, or keep time: sound itself is the clock.

/** From the first sample that was heard on the track. */
export interface Utterance {
  readonly fromMs: number;
  readonly samples: Int16Array;
}

export interface Utterances {
  /** 8 kHz; of any length. The utterance that these samples end, if they do. */
  hear(samples: Int16Array): Utterance | null;
  /** What is being said. */
  end(): Utterance | null;
}

const samplesPerMs = 8;
/** Mean magnitude below which it is silence: about -44 dB of full scale, as for recordings. */
const silenceLevel = 200;
/** Kept of what came before: the beginning of a word is quiet. */
const beforeMs = 240;
const pauseMs = 700;
const longestMs = 20_000;
/** A click is no word. */
const leastVoiceMs = 100;

export function createUtterances(): Utterances {
  let pieces: Int16Array[] = [];
  let lengthMs = 0;
  let voiceMs = 0;
  let quietMs = 0;
  let heardMs = 0;

  function reset(): void {
    pieces = [];
    lengthMs = 0;
    voiceMs = 0;
    quietMs = 0;
  }

  function cut(): Utterance | null {
    const found = voiceMs < leastVoiceMs ? null : { fromMs: Math.round(heardMs - lengthMs), samples: join(pieces) };
    reset();
    return found;
  }

  return {
    hear(samples) {
      const ms = samples.length / samplesPerMs;
      const isVoice = loudness(samples) >= silenceLevel;
      heardMs += ms;
      pieces.push(samples);
      lengthMs += ms;
      if (isVoice) {
        voiceMs += ms;
        quietMs = 0;
      } else quietMs += ms;
      if (voiceMs === 0) {
        while (lengthMs > beforeMs) lengthMs -= pieces.shift()!.length / samplesPerMs;
        return null;
      }
      return quietMs >= pauseMs || lengthMs >= longestMs ? cut() : null;
    },
    end: cut,
  };
}

function loudness(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += Math.abs(sample);
  return samples.length === 0 ? 0 : sum / samples.length;
}

function join(pieces: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
