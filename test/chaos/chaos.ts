// Owns: a run: callers who type codes all the time, a server that is killed at moments nobody chose, and what each side
// noted of it. Does not: judge (judge.ts).
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as after } from 'node:timers/promises';
import { type Application, startApplication } from './application.ts';
import { type Caller, openCaller } from './caller.ts';
import { type Chance, createChance } from './random.ts';
import { openSipLine } from './sip-line.ts';
import { type Restart, type Supervisor, startSupervised } from './supervisor.ts';

export interface ChaosOptions {
  readonly folder: string;
  readonly calls: number;
  readonly kills: number;
  readonly seed: number;
  /** Questions in a call. */
  readonly rounds?: number;
  /** Callers press while nobody listens, too: what is lost then is counted, not judged. */
  readonly careless?: boolean;
  readonly say?: (text: string) => void;
}

export interface ChaosRun {
  readonly options: ChaosOptions;
  readonly callers: readonly Caller[];
  readonly application: Application;
  readonly server: Supervisor;
  readonly restarts: readonly Restart[];
  /** The latest that this process, which carries the callers, was for anything: what it noted may be as late. */
  readonly lateMs: number;
  /** Calls that were up at each kill. */
  readonly liveAtKill: readonly number[];
  close(): Promise<void>;
}

const number = '100';
const answerPatienceMs = 45_000;
const eventsPatienceMs = 20_000;
/** A start takes about half a second. */
const againShare = 0.15;
const longestAgainMs = 900;

async function waitingEvents(server: Supervisor): Promise<number> {
  const health = (await (await fetch(`${server.httpUrl}/health`)).json()) as { events: { waiting: number } };
  return health.events.waiting;
}

export async function runChaos(options: ChaosOptions): Promise<ChaosRun> {
  const { folder, calls, kills, seed, rounds = 4, careless = false, say = () => {} } = options;
  const chance = createChance(seed);
  const application = await startApplication(rounds, createChance(seed + 1));
  const server = await startSupervised({
    folder,
    apps: [
      {
        ...{ name: 'code', dialect: 'opentact', url: `${application.url}/start`, method: 'GET' },
        events: { url: `${application.url}/events`, secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
      },
    ],
    numbers: [{ number, app: 'code' }],
    ports: Math.max(600, 4 * calls),
  });
  const line = await openSipLine(server.host, server.sipPort);
  const callers: Caller[] = [];
  const restarts: Restart[] = [];
  const liveAtKill: number[] = [];
  const lateness = monitorEventLoopDelay({ resolution: 20 });
  lateness.enable();
  const lives: Promise<void>[] = [];
  let down: Promise<void> | null = null;
  let stopping = false;

  async function live(caller: Caller, mine: Chance, byInfo: boolean): Promise<void> {
    if (!(await caller.call())) {
      // A server with too much to do says so; whoever is refused tries again later.
      await after(1000);
      return;
    }
    for (let round = 0; round < rounds && caller.state === 'live'; round += 1) {
      const before = application.codesOf(caller.user).length;
      await after(mine.between(200, 3000));
      for (const digit of mine.digits(4)) {
        // An INFO is repeated until somebody answers it; nobody repeats an event.
        if (!careless && !byInfo && down !== null) await down;
        if (caller.state !== 'live') return;
        await (byInfo ? caller.info(digit) : caller.press(digit));
        await after(mine.between(40, 400));
      }
      const until = Date.now() + answerPatienceMs;
      // Where a key is in doubt, the entry may never be full.
      while (caller.state === 'live' && application.codesOf(caller.user).length <= before && Date.now() < until)
        await after(50);
      if (application.codesOf(caller.user).length <= before) break;
    }
    if (stopping || caller.state === 'live') {
      await after(1000);
      await caller.hangUp();
    }
  }

  let users = 0;
  async function one(): Promise<void> {
    while (!stopping) {
      users += 1;
      const user = String(5_000_000 + users);
      const mine = createChance(seed * 1_000_003 + users);
      const caller = await openCaller({ host: server.host, serverPort: server.sipPort, line, user, number });
      callers.push(caller);
      await live(caller, mine, users % 5 === 0);
    }
  }

  for (let index = 0; index < calls; index += 1) {
    lives.push(one());
    await after(15);
  }
  await after(2000);
  for (let kill = 0; kill < kills; kill += 1) {
    await after(chance.between(300, 3000));
    // What has just been started may die, too: while it reads, while it takes calls up, or soon after.
    const againMs = chance.next() < againShare ? [chance.between(20, longestAgainMs)] : [];
    liveAtKill.push(callers.filter(({ state }) => state === 'live').length);
    const up = Promise.withResolvers<void>();
    down = up.promise;
    const restart = await server.killAndRestart(againMs);
    down = null;
    up.resolve();
    restarts.push(restart);
    say(
      `kill ${kill + 1}: ${liveAtKill.at(-1)} calls up, ready ${restart.readyAt - restart.killedAt} ms after the kill` +
        againMs.map((ms) => `, killed again ${ms} ms after the start`).join(''),
    );
  }
  stopping = true;
  await Promise.all(lives);
  await after(1500);
  // Who was told of it while the server died is told again: after 5 s, a fifth more at most.
  const toldUntil = Date.now() + eventsPatienceMs;
  while (Date.now() < toldUntil && (await waitingEvents(server)) > 0) await after(200);
  return {
    ...{ options, callers, application, server, restarts, liveAtKill, lateMs: Math.round(lateness.max / 1e6) },
    async close() {
      lateness.disable();
      await server.stop();
      for (const caller of callers) caller.close();
      line.close();
      await application.close();
    },
  };
}
