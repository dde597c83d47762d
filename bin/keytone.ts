// Owns: the process: arguments in, exit code out, and not outliving who started it (bin/run-node.mjs). Everything else stands
// in src/server/commands.
import { keepCompiled } from '../src/base/compiled.ts';

const killed = 137;
process.once('disconnect', () => process.exit(killed));
// The channel alone keeps nothing running.
process.channel?.unref();
keepCompiled();
const [{ runProgram }, { systemTerminal }] = await Promise.all([
  import('../src/server/commands/program.ts'),
  import('../src/server/commands/terminal.ts'),
]);
process.exitCode = await runProgram(process.argv.slice(2), systemTerminal);
