// Owns: gathering what is wrong with one document while it is read and compiled. Shared by all dialects.
// Does not: decide what is wrong.
import { type ErrorCode, errorCodes } from '../base/codes.ts';
import type { Problem } from '../flow/problem.ts';

export interface Mark {
  readonly line: number;
  readonly column: number;
}

const mostProblems = 100;

export class Problems {
  readonly #source: string;
  readonly #list: Problem[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  error(code: ErrorCode, at: Mark, message: string, hint: string | null = null): void {
    this.#add('error', code, at, message, hint);
  }

  warn(code: ErrorCode, at: Mark, message: string, hint: string | null = null): void {
    this.#add('warning', code, at, message, hint);
  }

  addAll(problems: readonly Problem[]): void {
    this.#list.push(...problems);
  }

  get refused(): boolean {
    return this.#list.some((problem) => problem.severity === 'error');
  }

  /** In the order of the document. */
  sorted(): readonly Problem[] {
    return this.#list.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }

  #add(severity: Problem['severity'], code: ErrorCode, at: Mark, message: string, hint: string | null): void {
    // A hostile document must not make us write a report larger than itself; errors always find room.
    if (severity === 'warning' && this.#list.length >= mostProblems) return;
    this.#list.push({
      code,
      severity,
      message,
      hint: hint ?? errorCodes[code].fix,
      source: this.#source,
      line: at.line,
      column: at.column,
    });
  }
}
