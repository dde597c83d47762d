// Owns: having node_modules installed exactly as package-lock.json says, before anything of it is used.
// Dependency-free: runs on any Node from 20 on. A stamp file with the lock's hash makes the second start immediate.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const nodeBinary = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const stamp = join(root, 'node_modules', '.keytone-installed');

/** Returns false, having said why, when the installation failed. */
export function ensureInstalled() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === wanted && existsSync(nodeBinary)) return true;
  console.error('keytone: installing the packages that package-lock.json names (npm ci) …');
  const npm = npmCommand();
  // npm's notices about engines speak of the machine's Node; the program runs on the one that is being installed.
  const args = [...npm.args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = spawnSync(npm.command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: npm.shell });
  if (result.status !== 0) {
    console.error(
      `keytone: npm ci failed${result.error ? `: ${result.error.message}` : ''}. Run it by hand to see everything it says.`,
    );
    return false;
  }
  if (!existsSync(nodeBinary)) {
    console.error(
      'keytone: npm did not run the install script of the package `node`, which brings Node 24.\n' +
        '  Allow it once with: npm rebuild node --ignore-scripts=false',
    );
    return false;
  }
  writeFileSync(stamp, `${wanted}\n`);
  return true;
}

/** The npm that started us when there is one, so that no other npm on the PATH gets in between. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return { command: process.execPath, args: [script], shell: false };
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}
