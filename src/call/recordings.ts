// Owns: the recordings of one call: their files, which are open, which are complete. The caller's session writes them, and
// hears both sides of a bridge. Does not: keep them beyond the call (the store reads the tape).
import { CodedError } from '../base/errors.ts';
import type { MediaEvent, MediaSession } from '../media/plane.ts';
import type { Effect } from './effect.ts';
import type { WorldEvent } from './event.ts';

/** Where a recording goes: `path` is absolute, `file` is what the tape and the store say. The folder exists. */
export type RecordingPlace = (recording: string) => { readonly path: string; readonly file: string };

export interface Recordings {
  start(session: MediaSession | null, effect: Extract<Effect, { type: 'record.start' }>): void;
  stop(session: MediaSession | null, recording: string): void;
  onEvent(event: Extract<MediaEvent, { type: 'recorded' }>): void;
  /** The newest recording of a tag that is complete or about to be; rejects when there is none. */
  path(tag: string): Promise<string>;
  /** Nothing more will be heard of those that are open. */
  giveUp(message: string): void;
}

interface Kept {
  readonly tag: string | null;
  readonly path: string;
  readonly file: string;
  readonly complete: PromiseWithResolvers<boolean>;
  open: boolean;
  stopping: boolean;
}

export function createRecordings(place: RecordingPlace, put: (event: WorldEvent) => void): Recordings {
  const kept = new Map<string, Kept>();

  function fail(recording: string, code: string, message: string): void {
    const one = kept.get(recording);
    if (one !== undefined) {
      one.open = false;
      one.complete.resolve(false);
    }
    put({ type: 'recording.failed', recording, code, message });
  }

  return {
    start(session, { recording, tag, channels, maxMs, silenceMs }) {
      if (session === null) {
        fail(recording, 'recording-failed', 'The leg carries no audio.');
        return;
      }
      let where: ReturnType<RecordingPlace>;
      try {
        where = place(recording);
      } catch (error) {
        fail(recording, 'recording-failed', (error as Error).message);
        return;
      }
      kept.set(recording, { tag, ...where, complete: Promise.withResolvers(), open: true, stopping: false });
      session.record(recording, { file: where.path, channels, maxMs, silenceMs });
      put({ type: 'recording.started', recording, tag, channels });
    },
    stop(session, recording) {
      const one = kept.get(recording);
      if (one?.open !== true) return;
      one.stopping = true;
      session?.stopRecording(recording);
    },
    onEvent({ id: recording, why, durationMs, bytes, message }) {
      const one = kept.get(recording);
      if (one?.open !== true) return;
      if (why === 'failed') {
        fail(recording, 'recording-failed', message ?? 'The file could not be written.');
        return;
      }
      one.open = false;
      one.complete.resolve(true);
      put({ type: 'recording.finished', recording, tag: one.tag, durationMs, bytes, file: one.file, why });
    },
    async path(tag) {
      // One that nobody ends must not be waited for: the caller would hear nothing for ever.
      const named = [...kept.values()].filter((one) => one.tag === tag && (!one.open || one.stopping));
      for (const one of named.reverse()) if (await one.complete.promise) return one.path;
      throw new CodedError('recording-missing', `This call has no complete recording named "${tag}".`);
    },
    giveUp(message) {
      for (const [recording, one] of kept) if (one.open) fail(recording, 'recording-failed', message);
    },
  };
}
