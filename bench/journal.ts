// Measures what it costs that a key is on the disk before anything that depends on it leaves the process: keys of many calls
// come from a thread of their own, at random times, as they do from media threads; each is a line of a tape, and
// `durable()` is waited for. Last, how long the start of a server reads calls that a killed one left.
//   npm run bench:journal -- [--rate 5000] [--seconds 20] [--calls 1000] [--sync normal|full] [--dir FOLDER]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { silentLog } from '../src/base/log.ts';
import type { TapeLine } from '../src/call/event.ts';
import type { CallRow } from '../src/store/rows.ts';
import { createStore, type Store } from '../src/store/store.ts';

interface Pace {
  readonly rate: number;
  readonly seconds: number;
}

interface Usage {
  readonly cpuUs: number;
}

/** Says a number per key, as long as it should take; then what the saying cost. */
function press({ rate, seconds }: Pace): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const start = performance.now();
  let due = start;
  for (let count = 0; count < rate * seconds; count++) {
    // Independent callers: the time between two keys is exponential.
    due += (-Math.log(1 - Math.random()) * 1000) / rate;
    const early = due - performance.now();
    if (early > 0) Atomics.wait(cell, 0, 0, early);
    parentPort!.postMessage(count);
  }
  parentPort!.postMessage({ cpuUs: threadUs() } satisfies Usage);
}

function threadUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

function processUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Runs `onKey` for each key; resolves with the share of a processor of this thread, and of all others but the pressing one. */
async function listen(pace: Pace, onKey: (count: number) => void): Promise<{ main: number; others: number }> {
  const worker = new Worker(new URL(import.meta.url), { workerData: pace });
  const main = threadUs();
  const all = processUs();
  const startedAt = performance.now();
  const pressing = await new Promise<number>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: number | Usage) =>
      typeof message === 'number' ? onKey(message) : resolve(message.cpuUs),
    );
  });
  const us = (performance.now() - startedAt) * 1000;
  const own = threadUs() - main;
  return { main: own / us, others: (processUs() - all - own - pressing) / us };
}

const digitLine = (seq: number, at: number): TapeLine => ({
  ...{ seq, at, since: seq * 40 },
  event: { type: 'digit', leg: 'caller', press: seq, digit: '5', heard: [{ via: 'rfc4733', at }] },
});

const callRow = (id: string, startedAt: number): CallRow => ({
  ...{ id, app: 'menu', direction: 'inbound', from: '+15550100', to: '1000', startedAt, answeredAt: startedAt },
  ...{ endedAt: null, state: 'live', q850Cause: null, reason: null, sipCallId: null },
});

function quantiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(3);
  return `p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  p99.9 ${at(0.999)}  max ${at(1)} ms`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

async function measureKeys(store: Store, calls: number, pace: Pace): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const idle = await listen({ ...pace, seconds: 3 }, () => {});
  const ids = Array.from({ length: calls }, (_, index) => `t8Zc1mHkQ2uV5yLw0x${String(index).padStart(4, '0')}`);
  const counts = new Uint32Array(calls);
  for (const id of ids) store.saveCall(callRow(id, Date.now()));
  await store.flush();
  const waits: number[] = [];
  const beat = setInterval(() => store.beat(Date.now()), 250);
  const busy = await listen(pace, () => {
    const call = Math.floor(Math.random() * calls);
    counts[call]! += 1;
    const at = performance.now();
    store.appendLines(ids[call]!, [digitLine(counts[call]!, Date.now())]);
    void store.durable().then(() => waits.push(performance.now() - at));
  });
  clearInterval(beat);
  await store.flush();
  say(`${waits.length} keys of ${calls} calls, ${pace.rate} a second; from the key to the disk:`);
  say(`  ${quantiles(waits)}`);
  say(
    `  main thread ${percent(busy.main - idle.main)} of a processor, all others ${percent(busy.others - idle.others)}`,
  );
  say(`  gone on without the disk: ${store.counters.undurable}`);
}

async function measureStart(dataDir: string, sync: 'full' | 'normal'): Promise<void> {
  const before = await createStore({ dataDir, log: silentLog, sync });
  for (let call = 0; call < 1000; call++) {
    const id = `u8Zc1mHkQ2uV5yLw0x${String(call).padStart(4, '0')}`;
    before.saveCall(callRow(id, Date.now()));
    before.appendLines(
      id,
      Array.from({ length: 100 }, (_, index) => digitLine(index + 1, Date.now())),
    );
    before.saveLeg(id, 'caller', 'sip', { version: 1, callId: id, route: Array(10).fill('sip:proxy.example.org;lr') });
    before.saveLeg(id, 'caller', 'media', { port: 10_000, ssrc: 1, sequence: 1, timestamp: 1, at: 1, source: null });
  }
  await before.close();
  const store = await createStore({ dataDir, log: silentLog, sync });
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const at = performance.now();
    const found = await store.unfinished();
    times.push(performance.now() - at);
    if (found.length < 1000) throw new Error(`only ${found.length} calls were found`);
  }
  await store.close();
  const [first = 0, ...again] = times;
  process.stdout.write(
    `1000 unfinished calls of 100 lines read in ${first.toFixed(0)} ms, again in ${again.map((ms) => ms.toFixed(0)).join(', ')} ms\n`,
  );
}

if (isMainThread) {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '5000' },
      seconds: { type: 'string', default: '20' },
      calls: { type: 'string', default: '1000' },
      sync: { type: 'string', default: 'normal' },
      dir: { type: 'string', default: tmpdir() },
    },
  });
  const sync = values.sync === 'full' ? 'full' : 'normal';
  mkdirSync(values.dir, { recursive: true });
  const dataDir = mkdtempSync(join(values.dir, 'keytone-journal-'));
  try {
    const store = await createStore({ dataDir: join(dataDir, 'keys'), log: silentLog, sync });
    process.stdout.write(`store.sync: ${sync}\n`);
    await measureKeys(store, Number(values.calls), { rate: Number(values.rate), seconds: Number(values.seconds) });
    await store.close();
    await measureStart(join(dataDir, 'start'), sync);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
} else press(workerData as Pace);
