// Owns: StartStream with its StreamParams, and StopStream.
import * as build from '../../../flow/build.ts';
import type { XmlAttribute } from '../../xml/document.ts';
import { type Fields, shorten } from '../../xml/fields.ts';
import { credentialsIn, destinationOf, tagNodes, withoutCredentials } from '../destination.ts';
import { type CompileVerb, fieldsOf, type Named, nothing, type Scope } from '../scope.ts';

const mostParams = 12;

export const startStream: CompileVerb = ({ scope, fields, at, children }) => {
  const written = fields.attribute('destination');
  const tracks = fields.choice('tracks', ['inbound', 'outbound', 'both'], 'inbound');
  const mode = fields.choice('mode', ['unidirectional', 'bidirectional'], 'unidirectional');
  const notify = destinationOf(fields, scope, { prefix: 'streamEvent', event: 'mediaStream', fallback: false });
  const own = credentialsIn(fields, 'destinationUsername', 'destinationPassword', scope);
  const name = fields.text('name') || null;
  const params = paramsOf(children, scope, 'StreamParam');
  const tagged = tagNodes(fields, scope);
  const url = socketAddress(written);
  if (url === null) {
    tellAddress(fields, written, scope);
    return nothing;
  }
  const socket = withoutCredentials(url.href.replaceAll('{', '%7B'));
  const credentials = own ?? socket.credentials;
  const node = build.stream(name, socket.url, {
    ...{ at, tracks, mode: mode === 'bidirectional' ? 'both-ways' : 'one-way', params, notify },
    ...(credentials === null ? {} : { credentials }),
  });
  return { nodes: [...tagged, node] };
};

export const stopStream: CompileVerb = ({ scope, fields, at }) => {
  const name = fields.text('name') ?? '';
  const wait = fields.boolean('wait', false);
  if (name !== '') return { nodes: [build.endStream(name, { at, wait })] };
  scope.problems.error(
    'attribute-missing',
    fields.element.at,
    '<StopStream> needs the attribute name.',
    'Write the name of the <StartStream>: <StopStream name="…"/>.',
  );
  return nothing;
};

/** null: it is none of a websocket. */
export function socketAddress(written: XmlAttribute | null): URL | null {
  const url = written === null ? null : URL.parse(written.value.trim());
  return url !== null && (url.protocol === 'ws:' || url.protocol === 'wss:') ? url : null;
}

export function tellAddress({ element }: Fields, written: XmlAttribute | null, { problems }: Scope): void {
  problems.error(
    written === null ? 'attribute-missing' : 'address-invalid',
    written?.at ?? element.at,
    written === null
      ? `<${element.name}> needs the attribute destination.`
      : `destination="${shorten(written.value, 60)}" is no address of a websocket.`,
    `Write <${element.name} destination="wss://…"/>.`,
  );
}

export function paramsOf(
  children: readonly Named[],
  scope: Scope,
  element: 'StreamParam' | 'CustomParam',
): Readonly<Record<string, string>> {
  const excess = children[mostParams];
  if (excess !== undefined)
    scope.problems.warn(
      'attribute-invalid',
      excess.element.at,
      `More than ${mostParams} <${element}>: the others are left out.`,
      `Write at most ${mostParams}.`,
    );
  const params: Record<string, string> = Object.create(null);
  for (const child of children.slice(0, mostParams)) {
    const fields = fieldsOf(child, scope);
    const name = fields.text('name') ?? '';
    const value = fields.attribute('value')?.value ?? '';
    if (name !== '' && name.length <= 256 && value.length <= 2048) params[name] = value;
    else
      scope.problems.warn(
        'attribute-invalid',
        child.element.at,
        `This <${element}> is left out: its name has 1 to 256 characters, its value at most 2048.`,
        `Write <${element} name="…" value="…"/>.`,
      );
  }
  return { ...params };
}
