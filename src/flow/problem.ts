// Owns: what is wrong with a document, in the words of whoever wrote it.

export interface Problem {
  /** A code of base/codes.ts. An error refuses the document; a warning lets it run. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to write instead. */
  readonly hint: string | null;
  readonly source: string;
  readonly line: number;
  readonly column: number;
}
