// Owns: the one error class that carries a code, a place and a remedy. The codes themselves stand in codes.ts.
import { type ErrorCode, errorCodes } from './codes.ts';

/** Where a mistake stands in something the user wrote. Lines and columns count from 1. */
export interface Place {
  readonly source?: string;
  readonly line?: number;
  readonly column?: number;
  readonly field?: string;
}

export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly place: Place | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: { place?: Place; hint?: string; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CodedError';
    this.code = code;
    this.place = details.place;
    this.hint = details.hint ?? errorCodes[code].fix;
  }
}

/** Formats `source:line:column: message [code]` with its remedy on a second line. */
export function formatError(error: CodedError): string {
  const { source, line, column, field } = error.place ?? {};
  const at = [source, line, column].filter((part) => part !== undefined).join(':');
  const head = [at, field].filter((part) => part !== undefined && part !== '').join(' ');
  return `${head === '' ? '' : `${head}: `}${error.message} [${error.code}]${error.hint ? `\n  ${error.hint}` : ''}`;
}
