// Owns: what a process uses, from /proc: processor time of it and of its threads by name, resident memory. Linux only.
import { readdirSync, readFileSync } from 'node:fs';

export interface CpuTimes {
  readonly totalMs: number;
  /** By thread name; threads of one name are summed. */
  readonly threadsMs: ReadonlyMap<string, number>;
}

const tickMs = 10;

export function readCpu(pid: number): CpuTimes {
  const threadsMs = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = tryRead(`/proc/${pid}/task/${thread}/stat`);
    if (stat === null) continue;
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    threadsMs.set(name, (threadsMs.get(name) ?? 0) + ticksOf(stat) * tickMs);
  }
  return { totalMs: ticksOf(readFileSync(`/proc/${pid}/stat`, 'utf8')) * tickMs, threadsMs };
}

export function readMemoryMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

/** Of the processor itself, in all of it: `idle` says whether the figures of one process can be trusted. */
export function readCoreMs(core: number): { readonly busyMs: number; readonly stolenMs: number } {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))![1]!;
  const [user, nice, system, , , irq, softIrq, steal] = line.split(' ').map(Number) as [
    ...[number, number, number, number, number, number, number, number],
  ];
  return { busyMs: (user + nice + system + irq + softIrq + steal) * tickMs, stolenMs: steal * tickMs };
}

/** User and system time, fields 14 and 15; a name may have spaces in it. */
function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** A thread may be gone between the list and the look. */
function tryRead(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
