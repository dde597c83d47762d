// Owns: `npm test`: install, then every check of the project in order, then the count of all of them on the last line.
// `npm test -- src/sip` runs only the tests below a path, without the checks of the whole tree. `npm test -- --quick` leaves
// out the long run of test/chaos, which stands behind all others: it measures, so it has the machine for itself.
// Dependency-free up to the point where it has installed: runs on any Node from 20 on.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, nodeBinary, root } from './install.mjs';
import { fetchPeers } from './peers.mjs';

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const filters = words.filter((word) => word !== '--quick');
const results = join(root, 'test-results');
const countsFile = join(results, 'counts.json');

const checks = [
  {
    name: 'format and lint (biome)',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--diagnostic-level=warn'],
  },
  { name: 'types (tsc)', args: ['node_modules/typescript/bin/tsc', '--project', '.', '--noEmit'] },
  { name: 'import table', args: ['scripts/check-imports.ts'] },
  { name: 'generated files', args: ['scripts/check-generated.ts'] },
];

const chaos = {
  name: '100 kills with 100 live calls (chaos)',
  args: ['test/chaos/run.ts', '--kills', '100', '--calls', '100', '--brief'],
};

function runNode24(args) {
  // Programs that start `node` themselves (npm's shims do) get the same one.
  const env = {
    ...process.env,
    KEYTONE_TEST_COUNTS: countsFile,
    PATH: `${join(root, 'node_modules', 'node', 'bin')}:${process.env.PATH ?? ''}`,
  };
  return (
    spawnSync(nodeBinary, ['--disable-warning=ExperimentalWarning', ...args], { cwd: root, stdio: 'inherit', env })
      .status === 0
  );
}

function runTests() {
  mkdirSync(results, { recursive: true });
  rmSync(countsFile, { force: true });
  const ok = runNode24([
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=minimal',
    '--reporter=./scripts/count-reporter.mjs',
    ...filters,
  ]);
  try {
    const counts = JSON.parse(readFileSync(countsFile, 'utf8'));
    // vitest says so too when no file matches: then nothing was tested, which is no success.
    if (!ok && counts.failed === 0) counts.failed = 1;
    return counts;
  } catch {
    return { passed: 0, failed: 1, skipped: [] };
  }
}

function main() {
  if (!ensureInstalled()) return { passed: 0, failed: 1, skipped: [] };
  const total = { passed: 0, failed: 0 };
  const wholeTree = filters.length === 0;
  const missing =
    wholeTree || filters.some((path) => 'test/interop'.startsWith(path) || path.startsWith('test/interop'))
      ? fetchPeers()
      : [];
  const broken = [];
  const check = ({ name, args }) => {
    const ok = runNode24(args);
    console.log(`${ok ? 'ok' : 'FAILED'}: ${name}`);
    total[ok ? 'passed' : 'failed'] += 1;
    if (!ok) broken.push(name);
  };
  if (wholeTree) checks.forEach(check);
  const counts = runTests();
  total.passed += counts.passed;
  total.failed += counts.failed;
  if (wholeTree && !quick) {
    console.log(`\n${chaos.name}: about five minutes`);
    check(chaos);
  }
  if (counts.skipped.length > 0) console.log('\nSkipped:');
  for (const { file, name, note } of counts.skipped)
    console.log(`  ${file}: ${name}${note === null ? '' : `: ${note}`}`);
  for (const line of missing) console.log(`note: ${line}`);
  if (broken.length > 0) console.log(`failed checks: ${broken.join(', ')}`);
  return { ...total, skipped: counts.skipped };
}

const { passed, failed, skipped } = main();
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
