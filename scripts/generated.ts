// Owns: comparing or writing one generated file. Scripts named make-*.ts call this; `--check` compares and writes nothing.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const project = join(import.meta.dirname, '..');

export function writeOrCheck(path: string, text: string): void {
  const file = join(project, path);
  const same = existsSync(file) && readFileSync(file, 'utf8') === text;
  if (process.argv.includes('--check')) {
    if (same) return;
    console.error(`${path} is not what its sources say. Run: npm run generate`);
    process.exitCode = 1;
  } else if (!same) {
    writeFileSync(file, text);
    console.log(`${path} written`);
  }
}
