// Owns: what a call that was cut off had begun and not ended: read from its tape and from what a fresh run says to it. Pure:
// whoever takes the call up again (resume-call.ts, testkit/simulate-process.ts) carries it out.
// Does not: know whether a leg can be taken up at all; that is for the stacks to say.
import type { Effect, EffectType } from './effect.ts';
import { isWorldEvent, type LegName, type NoteEvent, type TapeLine, type WorldEvent } from './event.ts';
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

interface Prompt {
  readonly effect: EffectOf<'prompt.start'>;
  /** What is for a callee who is not there is heard by the caller. */
  readonly heardBy: 'caller' | 'callee';
  startedAt: number | null;
  stopped: 'stopped' | 'key' | null;
}

interface Recording {
  readonly effect: EffectOf<'record.start'>;
  /** `since` is later by what it was paused. */
  begun: { readonly at: number; readonly since: number } | null;
  /** The `since` of its pause. */
  pausedAt: number | null;
  stopping: boolean;
}

interface Dialled {
  readonly dial: EffectOf<'leg.dial'>;
  answered: boolean;
  leaving: boolean;
}

const interruptedKeys = 'A restart of the server came between the keys.';
const normalClearing = 16;
const temporaryFailure = 41;
const interruptedLeg = 'a restart of the server came between';

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
  return ledger.read(diedAtMs, unsaid);
}

/** What was begun and not ended, line by line. */
class Ledger {
  readonly prompts = new Map<string, Prompt>();
  readonly timers = new Map<string, number>();
  readonly requests = new Map<string, EffectOf<'document.ask' | 'http.send'>>();
  readonly digits = new Map<string, { cancelled: boolean }>();
  readonly recordings = new Map<string, Recording>();
  readonly streams = new Map<
    string,
    { readonly effect: EffectOf<'stream.start'>; begun: boolean; stopping: boolean }
  >();
  readonly kept: KeptRecording[] = [];
  readonly legs = new Map<LegName, Dialled>();
  readonly down = new Map<number, { readonly event: Extract<WorldEvent, { type: 'digit' }>; readonly since: number }>();
  readonly notices = new Map<string, EffectOf<'application.notify'>>();
  caller: Outstanding['caller'] = 'ringing';
  ending: Outstanding['ending'] = null;
  bridged: LegName | null = null;
  joined: EffectOf<'bridge.call'> | null = null;
  joinedBy: string | null = null;
  conference: Outstanding['conference'] = null;
  held = false;
  watched = false;
  tonesWatched = false;
  sensitiveFrom: number | null = null;
  presses = 0;

  happened(event: WorldEvent, { since, at }: TapeLine): void {
    switch (event.type) {
      case 'call.placed':
        this.caller = 'queued';
        return;
      case 'leg.invited':
        this.caller = 'called';
        return;
      case 'leg.answered':
        if (event.leg === 'caller') this.caller = 'live';
        else {
          const leg = this.legs.get(event.leg);
          if (leg !== undefined) leg.answered = true;
        }
        return;
      case 'leg.failed':
      case 'leg.ended':
        this.legs.delete(event.leg);
        if (event.leg === 'caller') this.caller = 'gone';
        if (event.leg === 'caller') this.conference = null;
        if (event.leg === 'caller' || event.leg === this.bridged) this.bridged = null;
        // The media of a leg that is over says nothing more of its sounds.
        if (event.leg !== 'caller' && ![...this.legs.values()].some(({ answered }) => answered))
          for (const [prompt, { heardBy }] of this.prompts) if (heardBy === 'callee') this.prompts.delete(prompt);
        return;
      case 'document.fetched':
      case 'document.failed':
      case 'http.answered':
        this.requests.delete(event.request);
        return;
      case 'prompt.started': {
        const prompt = this.prompts.get(event.prompt);
        if (prompt !== undefined) prompt.startedAt = since;
        return;
      }
      case 'prompt.finished':
      case 'prompt.failed':
        this.prompts.delete(event.prompt);
        return;
      case 'digit':
        this.presses = Math.max(this.presses, event.press);
        this.down.set(event.press, { event, since });
        // The media stops what plays at key-down, before anybody is asked.
        for (const prompt of this.prompts.values())
          if (prompt.startedAt !== null && prompt.effect.stopKeys.includes(event.digit) && hears(prompt, event.leg))
            prompt.stopped ??= 'key';
        return;
      case 'digit.released':
        this.down.delete(event.press);
        return;
      case 'digits.sent':
      case 'digits.failed':
        this.digits.delete(event.request);
        return;
      case 'recording.started': {
        const recording = this.recordings.get(event.recording);
        if (recording !== undefined) recording.begun = { at, since };
        return;
      }
      case 'recording.finished': {
        const { recording, tag, file, durationMs } = event;
        this.recordings.delete(recording);
        this.kept.push({ recording, tag, file, durationMs });
        return;
      }
      case 'recording.failed':
        this.recordings.delete(event.recording);
        return;
      case 'stream.started': {
        const stream = this.streams.get(event.stream);
        if (stream !== undefined) stream.begun = true;
        return;
      }
      case 'stream.failed':
      case 'stream.ended':
        this.streams.delete(event.stream);
        return;
      case 'bridge.failed':
      case 'bridge.ended':
        if (event.call === this.joined?.call) this.joined = null;
        if (event.call === this.joinedBy) this.joinedBy = null;
        return;
      case 'conference.joined':
        if (this.conference !== null) this.conference = { ...this.conference, conference: event.conference };
        return;
      case 'conference.failed':
        this.conference = null;
        return;
      case 'conference.left':
        // One that it had left by itself tells no more.
        if (event.conference === this.conference?.conference) this.conference = null;
        return;
      case 'notice.told':
      case 'notice.failed':
        this.notices.delete(event.notice);
        return;
      case 'timer.fired':
        this.timers.delete(event.timer);
        return;
    }
  }

  said(effect: Effect, { since }: TapeLine): void {
    switch (effect.type) {
      case 'call.answer':
        if (this.caller === 'ringing') this.caller = 'answering';
        return;
      case 'call.reject':
      case 'call.hangup':
        this.ending = effect;
        return;
      case 'document.ask':
      case 'http.send':
        this.requests.set(effect.request, effect);
        return;
      case 'application.notify':
        this.notices.set(effect.notice, effect);
        return;
      case 'prompt.start': {
        const isAnswered = [...this.legs.values()].some(({ answered }) => answered);
        const heardBy = effect.to === 'callee' && isAnswered ? 'callee' : 'caller';
        this.prompts.set(effect.prompt, { effect, heardBy, startedAt: null, stopped: null });
        return;
      }
      case 'prompt.stop': {
        const prompt = this.prompts.get(effect.prompt);
        if (prompt !== undefined) prompt.stopped ??= 'stopped';
        return;
      }
      case 'digits.send':
        this.digits.set(effect.request, { cancelled: false });
        return;
      case 'digits.cancel': {
        const digits = this.digits.get(effect.request);
        if (digits !== undefined) digits.cancelled = true;
        return;
      }
      case 'record.start':
        this.recordings.set(effect.recording, { effect, begun: null, pausedAt: null, stopping: false });
        return;
      case 'record.stop': {
        const recording = this.recordings.get(effect.recording);
        if (recording !== undefined) recording.stopping = true;
        return;
      }
      case 'record.pause': {
        const recording = this.recordings.get(effect.recording);
        if (recording === undefined) return;
        const { begun, pausedAt } = recording;
        if (pausedAt !== null && begun !== null)
          recording.begun = { at: begun.at, since: begun.since + since - pausedAt };
        recording.pausedAt = effect.on ? since : null;
        return;
      }
      case 'voice.watch':
        this.watched = effect.on;
        return;
      case 'tones.watch':
        this.tonesWatched = effect.on;
        return;
      case 'stream.start':
        this.streams.set(effect.stream, { effect, begun: false, stopping: false });
        return;
      case 'stream.stop': {
        const stream = this.streams.get(effect.stream);
        if (stream !== undefined) stream.stopping = true;
        return;
      }
      case 'leg.dial':
        this.legs.set(effect.leg, { dial: effect, answered: false, leaving: false });
        return;
      case 'leg.hangup': {
        const leg = this.legs.get(effect.leg);
        if (leg !== undefined) leg.leaving = true;
        return;
      }
      case 'bridge.join':
        if (this.legs.has(effect.leg)) this.bridged = effect.leg;
        return;
      case 'bridge.call':
        this.joined = effect;
        return;
      case 'bridge.await':
        this.joinedBy = effect.call;
        return;
      case 'bridge.split':
        this.bridged = null;
        this.joined = null;
        this.joinedBy = null;
        return;
      case 'conference.join':
        this.conference = { join: effect, conference: null };
        return;
      case 'conference.leave':
        this.conference = null;
        return;
      case 'hold.start':
      case 'hold.stop':
        this.held = effect.type === 'hold.start';
        return;
      case 'timer.arm':
        this.timers.set(effect.timer, since + effect.delayMs);
        return;
      case 'timer.cancel':
        this.timers.delete(effect.timer);
        return;
      case 'sensitive':
        this.sensitiveFrom = effect.on ? since - effect.sinceMs : null;
        return;
    }
  }

  read(diedAtMs: number, notes: readonly NoteEvent[]): Outstanding {
    const { caller, ending, bridged, joined, joinedBy, conference, held, watched, presses, kept, sensitiveFrom } = this;
    const playedMs = ({ startedAt }: Prompt) => (startedAt === null ? null : Math.max(0, diedAtMs - startedAt));
    const prompts = [...this.prompts.values()];
    const legs = [...this.legs.values()];
    const alive = prompts.filter(({ stopped }) => stopped === null);
    return {
      notes,
      events: [
        ...this.releasedKeys(diedAtMs),
        ...this.stoppedPrompts(playedMs),
        ...this.interruptedKeys(),
        ...this.interruptedLegs(),
        ...this.interruptedCall(),
      ],
      prompts: alive.map((prompt) => ({ effect: prompt.effect, playedMs: playedMs(prompt) })),
      timers: [...this.timers]
        .map(([timer, dueAt]) => ({ timer, delayMs: Math.max(0, dueAt - diedAtMs) }))
        .sort((a, b) => a.delayMs - b.delayMs),
      requests: [...this.requests.values()],
      notices: [...this.notices.values()],
      recordings: [...this.recordings.values()].map(({ effect, begun, pausedAt, stopping }) => ({
        effect,
        begun: begun === null ? null : { at: begun.at, sinceMs: Math.max(0, (pausedAt ?? diedAtMs) - begun.since) },
        paused: pausedAt !== null,
        stopping,
      })),
      streams: [...this.streams.values()].map((stream) => ({ ...stream })),
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
      tonesWatched: this.tonesWatched,
      sensitiveSinceMs: sensitiveFrom === null ? null : Math.max(0, diedAtMs - sensitiveFrom),
      presses,
    };
  }

  /** Nobody heard them end; each press is told as ended all the same. */
  private releasedKeys(diedAtMs: number): WorldEvent[] {
    return [...this.down.values()].map(({ event: { leg, press, heard }, since }) => ({
      ...{ type: 'digit.released', leg, press, heard },
      durationMs: Math.max(0, diedAtMs - since),
    }));
  }

  private stoppedPrompts(playedMs: (prompt: Prompt) => number | null): WorldEvent[] {
    return [...this.prompts].flatMap(([prompt, one]) =>
      one.stopped === null
        ? []
        : [{ type: 'prompt.finished' as const, prompt, why: one.stopped, playedMs: playedMs(one) ?? 0 }],
    );
  }

  /** How many of them the other side got is not known, so they are not sent again. */
  private interruptedKeys(): WorldEvent[] {
    return [...this.digits].map(([request, { cancelled }]) => ({
      type: 'digits.failed',
      request,
      ...(cancelled
        ? { code: 'digits-cancelled', message: 'Ended before all keys were sent.' }
        : { code: 'digits-interrupted', message: interruptedKeys }),
    }));
  }

  /** A leg that rings is known to nobody but the process that rang it. */
  private interruptedLegs(): WorldEvent[] {
    return [...this.legs.values()]
      .filter(({ answered }) => !answered)
      .map(({ dial: { leg }, leaving }) => ({
        ...{ type: 'leg.failed', leg, sipStatus: 487 },
        reason: leaving ? 'cancelled' : interruptedLeg,
      }));
  }

  /** One that we place and that rang: what its phone answers now is known to nobody either. */
  private interruptedCall(): WorldEvent[] {
    if (this.caller !== 'called') return [];
    const { ending } = this;
    if (ending?.type === 'call.hangup')
      return [goneCaller('us', ending.q850Cause ?? normalClearing, ending.reason ?? 'hung up by the application')];
    return [goneCaller('fault', temporaryFailure, interruptedLeg)];
  }
}

function goneCaller(by: 'us' | 'fault', q850Cause: number, reason: string): WorldEvent {
  return { type: 'leg.ended', leg: 'caller', by, q850Cause, reason };
}

/** Whether the keys of this leg stop the prompt. */
function hears({ heardBy }: Prompt, leg: LegName): boolean {
  return (heardBy === 'callee') === (leg !== 'caller');
}
