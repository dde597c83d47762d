// Owns: the prompts of one leg: loaded all at once, played in the order they were started in, stopped in either state.
// Does not: make sounds (sound-source.ts), keep them (clip-shelf.ts).
import { CodedError } from '../base/errors.ts';
import type { MediaEvent, MediaSession } from '../media/plane.ts';
import type { Clip, ClipShelf } from './clip-shelf.ts';
import type { WorldEvent } from './event.ts';
import type { Loaded } from './sound-source.ts';

export interface PromptRequest {
  readonly prompt: string;
  /** null repeats until stopped. */
  readonly times: number | null;
  readonly stopKeys: string;
  readonly load: (signal: AbortSignal) => Promise<Loaded>;
  /** Set when it had begun before a restart: how much was heard. */
  readonly playedMs?: number;
}

export interface PromptQueue {
  start(request: PromptRequest): void;
  /** Harmless when it is over. */
  stop(prompt: string): void;
  /** The `play-*` events of the session. */
  onEvent(event: Extract<MediaEvent, { type: 'play-started' | 'play-finished' }>): void;
  close(): void;
}

export interface PromptQueueOptions {
  readonly session: Pick<MediaSession, 'play' | 'stop'>;
  readonly shelf: ClipShelf;
  readonly put: (event: WorldEvent) => void;
  /** A fault of ours while loading. */
  readonly onFault: (error: unknown) => void;
}

interface Entry {
  readonly controller: AbortController;
  /** Set once it plays. */
  release: (() => void) | null;
  /** null until it was heard. */
  readonly playedMs: number | null;
}

/** What a text without a word sounds like: one packet, so that it begins and ends as every prompt does. */
const nothing: Clip = { key: 'nothing', samples: new Int16Array(160) };
const samplesPerMs = 8;
const packetMs = 20;

export function createPromptQueue({ session, shelf, put, onFault }: PromptQueueOptions): PromptQueue {
  const entries = new Map<string, Entry>();
  let before: Promise<void> = Promise.resolve();
  let closed = false;

  function play({ prompt, times, stopKeys }: PromptRequest, entry: Entry, loaded: Loaded): void {
    if (entries.get(prompt) !== entry) return;
    const clip = loaded.clip.samples.length === 0 ? nothing : loaded.clip;
    entry.release = shelf.take(clip);
    const whole = times === null ? null : times * loaded.times;
    session.play(prompt, { clip: clip.key, stopKeys, ...restOf(clip, whole, entry.playedMs ?? 0) });
  }

  function fail({ prompt }: PromptRequest, entry: Entry, error: unknown): void {
    if (entries.get(prompt) !== entry) return;
    entries.delete(prompt);
    if (error instanceof CodedError) put({ type: 'prompt.failed', prompt, code: error.code, message: error.message });
    else onFault(error);
  }

  return {
    start(request) {
      if (closed) return;
      const entry: Entry = { controller: new AbortController(), release: null, playedMs: request.playedMs ?? null };
      entries.set(request.prompt, entry);
      const loading = request.load(entry.controller.signal);
      before = Promise.allSettled([loading, before]).then(([loaded]) => {
        try {
          if (loaded.status === 'fulfilled') play(request, entry, loaded.value);
          else fail(request, entry, loaded.reason);
        } catch (error) {
          onFault(error);
        }
      });
    },
    stop(prompt) {
      const entry = entries.get(prompt);
      if (entry === undefined) return;
      if (entry.release !== null) {
        session.stop(prompt);
        return;
      }
      entries.delete(prompt);
      entry.controller.abort();
      put({ type: 'prompt.finished', prompt, why: 'stopped', playedMs: entry.playedMs ?? 0 });
    },
    onEvent(event) {
      const { id: prompt } = event;
      const entry = entries.get(prompt);
      if (entry === undefined) return;
      if (event.type === 'play-started') {
        if (entry.playedMs === null) put({ type: 'prompt.started', prompt });
        return;
      }
      entries.delete(prompt);
      entry.release?.();
      const playedMs = event.playedMs + (entry.playedMs ?? 0);
      put({ type: 'prompt.finished', prompt, why: event.why, playedMs });
    },
    close() {
      closed = true;
      for (const { controller, release } of entries.values()) {
        controller.abort();
        release?.();
      }
      entries.clear();
    },
  };
}

/** What is left of so many playings of a clip; at least its last packet, so that it ends as every prompt does. */
function restOf(clip: Clip, times: number | null, playedMs: number): { times: number | null; startMs: number } {
  const lengthMs = clip.samples.length / samplesPerMs;
  const done = Math.floor(playedMs / lengthMs);
  if (times === null) return { times, startMs: playedMs - done * lengthMs };
  if (done >= times) return { times: 1, startMs: Math.max(0, lengthMs - packetMs) };
  return { times: times - done, startMs: playedMs - done * lengthMs };
}
