// Owns: the list of dialects that are built. A document's vendor is chosen by the app's configuration, never guessed.
import { CodedError } from '../base/errors.ts';
import type { DialectName } from '../flow/node.ts';
import { bandwidth, createBandwidth } from './bandwidth/index.ts';
import { bandwidthRest } from './bandwidth/rest/face.ts';
import { bandwidthV1, createBandwidthV1 } from './bandwidth-v1/index.ts';
import { bandwidthV1Rest } from './bandwidth-v1/rest/face.ts';
import type { Dialect } from './dialect.ts';
import { opentact } from './opentact/index.ts';
import { createOzml, ozml } from './ozml/index.ts';
import type { CommandFace, RestFace } from './rest.ts';

const built = {
  opentact,
  bandwidth,
  'bandwidth-v1': bandwidthV1,
  ozml,
} satisfies Partial<Record<DialectName, Dialect>>;

/** The stories in test/scenarios/every-dialect do not compile until each of them says something of each of these. */
export type BuiltDialect = keyof typeof built;

export const dialects: Readonly<Partial<Record<DialectName, Dialect>>> = built;

/** The REST interfaces that are built, in the order in which they are asked. */
export const faces: { readonly rest: readonly RestFace[]; readonly command: readonly CommandFace[] } = {
  rest: [bandwidthRest, ...bandwidthV1Rest],
  command: [],
};

/**
 * As `dialectOf`, with words that name addresses of this server. `httpAddress` has no slash at its end; `transcribes`: there
 * is somebody who writes down what was said.
 */
export function createDialects(httpAddress: () => string, transcribes = false): (name: DialectName) => Dialect {
  const address = httpAddress;
  const here = [
    createBandwidth({ address, transcribes }),
    createBandwidthV1({ address, transcribes }),
    createOzml({ address }),
  ];
  return (name) => here.find((dialect) => dialect.name === name) ?? dialectOf(name);
}

export function dialectOf(name: string): Dialect {
  const found = Object.values(dialects).find((dialect) => dialect.name === name);
  if (found !== undefined) return found;
  throw new CodedError(
    'dialect-not-supported',
    `The dialect "${name}" is not supported. Supported: ${Object.keys(dialects).join(', ')}.`,
  );
}
