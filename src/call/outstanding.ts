// Owns: what a call that was cut off had begun and not ended: read from its tape and from what a fresh run says to it. Pure:
// whoever takes the call up again (resume-call.ts, testkit/simulate-process.ts) carries it out.
// Does not: know whether a leg can be taken up at all; that is for the stacks to say.
import type { Effect, EffectType } from './effect.ts';
import { isWorldEvent, type LegName, type NoteEvent, type TapeLine, type WorldEvent } from './event.ts';
import { interrupted, playedMsOf } from './interrupted.ts';
import { Ledger } from './ledger.ts';
import type { Interpreter } from './loop.ts';

type EffectOf<Type extends EffectType> = Extract<Effect, { type: Type }>;

export interface OutstandingPrompt {
  readonly effect: EffectOf<'prompt.start'>;
  /** How much of it was heard; null when it had not begun. */
  readonly playedMs: number | null;
}

export interface OutstandingRecording {
  readonly effect: EffectOf<'record.start'>;
  /** When it began, in milliseconds since 1970 UTC, and how long it has run, without its pauses; null when it had not. */
  readonly begun: { readonly at: number; readonly sinceMs: number } | null;
  readonly paused: boolean;
  readonly stopping: boolean;
}

export interface KeptRecording {
  readonly recording: string;
  readonly tag: string | null;
  readonly file: string;
  readonly durationMs: number;
}

export interface Outstanding {
  /** What the run said of itself and did not come onto the tape any more. */
  readonly notes: readonly NoteEvent[];
  /** What must have come, or now comes, of that which cannot be taken up. */
  readonly events: readonly WorldEvent[];
  /** In the order in which they play. */
  readonly prompts: readonly OutstandingPrompt[];
  /** With the time that remained, the earliest first. */
  readonly timers: readonly { readonly timer: string; readonly delayMs: number }[];
  /** Asked again under the same names. */
  readonly requests: readonly EffectOf<'document.ask' | 'http.send'>[];
  /** Told again under the same names. */
  readonly notices: readonly EffectOf<'application.notify'>[];
  readonly recordings: readonly OutstandingRecording[];
  /** Those that had begun and were not ended, and those that were still to be opened. */
  readonly streams: readonly {
    readonly effect: EffectOf<'stream.start'>;
    readonly begun: boolean;
    readonly stopping: boolean;
  }[];
  /** Complete ones: a flow may play them. */
  readonly kept: readonly KeptRecording[];
  /** queued and called: of a call that we place, before its turn and while it rings. */
  readonly caller: 'queued' | 'called' | 'ringing' | 'answering' | 'live' | 'gone';
  /** Set when the call was being ended. */
  readonly ending: EffectOf<'call.hangup' | 'call.reject'> | null;
  /** Dialled legs that were talked to, and whether they were being hung up. */
  readonly legs: readonly { readonly dial: EffectOf<'leg.dial'>; readonly leaving: boolean }[];
  /** Those that rang. */
  readonly lostLegs: readonly LegName[];
  readonly bridged: LegName | null;
  /** The other call that the caller was joined with by this one's flow. */
  readonly joined: EffectOf<'bridge.call'> | null;
  /** The other call that joined itself with the caller, while the flow waits for the end of that. */
  readonly joinedBy: string | null;
  /** The conference that the caller is in, or was about to be: its id once that was told. */
  readonly conference: { readonly join: EffectOf<'conference.join'>; readonly conference: string | null } | null;
  readonly held: boolean;
  /** Whether the caller's voice was watched. */
  readonly watched: boolean;
  /** Whether single tones of the caller were. */
  readonly tonesWatched: boolean;
  /** Milliseconds since the first key that a sensitive gather waits for; null when none listens. */
  readonly sensitiveSinceMs: number | null;
  /** The highest number of a press. */
  readonly presses: number;
}

/**
 * Feeds `run`, which must be fresh, every line of `lines`. `diedAtMs` is the `since` at which the call stood still.
 * Throws when the run says something else than what is on the tape: it is not the run that wrote it.
 */
export function readOutstanding(lines: readonly TapeLine[], run: Interpreter, diedAtMs: number): Outstanding {
  const ledger = new Ledger();
  let unsaid: NoteEvent[] = [];
  for (const line of lines) {
    if (isWorldEvent(line.event)) {
      if (unsaid.length > 0) throw new Error(`line ${line.seq} came before a ${unsaid[0]!.type}, which it follows`);
      ledger.happened(line.event, line);
      for (const effect of run.step(line)) {
        if (effect.type === 'note') unsaid.push(effect.event);
        else ledger.said(effect, line);
      }
    } else {
      const [expected, ...rest] = unsaid;
      if (expected?.type !== line.event.type)
        throw new Error(`line ${line.seq} is a ${line.event.type}, and the run says ${expected?.type ?? 'nothing'}`);
      unsaid = rest;
    }
  }
  return outstandingOf(ledger, diedAtMs, unsaid);
}

function outstandingOf(ledger: Ledger, diedAtMs: number, notes: readonly NoteEvent[]): Outstanding {
  const { caller, ending, bridged, joined, joinedBy, conference, held, watched, presses, kept, sensitiveFrom } = ledger;
  const prompts = [...ledger.prompts.values()];
  const legs = [...ledger.legs.values()];
  const alive = prompts.filter(({ stopped }) => stopped === null);
  return {
    notes,
    events: interrupted(ledger, diedAtMs),
    prompts: alive.map((prompt) => ({ effect: prompt.effect, playedMs: playedMsOf(prompt, diedAtMs) })),
    timers: [...ledger.timers]
      .map(([timer, dueAt]) => ({ timer, delayMs: Math.max(0, dueAt - diedAtMs) }))
      .sort((a, b) => a.delayMs - b.delayMs),
    requests: [...ledger.requests.values()],
    notices: [...ledger.notices.values()],
    recordings: [...ledger.recordings.values()].map(({ effect, begun, pausedAt, stopping }) => ({
      effect,
      begun: begun === null ? null : { at: begun.at, sinceMs: Math.max(0, (pausedAt ?? diedAtMs) - begun.since) },
      paused: pausedAt !== null,
      stopping,
    })),
    streams: [...ledger.streams.values()].map((stream) => ({ ...stream })),
    kept,
    caller,
    ending,
    legs: legs.filter(({ answered }) => answered),
    lostLegs: [
      ...legs.filter(({ answered }) => !answered).map(({ dial }) => dial.leg),
      ...(caller === 'called' ? ['caller' as const] : []),
    ],
    bridged,
    joined,
    joinedBy,
    conference,
    held,
    watched,
    tonesWatched: ledger.tonesWatched,
    sensitiveSinceMs: sensitiveFrom === null ? null : Math.max(0, diedAtMs - sensitiveFrom),
    presses,
  };
}
