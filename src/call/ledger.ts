// Owns: what a call had begun and not ended, line by line of its tape and of what its run said. Does not: read a tape
// (outstanding.ts), or say what comes of what cannot go on (interrupted.ts).
import type { Effect, EffectType } from './effect.ts';
import type { LegName, TapeLine, WorldEvent } from './event.ts';
import type { KeptRecording, Outstanding } from './outstanding.ts';

type EffectOf<Type extends EffectType> = Extract<Effect, { type: Type }>;

export interface Prompt {
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

export class Ledger {
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
}

/** Whether the keys of this leg stop the prompt. */
function hears({ heardBy }: Prompt, leg: LegName): boolean {
  return (heardBy === 'callee') === (leg !== 'caller');
}
