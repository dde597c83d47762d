// Owns: the calls of a process that was killed: which are taken up and which cannot be, whose end is then told once, on the
// tape and to whoever reads it; and the heartbeat by which the next process knows when this one was last alive.
// Does not: take a call up (call/resume-call.ts). docs/recovery.md
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Calls } from '../call/calls.ts';
import type { LiveConferences } from '../call/conferences.ts';
import { isConference } from '../call/cut-conference.ts';
import type { CallEvent, TapeLine } from '../call/event.ts';
import type { RecordingPlace } from '../call/recordings.ts';
import type { CallFacts } from '../flow/report.ts';
import type { MediaPlane, SavedSession } from '../media/plane.ts';
import type { SavedLeg, SipEndpoint } from '../sip/endpoint.ts';
import type { CallRow, Unfinished } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import type { History } from './history.ts';

export interface RecoveryOptions {
  readonly store: Pick<Store, 'unfinished' | 'aliveAt' | 'saveCall' | 'dropLegs'>;
  readonly plane: Pick<MediaPlane, 'reserve' | 'release' | 'repairRecording'>;
  readonly endpoint: Pick<SipEndpoint, 'restore'>;
  readonly calls: Pick<Calls, 'resume'>;
  readonly conferences: Pick<LiveConferences, 'resume' | 'settle'>;
  readonly history: Pick<History, 'resume'>;
  readonly recordingPlace: (call: string) => RecordingPlace;
  /** What reads the tape of a live call. */
  readonly onLine: (call: CallFacts, line: TapeLine, sensitive: boolean) => void;
  readonly clock: Pick<Clock, 'wall'>;
  readonly log: Log;
}

const temporaryFailure = 41;
const killed = 'the server was killed';
const beatMs = 250;

/** What the killed process left, read before anything else is up. */
export interface Left {
  readonly calls: readonly Unfinished[];
  readonly aliveAt: number | null;
}

export async function readLeft(store: Pick<Store, 'unfinished' | 'aliveAt'>): Promise<Left> {
  const [calls, aliveAt] = await Promise.all([store.unfinished(), store.aliveAt()]);
  return { calls, aliveAt };
}

/** To be called while SIP holds what comes. Resolves when every call goes on or has ended. */
export async function recover({ calls: left, aliveAt }: Left, options: RecoveryOptions): Promise<void> {
  const { store, plane, calls, conferences, history, log } = options;
  const begunAt = performance.now();
  const open = left.filter((call) => !finishEnded(call, store));
  if (open.length === 0) return;
  plane.reserve(open.flatMap(portsOf));
  for (const { row, lines } of open) history.resume(row, lines);
  // They are there when their members come back, and go on when those have.
  const rooms = open.filter(isConference);
  const lostRooms = conferences.resume(rooms, aliveAt);
  const resumed = await calls.resume(
    open.filter((call) => !isConference(call)),
    aliveAt,
  );
  conferences.settle();
  const lost = [...lostRooms, ...resumed];
  const byId = new Map(open.map((call) => [call.row.id, call]));
  for (const { call, error } of lost) {
    const whole = byId.get(call.row.id)!;
    log.warn({ err: error, call: call.row.id }, 'a call cannot be taken up after the restart; it ends');
    plane.release(portsOf(whole));
    await end(whole, options);
  }
  const tookMs = Math.round(performance.now() - begunAt);
  log.info({ calls: open.length - lost.length, lost: lost.length, tookMs }, 'calls go on after a restart');
}

/** The process ended between the last line of the call and its row. */
function finishEnded({ row, lines }: Unfinished, store: Pick<Store, 'saveCall' | 'dropLegs'>): boolean {
  const last = lines.findLast(({ event }) => event.type === 'call.ended');
  if (last?.event.type !== 'call.ended') return false;
  const { reason, q850Cause } = last.event;
  store.saveCall({ ...row, state: 'ended', endedAt: last.at, reason, q850Cause });
  store.dropLegs(row.id);
  return true;
}

function portsOf({ legs }: Unfinished): number[] {
  return legs.flatMap(({ part, state }) => (part === 'media' ? [(state as SavedSession).port] : []));
}

async function end({ row, lines, legs }: Unfinished, options: RecoveryOptions): Promise<void> {
  const { plane, endpoint, recordingPlace, onLine, clock, log } = options;
  for (const { part, state } of legs) {
    if (part !== 'sip') continue;
    try {
      endpoint.restore(state as SavedLeg, { onEnded() {} }).hangup({ q850Cause: temporaryFailure, status: 503 });
    } catch (err) {
      log.debug({ err, call: row.id }, 'a leg cannot even be hung up');
    }
  }
  let { seq, since } = lines.at(-1) ?? { seq: 0, since: 0 };
  const say = (event: CallEvent): void => {
    seq += 1;
    onLine(factsOf(row), { seq, at: Math.round(clock.wall()), since, event }, false);
  };
  for (const { at, event } of openRecordings(lines)) {
    const { recording, tag } = event;
    const { path, file } = recordingPlace(row.id).of(recording, at);
    const whole = await plane.repairRecording(path).catch(() => null);
    if (whole !== null) say({ type: 'recording.finished', recording, tag, file, why: 'ended', ...whole });
    else
      say({ type: 'recording.failed', recording, code: 'recording-failed', message: `Nothing was kept: ${killed}.` });
  }
  say({ type: 'call.ended', reason: killed, q850Cause: temporaryFailure });
}

type Started = TapeLine<Extract<CallEvent, { type: 'recording.started' }>>;

function openRecordings(lines: readonly TapeLine[]): readonly Started[] {
  const open = new Map<string, Started>();
  for (const line of lines) {
    const { event } = line;
    if (event.type === 'recording.started') open.set(event.recording, line as Started);
    else if (event.type === 'recording.finished' || event.type === 'recording.failed') open.delete(event.recording);
  }
  return [...open.values()];
}

function factsOf({ id, app, direction, from, to, startedAt, answeredAt, account, conference }: CallRow): CallFacts {
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    ...{ id, app, direction, from, to, state: 'ended', startedAt: iso(startedAt) },
    answeredAt: answeredAt === null ? null : iso(answeredAt),
    ...(account !== undefined && { account }),
    ...(conference !== undefined && { conference }),
  };
}

/** While there are calls, the store is told that we live. */
export function createHeartbeat(
  store: Pick<Store, 'beat'>,
  clock: Clock,
  calls: () => number,
): { readonly close: () => void } {
  let timer = clock.after(beatMs, beat);
  function beat(): void {
    if (calls() > 0) store.beat(Math.round(clock.wall()));
    timer = clock.after(beatMs, beat);
  }
  return { close: () => timer.cancel() };
}
