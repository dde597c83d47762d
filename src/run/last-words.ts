// Owns: what is told and not waited for beside the document: a key that no gather listens to, and that a dialled leg, a
// recording or the call is over. Once the caller is gone, the call waits a little until that, and whatever else is on its
// way, has arrived: a call that is over is not taken up after a restart, so what it says last would be lost with its process.
import type { Effect } from '../call/effect.ts';
import type { LegName, WorldEvent } from '../call/event.ts';
import type { Destination } from '../flow/node.ts';
import type { Report, StreamCause } from '../flow/report.ts';
import { noticeOf } from './notice.ts';
import type { CallState, OpenRecording } from './state.ts';
import { streamReport } from './stream.ts';
import { substituteDestination } from './substitute.ts';

export interface LastWords {
  /** From now on what is told is waited for. */
  callerGone(end: CallerEnd, effects: Effect[]): void;
  keyPressed(digit: string, effects: Effect[]): void;
  legAnswered(leg: LegName): void;
  legOver(leg: LegName, reason: string, effects: Effect[]): void;
  streamBegan(stream: string, effects: Effect[]): void;
  /** `cause` null: it never began. */
  streamOver(stream: string, cause: StreamCause | null, message: string, effects: Effect[]): void;
  recordingOver(
    recording: OpenRecording,
    event: Extract<WorldEvent, { type: 'recording.finished' }>,
    effects: Effect[],
  ): void;
  /** What left with a turn: of this, too, is waited for what has not arrived when the caller goes. */
  sent(effects: readonly Effect[]): void;
  /** Looks whether the line ends the wait. */
  observe(event: WorldEvent, effects: Effect[]): void;
  readonly said: boolean;
}

interface CallerEnd {
  readonly by: 'peer' | 'us' | 'fault';
  readonly reason: string;
  readonly q850Cause: number;
}

/** What is for the server itself has a line of its own, in which no application holds it up. */
const nowhere: Destination = { url: '', method: 'POST', fallbackUrl: null, timeoutMs: null, extra: {} };

/** Longer than an application takes that is well; one that is not must not keep a call whose caller is gone. */
const patienceMs = 5_000;

export function createLastWords(state: CallState, lastOf: () => Destination | undefined): LastWords {
  const waiting = new Set<string>();
  /** Told, and not known to have arrived. */
  const underWay = new Set<string>();
  let timer: string | null = null;
  let gone = false;

  function tell(report: Report, effects: Effect[]): void {
    const effect = noticeOf(state, report);
    effects.push(effect);
    if (gone) waitFor(effect.notice, effects);
  }

  function waitFor(notice: string, effects: Effect[]): void {
    waiting.add(notice);
    if (timer !== null) return;
    timer = state.name('timer');
    effects.push({ type: 'timer.arm', timer, delayMs: patienceMs });
  }

  function legOver(leg: LegName, reason: string, effects: Effect[]): void {
    const one = state.watched.get(leg);
    if (one === undefined) return;
    state.watched.delete(leg);
    const { notify: destination, target, callerId, dialledMs, answeredMs, leftBecause } = one;
    const times = { dialledMs, answeredMs, endedMs: state.now };
    const words = leftBecause ?? reason;
    const history = [...state.history];
    tell(
      { kind: 'leg-end', destination, history, leg, target: target.address, callerId, reason: words, ...times },
      effects,
    );
  }

  function streamOver(stream: string, cause: StreamCause | null, message: string, effects: Effect[]): void {
    const open = state.streams.get(stream);
    if (open === undefined) return;
    state.streams.delete(stream);
    const what =
      cause === null
        ? ({ status: 'rejected', cause: 'connection-error' } as const)
        : ({ status: 'stopped', cause } as const);
    const report = streamReport(stream, open, state, { ...what, message });
    if (report !== null) tell(report, effects);
  }

  return {
    callerGone(end, effects) {
      gone = true;
      for (const notice of underWay) waitFor(notice, effects);
      // Of what the end of the call ended.
      for (const effect of [...effects]) if (effect.type === 'application.notify') waitFor(effect.notice, effects);
      // They end because of this; a run that is over would not learn when.
      for (const leg of [...state.watched.keys()]) legOver(leg, 'the caller left', effects);
      for (const stream of [...state.streams.keys()]) streamOver(stream, 'closed', 'the call is over', effects);
      const last = lastOf();
      if (last === undefined) return;
      const { fault, now: endedMs } = state;
      tell({ kind: 'call-end', destination: last, history: [...state.history], ...end, fault, endedMs }, effects);
    },
    keyPressed(digit, effects) {
      const { keysTo: destination, gathering, history } = state;
      if (destination === null || gathering > 0) return;
      tell({ kind: 'key', destination, history: [...history], digit }, effects);
    },
    legAnswered(leg) {
      const one = state.watched.get(leg);
      if (one !== undefined) one.answeredMs = state.now;
    },
    legOver,
    streamBegan(stream, effects) {
      const open = state.streams.get(stream);
      if (open === undefined) return;
      open.startedMs = state.now;
      const report = streamReport(stream, open, state, { status: 'started' });
      if (report !== null) tell(report, effects);
    },
    streamOver,
    recordingOver({ notify: destination, transcribe }, { recording: recordingId, durationMs }, effects) {
      const history = [...state.history];
      if (transcribe !== undefined) {
        const { detectLanguage } = transcribe;
        const notify = transcribe.notify === null ? null : substituteDestination(state, transcribe.notify);
        tell({ kind: 'transcribe', destination: nowhere, history: [], recordingId, detectLanguage, notify }, effects);
      }
      if (destination !== null) tell({ kind: 'recording', destination, history, recordingId, durationMs }, effects);
    },
    sent(effects) {
      for (const effect of effects) if (effect.type === 'application.notify') underWay.add(effect.notice);
    },
    observe(event, effects) {
      if (event.type === 'notice.told' || event.type === 'notice.failed') {
        underWay.delete(event.notice);
        waiting.delete(event.notice);
      }
      if (timer === null) return;
      const isUp = event.type === 'timer.fired' && event.timer === timer;
      if (isUp) waiting.clear();
      if (waiting.size > 0) return;
      if (!isUp) effects.push({ type: 'timer.cancel', timer });
      timer = null;
    },
    get said() {
      return waiting.size === 0;
    },
  };
}
