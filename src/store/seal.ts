// Owns: the sealing of what a restart has to know but nobody may read: AES-256-GCM (NIST SP 800-38D) with a key in a file
// of its own, which only this user may read. Sealed text is base64 of: 12 bytes nonce, 16 bytes tag, ciphertext.
// Does not: protect against who can read both files.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { CodedError } from '../base/errors.ts';

export interface Seal {
  /** `place` belongs to it: what was sealed for one place cannot be opened at another. */
  seal(text: string, place: string): string;
  /** null when this key did not seal it for this place. */
  open(sealed: string, place: string): string | null;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * `fresh` asks for a new key, with which nothing that was ever sealed can be opened. A disk that takes none keeps the old
 * one: a start that failed for it would cost the calls that wait for the start. `lasting`: a key that is there and cannot be
 * read is not replaced, for what was sealed with it is still needed; throws CodedError `store-unusable`.
 */
export function createSeal(keyFile: string, { fresh = false, lasting = false } = {}): Seal {
  const known = readKey(keyFile, lasting);
  const key = known === null ? writeKey(keyFile) : fresh ? (attemptKey(keyFile) ?? known) : known;
  return {
    seal(text, place) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed, place) {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < nonceBytes + tagBytes) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      try {
        return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return null;
      }
    },
  };
}

function readKey(file: string, lasting: boolean): Buffer | null {
  try {
    const key = readFileSync(file);
    if (key.length === keyBytes) return key;
    if (lasting) throw new CodedError('store-unusable', `${file} is no key of ${keyBytes} bytes`);
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    if (lasting && (cause as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new CodedError('store-unusable', `The key ${file} cannot be read`, { cause });
  }
  return null;
}

function attemptKey(file: string): Buffer | null {
  try {
    return writeKey(file);
  } catch {
    return null;
  }
}

/** Written beside and moved into place: a key is there whole or not at all. */
function writeKey(file: string): Buffer {
  const key = randomBytes(keyBytes);
  const beside = `${file}.${process.pid}`;
  try {
    const handle = openSync(beside, 'w', 0o600);
    try {
      writeSync(handle, key);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  return key;
}
