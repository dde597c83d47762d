// Owns: every error code of the product, in one table. docs/errors.md is made from it. `fix` says what to do about it.

export interface CodeEntry {
  readonly summary: string;
  readonly fix: string;
}

export const errorCodes = {
  // configuration
  'config-not-found': { summary: 'The configuration file does not exist.', fix: 'Check the path given to --config.' },
  'config-invalid': { summary: 'A configuration key is unknown or has a wrong value.', fix: 'Compare the key with docs/configuration.md.' },
  // media
  'media-ports-exhausted': { summary: 'No RTP port pair is free.', fix: 'Widen media.portRange or lower the number of calls.' },
  'media-closed': { summary: 'The media plane or session is closed.', fix: 'Open a new session.' },
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof errorCodes;
