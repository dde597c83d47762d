// Owns: one run: callers against a running server, what its process used meanwhile, how its calls ended.
import { availableParallelism } from 'node:os';
import { setTimeout as after } from 'node:timers/promises';
import { type CallersResult, startCallers } from './callers.ts';
import type { Mode, Options } from './options.ts';
import { type Outcome, readOutcome } from './outcome.ts';
import { findPorts, places } from './ports.ts';
import type { NumberName, ServerUnderTest } from './server.ts';
import { readCoreMs, readCpu, readMemoryMb } from './usage.ts';

export interface Measured {
  readonly callers: CallersResult;
  readonly outcome: Outcome;
  /** Calls at one time, in the measured part. */
  readonly currentMean: number;
  readonly cpu: {
    /** Of one processor, in the measured part. */
    readonly percent: number;
    readonly threadsPercent: Readonly<Record<string, number>>;
    /** Of the whole run. */
    readonly msPerCall: number;
    /** What others used of the server's core, in the measured part. */
    readonly othersPercent: number | null;
  };
  readonly memoryMb: { readonly before: number; readonly peak: number; readonly after: number };
}

export const numberOf: Readonly<Record<Mode, NumberName>> = { gather: 'gather', hold: 'hold', setups: 'answer' };

/** 2 s of prompt, 0.74 s of keys, 1 s of the second prompt. */
const gatherSeconds = 3.75;
const sampleMs = 200;
const sippMediaPorts = 4;

export interface Load {
  readonly mode: Mode;
  /** Calls at one time, or a second for `setups`. */
  readonly amount: number;
  readonly seconds: number;
}

/** What comes how fast: the ramp is over when the first calls end, or the last of those that are held has come. */
export function plan({ mode, amount, seconds }: Load, heldPerSecond: number) {
  if (mode === 'hold') {
    const rampSeconds = Math.ceil(amount / heldPerSecond) + 1;
    return { ratePerSecond: heldPerSecond, rampSeconds, total: amount };
  }
  const ratePerSecond = mode === 'gather' ? amount / gatherSeconds : amount;
  const rampSeconds = mode === 'gather' ? 5 : 2;
  return { ratePerSecond, rampSeconds, total: Math.round(ratePerSecond * (rampSeconds + seconds)) };
}

export async function measure(
  server: ServerUnderTest,
  options: Options,
  folder: string,
  load: Load,
): Promise<Measured> {
  const { ratePerSecond, rampSeconds, total } = plan(load, options.ratePerSecond);
  const cores = callerCores(options.core);
  const before = { memoryMb: readMemoryMb(server.pid), cpu: readCpu(server.pid) };
  const startedAt = Date.now();
  const { child, result } = startCallers({
    mode: load.mode,
    folder,
    number: numberOf[load.mode],
    serverPort: server.sipPort,
    sipPort: options.sippPort || (await findPorts(1, places())),
    mediaPort:
      options.mediaPort ||
      (await findPorts(
        sippMediaPorts,
        places().map((port) => port + 4),
      )),
    keys: options.keys,
    keysAs: options.keysAs,
    ratePerSecond,
    total,
    most: load.mode === 'setups' ? 5 * load.amount : 2 * load.amount + 100,
    holdMs: (rampSeconds + load.seconds) * 1000,
    endAfterSeconds: Math.ceil(rampSeconds + load.seconds + 40),
    cores,
  });

  let peakMb = before.memoryMb;
  const reach = async (ms: number): Promise<void> => {
    while (Date.now() - startedAt < ms && child.exitCode === null && child.signalCode === null) {
      await after(Math.max(1, Math.min(sampleMs, ms - (Date.now() - startedAt))));
      peakMb = Math.max(peakMb, readMemoryMb(server.pid));
    }
  };
  const look = () => ({
    at: performance.now(),
    cpu: readCpu(server.pid),
    core: options.core === null ? null : readCoreMs(options.core),
  });
  await reach(rampSeconds * 1000);
  const first = look();
  await reach((rampSeconds + load.seconds) * 1000);
  const second = look();
  await reach(Number.POSITIVE_INFINITY);
  const callers = await result;
  // What the last calls still have to do, writing their tapes included.
  await after(1000);
  const last = readCpu(server.pid);

  const tookMs = second.at - first.at;
  const percentOf = (ms: number): number => (100 * ms) / tookMs;
  const usedMs = second.cpu.totalMs - first.cpu.totalMs;
  const threads = [...second.cpu.threadsMs].map(
    ([name, ms]) => [name, percentOf(ms - (first.cpu.threadsMs.get(name) ?? 0))] as const,
  );
  const window = callers.current.slice(Math.ceil(rampSeconds), Math.floor(rampSeconds + load.seconds));
  return {
    callers,
    outcome: await readOutcome(server, numberOf[load.mode], startedAt),
    currentMean: window.reduce((sum, count) => sum + count, 0) / Math.max(1, window.length),
    cpu: {
      percent: percentOf(usedMs),
      threadsPercent: Object.fromEntries(threads.filter(([, percent]) => percent >= 0.05).sort((a, b) => b[1] - a[1])),
      msPerCall: (last.totalMs - before.cpu.totalMs) / Math.max(1, callers.calls),
      othersPercent: first.core === null ? null : percentOf(second.core!.busyMs - first.core.busyMs - usedMs),
    },
    memoryMb: { before: before.memoryMb, peak: peakMb, after: readMemoryMb(server.pid) },
  };
}

/** All but the server's; all of them on a machine that has but one. */
export function callerCores(core: number | null): readonly number[] | null {
  const others = Array.from({ length: availableParallelism() }, (_, index) => index).filter((index) => index !== core);
  return core === null || others.length === 0 ? null : others;
}
