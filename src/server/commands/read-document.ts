// Owns: a document named on the command line or in a configuration: its text, the dialect that reads it, what is wrong with it.
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CodedError } from '../../base/errors.ts';
import type { Compiled, Dialect } from '../../dialects/dialect.ts';
import { createDialects, dialectOf } from '../../dialects/index.ts';
import type { DialectName } from '../../flow/node.ts';
import type { Problem } from '../../flow/problem.ts';
import type { Config } from '../config.ts';
import type { Terminal } from './terminal.ts';

export interface NamedDocument {
  readonly text: string;
  readonly dialect: Dialect;
  /** As the server would compile it: relative addresses are resolved against the file. Problems name it as it was given. */
  readonly compiled: Compiled;
}

/** Throws CodedError: the file is not there, or the dialect is not built. */
export function readDocument(
  file: string,
  dialectName: string,
  terminal: Terminal,
  dialects: (name: DialectName) => Dialect = dialectOf,
): NamedDocument {
  const dialect = dialects(dialectName as DialectName);
  const path = resolve(terminal.workingDir, file);
  const text = readText(path, file);
  const { flow, problems } = dialect.compile(text, pathToFileURL(path).href);
  return { text, dialect, compiled: { flow, problems: problems.map((problem) => ({ ...problem, source: file })) } };
}

/** What is wrong with the documents that a configuration names; `files` is how many there are. */
export function checkNamedDocuments(config: Config, terminal: Terminal): { files: number; problems: Problem[] } {
  const named = config.apps.filter(({ first }) => first.url.startsWith('file:'));
  const dialects = createDialects(() => '', config.transcription.engine !== 'none');
  const problems = named.flatMap(({ first, dialect }) => {
    const file = relative(terminal.workingDir, fileURLToPath(first.url));
    return readDocument(file, dialect, terminal, dialects).compiled.problems;
  });
  return { files: named.length, problems };
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CodedError('document-unreadable', `${file} cannot be read`, { cause });
  }
}

/** `menu.xml:3:5: error: message [code]`, with the remedy on a line of its own. */
export function formatProblem(problem: Problem): string {
  const { source, line, column, severity, message, code, hint } = problem;
  return `${source}:${line}:${column}: ${severity}: ${message} [${code}]${hint === null ? '' : `\n  ${hint}`}`;
}
