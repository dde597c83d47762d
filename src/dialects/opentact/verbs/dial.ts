// Owns: Dial with its targets Sip and Number (old generation) and To (new).
import * as build from '../../../flow/build.ts';
import type { DialTarget } from '../../../flow/node.ts';
import type { Mark } from '../../problems.ts';
import { shorten, textOf } from '../../xml/fields.ts';
import { byDefault } from '../decisions.ts';
import { type CompileVerb, fieldsOf, type Named, type Scope } from '../scope.ts';

const sipAddress = /^(?:sips?:)?[^\s@<>"]{1,256}@[^\s@<>"]{1,256}$/i;
const number = /^\+?[0-9*#]{1,32}$/;

export const dial: CompileVerb = ({ scope, fields, at, children, onFailed }) => {
  const ringMs = fields.milliseconds('timeout', byDefault.ringMs, { min: 1, max: 3_600_000 });
  const targets = children.flatMap((child) => targetOf(child, scope));
  const text = textOf(fields.element);
  if (text !== '') targets.push(...readTarget('To', text, at, scope));
  if (targets.length > byDefault.dialTargets) {
    scope.problems.warn(
      'address-invalid',
      at,
      `Only the first ${byDefault.dialTargets} of ${targets.length} targets ring.`,
    );
  }
  return [build.dial(targets.slice(0, byDefault.dialTargets), { at, ringMs, onFailed })];
};

function targetOf(child: Named, scope: Scope): readonly DialTarget[] {
  const { name, element } = child;
  if (name !== 'Sip' && name !== 'Number' && name !== 'To') {
    scope.problems.warn('verb-misplaced', element.at, `<${name}> has no meaning inside <Dial>; it is skipped.`);
    return [];
  }
  fieldsOf(child, scope);
  return readTarget(name, textOf(element), element.at, scope);
}

function readTarget(name: 'Sip' | 'Number' | 'To', text: string, at: Mark, scope: Scope): readonly DialTarget[] {
  const digits = text.replaceAll(/[\s().-]/g, '');
  if (name !== 'Number' && sipAddress.test(text)) return [{ kind: 'sip', address: text }];
  if (name !== 'Sip' && number.test(digits)) return [{ kind: 'number', address: digits }];
  const hint =
    name === 'Number'
      ? 'Write digits, or <Sip>user@host</Sip>.'
      : name === 'Sip'
        ? 'Write user@host, or <Number>…</Number>.'
        : 'Write user@host or digits.';
  scope.problems.warn('address-invalid', at, `"${shorten(text)}" cannot be called; the target is skipped.`, hint);
  return [];
}
