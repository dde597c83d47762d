// Owns: a story over a real SIP call: the phones, the application and the tape of each, for as many stories at a time as a
// server carries. The server itself is somebody else's: it is configured with `apps`, made with `seams`, and called.
// Waits of a story are real time; everything else is waited for as an event.
import { type Clock, systemClock } from '../base/clock.ts';
import type { Effect } from '../call/effect.ts';
import type { CallEvent, Command, ConferenceCommand, TapeLine } from '../call/event.ts';
import type { Interpreter } from '../call/loop.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { DialectName } from '../flow/node.ts';
import type { CallFacts } from '../flow/report.ts';
import type { RunOptions } from '../run/run.ts';
import type { Transport } from '../sip/message.ts';
import { createPhone } from './phone.ts';
import type { PhoneCall } from './phone-call.ts';
import type { KeyWay } from './phone-event.ts';
import { plainDialect } from './plain-dialect.ts';
import { applicationOrigin, type CalleeScript, type Scenario, statusDestination } from './scenario.ts';
import { checkScenario, promptsOn } from './scenario-check.ts';
import { type LiveApplication, openLiveApplication } from './scenario-live-application.ts';
import { playCallee } from './scenario-live-callee.ts';
import { createStandIns, type StandIns } from './scenario-live-names.ts';
import { createTurns } from './scenario-live-turns.ts';
import { outline } from './scenario-outline.ts';
import { createScriptedCaller, type ScriptedCaller } from './simulate-caller.ts';
import { describeSound } from './timeline.ts';

/** What a server is to be configured with for one story. */
export interface LiveApp {
  readonly name: string;
  readonly dialect: DialectName;
  readonly number: string;
  readonly first: RunOptions['first'];
  readonly last?: NonNullable<RunOptions['last']>;
}

export interface LiveResult {
  readonly tape: readonly TapeLine[];
  readonly effects: readonly { readonly after: number; readonly effect: Effect }[];
  readonly requests: LiveApplication['requests'];
  /** In words of the story; to be compared with that of a simulation. */
  readonly outline: readonly string[];
  readonly run: RunOptions;
  /** Empty when everything was as expected. */
  readonly differences: readonly string[];
}

export interface LiveServer {
  readonly address: string;
  readonly port: number;
  readonly command: (call: string, command: Command) => void;
  /** To the conference that the call is in. */
  readonly conference?: (call: string, command: ConferenceCommand) => void;
}

export interface LiveStage {
  readonly apps: readonly LiveApp[];
  readonly seams: {
    readonly dialects: (name: DialectName) => Dialect;
    readonly interpreter: (run: Interpreter, app: string) => Interpreter;
    readonly onLine: (call: CallFacts, line: TapeLine) => void;
  };
  /** Calls the server and plays the story to its end. */
  play(scenario: Scenario, server: LiveServer): Promise<LiveResult>;
  close(): Promise<void>;
}

export interface LiveStageOptions {
  readonly scenarios: readonly Scenario[];
  readonly dialects: (name: DialectName) => Dialect;
  /** What a caller's language is told to be, as the server is configured. */
  readonly language: string;
  readonly host?: string;
  /** How the caller's keys travel; as telephone-events unless said otherwise. */
  readonly digits?: KeyWay;
  /** How the caller's SIP travels; UDP unless said otherwise. */
  readonly transport?: Transport;
  /** A story that is not over by then is hung up, and said to have stood still. */
  readonly patienceMs?: number;
}

/** The dialect of flows built by hand; no configuration can name it. */
const plainName = 'none' as DialectName;
const storyNumber = '15551239999';
const storyCaller = '15551230001';
const firstNumber = 17_770_000_000;
/** So many stories at a time are on their way to what they are about; all at once would make each other late. */
const mostStarting = 8;
const retryAfterMs = 1_000;
/** Lines before the first that a story is about. */
const preparing: ReadonlySet<CallEvent['type']> = new Set([
  'call.incoming',
  'document.fetched',
  'flow.started',
  'verb.started',
  'leg.answered',
]);
/** Requests that were sent at the very end of a call may come behind it. */
const lastRequestsMs = 2_000;

interface Staged {
  readonly scenario: Scenario;
  readonly app: LiveApp;
  readonly application: LiveApplication;
  readonly standIns: StandIns;
  readonly effects: { after: number; effect: Effect }[];
  readonly lines: TapeLine[];
  /** Its id; '' before its first line. */
  call: string;
  readonly words: Map<string, string>;
  /** Its first line is written. */
  readonly onTape: PromiseWithResolvers<void>;
  /** What it is about has begun. */
  readonly begun: PromiseWithResolvers<void>;
  readonly over: PromiseWithResolvers<void>;
  /** Those that it began are over. */
  readonly conferences: Map<string, PromiseWithResolvers<void>>;
  /** When line 1 was written, by the clock. */
  startedAt: number;
  caller: ScriptedCaller | null;
}

export async function createLiveStage(options: LiveStageOptions): Promise<LiveStage> {
  const {
    scenarios,
    language,
    host = '127.0.0.1',
    transport = 'udp',
    digits = 'rfc4733',
    patienceMs = 90_000,
  } = options;
  const clock = systemClock;
  const phone = createPhone({ host, transport, portRange: [42_000, 43_999] });
  const callee = createPhone({ host, portRange: [44_000, 45_999] });
  await Promise.all([phone.start(), callee.start()]);
  const calleeHost = callee.uri.slice(callee.uri.indexOf('@') + 1);
  const turn = createTurns(mostStarting);
  const staged = new Map<string, Staged>();
  const callees = new Map<string, CalleeScript>();
  for (const [index, scenario] of scenarios.entries()) {
    const one = await stage(scenario, index);
    staged.set(one.app.name, one);
  }
  callee.onIncoming((call) => playCallee(call, callees.get(call.dialled), clock));

  async function stage(scenario: Scenario, index: number): Promise<Staged> {
    const name = `story-${index + 1}`;
    const number = String(firstNumber + index);
    const application = await openLiveApplication({
      scenario,
      host,
      clock,
      sinceStart: () => clock.now() - (staged.get(name)?.startedAt ?? 0),
      onRequest: (url) => staged.get(name)?.caller?.requestSent(url),
    });
    const phones = Object.entries(scenario.callees ?? {}).map(([story, script], at) => {
      callees.set(`${name}-${at}`, script);
      return { story, real: `${name}-${at}@${calleeHost}` };
    });
    const standIns = createStandIns([
      { story: applicationOrigin, real: application.origin },
      { story: storyNumber, real: number },
      ...phones,
    ]);
    application.standIns = standIns;
    const { path, method } = scenario.first ?? { path: '/start', method: 'POST' };
    const first = { url: `${application.origin}${path}`, method, fallbackUrl: null, timeoutMs: null, extra: {} };
    const dialect = scenario.dialect === 'none' ? plainName : scenario.dialect;
    const { statusPath } = scenario;
    const last = statusPath === undefined ? {} : { last: statusDestination(application.origin, statusPath) };
    return {
      scenario,
      app: { name, dialect, number, first, ...last },
      ...{ application, standIns, effects: [], lines: [], call: '', words: new Map(), startedAt: 0, caller: null },
      onTape: Promise.withResolvers(),
      begun: Promise.withResolvers(),
      over: Promise.withResolvers(),
      conferences: new Map(),
    };
  }

  function watch(run: Interpreter, app: string): Interpreter {
    const one = staged.get(app);
    if (one === undefined) return run;
    return {
      step(line) {
        const said = run.step(line);
        for (const effect of said) {
          one.effects.push({ after: line.seq, effect });
          if (effect.type === 'prompt.start')
            one.words.set(effect.prompt, one.standIns.toStory(describeSound(effect.sound)));
        }
        return said;
      },
      get over() {
        return run.over;
      },
    };
  }

  function onLine({ id, app, conference }: CallFacts, line: TapeLine): void {
    const one = staged.get(app);
    if (one === undefined) return;
    const { event } = line;
    if (conference !== undefined) {
      if (event.type === 'conference.created') one.conferences.set(id, Promise.withResolvers());
      if (event.type === 'call.ended') one.conferences.get(id)?.resolve();
      return;
    }
    if (line.seq === 1) {
      one.startedAt = clock.now();
      one.call = id;
      one.onTape.resolve();
    }
    one.lines.push(line);
    if (!preparing.has(event.type)) one.begun.resolve();
    if (event.type === 'prompt.started') one.caller?.promptStarted(event.prompt, one.words.get(event.prompt) ?? '');
    else if (event.type === 'prompt.finished' || event.type === 'prompt.failed') one.caller?.promptEnded(event.prompt);
    else if (event.type === 'leg.answered' && event.leg === 'caller') one.caller?.answered();
    else if (event.type === 'call.ended') one.over.resolve();
  }

  /** Calls again when the server has no room, as a phone does that is told 503. */
  async function place(one: Staged, server: LiveServer): Promise<PhoneCall> {
    const giveUpAt = clock.now() + patienceMs;
    for (;;) {
      const placed = await phone.call(`sip:${one.app.number}@${server.address}:${server.port}`, {
        from: `sip:${storyCaller}@${host}`,
        digits,
      });
      const refused = placed.ended.then(({ status }) => status === 503 && one.lines.length === 0);
      const taken = one.onTape.promise.then(() => false);
      if (!(await Promise.race([refused, taken])) || clock.now() > giveUpAt) return placed;
      await new Promise<void>((resolve) => clock.after(retryAfterMs, resolve));
    }
  }

  async function play(scenario: Scenario, server: LiveServer) {
    const one = [...staged.values()].find((each) => each.scenario === scenario);
    if (one === undefined) throw new Error(`"${scenario.name}" is not on this stage`);
    const differences: string[] = [];
    let call: PhoneCall | null = null;
    const caller = createScriptedCaller({
      clock,
      steps: scenario.caller,
      press: (step) => void call?.press([step]),
      speak: (speakMs) => void call?.press([{ speakMs }]),
      hangUp: () => call?.hangUp(),
      command: (command) => server.command(one.call, JSON.parse(one.standIns.toReal(JSON.stringify(command)))),
      conference: (command) => server.conference?.(one.call, JSON.parse(one.standIns.toReal(JSON.stringify(command)))),
    });
    one.caller = caller;
    const goOn = await turn();
    void one.begun.promise.then(goOn);
    const placed = await place(one, server);
    call = placed;
    caller.begin();
    const patience = clock.after(patienceMs, () => {
      differences.push(`the call stood still for ${patienceMs} ms and the caller had to hang up`);
      placed.hangUp();
    });
    const end = await placed.ended;
    patience.cancel();
    one.begun.resolve();
    if (one.lines.length === 0) differences.push(`the server refused the call with ${end.status}`);
    else await one.over.promise;
    await Promise.all([...one.conferences.values()].map(({ promise }) => promise));
    const asked = one.effects.filter(({ effect }) => asks.has(effect.type)).length;
    await within(one.application.received(asked), lastRequestsMs, clock);

    const { requests } = one.application;
    const inStoryWords: readonly TapeLine[] = JSON.parse(one.standIns.toStory(JSON.stringify(one.lines)));
    differences.push(
      ...checkScenario(scenario.expect, {
        ...{ tape: inStoryWords, requests, ...promptsOn(one.lines, one.words) },
        effects: one.effects.map(({ effect }) => effect),
        keysHeard: placed.events.flatMap((event) => (event.type === 'digit' ? event.digit : [])).join(''),
      }),
    );
    if (caller.waitingFor !== null)
      differences.push(`the caller never came to the step ${JSON.stringify(caller.waitingFor)}`);
    for (const event of placed.events)
      if (event.type === 'fault') differences.push(`fault of the phone: ${event.message}`);
    const told = outline({ tape: one.lines, effects: one.effects }).map(one.standIns.toStory);
    const { first, last } = one.app;
    const run: RunOptions = { first, ...(last !== undefined && { last }), defaults: { language } };
    return { tape: one.lines, effects: one.effects, requests, outline: told, run, differences };
  }

  return {
    apps: [...staged.values()].map(({ app }) => app),
    seams: {
      dialects: (name) => (name === plainName ? { name: plainName, ...plainDialect } : options.dialects(name)),
      interpreter: watch,
      onLine,
    },
    play,
    async close() {
      await Promise.all([phone.close(), callee.close()]);
      await Promise.all([...staged.values()].map(({ application }) => application.close()));
    },
  };
}

const asks: ReadonlySet<Effect['type']> = new Set(['document.ask', 'http.send', 'application.notify']);

function within(done: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, resolve);
    void done.then(() => {
      timer.cancel();
      resolve();
    });
  });
}
