// Owns: the command line of the whole-server benchmark.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const usage = `node bench/calls/run.ts MODE [options]
  gather   INVITE, prompt, keys 1234# after 2 s, second prompt, BYE from the server
  hold     a long prompt, BYE from the caller
  setups   INVITE, 200, ACK and BYE at once

  --calls 100,300        calls at one time, a run each (gather, hold)
  --rate 400,800         calls a second, a run each (setups); for hold, how fast the calls come (50)
  --seconds 12           length of the measured part of a run
  --reps 1               how often each run is made
  --core 3               the server's core; "any" does not pin it
  --workers 1            media threads
  --tree DIR             the tree whose server is measured (this one)
  --node="ARGS"          more arguments for the server's Node, such as --cpu-prof
  --env "NAME=VALUE …"   more environment of the server
  --keys 1234#           what the callers key; anything else than 1234# has to fail
  --keys-as events       how: telephone-events; or tones, by callers who talk all along and never send an event
  --rtp 10000-19999      RTP ports of the server
  --sipp-port 0          SIP port of SIPp; 0 finds a free one, as for
  --media-port 0         the media port of SIPp; with --bench the first of 10,000
  --bench DIR            measures with DIR/bench.mjs instead, which hears the RTP as well
  --stay                 one server for all runs
  --json                 one line of JSON a run
  --keep                 keeps the folder with configuration, logs and SIPp's files`;

export type Mode = 'gather' | 'hold' | 'setups';

/** What a key of the callers is on the wire. */
export type KeysAs = 'events' | 'tones';

export interface Options {
  readonly mode: Mode;
  /** Calls at one time, or calls a second for `setups`; one run each. */
  readonly loads: readonly number[];
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly reps: number;
  readonly core: number | null;
  readonly workers: number;
  readonly tree: string;
  readonly nodeArguments: readonly string[];
  readonly environment: readonly string[];
  readonly keys: string;
  readonly keysAs: KeysAs;
  readonly rtpPorts: string;
  readonly sippPort: number;
  readonly mediaPort: number;
  readonly bench: string | null;
  readonly stay: boolean;
  readonly json: boolean;
  readonly keep: boolean;
}

const modes: readonly string[] = ['gather', 'hold', 'setups'] satisfies Mode[];

/** Throws with what is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      calls: { type: 'string' },
      rate: { type: 'string' },
      seconds: { type: 'string', default: '12' },
      reps: { type: 'string', default: '1' },
      core: { type: 'string', default: String(availableParallelism() - 1) },
      workers: { type: 'string', default: '1' },
      tree: { type: 'string', default: fileURLToPath(new URL('../..', import.meta.url)) },
      node: { type: 'string', default: '' },
      env: { type: 'string', default: '' },
      keys: { type: 'string', default: '1234#' },
      'keys-as': { type: 'string', default: 'events' },
      rtp: { type: 'string', default: '10000-19999' },
      'sipp-port': { type: 'string', default: '0' },
      'media-port': { type: 'string', default: '0' },
      bench: { type: 'string' },
      stay: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const [mode, ...rest] = positionals;
  if (mode === undefined || !modes.includes(mode) || rest.length > 0)
    throw new Error(`MODE is one of ${modes.join(', ')}`);
  if (values['keys-as'] !== 'events' && values['keys-as'] !== 'tones') throw new Error('--keys-as events, or tones');
  const setups = mode === 'setups';
  const loads = numbers(setups ? 'rate' : 'calls', (setups ? values.rate : values.calls) ?? (setups ? '200' : '100'));
  return {
    mode: mode as Mode,
    loads,
    ratePerSecond: setups ? loads[0]! : numbers('rate', values.rate ?? '50')[0]!,
    seconds: numbers('seconds', values.seconds)[0]!,
    reps: numbers('reps', values.reps)[0]!,
    core: values.core === 'any' ? null : coreNumber(values.core),
    workers: numbers('workers', values.workers)[0]!,
    tree: values.tree,
    nodeArguments: words(values.node),
    environment: words(values.env),
    keys: values.keys,
    keysAs: values['keys-as'] as KeysAs,
    rtpPorts: values.rtp,
    sippPort: Number(values['sipp-port']),
    mediaPort: Number(values['media-port']),
    bench: values.bench ?? null,
    stay: values.stay,
    json: values.json,
    keep: values.keep,
  };
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

function coreNumber(text: string): number {
  const core = Number(text);
  if (Number.isInteger(core) && core >= 0 && core < availableParallelism()) return core;
  throw new Error(`--core takes 0 to ${availableParallelism() - 1}, or any`);
}

function numbers(name: string, text: string): number[] {
  const all = text.split(',').map(Number);
  if (all.some((value) => !(value > 0))) throw new Error(`--${name} takes numbers above 0, such as 100,300`);
  return all;
}
