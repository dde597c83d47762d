// Owns: the obsolete Conference: the caller joins the conference of a number.
import * as build from '../../../flow/build.ts';
import type { ConferenceEvents } from '../../../flow/node.ts';
import { type CompileVerb, nothing } from '../scope.ts';
import { requestUrl, tagOf } from './request-url.ts';

export const conference: CompileVerb = ({ scope, fields, at }) => {
  const destination = requestUrl(fields, scope, {
    event: 'conference',
    attribute: 'statusCallbackUrl',
    more: tagOf(fields),
  });
  const events: ConferenceEvents | null =
    destination === null
      ? null
      : { destination, types: ['created', 'joined', 'changed', 'left', 'completed'], answers: 'ignored' };
  const tones = { join: fields.boolean('joinTone', false), leave: fields.boolean('leavingTone', false) };
  const [mute, hold] = [fields.boolean('mute', false), fields.boolean('hold', false)];
  const name = (fields.text('from') ?? '').replaceAll(/[^A-Za-z0-9_.+-]/g, '');
  if (name !== '') return { nodes: [build.conference(name, { at, mute, hold, tones, events })] };
  scope.problems.error(
    'attribute-missing',
    fields.element.at,
    '<Conference> needs the attribute from.',
    'Write <Conference from="+15551234567"/>.',
  );
  return nothing;
};
