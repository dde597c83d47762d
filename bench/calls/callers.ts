// Owns: a run of SIPp: its scenario and capture, its command line, the files that it leaves as figures.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKeyStream } from '../../test/interop/key-capture.ts';
import type { KeysAs, Mode } from './options.ts';
import { formatScenario, promptMs } from './scenario.ts';
import { onCore } from './server.ts';
import { formatToneCapture, talkAfterMs } from './tone-capture.ts';

export interface CallersOptions {
  readonly mode: Mode;
  readonly folder: string;
  readonly number: string;
  readonly serverPort: number;
  readonly sipPort: number;
  readonly mediaPort: number;
  readonly keys: string;
  readonly keysAs: KeysAs;
  readonly ratePerSecond: number;
  readonly total: number;
  /** At one time; SIPp waits above that. */
  readonly most: number;
  /** How long a call of `hold` stands. */
  readonly holdMs: number;
  readonly endAfterSeconds: number;
  readonly cores: readonly number[] | null;
}

export interface CallersResult {
  readonly calls: number;
  readonly failed: number;
  /** Answered with 503. */
  readonly refused: number;
  readonly repeats: number;
  /** Why calls failed, in SIPp's words. */
  readonly failures: Readonly<Record<string, number>>;
  /** At one time, each second. */
  readonly current: readonly number[];
  readonly setupMs: { readonly mean: number; readonly p50: number; readonly p99: number; readonly max: number } | null;
}

export interface Callers {
  readonly child: ChildProcess;
  readonly result: Promise<CallersResult>;
}

export function startCallers(options: CallersOptions): Callers {
  const { folder } = options;
  mkdirSync(folder, { recursive: true });
  const capture =
    options.keysAs === 'tones'
      ? formatToneCapture(options.keys, promptMs, talkAfterMs)
      : // No silence around the keys: a caller that talks is another bench.
        createKeyStream().capture(options.keys, { leadMs: 0, gapMs: 0 });
  writeFileSync(join(folder, 'keys.pcap'), capture);
  writeFileSync(join(folder, 'calls.xml'), formatScenario(options.mode, 'keys.pcap', options.keysAs));
  const tenSeconds = Math.max(1, Math.round(options.ratePerSecond * 10));
  const sipp = [
    ...['sipp', `127.0.0.1:${options.serverPort}`, '-sf', 'calls.xml', '-s', options.number],
    ...['-i', '127.0.0.1', '-mi', '127.0.0.1', '-p', String(options.sipPort), '-mp', String(options.mediaPort)],
    ...['-r', String(tenSeconds), '-rp', '10000', '-m', String(options.total), '-l', String(options.most)],
    ...['-d', String(options.holdMs), '-recv_timeout', '20000', '-timeout', String(options.endAfterSeconds)],
    ...['-trace_stat', '-stf', 'stat.csv', '-fd', '1', '-trace_rtt', '-rtt_freq', '1'],
    ...['-trace_err', '-error_file', 'errors.log', '-buff_size', '4194304', '-nostdin'],
  ];
  const { command, args } = onCore(sipp, options.cores, []);
  const child = spawn(command, args, { cwd: folder, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const result = once(child, 'close').then(() => {
    if (!readdirSync(folder).includes('stat.csv')) throw new Error(`SIPp did not run: ${said}`);
    return readResult(folder);
  });
  return { child, result };
}

function readResult(folder: string): CallersResult {
  const [head, ...rows] = readFileSync(join(folder, 'stat.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(';'));
  const cell = (row: readonly string[], name: string): number => Number(row[head!.indexOf(name)] ?? 0);
  const last = rows.at(-1)!;
  const refusedColumn = head!.findIndex((name) => /refused.*\(C\)|GenericCounter1\(C\)/.test(name));
  const reasons = head!.filter((name) => /^Failed(?!Call\().*\(C\)$/.test(name) && cell(last, name) > 0);
  return {
    calls: cell(last, 'TotalCallCreated'),
    failed: cell(last, 'FailedCall(C)'),
    refused: refusedColumn < 0 ? 0 : Number(last[refusedColumn]),
    repeats: cell(last, 'Retransmissions(C)'),
    failures: Object.fromEntries(reasons.map((name) => [name.slice('Failed'.length, -3), cell(last, name)])),
    current: rows.map((row) => cell(row, 'CurrentCall')),
    setupMs: readSetupTimes(folder),
  };
}

function readSetupTimes(folder: string): CallersResult['setupMs'] {
  const file = readdirSync(folder).find((name) => name.endsWith('_rtt.csv'));
  if (file === undefined) return null;
  const times = Float64Array.from(
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .map((line) => line.split(';'))
      .filter((cells) => cells[2]?.trim() === 'setup')
      .map((cells) => Number(cells[1])),
  ).sort();
  if (times.length === 0) return null;
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)]!;
  return { mean: times.reduce((sum, ms) => sum + ms, 0) / times.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
