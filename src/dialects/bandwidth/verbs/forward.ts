// Owns: Forward: somebody else's phone rings in place of ours, and the document has no more to say.
import * as build from '../../../flow/build.ts';
import { shorten } from '../../xml/fields.ts';
import { type CompileVerb, nothing } from '../scope.ts';
import { callerIdOf, readTarget } from './address.ts';
import { diversionHeaders, uuiHeaders, withShown } from './shown.ts';

export const forward: CompileVerb = ({ scope, fields, at }) => {
  const callerId = callerIdOf(fields, 'from', scope);
  const ringMs = fields.seconds('callTimeout', 30, { min: 1, max: 300 });
  const to = fields.attribute('to');
  const target = to === null ? null : readTarget(to.value.trim(), 'any');
  const shown = [{ headers: diversionHeaders(fields) }, { headers: uuiHeaders(fields, scope) }];
  if (target !== null)
    return {
      nodes: [
        build.dial([withShown(target, ...shown)], { at, ringMs, callerId, answers: 'with-target' }),
        build.hangup({ at }),
      ],
      leaves: true,
    };
  if (to === null)
    scope.problems.error(
      'attribute-missing',
      fields.element.at,
      '<Forward> needs the attribute to.',
      'Write <Forward to="+15551234567"/>.',
    );
  else
    scope.problems.error(
      'address-invalid',
      to.at,
      `to="${shorten(to.value)}" cannot be called.`,
      'Write a number as +15551234567, or sip:user@host.',
    );
  return nothing;
};
