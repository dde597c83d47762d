// Owns: Redirect, Tag and Hangup.
import * as build from '../../../flow/build.ts';
import { textOf } from '../../xml/fields.ts';
import { destinationOf, encodeTag, tagNodes, tagText } from '../destination.ts';
import { type CompileVerb, nothing } from '../scope.ts';

export const redirect: CompileVerb = ({ scope, fields, at }) => {
  const destination = destinationOf(fields, scope, { prefix: 'redirect', event: 'redirect', fallback: true });
  if (destination !== null)
    return { nodes: [...tagNodes(fields, scope), build.ask('Redirect', destination, { at })], leaves: true };
  if ((fields.text('redirectUrl') ?? '') === '')
    scope.problems.error(
      'attribute-missing',
      fields.element.at,
      '<Redirect> needs the attribute redirectUrl.',
      'Write <Redirect redirectUrl="https://…"/>.',
    );
  return nothing;
};

export const tag: CompileVerb = ({ scope, fields, at }) => {
  const text = tagText(textOf(fields.element), at, scope);
  return text === null ? nothing : { nodes: [build.set('tag', encodeTag(text), at)] };
};

export const hangup: CompileVerb = ({ at }) => ({ nodes: [build.hangup({ at })], leaves: true });
