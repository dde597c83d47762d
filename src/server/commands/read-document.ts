// Owns: a document named on the command line: its text and the dialect that reads it.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { dialectOf } from '../../dialects/index.ts';
import type { Problem } from '../../flow/problem.ts';
import type { Terminal } from './terminal.ts';

export interface NamedDocument {
  readonly text: string;
  readonly dialect: Dialect;
}

/** Throws CodedError: the file is not there, or the dialect is not built. */
export function readDocument(file: string, dialectName: string, terminal: Terminal): NamedDocument {
  const dialect = dialectOf(dialectName);
  try {
    return { text: readFileSync(resolve(terminal.workingDir, file), 'utf8'), dialect };
  } catch (cause) {
    throw new CodedError('document-unreadable', `${file} cannot be read`, { cause });
  }
}

/** `menu.xml:3:5: error: message [code]`, with the remedy on a line of its own. */
export function formatProblem(problem: Problem): string {
  const { source, line, column, severity, message, code, hint } = problem;
  return `${source}:${line}:${column}: ${severity}: ${message} [${code}]${hint === null ? '' : `\n  ${hint}`}`;
}
