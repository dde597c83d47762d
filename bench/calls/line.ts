// Owns: a run as one line to read.
import type { Measured } from './measure.ts';
import type { Mode } from './options.ts';

export function formatRun(mode: Mode, amount: number, measured: Measured): string {
  const { callers, outcome, cpu, memoryMb } = measured;
  const { setupMs } = callers;
  const what = mode === 'setups' ? `${amount}/s` : `${amount} at once (${round(measured.currentMean, 0)})`;
  const grown = memoryMb.peak - memoryMb.before;
  const parts = [
    `${mode} ${what}: ${callers.calls} calls, ${callers.failed} failed${listOf(callers.failures)}, ${callers.refused} refused, ${callers.repeats} repeats`,
    setupMs === null ? 'setup -' : `setup ${round(setupMs.mean, 1)} ms, p99 ${round(setupMs.p99, 0)}`,
    `CPU ${round(cpu.percent, 1)} %, ${round(cpu.msPerCall, 2)} ms a call${listOf(cpu.threadsPercent)}${cpu.othersPercent === null ? '' : `, others ${round(cpu.othersPercent, 0)} %`}`,
    `memory ${round(memoryMb.before, 0)} to ${round(memoryMb.peak, 0)} MB${mode === 'setups' ? '' : `, ${round(grown / amount, 2)} a call`}`,
    `late ${outcome.latePerMillion ?? '-'} per million`,
    `ended${listOf(outcome.ends) || ': none'}`,
  ];
  return parts.join(' | ');
}

/** The figures that a run of the bench beside this one told. */
export function formatHeard(line: Heard): string {
  const { rtp } = line;
  const pair = (name: string, value: Quantiles | null | undefined): string =>
    value?.p50 === undefined ? '' : `${name} ${value.p50}/${value.p99} ms`;
  return [
    `${line.calls} calls, ${line.failed} failed, ${line.retrans} repeats, at once ${line.conc_mean ?? '-'}`,
    `setup ${line.setup_ms_mean} ms`,
    `CPU ${line.server?.cpu_pct} %, ${line.server?.cpu_ms_call} ms a call, others ${line.core?.other_pct} %`,
    `memory ${line.server?.rss_mb_before} to ${line.server?.rss_mb_peak} MB`,
    pair('gap', rtp?.gap_dev_ms),
    pair('stray', rtp?.spurt_spread_ms),
    pair('reaction from key-down', rtp?.react_from_keydown_ms),
    pair('from its end', rtp?.react_from_end1_ms),
    pair('barge stop', rtp?.barge_stop_from_keydown_ms),
    rtp === null || rtp === undefined ? '' : `wrong ${rtp.bad}, lost ${rtp.seq_lost}`,
    line.pps_per_call === undefined ? '' : `${line.pps_per_call} packets a second`,
    line.pass === undefined ? '' : line.pass ? 'pass' : 'NO PASS',
    line.clean ? 'clean' : 'NOT CLEAN',
  ]
    .filter((part) => part !== '')
    .join(' | ');
}

interface Quantiles {
  readonly p50?: number;
  readonly p99?: number;
}

/** What of a line of bench.mjs is shown. */
export interface Heard {
  readonly calls: number;
  readonly failed: number;
  readonly retrans: number;
  readonly conc_mean: number | null;
  readonly setup_ms_mean: number | null;
  readonly pps_per_call?: number;
  readonly server?: {
    readonly cpu_pct: number;
    readonly cpu_ms_call: number;
    readonly rss_mb_before: number;
    readonly rss_mb_peak: number;
  };
  readonly core?: { readonly other_pct: number };
  readonly rtp: {
    readonly bad: number;
    readonly seq_lost: number;
    readonly gap_dev_ms?: Quantiles | null;
    readonly spurt_spread_ms?: Quantiles | null;
    readonly react_from_keydown_ms?: Quantiles | null;
    readonly react_from_end1_ms?: Quantiles | null;
    readonly barge_stop_from_keydown_ms?: Quantiles | null;
  } | null;
  readonly pass?: boolean;
  readonly clean?: boolean;
}

function listOf(counts: Readonly<Record<string, number>>): string {
  const words = Object.entries(counts).map(([name, count]) => `${name} ${round(count, 1)}`);
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
