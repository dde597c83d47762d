// Owns: the process: arguments in, exit code out. Everything else stands in src/server/commands.
import { runProgram } from '../src/server/commands/program.ts';
import { systemTerminal } from '../src/server/commands/terminal.ts';

process.exitCode = await runProgram(process.argv.slice(2), systemTerminal);
