// Owns: what was said in a whole recording: each channel by itself, in pieces that an engine takes at once, cut where it is
// quiet. Sound that holds nothing is not sent: engines hear words in silence.
// Does not: know files (whoever hands in the sound does), keep anything.
import type { SpokenPart, TranscriptionEngine } from './transcription-engine.ts';

/** 8 kHz, samples of all channels follow one another. */
export interface RecordedSound {
  readonly channels: number;
  readonly frames: number;
  read(from: number, to: number): Promise<Int16Array>;
}

/** Times are milliseconds from the beginning of the recording. */
export interface TranscriptPart extends SpokenPart {
  /** From 0. */
  readonly channel: number;
}

export interface Transcript {
  readonly language: string | null;
  readonly channels: number;
  /** In the order in which they began. */
  readonly parts: readonly TranscriptPart[];
}

const samplesPerMs = 8;
/** What an engine of one's own transcribes within the time that a request may take. */
const pieceMs = 120_000;
/** A cut is looked for in the end of a piece. */
const cutWithinMs = 15_000;
const windowMs = 100;
/** About -50 dB of full scale. */
const leastPeak = 100;

export async function transcribeSound(
  sound: RecordedSound,
  engine: TranscriptionEngine,
  language: string | null,
  signal: AbortSignal,
): Promise<Transcript> {
  const { channels, frames } = sound;
  const parts: TranscriptPart[] = [];
  let heard: string | null = null;
  let from = 0;
  while (from < frames) {
    const whole = await sound.read(from, Math.min(frames, from + pieceMs * samplesPerMs));
    const length = whole.length / channels;
    if (length === 0) break;
    const isLast = from + length >= frames;
    const end = isLast ? length : quietest(whole, channels);
    for (let channel = 0; channel < channels; channel++) {
      const samples = channelOf(whole, channels, channel, end);
      if (peakOf(samples) < leastPeak) continue;
      const said = await engine.transcribe(samples, { language }, signal);
      heard ??= said.language;
      const offsetMs = Math.round(from / samplesPerMs);
      for (const part of said.parts)
        parts.push({ ...part, channel, startMs: part.startMs + offsetMs, endMs: part.endMs + offsetMs });
    }
    from += end;
  }
  return { language: heard, channels, parts: parts.toSorted((a, b) => a.startMs - b.startMs || a.channel - b.channel) };
}

function channelOf(samples: Int16Array, channels: number, channel: number, frames: number): Int16Array {
  return channels === 1
    ? samples.subarray(0, frames)
    : Int16Array.from({ length: frames }, (_, frame) => samples[frame * channels + channel]!);
}

function peakOf(samples: Int16Array): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak;
}

/** The middle of the quietest moment near the end, in frames. */
function quietest(samples: Int16Array, channels: number): number {
  const frames = samples.length / channels;
  const windowFrames = windowMs * samplesPerMs;
  let best = frames;
  let least = Number.POSITIVE_INFINITY;
  for (let at = Math.max(0, frames - cutWithinMs * samplesPerMs); at + windowFrames <= frames; at += windowFrames) {
    let sum = 0;
    for (let n = at * channels; n < (at + windowFrames) * channels; n++) sum += Math.abs(samples[n]!);
    if (sum > least) continue;
    least = sum;
    best = at + windowFrames / 2;
  }
  return best;
}
