// Owns: Bridge: this call with another live one, whose document ends, and what is told to which of the two when the other one
// leaves or cannot be joined.
import * as build from '../../../flow/build.ts';
import type { Destination, Flow } from '../../../flow/node.ts';
import { shorten, textOf } from '../../xml/fields.ts';
import { ownCallId } from '../call-id.ts';
import { destinationOf, tagNodes } from '../destination.ts';
import { type CompileVerb, nothing } from '../scope.ts';

export const bridge: CompileVerb = ({ scope, fields, at }) => {
  const told = destinationOf(fields, scope, { prefix: 'bridgeComplete', event: 'bridgeComplete', fallback: true });
  const targetTold = destinationOf(fields, scope, {
    prefix: 'bridgeTargetComplete',
    event: 'bridgeTargetComplete',
    fallback: true,
  });
  const written = textOf(fields.element);
  if (!/^[\w.-]{1,128}$/.test(written)) {
    const what = written === '' ? '<Bridge> names no call.' : `"${shorten(written)}" is not the id of a call.`;
    scope.problems.error(
      'call-not-found',
      fields.element.at,
      what,
      'Write <Bridge>c-…</Bridge>, the callId of a live call.',
    );
    return nothing;
  }
  const ask = (destination: Destination) => build.ask('Bridge', destination, { at });
  const refused = (destination: Destination): Destination => ({
    ...destination,
    extra: { ...destination.extra, fault: '{{fault}}', errorMessage: '{{error}}' },
  });
  const callId = ownCallId(written);
  const target: Flow = {
    dialect: 'bandwidth',
    source: scope.source,
    body: [targetTold === null ? build.hangup({ at }) : ask(targetTold)],
  };
  return {
    nodes: [
      ...tagNodes(fields, scope),
      build.bridge(callId, { at, target, onFailed: told === null ? null : [ask(refused(told)), build.hangup({ at })] }),
      ...(told === null ? [] : [ask(told)]),
    ],
    leaves: told !== null,
  };
};
