// Owns: the Bandwidth v1 dialect (Catapult: its events, its BXML) as the rest of the server sees it.
// Does not: its REST interface (rest/).
import type { Dialect } from '../dialect.ts';
import { compile } from './compile.ts';
import { openingPlan } from './plan.ts';
import type { Scope } from './scope.ts';
import { createWords, type WordsOptions } from './words.ts';

export const createBandwidthV1 = (options: Partial<WordsOptions & Pick<Scope, 'transcribes'>> = {}): Dialect => ({
  name: 'bandwidth-v1',
  compile: (text, source) => compile(text, source, { transcribes: options.transcribes ?? false }),
  request: createWords(options),
  opening: openingPlan,
});

export const bandwidthV1: Dialect = createBandwidthV1();
