// Owns: a call without a network: the interpreter and the loop of a live call, between a scripted caller and a scripted
// application, on a clock that jumps from event to event. Minutes take milliseconds and every run is the same.
import { causeOfStatus } from '../call/cause.ts';
import type { Effect } from '../call/effect.ts';
import type { Command, TapeLine, WorldEvent } from '../call/event.ts';
import { createCallLoop } from '../call/loop.ts';
import { createTape } from '../call/tape.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Problem } from '../flow/problem.ts';
import type { CallFacts, Report } from '../flow/report.ts';
import { createRun } from '../run/create-run.ts';
import type { RunOptions } from '../run/run.ts';
import { createScriptedApplication, type ReceivedRequest } from './application.ts';
import {
  type ApplicationScript,
  applicationOrigin,
  type CalleeScript,
  type ReplyInFull,
  type StoryStep,
} from './scenario.ts';
import { keystrokes } from './script.ts';
import { createScriptedCaller, type PressStep } from './simulate-caller.ts';
import { readReply } from './simulate-document.ts';
import { createSimulatedLegs } from './simulate-legs.ts';
import { createSimulatedMedia } from './simulate-media.ts';
import { describeSound } from './timeline.ts';
import { createVirtualClock } from './virtual-clock.ts';

export interface SimulateOptions {
  readonly dialect: Pick<Dialect, 'compile' | 'request'>;
  readonly application: ApplicationScript;
  readonly caller: readonly StoryStep[];
  readonly first?: { readonly path: string; readonly method: 'GET' | 'POST' };
  readonly callees?: Readonly<Record<string, CalleeScript>>;
  readonly mediaMs?: Readonly<Record<string, number>>;
  readonly brokenMedia?: readonly string[];
  /** Commands that arrive over REST, by milliseconds since the call came in. */
  readonly commands?: readonly { readonly atMs: number; readonly command: Command }[];
  readonly from?: string;
  readonly to?: string;
  readonly language?: string;
  /** A caller whose script is over hangs up after this long (10 minutes). */
  readonly patienceMs?: number;
}

export interface Simulation {
  readonly tape: readonly TapeLine[];
  /** Everything the run said, notes included, with the line that it was said after. */
  readonly effects: readonly { readonly after: number; readonly effect: Effect }[];
  readonly requests: readonly ReceivedRequest[];
  /** Problems that the dialect found in the documents. */
  readonly problems: readonly Problem[];
  /** Keys pressed before the call was answered: no media carries those. */
  readonly unheard: readonly { readonly atMs: number; readonly digit: string }[];
  /** Set when the caller had to end a call in which nothing more would have happened, or patience ran out. */
  readonly stuck: 'nothing-pending' | 'patience' | null;
  /** The step that the caller still waited for at the end. */
  readonly stepLeft: StoryStep | null;
  readonly faults: readonly unknown[];
  readonly run: RunOptions;
}

const answerMs = 20;
const replyMs = 30;
/** How fast simulated texts are spoken. */
export const charactersPerSecond = 14;

export function simulate(options: SimulateOptions): Simulation {
  const clock = createVirtualClock();
  const application = createScriptedApplication(options.application);
  const first = options.first ?? { path: '/start', method: 'POST' };
  const runOptions: RunOptions = {
    first: {
      url: `${applicationOrigin}${first.path}`,
      method: first.method,
      fallbackUrl: null,
      timeoutMs: null,
      extra: {},
    },
    defaults: { language: options.language ?? 'en-US' },
  };
  const run = createRun(runOptions);
  const effects: { after: number; effect: Effect }[] = [];
  const problems: Problem[] = [];
  const unheard: { atMs: number; digit: string }[] = [];
  const faults: unknown[] = [];
  const words = new Map<string, string>();
  const from = options.from ?? '15551230001';
  const to = options.to ?? '15551239999';
  let answeredAt: string | null = null;
  let callerGone = false;
  let presses = 0;
  let stuck: Simulation['stuck'] = null;

  const caller = createScriptedCaller({
    clock,
    steps: options.caller,
    press: pressAll,
    speak: (ms) => media.speaks(ms),
    hangUp,
    command: obey,
  });
  const tape = createTape({ clock, onLine });
  const loop = createCallLoop({
    tape,
    run: {
      step(line) {
        const said = run.step(line);
        effects.push(...said.map((effect) => ({ after: line.seq, effect })));
        return said;
      },
      get over() {
        return run.over;
      },
    },
    perform,
    onFault: (error) => faults.push(error),
  });
  const put = loop.put;
  const media = createSimulatedMedia({
    clock,
    put,
    mediaMs: options.mediaMs ?? {},
    brokenMedia: options.brokenMedia ?? [],
    charactersPerSecond,
  });

  const legs = createSimulatedLegs({ clock, put, callees: options.callees ?? {} });

  function onLine({ event }: TapeLine): void {
    if (event.type === 'prompt.started') caller.promptStarted(event.prompt, words.get(event.prompt) ?? '');
    if (event.type === 'prompt.finished' || event.type === 'prompt.failed') caller.promptEnded(event.prompt);
    if (event.type === 'leg.answered' && event.leg === 'caller') caller.answered();
  }

  function facts(): CallFacts {
    const state = callerGone ? 'ended' : answeredAt === null ? 'ringing' : 'live';
    const startedAt = new Date(tape.lines[0]?.at ?? 0).toISOString();
    return { id: 'call-1', app: 'app-1', direction: 'inbound', from, to, state, startedAt, answeredAt };
  }

  function pressAll(step: PressStep): void {
    for (const { digit, atMs, toneMs } of keystrokes(step).keys) clock.after(atMs, () => press(digit, toneMs));
  }

  function press(digit: string, toneMs: number): void {
    if (callerGone) return;
    if (answeredAt === null) {
      unheard.push({ atMs: clock.now(), digit });
      return;
    }
    presses += 1;
    const number = presses;
    const stopped = media.key(digit);
    const heard = { via: 'rfc4733', at: clock.wall() } as const;
    put({ type: 'digit', leg: 'caller', press: number, digit, heard: [heard] });
    if (stopped !== null) put(stopped);
    clock.after(toneMs, () => {
      if (callerGone) return;
      const whole = [{ ...heard, durationMs: toneMs }];
      put({ type: 'digit.released', leg: 'caller', press: number, durationMs: toneMs, heard: whole });
    });
  }

  function obey(command: Command): void {
    if (!callerGone) put({ type: 'command.received', command });
  }

  function hangUp(): void {
    endCaller('peer', 16, answeredAt === null ? 'cancelled' : 'hung up');
  }

  function endCaller(by: 'peer' | 'us', q850Cause: number, reason: string): void {
    if (callerGone) return;
    callerGone = true;
    put({ type: 'leg.ended', leg: 'caller', by, q850Cause, reason });
  }

  function ask(report: Report, then: (reply: ReplyInFull) => void): void {
    const plan = options.dialect.request(report, facts());
    caller.requestSent(plan.url);
    const reply = application.receive(plan, report.kind, clock.now());
    clock.after(reply.delayMs ?? replyMs, () => {
      if (!callerGone) then(reply);
    });
  }

  function document(request: string, report: Report, reply: ReplyInFull): WorldEvent {
    const read = readReply(reply, report, options.dialect);
    problems.push(...read.problems);
    return { ...read.event, request };
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'call.answer':
        clock.after(answerMs, () => {
          if (callerGone) return;
          answeredAt = new Date(clock.wall()).toISOString();
          put({ type: 'leg.answered', leg: 'caller' });
        });
        return;
      case 'call.reject':
        endCaller('us', causeOfStatus(effect.sipStatus), `refused with ${effect.sipStatus}`);
        return;
      case 'call.hangup':
        legs.close();
        endCaller('us', 16, effect.reason ?? 'hung up by the application');
        return;
      case 'document.ask':
        ask(effect.report, (reply) => put(document(effect.request, effect.report, reply)));
        return;
      case 'application.notify':
        application.receive(options.dialect.request(effect.report, facts()), effect.report.kind, clock.now());
        return;
      case 'http.send':
        ask(effect.report, (reply) =>
          put({ type: 'http.answered', request: effect.request, httpStatus: reply.status ?? 200 }),
        );
        return;
      case 'prompt.start':
        words.set(effect.prompt, describeSound(effect.sound));
        media.start(effect);
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
        media.record(effect);
        return;
      case 'record.stop':
        media.stopRecording(effect.recording);
        return;
      case 'leg.dial':
        legs.dial(effect.leg, effect.target.address);
        return;
      case 'leg.hangup':
        legs.hangUp(effect.leg);
        return;
      case 'bridge.call':
        put({ type: 'bridge.failed', call: effect.call, code: 'call-not-found', message: 'there is no such call' });
        return;
      case 'timer.arm':
        timers.set(
          effect.timer,
          clock.after(effect.delayMs, () => put({ type: 'timer.fired', timer: effect.timer })),
        );
        return;
      case 'timer.cancel':
        timers.get(effect.timer)?.cancel();
        return;
    }
  }
  const timers = new Map<string, { cancel(): void }>();

  put({ type: 'call.incoming', call: 'call-1', app: 'app-1', from, to, signalling: {} });
  caller.begin();
  for (const { atMs, command } of options.commands ?? []) {
    clock.after(atMs, () => obey(command));
  }
  const patienceMs = options.patienceMs ?? 600_000;
  while (!loop.over) {
    if (clock.now() > patienceMs || !clock.next()) {
      if (callerGone) break;
      stuck = clock.pending > 0 ? 'patience' : 'nothing-pending';
      hangUp();
    }
  }
  return {
    tape: tape.lines,
    effects,
    requests: application.requests,
    problems,
    unheard,
    stuck,
    stepLeft: caller.waitingFor,
    faults,
    run: runOptions,
  };
}
