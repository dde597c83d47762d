// Owns: a call without a network: the interpreter and the loop of a live call, between a scripted caller and a scripted
// application, on a clock that jumps from event to event. Minutes take milliseconds and every run is the same.
import { causeOfStatus } from '../call/cause.ts';
import type { Effect } from '../call/effect.ts';
import type { Command, TapeLine, WorldEvent } from '../call/event.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { CallPlan } from '../flow/plan.ts';
import type { Problem } from '../flow/problem.ts';
import type { CallFacts, Report } from '../flow/report.ts';
import { createRun } from '../run/create-run.ts';
import type { RunOptions } from '../run/run.ts';
import { createScriptedApplication, type ReceivedRequest } from './application.ts';
import { createMortalClock, type MortalClock } from './mortal-clock.ts';
import {
  type ApplicationScript,
  applicationOrigin,
  type CalleeScript,
  type ReplyInFull,
  type StoryStep,
  statusDestination,
} from './scenario.ts';
import { keystrokes } from './script.ts';
import { createCalledPhone } from './simulate-called.ts';
import { createScriptedCaller, type PressStep } from './simulate-caller.ts';
import type { ConferenceScript } from './simulate-conference.ts';
import { fallbackOf, readRefusal, readReply } from './simulate-document.ts';
import { createSimulatedLegs } from './simulate-legs.ts';
import {
  createSimulatedProcess,
  type ProcessOptions,
  type SimulatedProcess,
  type SimulatedWorld,
} from './simulate-process.ts';
import { describeSound } from './timeline.ts';
import { createVirtualClock } from './virtual-clock.ts';

export interface SimulateOptions {
  readonly dialect: Pick<Dialect, 'compile' | 'request'>;
  readonly application: ApplicationScript;
  readonly caller: readonly StoryStep[];
  readonly first?: { readonly path: string; readonly method: 'GET' | 'POST' };
  readonly statusPath?: string;
  readonly plan?: CallPlan;
  /** We place the call, to a phone that does this. Needs a plan. */
  readonly placed?: CalleeScript;
  readonly callees?: Readonly<Record<string, CalleeScript>>;
  /** By name: conferences that others have begun. */
  readonly conferences?: Readonly<Record<string, ConferenceScript>>;
  readonly mediaMs?: Readonly<Record<string, number>>;
  readonly brokenMedia?: readonly string[];
  /** Commands that arrive over REST, by milliseconds since the call came in. */
  readonly commands?: readonly { readonly atMs: number; readonly command: Command }[];
  readonly from?: string;
  readonly to?: string;
  readonly language?: string;
  /** A caller whose script is over hangs up after this long (10 minutes). */
  readonly patienceMs?: number;
  /** In this order, the process is killed and another one takes the call up. */
  readonly kills?: readonly Kill[];
}

/** Killed while this line of the tape is written, or at this moment; the next process is there `downMs` later. */
export type Kill = ({ readonly atLine: number } | { readonly atMs: number }) & { readonly downMs: number };

export interface Simulation {
  readonly tape: readonly TapeLine[];
  /** Everything the run said, notes included, with the line that it was said after. */
  readonly effects: readonly { readonly after: number; readonly effect: Effect }[];
  readonly requests: readonly ReceivedRequest[];
  /** The tapes of the conferences that it was in, by id. */
  readonly conferences: ReadonlyMap<string, readonly TapeLine[]>;
  /** Problems that the dialect found in the documents. */
  readonly problems: readonly Problem[];
  /** Keys pressed before the call was answered: no media carries those. */
  readonly unheard: readonly { readonly atMs: number; readonly digit: string }[];
  /** Keys pressed while there was no process. */
  readonly lost: readonly { readonly atMs: number; readonly digit: string }[];
  /** Set when the caller had to end a call in which nothing more would have happened, or patience ran out. */
  readonly stuck: 'nothing-pending' | 'patience' | null;
  /** The step that the caller still waited for at the end. */
  readonly stepLeft: StoryStep | null;
  readonly faults: readonly unknown[];
  readonly run: RunOptions;
}

type LegEvent = Extract<WorldEvent, { type: 'leg.answered' | 'leg.failed' | 'leg.ended' }>;
const endsOfLegs: ReadonlySet<string> = new Set(['leg.failed', 'leg.ended'] satisfies LegEvent['type'][]);

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
    ...(options.statusPath !== undefined && { last: statusDestination(applicationOrigin, options.statusPath) }),
    defaults: { language: options.language ?? 'en-US' },
  };
  const effects: { after: number; effect: Effect }[] = [];
  const problems: Problem[] = [];
  const unheard: { atMs: number; digit: string }[] = [];
  const lost: { atMs: number; digit: string }[] = [];
  const faults: unknown[] = [];
  const words = new Map<string, string>();
  const from = options.from ?? '15551230001';
  const to = options.to ?? '15551239999';
  const kills = [...(options.kills ?? [])];
  const lines: TapeLine[] = [];
  const conferences = new Map<string, TapeLine[]>();
  /** By the clock of the wall. */
  let diedAt: number | null = null;
  /** null while there is none. */
  let process: SimulatedProcess | null = null;
  let clockOfProcess: MortalClock = createMortalClock(clock);
  let generation = 0;
  let died: { readonly atMs: number; readonly sinceMs: number; readonly downMs: number } | null = null;
  /** How much longer ago the call began than its tape says: a tape stands still while there is no process. */
  let allDownMs = 0;
  /** The newest line whose effects are known. */
  let saidAfter = 0;
  /** Of answers and ends of legs: those that are not on the tape are repeated to the next process. */
  const signalled: LegEvent[] = [];
  let releasedUpTo = 0;
  let answering = false;
  let answeredAt: string | null = null;
  let callerGone = false;
  let speakingUntil = 0;
  let stuck: Simulation['stuck'] = null;

  const caller = createScriptedCaller({
    clock,
    steps: options.caller,
    press: pressAll,
    speak(ms) {
      speakingUntil = Math.max(speakingUntil, clock.now() + ms);
      process?.speaks();
    },
    hangUp,
    command: obey,
    conference: (command) => process?.conferences.command(command),
  });
  const legs = createSimulatedLegs({
    clock,
    put: signal,
    press: (leg, digit, heard) => process?.press(digit, heard, leg) ?? 0,
    callees: options.callees ?? {},
  });
  const called = createCalledPhone({
    clock,
    script: options.placed ?? {},
    put: (event) => {
      if (!callerGone) signal(event);
    },
    onAnswered: callerAnswers,
    onRefused(sipStatus) {
      if (callerGone) return;
      callerGone = true;
      signal({ type: 'leg.failed', leg: 'caller', sipStatus, reason: `refused with ${sipStatus}` });
    },
  });

  function callerAnswers(): void {
    if (callerGone) return;
    answeredAt = new Date(clock.wall()).toISOString();
    signal({ type: 'leg.answered', leg: 'caller' });
  }

  const world: SimulatedWorld = {
    answer() {
      if (answering) return;
      answering = true;
      clock.after(answerMs, callerAnswers);
    },
    reject: (sipStatus) => endCaller('us', causeOfStatus(sipStatus), `refused with ${sipStatus}`),
    hangUp(reason, q850Cause = 16) {
      legs.close();
      endCaller('us', q850Cause, reason ?? 'hung up by the application');
    },
    dial: ({ leg, target }) => legs.dial(leg, target.address),
    hangUpLeg: legs.hangUp,
    dropRinging() {
      legs.dropRinging();
      called.drop();
    },
    call: called.call,
    ask({ type, request, report }, then) {
      function once(asked: Report, id: string): void {
        const reply = send(asked, id);
        clockOfProcess.after(reply.delayMs ?? replyMs, () => {
          if (callerGone) return;
          const answer = type === 'document.ask' ? document(request, asked, reply) : answered(request, asked, reply);
          const fallback = answer.type === 'document.failed' ? fallbackOf(asked) : null;
          if (fallback === null) then(answer);
          else once(fallback, `${id}/fallback`);
        });
      }
      once(report, request);
    },
    notify({ notice, report }, then) {
      const { status: httpStatus = 200 } = send(report, notice);
      clockOfProcess.after(replyMs, () => then({ type: 'notice.told', notice, httpStatus }));
    },
    promptStarts: ({ prompt, sound }) => words.set(prompt, describeSound(sound)),
  };

  function boot(cut: ProcessOptions['cut']): void {
    const run = createRun(runOptions);
    const mine = generation;
    clockOfProcess = createMortalClock(clock);
    const alive = (): boolean => mine === generation;
    const made = createSimulatedProcess({
      clock: clockOfProcess,
      alive,
      world,
      cut,
      run: {
        step(line) {
          const said = run.step(line);
          if (alive() && line.seq > saidAfter) {
            saidAfter = line.seq;
            effects.push(...said.map((effect) => ({ after: line.seq, effect })));
          }
          return said;
        },
        get over() {
          return run.over;
        },
      },
      media: {
        mediaMs: options.mediaMs ?? {},
        brokenMedia: options.brokenMedia ?? [],
        charactersPerSecond,
        speakingUntil: () => speakingUntil,
        calleeIsThere: () => legs.isAnswered,
      },
      onLine,
      onFault: (error) => faults.push(error),
      conferences: {
        call: { id: 'call-1', from, to },
        scripts: options.conferences ?? {},
        laterOthersLeave: (name, delayMs) => void clock.after(delayMs, () => process?.conferences.othersLeave(name)),
        tapes: conferences,
        diedAt,
        language: runOptions.defaults.language,
        ask({ request, report }, room, then) {
          const reply = send(report, `${room.id}/${request}`, room);
          clockOfProcess.after(reply.delayMs ?? replyMs, () => then(document(request, report, reply)));
        },
        notify({ notice, report }, room, then) {
          const { status: httpStatus = 200 } = send(report, `${room.id}/${notice}`, room);
          clockOfProcess.after(replyMs, () => then({ type: 'notice.told', notice, httpStatus }));
        },
      },
    });
    // It may have been killed while it was being made.
    process = alive() ? made : null;
  }

  function kill(downMs: number): void {
    if (died !== null) return;
    diedAt = clock.wall();
    died = { atMs: clock.now(), sinceMs: clock.now() - allDownMs, downMs };
    generation += 1;
    process = null;
    clockOfProcess.kill();
    if (downMs > 0) clock.after(downMs, () => {});
  }

  /** Takes the call up when it is time, on the tape as it comes back from a store. */
  function revive(): void {
    if (died === null || clock.now() < died.atMs + died.downMs) return;
    const { sinceMs, downMs } = died;
    died = null;
    allDownMs += downMs;
    boot({ lines: JSON.parse(JSON.stringify(lines)), sinceMs, downMs });
    releasedUpTo = Math.max(0, ...lines.map(({ event }) => (event.type === 'digit' ? event.press : 0)));
    for (const event of [...signalled]) {
      const isTold = lines.some(
        ({ event: told }) =>
          'leg' in told && told.leg === event.leg && (told.type === event.type || endsOfLegs.has(told.type)),
      );
      if (!isTold) process?.put(event);
    }
  }

  function onLine(line: TapeLine): void {
    lines.push(line);
    const { event } = line;
    if (event.type === 'prompt.started') caller.promptStarted(event.prompt, words.get(event.prompt) ?? '');
    if (event.type === 'prompt.finished' || event.type === 'prompt.failed') caller.promptEnded(event.prompt);
    if (event.type === 'leg.answered' && event.leg === 'caller') caller.answered();
    // Of a phone that rang when its process went, the next one says so by itself.
    if (endsOfLegs.has(event.type) && 'leg' in event && event.leg === 'caller') callerGone = true;
    const [next] = kills;
    if (next === undefined || !('atLine' in next) || next.atLine > line.seq) return;
    kills.shift();
    kill(next.downMs);
  }

  function signal(event: WorldEvent): void {
    if (event.type === 'leg.answered' || event.type === 'leg.failed' || event.type === 'leg.ended')
      signalled.push(event);
    // The next process has told the end of those that were down.
    if (event.type === 'digit.released' && event.press <= releasedUpTo) return;
    process?.put(event);
  }

  function facts(): CallFacts {
    const state = callerGone ? 'ended' : answeredAt === null ? 'ringing' : 'live';
    const startedAt = new Date(lines[0]?.at ?? 0).toISOString();
    const direction = options.placed === undefined ? 'inbound' : 'outbound';
    return { id: 'call-1', app: 'app-1', direction, from, to, state, startedAt, answeredAt };
  }

  function pressAll(step: PressStep): void {
    for (const { digit, atMs, toneMs } of keystrokes(step).keys) clock.after(atMs, () => press(digit, toneMs));
  }

  function press(digit: string, toneMs: number): void {
    if (callerGone) return;
    if (answeredAt === null || process === null) {
      (answeredAt === null ? unheard : lost).push({ atMs: clock.now(), digit });
      return;
    }
    const heard = { via: 'rfc4733', at: clock.wall() } as const;
    const number = process.press(digit, [heard], 'caller');
    clock.after(toneMs, () => {
      const whole = [{ ...heard, durationMs: toneMs }];
      if (!callerGone)
        signal({ type: 'digit.released', leg: 'caller', press: number, durationMs: toneMs, heard: whole });
    });
  }

  function obey(command: Command): void {
    if (!callerGone) process?.put({ type: 'command.received', command });
  }

  function hangUp(): void {
    endCaller('peer', 16, answeredAt === null ? 'cancelled' : 'hung up');
  }

  function endCaller(by: 'peer' | 'us', q850Cause: number, reason: string): void {
    if (callerGone) return;
    callerGone = true;
    signal({ type: 'leg.ended', leg: 'caller', by, q850Cause, reason });
  }

  function send(report: Report, id: string, about: CallFacts = facts()): ReplyInFull {
    const plan = options.dialect.request(report, about);
    // Nobody is to be told.
    if (plan.url === '') return { status: 204, body: '' };
    const before = application.requests.length;
    const reply = application.receive(plan, report.kind, clock.now(), id);
    if (application.requests.length > before) caller.requestSent(plan.url);
    return reply;
  }

  function begin(): void {
    const { plan, placed } = options;
    const call = { call: 'call-1', app: 'app-1', from, to };
    if (placed === undefined || plan === undefined)
      signal({ type: 'call.incoming', ...call, signalling: {}, ...(plan === undefined ? {} : { plan }) });
    else process?.begin({ type: 'call.placed', ...call, plan, order: { kind: 'number', account: '', priority: 5 } });
  }

  function document(request: string, report: Report, reply: ReplyInFull): WorldEvent {
    const read = readReply(reply, report, options.dialect);
    problems.push(...read.problems);
    return { ...read.event, request };
  }

  function answered(request: string, report: Report, reply: ReplyInFull): WorldEvent {
    const refused = readRefusal(reply, report);
    return refused === null
      ? { type: 'http.answered', request, httpStatus: reply.status ?? 200 }
      : { ...refused, request };
  }

  boot(null);
  begin();
  caller.begin();
  for (const { atMs, command } of options.commands ?? []) clock.after(atMs, () => obey(command));
  for (const each of kills) if ('atMs' in each) clock.after(each.atMs, () => kill(each.downMs));
  const patienceMs = options.patienceMs ?? 600_000;
  revive();
  while (!isOver()) {
    if (clock.now() > patienceMs || !clock.next()) {
      if (callerGone) break;
      stuck = clock.pending > 0 ? 'patience' : 'nothing-pending';
      hangUp();
    }
    revive();
  }
  return {
    tape: lines,
    effects,
    requests: application.requests,
    conferences,
    problems,
    unheard,
    lost,
    stuck,
    stepLeft: caller.waitingFor,
    faults,
    run: runOptions,
  };

  function isOver(): boolean {
    return process?.over === true;
  }
}
