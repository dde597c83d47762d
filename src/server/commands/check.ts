// Owns: `keytone check FILE …`: what is wrong with documents, and with configuration files and the documents they name.
// Runs nothing and connects to nobody.
import { resolve } from 'node:path';
import { formatError } from '../../base/errors.ts';
import type { Problem } from '../../flow/problem.ts';
import { readConfig } from '../config.ts';
import { checkNamedDocuments, formatProblem, readDocument } from './read-document.ts';
import { exitCodes, type Terminal } from './terminal.ts';

export interface CheckOptions {
  readonly dialect: string;
  /** Warnings count as errors. */
  readonly strict: boolean;
  readonly format: 'text' | 'json';
}

interface Count {
  errors: number;
  warnings: number;
  files: number;
}

const isConfig = (file: string): boolean => /\.ya?ml$/i.test(file);

export function checkFiles(files: readonly string[], options: CheckOptions, terminal: Terminal): number {
  const count: Count = { errors: 0, warnings: 0, files: 0 };
  const problems: Problem[] = [];
  for (const file of files) {
    if (isConfig(file)) checkConfig(file, count, problems, options, terminal);
    else checkDocument(file, options.dialect, count, problems, terminal);
  }
  if (options.format === 'json') terminal.out(JSON.stringify(problems, null, 2));
  else {
    for (const problem of problems) terminal.out(formatProblem(problem));
    const found = [plural(count.errors, 'error'), plural(count.warnings, 'warning')].join(', ');
    terminal.out(`${plural(count.files, 'file')} checked: ${found}`);
  }
  return count.errors > 0 || (options.strict && count.warnings > 0) ? exitCodes.found : exitCodes.ok;
}

function checkConfig(file: string, count: Count, problems: Problem[], options: CheckOptions, terminal: Terminal): void {
  count.files += 1;
  const read = readConfig({ file: resolve(terminal.workingDir, file), environment: terminal.environment });
  for (const error of read.problems) {
    count.errors += 1;
    if (options.format === 'text') terminal.out(formatError(error));
    const { source = file, line = 1, column = 1, field } = error.place ?? {};
    const message = field === undefined ? error.message : `${field}: ${error.message}`;
    if (options.format === 'json') {
      problems.push({ code: error.code, severity: 'error', message, hint: error.hint ?? null, source, line, column });
    }
  }
  if (read.config === null) return;
  const documents = checkNamedDocuments(read.config, terminal);
  count.files += documents.files;
  add(documents.problems, count, problems);
}

function checkDocument(file: string, dialectName: string, count: Count, problems: Problem[], terminal: Terminal): void {
  const { compiled } = readDocument(file, dialectName, terminal);
  count.files += 1;
  add(compiled.problems, count, problems);
}

function add(found: readonly Problem[], count: Count, problems: Problem[]): void {
  problems.push(...found);
  const errors = found.filter(({ severity }) => severity === 'error').length;
  count.errors += errors;
  count.warnings += found.length - errors;
}

const plural = (amount: number, word: string): string => `${amount} ${word}${amount === 1 ? '' : 's'}`;
