// Owns: Bridge: this call with another live one, and what is told when the other leaves or cannot be joined.
import * as build from '../../../flow/build.ts';
import type { Destination } from '../../../flow/node.ts';
import { shorten, textOf } from '../../xml/fields.ts';
import { ownCallId } from '../call-id.ts';
import { destinationOf, tagNodes } from '../destination.ts';
import { type CompileVerb, nothing } from '../scope.ts';

export const bridge: CompileVerb = ({ scope, fields, at }) => {
  const told = destinationOf(fields, scope, { prefix: 'bridgeComplete', event: 'bridgeComplete', fallback: true });
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
    extra: { ...destination.extra, cause: 'unknown', errorMessage: '{{error}}' },
  });
  const callId = ownCallId(written);
  return {
    nodes: [
      ...tagNodes(fields, scope),
      build.bridge(callId, { at, onFailed: told === null ? null : [ask(refused(told)), build.hangup({ at })] }),
      ...(told === null ? [] : [ask(told)]),
    ],
    leaves: told !== null,
  };
};
