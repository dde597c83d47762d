// Owns: StartTranscription with its CustomParams, and StopTranscription: a stream that tells words in place of audio. Without an
// engine whoever is to be told of it is told that it was rejected, and the call goes on.
import * as build from '../../../flow/build.ts';
import { destinationOf, withoutCredentials } from '../destination.ts';
import { type CompileVerb, fieldsOf, nothing } from '../scope.ts';
import { paramsOf, socketAddress, tellAddress } from './stream.ts';

export const startTranscription: CompileVerb = (input) => (input.scope.transcribes === true ? start : refuse)(input);

const start: CompileVerb = ({ scope, fields, at, children }) => {
  const written = fields.attribute('destination');
  const tracks = fields.choice('tracks', ['inbound', 'outbound', 'both'], 'inbound');
  const names = { prefix: 'transcriptionEvent', event: 'realTimeTranscription', fallback: false };
  const notify = destinationOf(fields, scope, names);
  const name = fields.text('name') || null;
  // What is told never changes, so it is always stable.
  fields.boolean('stabilized', true);
  const params = paramsOf(children, scope, 'CustomParam');
  const url = socketAddress(written);
  if (url === null && written !== null) {
    tellAddress(fields, written, scope);
    return nothing;
  }
  const socket = url === null ? { url: '', credentials: null } : withoutCredentials(url.href.replaceAll('{', '%7B'));
  const node = build.stream(name, socket.url, {
    ...{ at, tracks, params, notify, transcribe: true as const },
    ...(socket.credentials === null ? {} : { credentials: socket.credentials }),
  });
  return { nodes: [node] };
};

export const stopTranscription: CompileVerb = ({ scope, fields, at }) => {
  const name = fields.text('name') ?? '';
  return scope.transcribes === true ? { nodes: [build.endStream(name, { at, transcribe: true })] } : nothing;
};

/** Its caller hears no difference. */
const refuse: CompileVerb = ({ scope, fields, at, children }) => {
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
    'There is no transcription engine, and nobody is told: <StartTranscription> is passed over.',
    'Write transcriptionEventUrl="…" to be told, or transcribe="true" in a Record.',
  );
  return nothing;
};
