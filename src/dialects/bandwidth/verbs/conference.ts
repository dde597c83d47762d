// Owns: Conference: this call in a room of that name, and whom the room tells. What a document of the room itself may hold is
// decided where it runs (src/run/create-conference-run.ts).
import * as build from '../../../flow/build.ts';
import type { ConferenceEvents } from '../../../flow/node.ts';
import type { Fields } from '../../xml/fields.ts';
import { shorten, textOf } from '../../xml/fields.ts';
import { ownCallId } from '../call-id.ts';
import { destinationOf, tagNodes } from '../destination.ts';
import { type CompileVerb, nothing, type Scope } from '../scope.ts';

const nameForm = /^[\w.-]{1,100}$/;
const idForm = /^[\w.-]{1,128}$/;

export const conference: CompileVerb = ({ scope, fields, at }) => {
  const name = textOf(fields.element);
  const options = {
    at,
    mute: fields.boolean('mute', false),
    hold: fields.boolean('hold', false),
    coach: coachOf(fields, scope),
    events: eventsOf(fields, scope),
  };
  const tags = tagNodes(fields, scope);
  if (nameForm.test(name)) return { nodes: [...tags, build.conference(name, options)] };
  const what = name === '' ? '<Conference> has no name.' : `"${shorten(name)}" is not the name of a conference.`;
  const hint = 'Write <Conference>name</Conference>: 1 to 100 letters, digits, - _ and dots.';
  scope.problems.error('attribute-missing', fields.element.at, what, hint);
  return nothing;
};

function eventsOf(fields: Fields, scope: Scope): ConferenceEvents | null {
  const names = { prefix: 'conferenceEvent', event: 'conference', fallback: true } as const;
  const destination = destinationOf(fields, scope, names);
  const timeoutMs = fields.seconds('callbackTimeout', 15, { min: 1, max: 25 });
  if (destination === null) return null;
  return {
    destination: { ...destination, timeoutMs },
    types: ['created', 'joined', 'left', 'completed'],
    answers: 'documents',
  };
}

/** null when it coaches nobody, so that all hear it. */
function coachOf(fields: Fields, scope: Scope): readonly string[] | null {
  const attribute = fields.attribute('callIdsToCoach');
  const written = (attribute?.value ?? '').split(/[\s,]+/).filter((id) => id !== '');
  if (attribute === null || written.length === 0) return null;
  const wrong = written.find((id) => !idForm.test(id));
  if (wrong !== undefined) {
    scope.problems.warn(
      'attribute-invalid',
      attribute.at,
      `"${shorten(wrong)}" in callIdsToCoach is not the id of a call; it is passed over.`,
      'Write the callIds of calls in the conference, with commas between them.',
    );
  }
  return written.filter((id) => idForm.test(id)).map(ownCallId);
}
