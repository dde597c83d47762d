// Owns: what `npm start` does in a clone: install when needed, then hand over to Node 24 with the program's own
// arguments. Dependency-free: runs on any Node from 20 on.
import { join } from 'node:path';
import { nodeFlags, runNode } from '../bin/run-node.mjs';
import { ensureInstalled, nodeBinary, root } from './install.mjs';

process.exitCode = ensureInstalled()
  ? await runNode(nodeBinary, [...nodeFlags, join(root, 'bin', 'keytone.ts'), ...process.argv.slice(2)])
  : 70;
