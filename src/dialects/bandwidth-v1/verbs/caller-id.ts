// Owns: the number that the callee of a Transfer is shown.
import { type Fields, shorten } from '../../xml/fields.ts';
import type { Scope } from '../scope.ts';

/** null shows the caller's own. */
export function callerIdOf(fields: Fields, name: string, { problems }: Pick<Scope, 'problems'>): string | null {
  const attribute = fields.attribute(name);
  const written = attribute?.value.trim() ?? '';
  if (attribute === null || written === '') return null;
  if (written.toLowerCase() === 'private') return 'anonymous';
  const digits = written.replaceAll(/[\s().-]/g, '');
  if (/^\+?[0-9*#]{1,32}$/.test(digits)) return digits;
  problems.warn(
    'attribute-invalid',
    attribute.at,
    `${name}="${shorten(written)}" is not possible; the caller's number is shown.`,
    'Allowed: a number as +15551234567, or private.',
  );
  return null;
}
