// Owns: who can be called, and what number is shown to them.
import type { DialTarget } from '../../../flow/node.ts';
import { type Fields, shorten } from '../../xml/fields.ts';
import type { Scope } from '../scope.ts';

const sipAddress = /^(?:sips?:)?[^\s@<>"{}]{1,256}@[^\s@<>"{}]{1,256}$/i;
const number = /^\+?[0-9*#]{1,32}$/;
const hidden: ReadonlySet<string> = new Set(['restricted', 'anonymous', 'private', 'unavailable']);

export function readTarget(text: string, kind: DialTarget['kind'] | 'any'): DialTarget | null {
  const digits = text.replaceAll(/[\s().-]/g, '');
  if (kind !== 'number' && sipAddress.test(text)) return { kind: 'sip', address: text };
  if (kind !== 'sip' && number.test(digits)) return { kind: 'number', address: digits };
  return null;
}

/** null shows the caller's own. */
export function callerIdOf(fields: Fields, name: string, scope: Scope): string | null {
  const attribute = fields.attribute(name);
  const written = attribute?.value.trim() ?? '';
  if (attribute === null || written === '') return null;
  if (hidden.has(written.toLowerCase())) return 'anonymous';
  const digits = written.replaceAll(/[\s().-]/g, '');
  if (number.test(digits)) return digits;
  scope.problems.warn(
    'attribute-invalid',
    attribute.at,
    `${name}="${shorten(written)}" is not possible; the caller's number is shown.`,
    'Allowed: a number as +15551234567, or Anonymous.',
  );
  return null;
}
