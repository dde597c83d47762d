// Owns: `keytone serve`: the configuration, then the server until a signal ends it.
import { resolve } from 'node:path';
import { formatError } from '../../base/errors.ts';
import { type Config, readConfig } from '../config.ts';
import { checkNamedDocuments, formatProblem } from './read-document.ts';
import { exitCodes, type Terminal } from './terminal.ts';

export interface ServeCommand {
  readonly config: string | null;
  /** `key=value`, the later over the earlier. */
  readonly settings: readonly string[];
}

export async function serve(command: ServeCommand, terminal: Terminal): Promise<number> {
  const config = configOrProblems(command, terminal);
  if (config === null) return exitCodes.usage;
  // They are read again when they change, so that a mistake in one is told now and does not stop the others.
  for (const problem of checkNamedDocuments(config, terminal).problems) terminal.err(formatProblem(problem));
  const { runServer } = await import('../run-server.ts');
  return runServer(config, terminal.out);
}

/** null, having said what is wrong. */
export function configOrProblems({ config, settings }: ServeCommand, terminal: Terminal): Config | null {
  const named = config ?? (terminal.environment['KEYTONE_CONFIG'] || null);
  const { environment, workingDir } = terminal;
  const file = named === null ? null : resolve(workingDir, named);
  const read = readConfig({ file, environment, settings, workingDir });
  for (const problem of read.problems) terminal.err(formatError(problem));
  return read.config;
}
