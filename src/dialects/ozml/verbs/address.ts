// Owns: who can be called, as OzML names them.
import type { DialTarget } from '../../../flow/node.ts';
import { shorten } from '../../xml/fields.ts';
import type { Parameters } from '../parameters.ts';
import { withVariables } from '../variables.ts';

const sipAddress = /^(?:sips?:)?[^\s@<>"{}]{1,256}@[^\s@<>"{}]{1,256}$/i;
const number = /^\+?[0-9*#]{1,32}$/;
const login = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function readTarget(text: string): DialTarget | null {
  // `101@localhost` is the vendor's name of an extension of its own.
  const own = text.replace(/@localhost$/i, '');
  const digits = own.replaceAll(/[\s().-]/g, '');
  if (number.test(digits)) return { kind: 'number', address: digits };
  if (login.test(own)) return { kind: 'number', address: own };
  return sipAddress.test(own) ? { kind: 'sip', address: own } : null;
}

/** null after a fault; in a script it may hold variables. */
export function targetIn(given: Parameters, name: string, form: 'script' | 'api'): DialTarget | null {
  const written = given.text(name) ?? '';
  if (form === 'script' && /\$[A-Za-z_]/.test(written)) {
    const address = withVariables(written);
    return { kind: written.includes('@') ? 'sip' : 'number', address };
  }
  const target = readTarget(written);
  if (target === null)
    given.wrong(name, `"${shorten(written)}" cannot be called.`, 'Write a number, a login or sip:user@host.');
  return target;
}

/** The number that is shown; null for the caller's own. */
export function callerIdIn(given: Parameters, name: string): string | null {
  const written = given.text(name) ?? '';
  if (written === '') return null;
  const digits = written.replace(/@localhost$/i, '').replaceAll(/[\s().-]/g, '');
  if (number.test(digits) || login.test(digits)) return digits;
  given.wrong(
    name,
    `${name}="${shorten(written)}" is not possible; the caller's number is shown.`,
    'Allowed: a number.',
  );
  return null;
}
