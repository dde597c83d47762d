// Owns: what is said on a call while it is said: each track by itself, one question to the engine for each utterance, in the
// order in which they were spoken. What an engine fails at twice is lost, and the rest goes on.
// Does not: know sockets, webhooks or the call.
import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Transcript, TranscriptPart } from './transcript.ts';
import type { TranscriptionEngine } from './transcription-engine.ts';
import { createUtterances, type Utterance } from './utterances.ts';

export type LiveTrack = 'inbound' | 'outbound';

export interface LiveTranscriptOptions {
  readonly tracks: readonly LiveTrack[];
  readonly engine: TranscriptionEngine;
  readonly language: string | null;
  /** Times of the part are milliseconds from the first sound. */
  readonly onPart: (track: LiveTrack, part: TranscriptPart, language: string | null) => void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface LiveTranscript {
  hear(track: LiveTrack, samples: Int16Array): void;
  /** Nothing more is heard. Resolves when all is written down; null when nothing of what was said could be. */
  end(): Promise<Transcript | null>;
  /** What is under way is given up. */
  abort(): void;
}

const askAgainMs = 1000;
/** Utterances of one track that wait for the engine; what is said behind them is lost, so that memory is not. */
const mostWaiting = 20;
const channelOf: Readonly<Record<LiveTrack, number>> = { inbound: 0, outbound: 1 };

export function createLiveTranscript(options: LiveTranscriptOptions): LiveTranscript {
  const { tracks, engine, language, onPart, clock, log } = options;
  const giveUp = new AbortController();
  const parts: TranscriptPart[] = [];
  let heardLanguage: string | null = null;
  let lost = 0;
  const lines = new Map(
    tracks.map((track) => [track, { utterances: createUtterances(), waiting: 0, last: Promise.resolve() }]),
  );

  async function ask(samples: Int16Array) {
    try {
      return await engine.transcribe(samples, { language }, giveUp.signal);
    } catch (error) {
      if (!(error instanceof CodedError) || error.code === 'transcription-refused' || giveUp.signal.aborted)
        throw error;
      await new Promise<void>((resolve) => {
        clock.after(askAgainMs, resolve);
        giveUp.signal.addEventListener('abort', () => resolve());
      });
      return await engine.transcribe(samples, { language }, giveUp.signal);
    }
  }

  async function write(track: LiveTrack, { fromMs, samples }: Utterance): Promise<void> {
    try {
      const said = await ask(samples);
      heardLanguage ??= said.language;
      for (const part of said.parts) {
        const { startMs, endMs } = part;
        const whole = { ...part, channel: channelOf[track], startMs: fromMs + startMs, endMs: fromMs + endMs };
        parts.push(whole);
        onPart(track, whole, said.language);
      }
    } catch (error) {
      lost += 1;
      if (giveUp.signal.aborted) return;
      const { code, message } =
        error instanceof CodedError ? error : { code: 'transcription-failed', message: `${error}` };
      log.warn({ code, track }, `What was said on a call is not written down: ${message}`);
    }
  }

  function take(track: LiveTrack, utterance: Utterance | null): void {
    const line = lines.get(track);
    if (utterance === null || line === undefined) return;
    if (line.waiting >= mostWaiting) {
      lost += 1;
      if (lost === 1)
        log.warn({ track }, 'The transcription server does not keep up with a call; what is said is lost');
      return;
    }
    line.waiting += 1;
    line.last = line.last
      .then(() => write(track, utterance))
      .finally(() => {
        line.waiting -= 1;
      });
  }

  return {
    hear(track, samples) {
      take(track, lines.get(track)?.utterances.hear(samples) ?? null);
    },
    async end() {
      for (const [track, { utterances }] of lines) take(track, utterances.end());
      await Promise.all([...lines.values()].map(({ last }) => last));
      if (parts.length === 0 && lost > 0) return null;
      const inOrder = parts.toSorted((a, b) => a.startMs - b.startMs || a.channel - b.channel);
      return { language: heardLanguage, channels: 2, parts: inOrder };
    },
    abort: () => giveUp.abort(),
  };
}
