// Owns: the addresses `ozml:Command?…` by which a script has this server run a command for the account of its call.
import type { Voice } from '../../rest.ts';
import { commandNamed } from '../support.ts';
import { errandScheme } from '../verbs/errands.ts';
import { messageOf } from './answer.ts';
import { parametersOf } from './api-parameters.ts';
import type { OzmlOptions } from './command.ts';
import { runErrand } from './commands.ts';

export const isErrand = (url: string): boolean => url.startsWith(errandScheme);

export interface ErrandAnswer {
  readonly code: number;
  readonly message: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** The code and message that the HTTP API would answer with. */
export async function answerErrand(url: string, voice: Voice, options: OzmlOptions): Promise<ErrandAnswer> {
  const [written = '', query = ''] = url.slice(errandScheme.length).split('?', 2);
  const name = commandNamed(written);
  if (name === null) return { code: 301, message: `Not implemented command: '${written}'` };
  const pairs = [...new URLSearchParams(query)];
  const source = pairs.findLast(([parameter]) => parameter === 'source')?.[1] ?? 'rest:ozml';
  const { element } = parametersOf(pairs.filter(([parameter]) => parameter !== 'source'));
  const given = await runErrand(name, element, source, voice, options);
  const { code, variables } = given;
  return { code, message: messageOf(given), ...(variables !== undefined && { variables }) };
}
