#!/usr/bin/env node
// Owns: the installed command. Finds a Node that is new enough (the `node` package brings one), then loads the built
// program, or in a clone the TypeScript itself. Does nothing else: the commands stand in src/server/commands.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { neededMajor, nodeFlags, runNode, runningMajor } from './run-node.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const entry = [join(here, '..', 'dist', 'bin', 'keytone.js'), join(here, 'keytone.ts')].find((file) =>
  existsSync(file),
);

if (entry === undefined) {
  console.error('keytone: dist/bin/keytone.js is missing from this package. Install it again.');
  process.exitCode = 70;
} else if (runningMajor >= neededMajor && process.execArgv.includes(nodeFlags[0])) {
  await import(entry);
} else {
  const binary = runningMajor >= neededMajor ? process.execPath : broughtBinary();
  if (binary === undefined) {
    console.error(
      `keytone: Node ${neededMajor} is needed and this is ${process.version}. The package \`node\` brings it, but its install script did not run.\n` +
        '  Run: npm rebuild node --ignore-scripts=false',
    );
    process.exitCode = 70;
  } else {
    process.exitCode = await runNode(binary, [...nodeFlags, entry, ...process.argv.slice(2)]);
  }
}

function broughtBinary() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    return ['node', 'node.exe'].map((name) => join(folder, 'bin', name)).find((file) => existsSync(file));
  } catch {
    return undefined;
  }
}
