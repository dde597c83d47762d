// Owns: the OzML dialect (scripts and notifications of the Ozeki Phone System) as the rest of the server sees it.
import type { Dialect } from '../dialect.ts';
import { compile } from './compile.ts';
import { createWords, type WordsOptions } from './words.ts';

export const createOzml = (options: WordsOptions): Dialect => ({
  name: 'ozml',
  compile: (text, source) => compile(text, source),
  request: createWords(options),
});

export const ozml: Dialect = createOzml({ address: () => 'http://127.0.0.1:8080' });
