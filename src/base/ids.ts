// Owns: identifiers. Random ones come from here only, so that a test can hand in its own.
import { randomBytes } from 'node:crypto';

export type NewId = () => string;

/** A 128-bit identifier as 22 URL-safe characters. */
export const newId: NewId = () => randomBytes(16).toString('base64url');
