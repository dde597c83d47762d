// Owns: the transcriptions of recordings, from the order to whoever is told: what is still to be done for each stands in the
// store, so that a killed process forgets none; the next one asks the engine again, and tells again. docs/speech.md
// Does not: know an engine, word or send what is told, decide who may ask.
import type { Clock, Timer } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Destination } from '../flow/node.ts';
import type { CallFacts, LiveTranscript, Report, ReportedLeg } from '../flow/report.ts';
import { type RecordedSound, type Transcript, transcribeSound } from './transcript.ts';
import type { TranscriptionEngine } from './transcription-engine.ts';

/** Plain JSON: it is kept. */
export interface TranscriptionOrder {
  readonly call: CallFacts;
  readonly recorded: { readonly startedAt: string; readonly durationMs: number; readonly channels: number };
  /** null: whichever it is. */
  readonly language: string | null;
  /** Told when it is there, or when there will be none; null is nobody. */
  readonly destination: Destination | null;
  readonly ownLeg?: ReportedLeg;
  /** Of what was heard while it was said. */
  readonly live?: LiveTranscript;
}

export type TranscriptionState = 'processing' | 'available' | 'error' | 'too-short';

/** As the store keeps it. Times are milliseconds since 1970. */
export interface KeptTranscription {
  readonly callId: string;
  readonly recording: string;
  readonly askedAt: number;
  readonly state: TranscriptionState;
  readonly next: 'transcribe' | 'tell' | null;
  readonly attempts: number;
  readonly dueAt: number;
  readonly order: string;
  readonly result: string | null;
  readonly completedAt: number | null;
}

export interface TranscriptionsOptions {
  /** null: none is asked any more, what was ordered before ends as `error`. */
  readonly engine: TranscriptionEngine | null;
  readonly rows: {
    open(): Promise<readonly KeptTranscription[]>;
    of(callId: string): Promise<readonly KeptTranscription[]>;
    save(row: KeptTranscription): void;
    step(row: KeptTranscription): void;
    drop(callId: string, recording: string): void;
  };
  readonly durable: () => Promise<void>;
  /** Rejects with a CodedError when the file is gone. */
  readonly openSound: (
    callId: string,
    recording: string,
  ) => Promise<RecordedSound & { readonly close: () => Promise<void> }>;
  readonly tell: (
    report: Extract<Report, { kind: 'transcription' }>,
    call: CallFacts,
    sending: { readonly id: string; readonly signal: AbortSignal },
  ) => Promise<{ readonly ok: true } | { readonly ok: false; readonly message: string }>;
  /** Until what was not taken is told again, after so many times; null after the last. */
  readonly tellAgainAfter: (attempts: number) => number | null;
  /** Recordings that are with the engine at a time. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Transcriptions {
  readonly enabled: boolean;
  /** Goes on with what the process before this one left. */
  start(): Promise<void>;
  /** Resolves when the order is kept; `again`: in the place of what is there of that recording already. */
  ask(callId: string, recording: string, order: TranscriptionOrder, again: boolean): Promise<void>;
  get(callId: string, recording: string): Promise<{ state: TranscriptionState; transcript: Transcript | null } | null>;
  /** What was heard while it was said, `id` is the stream; null: it could not be written down. Resolves when it is kept. */
  keep(callId: string, id: string, order: TranscriptionOrder, transcript: Transcript | null): Promise<void>;
  /** What was kept so of a call, the oldest first. */
  live(callId: string): Promise<readonly KeptLive[]>;
  /** False when there is none. */
  drop(callId: string, recording: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface KeptLive extends LiveTranscript {
  readonly id: string;
  readonly language: string | null;
  readonly transcript: Transcript | null;
}

interface Job {
  row: KeptTranscription;
  readonly order: TranscriptionOrder;
  readonly controller: AbortController;
  running: boolean;
}

/** As the vendor's: what is shorter holds no word. */
export const shortestMs = 500;
/** Before the second time that the engine is asked, the third, and so on. */
const askAgainMs: readonly number[] = [5_000, 30_000, 120_000, 600_000, 1_800_000];
const tellers = 8;

export function createTranscriptions(options: TranscriptionsOptions): Transcriptions {
  const { engine, rows, clock, log } = options;
  const jobs = new Map<string, Job>();
  const underWay = new Set<Promise<void>>();
  const most = { transcribe: options.concurrency, tell: tellers } as const;
  let timer: Timer | null = null;
  let closed = false;
  let lastAskedAt = 0;
  const keyOf = (callId: string, recording: string): string => `${callId}/${recording}`;

  function add(row: KeptTranscription): void {
    const order: TranscriptionOrder = JSON.parse(row.order);
    const key = keyOf(row.callId, row.recording);
    jobs.get(key)?.controller.abort();
    jobs.set(key, { row, order, controller: new AbortController(), running: false });
  }

  function look(): void {
    if (closed) return;
    timer?.cancel();
    timer = null;
    const now = clock.wall();
    let nextAt = Number.POSITIVE_INFINITY;
    const busy = { transcribe: 0, tell: 0 };
    for (const { running, row } of jobs.values()) if (running) busy[row.next!] += 1;
    for (const job of jobs.values()) {
      const { running, row } = job;
      if (running) continue;
      if (row.dueAt > now) nextAt = Math.min(nextAt, row.dueAt);
      else if (busy[row.next!] < most[row.next!]) {
        busy[row.next!] += 1;
        start(job);
      }
    }
    if (nextAt !== Number.POSITIVE_INFINITY) timer = clock.after(nextAt - now, look);
  }

  function start(job: Job): void {
    job.running = true;
    const done = (job.row.next === 'transcribe' ? transcribe(job) : tell(job))
      .catch((err: unknown) => {
        log.error({ err, call: job.row.callId, recording: job.row.recording }, 'a transcription failed by our fault');
        step(job, { next: null, state: job.row.state === 'processing' ? 'error' : job.row.state });
      })
      .finally(() => {
        underWay.delete(done);
        job.running = false;
        look();
      });
    underWay.add(done);
  }

  /** Nothing of one that was dropped, ordered anew, or is left to the next process. */
  function step(job: Job, change: Partial<KeptTranscription>): void {
    if (job.controller.signal.aborted) return;
    const row = { ...job.row, ...change };
    rows.step(row);
    job.row = { ...row, result: null };
    if (row.next === null) jobs.delete(keyOf(row.callId, row.recording));
  }

  function finish(job: Job, state: TranscriptionState, transcript: Transcript | null): void {
    const now = Math.round(clock.wall());
    step(job, {
      ...{ state, completedAt: now, attempts: 0, dueAt: now },
      result: transcript === null ? null : JSON.stringify(transcript),
      next: job.order.destination === null ? null : 'tell',
    });
  }

  async function transcribe(job: Job): Promise<void> {
    const { row, order, controller } = job;
    const { callId, recording } = row;
    const about = { call: callId, recording };
    if (order.recorded.durationMs < shortestMs) return finish(job, 'too-short', null);
    try {
      if (engine === null) throw new CodedError('transcription-none', 'There is no transcription engine any more.');
      const sound = await options.openSound(callId, recording);
      try {
        const transcript = await transcribeSound(sound, engine, order.language, controller.signal);
        log.info({ ...about, parts: transcript.parts.length }, 'recording transcribed');
        finish(job, 'available', transcript);
      } finally {
        await sound.close();
      }
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!(error instanceof CodedError)) throw error;
      const { code, message } = error;
      const waitMs = passing(error) ? askAgainMs[row.attempts] : undefined;
      log.warn({ ...about, code, again: waitMs !== undefined }, message);
      if (waitMs === undefined) finish(job, 'error', null);
      else step(job, { attempts: row.attempts + 1, dueAt: Math.round(clock.wall()) + waitMs });
    }
  }

  async function tell(job: Job): Promise<void> {
    const { row, order, controller } = job;
    const { callId, recording, state, completedAt, attempts, askedAt } = row;
    const { destination, call, recorded, ownLeg, live } = order;
    if (destination === null || state === 'processing') return step(job, { next: null });
    // Who is told of it may ask for it at once, also after a kill.
    await options.durable();
    const told = await options.tell(
      {
        ...{ kind: 'transcription', destination, history: [], recordingId: recording, ...recorded, status: state },
        completedAt: new Date(completedAt ?? clock.wall()).toISOString(),
        ...(ownLeg !== undefined && { ownLeg }),
        ...(live !== undefined && { live }),
      },
      call,
      { id: `${callId}/${recording}/transcription-${askedAt}`, signal: controller.signal },
    );
    if (told.ok) return step(job, { next: null });
    const waitMs = options.tellAgainAfter(attempts + 1);
    const about = { call: callId, recording, again: waitMs !== null };
    log.warn(about, `Nobody took the news of a transcription: ${told.message}`);
    if (waitMs === null) step(job, { next: null });
    else step(job, { attempts: attempts + 1, dueAt: Math.round(clock.wall()) + waitMs });
  }

  function nextAskedAt(): number {
    lastAskedAt = Math.max(lastAskedAt + 1, Math.round(clock.wall()));
    return lastAskedAt;
  }

  async function find(callId: string, recording: string): Promise<KeptTranscription | undefined> {
    return (await rows.of(callId)).find((row) => row.recording === recording);
  }

  return {
    enabled: engine !== null,
    async start() {
      for (const row of await rows.open()) if (!jobs.has(keyOf(row.callId, row.recording))) add(row);
      look();
    },
    async ask(callId, recording, order, again) {
      if (!again && (await find(callId, recording)) !== undefined) return;
      const row: KeptTranscription = {
        ...{ callId, recording, askedAt: nextAskedAt(), state: 'processing', next: 'transcribe', attempts: 0 },
        ...{ dueAt: Math.round(clock.wall()), order: JSON.stringify(order), result: null, completedAt: null },
      };
      rows.save(row);
      await options.durable();
      add(row);
      look();
    },
    async get(callId, recording) {
      const row = await find(callId, recording);
      if (row === undefined) return null;
      return { state: row.state, transcript: row.result === null ? null : JSON.parse(row.result) };
    },
    async keep(callId, recording, order, transcript) {
      const now = Math.round(clock.wall());
      const row: KeptTranscription = {
        ...{ callId, recording, askedAt: nextAskedAt(), attempts: 0, dueAt: now, completedAt: now },
        ...{ state: transcript === null ? 'error' : 'available', next: order.destination === null ? null : 'tell' },
        order: JSON.stringify(order),
        result: transcript === null ? null : JSON.stringify(transcript),
      };
      rows.save(row);
      await options.durable();
      if (row.next === null) return;
      add({ ...row, result: null });
      look();
    },
    async live(callId) {
      const kept = (await rows.of(callId)).toSorted((a, b) => a.askedAt - b.askedAt);
      return kept.flatMap(({ recording: id, order, result }) => {
        const { live } = JSON.parse(order) as TranscriptionOrder;
        if (live === undefined) return [];
        const transcript: Transcript | null = result === null ? null : JSON.parse(result);
        return [{ ...live, id, language: transcript?.language ?? null, transcript }];
      });
    },
    async drop(callId, recording) {
      const key = keyOf(callId, recording);
      jobs.get(key)?.controller.abort();
      jobs.delete(key);
      const known = (await find(callId, recording)) !== undefined;
      rows.drop(callId, recording);
      await options.durable();
      return known;
    },
    async close() {
      closed = true;
      timer?.cancel();
      for (const { controller } of jobs.values()) controller.abort();
      await Promise.all(underWay);
      await engine?.close();
    },
  };
}

/** Whether it may go well another time. */
const lasting: ReadonlySet<string> = new Set([
  ...['transcription-refused', 'transcription-none', 'recording-missing', 'media-format-broken'],
  ...['fetch-bad-url', 'fetch-refused-address'],
]);
const passing = ({ code }: CodedError): boolean => !lasting.has(code);
