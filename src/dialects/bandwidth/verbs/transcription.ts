// Owns: StartTranscription with its CustomParams, and StopTranscription. Nobody writes down what is said while a call is live:
// whoever is to be told of it is told that it was rejected, and the call goes on, for the caller hears no difference.
import * as build from '../../../flow/build.ts';
import { destinationOf } from '../destination.ts';
import { type CompileVerb, fieldsOf, nothing } from '../scope.ts';

export const startTranscription: CompileVerb = ({ scope, fields, at, children }) => {
  const tracks = fields.choice('tracks', ['inbound', 'outbound', 'both'], 'inbound');
  const stabilized = fields.boolean('stabilized', true);
  const name = (fields.text('name') ?? '').replaceAll('{', '%7B');
  const socket = fields.text('destination');
  for (const child of children) {
    const own = fieldsOf(child, scope);
    own.text('name');
    own.text('value');
  }
  const rejected = destinationOf(fields, scope, {
    ...{ prefix: 'transcriptionEvent', event: 'realTimeTranscriptionRejected', fallback: false },
    extra: {
      ...{ name, tracks, stabilized: String(stabilized), place: at.path },
      // Of the address only whom it leads to: it may hold a key, and nothing is sent there.
      ...(socket === null || !URL.canParse(socket) ? {} : { socket: new URL(socket).origin }),
    },
  });
  if (rejected !== null) return { nodes: [build.notify(rejected, at)] };
  scope.problems.warn(
    'verb-not-supported',
    fields.element.at,
    'Nothing is written down while a call is live, and nobody is told: <StartTranscription> is passed over.',
    'Write transcriptionEventUrl="…" to be told, or transcribe="true" in a Record.',
  );
  return nothing;
};

export const stopTranscription: CompileVerb = ({ fields }) => {
  fields.text('name');
  return nothing;
};
