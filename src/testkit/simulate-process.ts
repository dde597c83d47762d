// Owns: the server's side of a simulated call: the loop of a live call with its tape, timers and media, as long as the
// process lives. Another one can take the tape up where it was cut. What outlives it is the world (simulate.ts).
import type { Clock } from '../base/clock.ts';
import type { Effect } from '../call/effect.ts';
import type { LegName, TapeLine, WorldEvent } from '../call/event.ts';
import { createCallLoop, type Interpreter } from '../call/loop.ts';
import { type Outstanding, readOutstanding } from '../call/outstanding.ts';
import { createTape } from '../call/tape.ts';
import {
  createSimulatedConferences,
  type SimulatedConferences,
  type SimulatedConferencesOptions,
} from './simulate-conference.ts';
import { createSimulatedMedia, type SimulatedMediaOptions } from './simulate-media.ts';

export type EffectOf<Type extends Effect['type']> = Extract<Effect, { type: Type }>;

/** What a process reaches outside of itself. */
export interface SimulatedWorld {
  answer(): void;
  reject(sipStatus: number): void;
  hangUp(reason: string | null, q850Cause?: number): void;
  dial(effect: EffectOf<'leg.dial'>): void;
  hangUpLeg(leg: EffectOf<'leg.hangup'>['leg']): void;
  dropRinging(): void;
  /** It is the turn of the call that we place. */
  call(): void;
  ask(effect: EffectOf<'document.ask' | 'http.send'>, then: (event: WorldEvent) => void): void;
  notify(effect: EffectOf<'application.notify'>, then: (event: WorldEvent) => void): void;
  promptStarts(effect: EffectOf<'prompt.start'>): void;
}

/** What of them is the world's. */
export type ConferencesOfProcess = Omit<
  SimulatedConferencesOptions,
  'clock' | 'alive' | 'put' | 'media' | 'onFault' | 'downMs'
>;

export interface ProcessOptions {
  /** Stops with the process. */
  readonly clock: Clock;
  /** False once it was killed: what it still does is done by nobody. */
  readonly alive: () => boolean;
  readonly run: Interpreter;
  readonly media: Omit<SimulatedMediaOptions, 'clock' | 'put'>;
  readonly world: SimulatedWorld;
  readonly onLine: (line: TapeLine) => void;
  readonly onFault: (error: unknown) => void;
  readonly cut: { readonly lines: readonly TapeLine[]; readonly sinceMs: number; readonly downMs: number } | null;
  readonly conferences: ConferencesOfProcess;
}

export interface SimulatedProcess {
  put(event: WorldEvent): void;
  /** A key goes down; gives the number of the press. */
  press(digit: string, heard: Extract<WorldEvent, { type: 'digit' }>['heard'], leg: LegName): number;
  speaks(): void;
  readonly conferences: Pick<SimulatedConferences, 'command' | 'othersLeave'>;
  /** Begins a call that is placed. */
  begin(event: Extract<WorldEvent, { type: 'call.placed' }>): void;
  readonly over: boolean;
}

export function createSimulatedProcess(options: ProcessOptions): SimulatedProcess {
  const { clock, alive, run, world, cut } = options;
  let presses = 0;
  const timers = new Map<string, { cancel(): void }>();
  const tape = createTape({
    clock,
    onLine: (line) => alive() && options.onLine(line),
    ...(cut === null ? {} : { cut }),
  });
  const outstanding = cut === null ? null : readOutstanding(cut.lines, run, cut.sinceMs);
  const loop = createCallLoop({ tape, run, perform, onFault: options.onFault, resumed: outstanding !== null });
  const put = (event: WorldEvent): void => {
    if (!alive()) return;
    if (event.type === 'leg.ended' && event.leg !== 'caller') media.calleeGone();
    loop.put(event);
  };
  const media = createSimulatedMedia({ clock, put, ...options.media });

  const conferences = createSimulatedConferences({
    ...{ clock, alive, put, media: options.media, onFault: options.onFault, downMs: cut?.downMs ?? 0 },
    ...options.conferences,
  });

  function arm(timer: string, delayMs: number): void {
    timers.set(
      timer,
      clock.after(delayMs, () => put({ type: 'timer.fired', timer })),
    );
  }

  function perform(effect: Effect): void {
    if (!alive()) return;
    switch (effect.type) {
      case 'call.answer':
        world.answer();
        return;
      case 'call.reject':
        world.reject(effect.sipStatus);
        return;
      case 'call.hangup':
        world.hangUp(effect.reason, effect.q850Cause);
        return;
      case 'document.ask':
      case 'http.send':
        world.ask(effect, put);
        return;
      case 'application.notify':
        world.notify(effect, put);
        return;
      case 'prompt.start':
        world.promptStarts(effect);
        media.start(effect, null);
        return;
      case 'prompt.stop':
        media.stop(effect.prompt);
        return;
      case 'digits.send':
        media.sendDigits(effect);
        return;
      case 'digits.cancel':
        media.cancelDigits(effect.request);
        return;
      case 'record.start':
        media.record(effect, null);
        return;
      case 'record.pause':
        media.pauseRecording(effect.recording, effect.on);
        return;
      case 'record.stop':
        media.stopRecording(effect.recording);
        return;
      case 'leg.dial':
        world.dial(effect);
        return;
      case 'leg.hangup':
        world.hangUpLeg(effect.leg);
        return;
      case 'voice.watch':
        media.watchVoice(effect.on);
        return;
      case 'tones.watch':
        // A simulated caller is a person; nobody sends single tones.
        return;
      case 'stream.start':
        clock.after(0, () => put({ type: 'stream.started', stream: effect.stream }));
        return;
      case 'stream.stop':
        clock.after(0, () => put({ type: 'stream.ended', stream: effect.stream, cause: 'closed', message: 'ended' }));
        return;
      case 'bridge.call':
        put({
          type: 'bridge.failed',
          call: effect.call,
          code: 'call-not-found',
          message: `There is no other live call ${effect.call}.`,
        });
        return;
      case 'bridge.await':
        put({ type: 'bridge.ended', call: effect.call });
        return;
      case 'conference.join':
        conferences.join(effect);
        return;
      case 'conference.leave':
        conferences.leave();
        return;
      case 'timer.arm':
        arm(effect.timer, effect.delayMs);
        return;
      case 'timer.cancel':
        timers.get(effect.timer)?.cancel();
        return;
    }
  }

  /** Nobody else is called here, so that comes at once, though never inside the line that says what is to be done. */
  function waitForTurn(): void {
    clock.after(0, () => {
      if (alive()) world.call();
    });
  }

  function restore(it: Outstanding, downMs: number): void {
    world.dropRinging();
    for (const { tag, durationMs } of it.kept) if (tag !== null) media.keep(tag, durationMs);
    for (const { effect, begun, paused, stopping } of it.recordings) {
      media.record(effect, begun === null ? null : begun.sinceMs + (paused ? 0 : downMs));
      if (paused) media.pauseRecording(effect.recording, true);
      if (stopping) media.stopRecording(effect.recording);
    }
    if (it.watched) media.watchVoice(true);
    for (const { effect, begun, stopping } of it.streams) {
      if (!begun) perform(effect);
      if (stopping) perform({ type: 'stream.stop', stream: effect.stream });
    }
    if (it.conference !== null) conferences.rejoin(it.conference);
    for (const { effect, playedMs } of it.prompts) {
      world.promptStarts(effect);
      media.start(effect, playedMs);
    }
    for (const { timer, delayMs } of it.timers) arm(timer, delayMs);
    for (const event of it.events) put(event);
    for (const { dial, leaving } of it.legs) if (leaving) perform({ type: 'leg.hangup', leg: dial.leg });
    if (it.joined !== null) perform(it.joined);
    if (it.joinedBy !== null) perform({ type: 'bridge.await', call: it.joinedBy });
    for (const effect of [...it.requests, ...it.notices]) perform(effect);
    if (it.caller === 'answering') perform({ type: 'call.answer' });
    if (it.caller === 'queued') waitForTurn();
    if (it.ending !== null && it.caller !== 'gone') perform(it.ending);
  }

  if (cut !== null && outstanding !== null) {
    presses = outstanding.presses;
    loop.resume(outstanding.notes, { type: 'call.recovered', downMs: cut.downMs }, () =>
      restore(outstanding, cut.downMs),
    );
    conferences.settle();
  }

  return {
    put,
    press(digit, heard, leg) {
      presses += 1;
      const press = presses;
      const stopped = media.key(digit, leg);
      put({ type: 'digit', leg, press, digit, heard });
      if (stopped !== null) put(stopped);
      return press;
    },
    speaks: () => media.speaks(),
    begin(event) {
      put(event);
      waitForTurn();
    },
    conferences,
    get over() {
      return loop.over && conferences.over;
    },
  };
}
