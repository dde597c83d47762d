// Owns: Transfer with its targets PhoneNumber and SipUri.
import * as build from '../../../flow/build.ts';
import type { DialTarget } from '../../../flow/node.ts';
import { shorten, textOf } from '../../xml/fields.ts';
import { byDefault } from '../decisions.ts';
import { destinationOf, encodeTag, tagNodes, tagText } from '../destination.ts';
import { type CompileVerb, fieldsOf, type Named, nothing, type Scope } from '../scope.ts';
import { callerIdOf, readTarget } from './address.ts';
import { diversionHeaders, nameOf, type Shown, uuiHeaders, withShown } from './shown.ts';

export const transfer: CompileVerb = ({ scope, fields, at, children }) => {
  const report = destinationOf(fields, scope, {
    prefix: 'transferComplete',
    event: 'transferComplete',
    fallback: true,
  });
  const callerId = callerIdOf(fields, 'transferCallerId', scope);
  const ringMs = fields.seconds('callTimeout', 30, { min: 1, max: 300 });
  const { transferTargets: most } = byDefault;
  if (children.length === 0 || children.length > most) {
    scope.problems.error(
      children.length === 0 ? 'flow-dial-nobody' : 'address-invalid',
      children[most]?.element.at ?? fields.element.at,
      children.length === 0
        ? '<Transfer> names nobody to call.'
        : `<Transfer> rings at most ${most} targets; these are ${children.length}.`,
      'Write 1 to 8 <PhoneNumber> or <SipUri> into it.',
    );
    return nothing;
  }
  const shown = nameOf(fields, 'transferCallerDisplayName', callerId, scope);
  const targets = children.flatMap((child) => targetOf(child, scope, [shown, { headers: diversionHeaders(fields) }]));
  return {
    nodes: [...tagNodes(fields, scope), build.dial(targets, { at, ringMs, callerId, report })],
    leaves: report !== null,
  };
};

function targetOf(child: Named, scope: Scope, common: readonly Shown[]): readonly DialTarget[] {
  const { element } = child;
  const fields = fieldsOf(child, scope);
  const written = fields.attribute('tag');
  const tag = written === null ? null : tagText(written.value, written.at, scope);
  const notify = destinationOf(fields, scope, {
    prefix: 'transferDisconnect',
    event: 'transferDisconnect',
    fallback: false,
    tag: encodeTag(tag ?? ''),
  });
  const answer = destinationOf(fields, scope, {
    prefix: 'transferAnswer',
    event: 'transferAnswer',
    fallback: true,
    tag: encodeTag(tag ?? ''),
  });
  const target = readTarget(textOf(element), child.name === 'SipUri' ? 'sip' : 'number');
  if (target !== null) {
    const whole = withShown(target, ...common, { headers: uuiHeaders(fields, scope) });
    return [
      {
        ...whole,
        ...(answer === null ? {} : { answer, variables: { tag: encodeTag(tag ?? '') } }),
        ...(notify === null ? {} : { notify }),
      },
    ];
  }
  const hint =
    child.name === 'SipUri'
      ? 'Write <SipUri>sip:user@host</SipUri>.'
      : 'Write <PhoneNumber>+15551234567</PhoneNumber>.';
  const shown = shorten(textOf(element), 60);
  scope.problems.error('address-invalid', element.at, `"${shown}" in <${child.name}> cannot be called.`, hint);
  return [];
}
