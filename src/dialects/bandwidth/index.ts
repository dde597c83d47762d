// Owns: the Bandwidth dialect (BXML and webhooks of Programmable Voice, v2) as the rest of the server sees it.
import type { Dialect } from '../dialect.ts';
import { compile } from './compile.ts';
import { streamWords } from './stream-words.ts';
import { createWords, type WordsOptions } from './words.ts';

export const createBandwidth = (options: Partial<WordsOptions> = {}): Dialect => ({
  name: 'bandwidth',
  compile: (text, source) => compile(text, source),
  request: createWords(options),
  streams: streamWords,
});

export const bandwidth: Dialect = createBandwidth();
