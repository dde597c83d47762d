// Owns: a document named on the command line: its text and the dialect that reads it.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CodedError } from '../../base/errors.ts';
import type { Compiled, Dialect } from '../../dialects/dialect.ts';
import { dialectOf } from '../../dialects/index.ts';
import type { Problem } from '../../flow/problem.ts';
import type { Terminal } from './terminal.ts';

export interface NamedDocument {
  readonly text: string;
  readonly dialect: Dialect;
  /** As the server would compile it: relative addresses are resolved against the file. Problems name it as it was given. */
  readonly compiled: Compiled;
}

/** Throws CodedError: the file is not there, or the dialect is not built. */
export function readDocument(file: string, dialectName: string, terminal: Terminal): NamedDocument {
  const dialect = dialectOf(dialectName);
  const path = resolve(terminal.workingDir, file);
  const text = readText(path, file);
  const { flow, problems } = dialect.compile(text, pathToFileURL(path).href);
  return { text, dialect, compiled: { flow, problems: problems.map((problem) => ({ ...problem, source: file })) } };
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
