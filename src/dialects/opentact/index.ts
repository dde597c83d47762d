// Owns: the Opentact dialect as the rest of the server sees it.
import type { Dialect } from '../dialect.ts';
import { compile } from './compile.ts';
import { request } from './words.ts';

export const opentact: Dialect = {
  name: 'opentact',
  compile: (text, source) => compile(text, source),
  request,
};
