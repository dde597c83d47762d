// Owns: identifiers. Random ones come from here only, so that a test can hand in its own.
import { randomBytes } from 'node:crypto';

export type NewId = () => string;

/** A 128-bit identifier as 22 URL-safe characters. None begins with `-`: on a command line that would be an option. */
export const newId: NewId = () => {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newId() : id;
};
