// Owns: the long run from the command line: npm run chaos -- --kills 100 --calls 100 --seed 1
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';
import { judge } from './judge.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    calls: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Callers press while nobody listens, too. */
    careless: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'keytone-chaos-'));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
say(`seed ${values.seed}, ${values.calls} calls, ${values.kills} kills`);
const run = await runChaos({
  ...{ folder, say, careless: values.careless },
  ...{ calls: Number(values.calls), kills: Number(values.kills), seed: Number(values.seed) },
});
const { faults, figures } = await judge(run);
await run.close();
say(JSON.stringify(figures, null, 2));
for (const fault of faults) say(`FAULT ${fault}`);
say(faults.length === 0 ? 'every call went on' : `${faults.length} faults`);
if (values.keep) say(`kept in ${folder}\n${run.server.said().slice(-3000)}`);
else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
process.exitCode = faults.length === 0 ? 0 : 1;
