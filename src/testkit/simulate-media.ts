// Owns: the media of a simulated call: prompts that take their time, one after the other for each leg, keys that stop them at
// key-down, recordings with an end. Lengths are estimates; orders of events are those of the media plane.
import type { Clock, Timer } from '../base/clock.ts';
import type { Effect } from '../call/effect.ts';
import type { LegName, WorldEvent } from '../call/event.ts';
import type { Sound } from '../flow/node.ts';
import { keystrokes } from './script.ts';

type EffectOf<Type extends Effect['type']> = Extract<Effect, { type: Type }>;

export interface SimulatedMediaOptions {
  readonly clock: Clock;
  readonly put: (event: WorldEvent) => void;
  readonly mediaMs: Readonly<Record<string, number>>;
  readonly brokenMedia: readonly string[];
  readonly charactersPerSecond: number;
  /** Until when the caller speaks. */
  readonly speakingUntil: () => number;
  /** Whether a dialled leg is answered: what is meant for one that is not there is heard by the caller. */
  readonly calleeIsThere: () => boolean;
}

export interface SimulatedMedia {
  /** `playedMs`: another process has played so much of it; null when it has not begun. */
  start(effect: EffectOf<'prompt.start'>, playedMs: number | null): void;
  stop(prompt: string): void;
  /** To be called before the digit is put on the tape; gives the event that follows it there, if the key stopped a prompt. */
  key(digit: string, leg: LegName): WorldEvent | null;
  /** `sinceMs`: another process began it so long ago; null when it has not begun. */
  record(effect: EffectOf<'record.start'>, sinceMs: number | null): void;
  /** A complete one of another process. */
  keep(tag: string, durationMs: number): void;
  pauseRecording(recording: string, on: boolean): void;
  stopRecording(recording: string): void;
  /** → voice.began, voice.ended */
  watchVoice(on: boolean): void;
  /** The caller began to speak. */
  speaks(): void;
  /** Nobody is told of what the other side no longer hears. */
  calleeGone(): void;
  sendDigits(effect: EffectOf<'digits.send'>): void;
  cancelDigits(request: string): void;
}

/** The sounds of one leg. */
interface Line {
  readonly queue: { readonly effect: EffectOf<'prompt.start'>; readonly playedMs: number | null }[];
  playing: { readonly effect: EffectOf<'prompt.start'>; readonly since: number; readonly timer: Timer | null } | null;
}

const createLine = (): Line => ({ queue: [], playing: null });
const unknownMediaMs = 2_000;
const beepMs = 400;

export function createSimulatedMedia(options: SimulatedMediaOptions): SimulatedMedia {
  const { clock, put } = options;
  const lines = { caller: createLine(), callee: createLine() };
  const recordings = new Map<
    string,
    {
      readonly effect: EffectOf<'record.start'>;
      since: number;
      pausedAt: number | null;
      quiet: Timer | null;
      max: Timer | null;
    }
  >();
  /** By request: keys that are being sent. */
  const sending = new Map<string, Timer>();
  /** Lengths of complete recordings by tag. */
  const recorded = new Map<string, number>();

  let watching = false;
  let voiceEnds: Timer | null = null;

  function tellVoice(): void {
    const leftMs = options.speakingUntil() - clock.now();
    if (!watching || leftMs <= 0) return;
    if (voiceEnds === null) clock.after(0, () => watching && put({ type: 'voice.began', leg: 'caller' }));
    voiceEnds?.cancel();
    voiceEnds = clock.after(leftMs, () => {
      voiceEnds = null;
      put({ type: 'voice.ended', leg: 'caller' });
    });
  }

  function lengthMs(sound: Sound): number | null {
    switch (sound.kind) {
      case 'speech':
        return Math.round((sound.text.length / options.charactersPerSecond) * 1000);
      case 'media':
        return options.mediaMs[sound.url] ?? unknownMediaMs;
      case 'recorded':
        return recorded.get(sound.tag) ?? 0;
      case 'progress':
        return sound.durationMs ?? (sound.name === 'beep' ? beepMs : null);
      default:
        return sound.durationMs;
    }
  }

  function next(line: Line): void {
    const waiting = line.queue.shift();
    if (waiting === undefined) return;
    const { effect, playedMs } = waiting;
    const { prompt, sound, times } = effect;
    if (sound.kind === 'media' && options.brokenMedia.includes(sound.url)) {
      put({ type: 'prompt.failed', prompt, code: 'media-http-status', message: `${sound.url} answered 404.` });
      next(line);
      return;
    }
    if (sound.kind === 'recorded' && !recorded.has(sound.tag)) {
      const message = `This call has no complete recording named "${sound.tag}".`;
      put({ type: 'prompt.failed', prompt, code: 'recording-missing', message });
      next(line);
      return;
    }
    const once = lengthMs(sound);
    const whole = once === null || times === null ? null : once * times;
    const leftMs = whole === null ? null : whole - (playedMs ?? 0);
    const timer = leftMs === null ? null : clock.after(leftMs, () => put(finish(line, 'end')));
    line.playing = { effect, since: clock.now() - (playedMs ?? 0), timer };
    if (playedMs !== null) return;
    // The media answers a little later, never inside the question.
    clock.after(0, () => line.playing?.effect.prompt === prompt && put({ type: 'prompt.started', prompt }));
  }

  function finish(line: Line, why: 'end' | 'stopped' | 'key'): WorldEvent {
    if (line.playing === null) throw new Error('no prompt is playing');
    const { effect, since, timer } = line.playing;
    timer?.cancel();
    line.playing = null;
    if (line.queue.length > 0) clock.after(0, () => line.playing === null && next(line));
    return { type: 'prompt.finished', prompt: effect.prompt, why, playedMs: clock.now() - since };
  }

  function finishRecording(recording: string, why: 'stopped' | 'silence' | 'max'): void {
    const open = recordings.get(recording);
    if (open === undefined) return;
    recordings.delete(recording);
    open.quiet?.cancel();
    open.max?.cancel();
    const durationMs = (open.pausedAt ?? clock.now()) - open.since;
    const { tag } = open.effect;
    if (tag !== null) recorded.set(tag, durationMs);
    const file = `${recording}.wav`;
    put({ type: 'recording.finished', recording, tag, durationMs, bytes: 44 + durationMs * 16, file, why });
  }

  function watchSilence(recording: string): void {
    const open = recordings.get(recording);
    if (open === undefined || open.pausedAt !== null || open.effect.silenceMs === null) return;
    open.quiet?.cancel();
    const quietFrom = Math.max(clock.now(), options.speakingUntil());
    open.quiet = clock.after(quietFrom + open.effect.silenceMs - clock.now(), () =>
      finishRecording(recording, 'silence'),
    );
  }

  function watchLength(recording: string): void {
    const open = recordings.get(recording);
    if (open === undefined || open.effect.maxMs === null) return;
    const leftMs = open.since + open.effect.maxMs - clock.now();
    open.max = clock.after(leftMs, () => finishRecording(recording, 'max'));
  }

  function pauseRecording(recording: string, on: boolean): void {
    const open = recordings.get(recording);
    if (open === undefined || (open.pausedAt !== null) === on) return;
    if (open.pausedAt !== null) open.since += clock.now() - open.pausedAt;
    open.pausedAt = on ? clock.now() : null;
    open.max?.cancel();
    open.quiet?.cancel();
    if (on) return;
    watchLength(recording);
    watchSilence(recording);
  }

  return {
    start(effect, playedMs) {
      const line = effect.to === 'callee' && options.calleeIsThere() ? lines.callee : lines.caller;
      line.queue.push({ effect, playedMs });
      if (line.playing === null) next(line);
    },
    stop(prompt) {
      for (const line of [lines.caller, lines.callee]) {
        const waiting = line.queue.findIndex(({ effect }) => effect.prompt === prompt);
        if (waiting >= 0) {
          line.queue.splice(waiting, 1);
          put({ type: 'prompt.finished', prompt, why: 'stopped', playedMs: 0 });
        } else clock.after(0, () => line.playing?.effect.prompt === prompt && put(finish(line, 'stopped')));
      }
    },
    key(digit, leg) {
      const line = leg === 'caller' ? lines.caller : lines.callee;
      return line.playing?.effect.stopKeys.includes(digit) ? finish(line, 'key') : null;
    },
    calleeGone() {
      lines.callee.playing?.timer?.cancel();
      lines.callee = createLine();
    },
    record(effect, sinceMs) {
      const { recording, tag, channels } = effect;
      recordings.set(recording, {
        ...{ effect, since: clock.now() - (sinceMs ?? 0), pausedAt: null, quiet: null, max: null },
      });
      watchLength(recording);
      if (sinceMs === null) put({ type: 'recording.started', recording, tag, channels });
      watchSilence(recording);
    },
    pauseRecording,
    stopRecording: (recording) => void clock.after(0, () => finishRecording(recording, 'stopped')),
    keep: (tag, durationMs) => void recorded.set(tag, durationMs),
    watchVoice(on) {
      watching = on;
      voiceEnds?.cancel();
      voiceEnds = null;
      if (on) tellVoice();
    },
    speaks() {
      tellVoice();
      for (const recording of recordings.keys()) watchSilence(recording);
    },
    sendDigits({ request, to, digits, toneMs, gapMs }) {
      if (to === 'callee' && !options.calleeIsThere()) {
        const message = 'There is no leg that the keys could go to.';
        put({ type: 'digits.failed', request, code: 'digits-nobody', message });
        return;
      }
      const { lengthMs: whole } = keystrokes({ press: digits.replaceAll(',', 'w'), toneMs, gapMs });
      const timer = clock.after(whole, () => {
        sending.delete(request);
        put({ type: 'digits.sent', request });
      });
      sending.set(request, timer);
    },
    cancelDigits(request) {
      const timer = sending.get(request);
      if (timer === undefined) return;
      timer.cancel();
      sending.delete(request);
      const message = 'Ended before all keys were sent.';
      clock.after(0, () => put({ type: 'digits.failed', request, code: 'digits-cancelled', message }));
    },
  };
}
