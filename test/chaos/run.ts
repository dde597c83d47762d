// Owns: the long run: npm run chaos -- --kills 100 --calls 100 --seed 1. `npm test` ends with one (scripts/test.mjs).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';
import { type Figures, judge } from './judge.ts';

const { values } = parseArgs({
  options: {
    /** How often the server is killed and comes back; some of these take two kills. */
    kills: { type: 'string', default: '20' },
    calls: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Callers press while nobody listens, too. */
    careless: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    /** Says only what came of it. */
    brief: { type: 'boolean', default: false },
  },
});

const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const say = values.brief ? () => {} : tell;

function summary({ kills, callKills, presses, inDoubt, lost, events, gapMs, unpromised }: Figures): string {
  const count = (number: number): string => number.toLocaleString('en');
  return [
    `${count(kills)} kills cut off ${count(callKills)} calls, none was lost`,
    `${count(presses)} keys, of ${count(inDoubt)} near a kill ${lost} not heard`,
    `${count(events)} events came`,
    `silence ${gapMs.p50} ms (median), ${gapMs.p99} ms (p99)`,
    ...(unpromised > 0 ? [`${unpromised} calls not judged, as the disk had not caught up`] : []),
    `seed ${values.seed}`,
  ].join('; ');
}

const folder = mkdtempSync(join(tmpdir(), 'keytone-chaos-'));
say(`seed ${values.seed}, ${values.calls} calls, ${values.kills} kills`);
const run = await runChaos({
  ...{ folder, say, careless: values.careless },
  ...{ calls: Number(values.calls), kills: Number(values.kills), seed: Number(values.seed) },
});
const { faults, figures } = await judge(run);
await run.close();
say(JSON.stringify(figures, null, 2));
for (const fault of faults) tell(`FAULT ${fault}`);
if (faults.length === 0) tell(summary(figures));
else tell(`${faults.length} faults; npm run chaos -- --kills ${values.kills} --seed ${values.seed} plays it again`);
if (values.keep) tell(`kept in ${folder}\n${run.server.said().slice(-3000)}`);
else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
process.exitCode = faults.length === 0 ? 0 : 1;
