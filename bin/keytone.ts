// Owns: the process: arguments in, exit code out, and not outliving who started it (bin/run-node.mjs). Everything else stands
// in src/server/commands.
import { runProgram } from '../src/server/commands/program.ts';
import { systemTerminal } from '../src/server/commands/terminal.ts';

const killed = 137;
process.once('disconnect', () => process.exit(killed));
// The channel alone keeps nothing running.
process.channel?.unref();
process.exitCode = await runProgram(process.argv.slice(2), systemTerminal);
