// Owns: running every scripts/make-*.ts: with --check (the default) to compare, with --write to make the files anew.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const write = process.argv.includes('--write');
const makers = readdirSync(import.meta.dirname)
  .filter((name) => /^make-.*\.ts$/.test(name))
  .sort();
let failed = 0;
for (const maker of makers) {
  const args = [...process.execArgv, join(import.meta.dirname, maker), ...(write ? [] : ['--check'])];
  if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0) failed += 1;
}
console.log(`${makers.length} makers of generated files run: ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
