// Owns: how loaded a thread is, as one number: the share of a processor that it uses, or how late its timers are of what its
// work can bear, whichever is more. The first sees the limit come, the second sees it on a processor that is shared.
// (The event loop's own utilization is no use here: it counts the wait for a processor, and goes wrong under a profiler.)
// Does not: look at other threads.
import type { Clock, Timer } from './clock.ts';

export interface ThreadLoad {
  /** 0..1 and above; of the last quarter of a second, smoothed. */
  readonly value: number;
  close(): void;
}

export interface ThreadLoadOptions {
  readonly clock: Clock;
  /** Timers that are late by this much on average are a load of 1. */
  readonly bearableMs: number;
  /** Microseconds that this thread has computed so far. */
  readonly computedUs?: () => number;
  readonly onMeasured?: (value: number) => void;
}

const probeMs = 25;
const probesPerWindow = 10;
/** One busy moment, such as many calls that come together, is no reason to refuse the next one. */
const smoothing = 0.4;

export function createThreadLoad(options: ThreadLoadOptions): ThreadLoad {
  const { clock, bearableMs, onMeasured } = options;
  const computedUs = options.computedUs ?? threadCpuUs;
  let value = 0;
  let probes = 0;
  let lateMs = 0;
  let windowAt = clock.now();
  let computedBefore = computedUs();
  let dueAt = windowAt + probeMs;
  let timer: Timer = clock.after(probeMs, probe);

  function probe(): void {
    const now = clock.now();
    lateMs += Math.max(0, now - dueAt);
    probes += 1;
    if (probes === probesPerWindow) {
      const computed = computedUs();
      const share = (computed - computedBefore) / 1000 / (now - windowAt);
      const late = lateMs / probes / bearableMs;
      value += (Math.max(share, late) - value) * smoothing;
      onMeasured?.(value);
      computedBefore = computed;
      windowAt = now;
      probes = 0;
      lateMs = 0;
    }
    dueAt = now + probeMs;
    timer = clock.after(probeMs, probe);
  }

  return {
    get value() {
      return value;
    },
    close: () => timer.cancel(),
  };
}

function threadCpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
