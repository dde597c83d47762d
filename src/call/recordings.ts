// Owns: the recordings of one call: their files, which are open, which are complete. The caller's session writes them, and
// hears both sides of a bridge. Does not: keep them beyond the call (the store reads the tape).
import { CodedError } from '../base/errors.ts';
import type { MediaEvent, MediaSession } from '../media/plane.ts';
import type { Effect } from './effect.ts';
import type { WorldEvent } from './event.ts';

/** Where a recording goes: `path` is absolute, `file` is what the tape and the store say. The folder exists. */
export interface RecordingPlace {
  /** `startedAt`: when it was begun, in milliseconds since 1970 UTC. */
  of(recording: string, startedAt: number): { readonly path: string; readonly file: string };
  /** Of a file that the tape tells. */
  pathOf(file: string): string;
}

export interface Recordings {
  start(session: RecordingSession | null, effect: RecordStart): void;
  /** Takes one up that a restart interrupted; without a session its file is closed as it is. */
  resume(session: RecordingSession | null, effect: RecordStart, from: { startedAt: number; gapMs: number }): void;
  /** One that was complete before a restart. */
  keep(recording: string, tag: string | null, file: string): void;
  pause(session: RecordingSession | null, recording: string, on: boolean): void;
  stop(session: RecordingSession | null, recording: string): void;
  onEvent(event: Extract<MediaEvent, { type: 'recorded' }>): void;
  /** The newest recording of a tag that is complete or about to be; rejects when there is none. */
  path(tag: string): Promise<string>;
  /** Nothing more will be heard of those that are open. */
  giveUp(message: string): void;
}

/** A leg's, or the room of a conference. */
type RecordingSession = Pick<MediaSession, 'record' | 'pauseRecording' | 'stopRecording'>;
type RecordStart = Extract<Effect, { type: 'record.start' }>;
type Repair = (path: string) => Promise<{ readonly durationMs: number; readonly bytes: number } | null>;

interface Kept {
  readonly tag: string | null;
  readonly path: string;
  readonly file: string;
  readonly complete: PromiseWithResolvers<boolean>;
  open: boolean;
  stopping: boolean;
}

export interface RecordingsOptions {
  readonly place: RecordingPlace;
  readonly put: (event: WorldEvent) => void;
  readonly wall: () => number;
  /** Makes a file whole that a killed process left; null when there is nothing in it. */
  readonly repair: Repair;
}

export function createRecordings({ place, put, wall, repair }: RecordingsOptions): Recordings {
  const kept = new Map<string, Kept>();

  function fail(recording: string, code: string, message: string): void {
    const one = kept.get(recording);
    if (one !== undefined) {
      one.open = false;
      one.complete.resolve(false);
    }
    put({ type: 'recording.failed', recording, code, message });
  }

  function open({ recording, tag }: RecordStart, startedAt: number): Kept | null {
    try {
      const where = place.of(recording, startedAt);
      const one: Kept = { tag, ...where, complete: Promise.withResolvers(), open: true, stopping: false };
      kept.set(recording, one);
      return one;
    } catch (error) {
      fail(recording, 'recording-failed', (error as Error).message);
      return null;
    }
  }

  function finish(
    recording: string,
    one: Kept,
    end: Omit<Extract<MediaEvent, { type: 'recorded' }>, 'id' | 'type'>,
  ): void {
    const { durationMs, bytes, why } = end;
    if (why === 'failed') {
      fail(recording, 'recording-failed', end.message ?? 'The file could not be written.');
      return;
    }
    one.open = false;
    one.complete.resolve(true);
    put({ type: 'recording.finished', recording, tag: one.tag, durationMs, bytes, file: one.file, why });
  }

  return {
    start(session, effect) {
      const { recording, tag, channels, maxMs, silenceMs } = effect;
      if (session === null) {
        fail(recording, 'recording-failed', 'The leg carries no audio.');
        return;
      }
      const one = open(effect, wall());
      if (one === null) return;
      session.record(recording, { file: one.path, channels, maxMs, silenceMs });
      put({ type: 'recording.started', recording, tag, channels });
    },
    resume(session, effect, { startedAt, gapMs }) {
      const { recording, channels, maxMs, silenceMs } = effect;
      const one = open(effect, startedAt);
      if (one === null) return;
      if (session !== null) {
        session.record(recording, { file: one.path, channels, maxMs, silenceMs, append: true, gapMs });
        return;
      }
      one.stopping = true;
      const lost = (message: string): void => fail(recording, 'recording-failed', message);
      repair(one.path).then(
        (whole) => {
          if (whole === null) lost('A restart came before anything was written.');
          else finish(recording, one, { ...whole, why: 'ended' });
        },
        (error: Error) => lost(error.message),
      );
    },
    keep(recording, tag, file) {
      const complete = Promise.withResolvers<boolean>();
      complete.resolve(true);
      kept.set(recording, { tag, path: place.pathOf(file), file, complete, open: false, stopping: false });
    },
    pause(session, recording, on) {
      if (kept.get(recording)?.open === true) session?.pauseRecording(recording, on);
    },
    stop(session, recording) {
      const one = kept.get(recording);
      if (one?.open !== true) return;
      one.stopping = true;
      session?.stopRecording(recording);
    },
    onEvent(event) {
      const one = kept.get(event.id);
      if (one?.open === true) finish(event.id, one, event);
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
