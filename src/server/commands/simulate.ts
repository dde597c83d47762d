// Owns: `keytone simulate FILE`: a whole call against a document, in virtual time: no phone, no network, no waiting.
import { basename } from 'node:path';
import { CodedError, formatError } from '../../base/errors.ts';
import { formatTimeline, parseScript, simulate } from '../../testkit/index.ts';
import { formatProblem, readDocument } from './read-document.ts';
import { exitCodes, type Terminal } from './terminal.ts';

export interface SimulateCommand {
  readonly dialect: string;
  /** The caller's script: keys (`1w234#`) or steps (`after prompt 2 press 1; hang up`). */
  readonly keys: string;
  /** `/path=FILE`: what the application answers there. */
  readonly replies: readonly string[];
  readonly detailed: boolean;
  readonly from: string | null;
  readonly to: string | null;
  readonly format: 'text' | 'json';
}

export function simulateFile(file: string, command: SimulateCommand, terminal: Terminal): number {
  const { text, dialect, compiled } = readDocument(file, command.dialect, terminal);
  for (const problem of compiled.problems) terminal.err(formatProblem(problem));
  if (compiled.flow === null) return exitCodes.found;
  const script = parseScript(command.keys);
  for (const { message } of script.problems)
    terminal.err(formatError(new CodedError('script-invalid', message, { place: { field: '--keys' } })));
  if (script.problems.length > 0) return exitCodes.usage;

  const start = `/${basename(file)}`;
  const replies = command.replies.map((reply) => parseReply(reply, command, terminal));
  const simulation = simulate({
    dialect,
    first: { path: start, method: 'POST' },
    application: { ...Object.fromEntries(replies), [start]: text },
    // Keys before the answer would reach nobody.
    caller: [{ until: 'answered' }, ...script.steps],
    ...(command.from === null ? {} : { from: command.from }),
    ...(command.to === null ? {} : { to: command.to }),
  });
  const { tape, requests, faults, stuck, stepLeft, problems } = simulation;
  // Those of the first document were told above.
  for (const problem of problems.slice(compiled.problems.length)) terminal.err(formatProblem(problem));
  if (command.format === 'json') terminal.out(JSON.stringify({ tape, requests, stuck, stepLeft }, null, 2));
  else terminal.out(formatTimeline({ ...simulation, detailed: command.detailed }));
  if (stuck !== null) terminal.err('The document let the call stand still, so the caller hung up after 10 minutes.');
  if (stepLeft !== null) terminal.err(`The caller never came to the step ${JSON.stringify(stepLeft)}.`);
  for (const fault of faults) terminal.err(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
  return faults.length > 0 ? exitCodes.fault : stuck !== null || stepLeft !== null ? exitCodes.found : exitCodes.ok;
}

function parseReply(
  reply: string,
  command: SimulateCommand,
  terminal: Terminal,
): readonly [path: string, text: string] {
  const match = /^(\/[^=?]*)=(.+)$/.exec(reply);
  if (match === null) {
    throw new CodedError('command-invalid', `--reply ${reply} names no path and file`, {
      hint: 'Write it as --reply /next=next.xml.',
    });
  }
  return [match[1]!, readDocument(match[2]!, command.dialect, terminal).text];
}
