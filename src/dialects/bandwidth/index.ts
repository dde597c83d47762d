// Owns: the Bandwidth dialect (BXML and webhooks of Programmable Voice, v2) as the rest of the server sees it.
import type { Dialect } from '../dialect.ts';
import { compile } from './compile.ts';
import type { Scope } from './scope.ts';
import { streamWords } from './stream-words.ts';
import { transcriptWords } from './transcript-words.ts';
import { createWords, type WordsOptions } from './words.ts';

export const createBandwidth = (options: Partial<WordsOptions & Pick<Scope, 'transcribes'>> = {}): Dialect => ({
  name: 'bandwidth',
  compile: (text, source) => compile(text, source, { transcribes: options.transcribes ?? false }),
  request: createWords(options),
  streams: streamWords,
  transcripts: transcriptWords,
});

export const bandwidth: Dialect = createBandwidth();
