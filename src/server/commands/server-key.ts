// Owns: the key with which commands ask a running server, from the environment: on a command line everybody could read it.
import { CodedError } from '../../base/errors.ts';

export const keyVariable = 'KEYTONE_KEY';

export function keyHeaders(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const pair = environment[keyVariable];
  if (pair === undefined || pair === '') return {};
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Throws when the server wants another key, or one at all. */
export function checkKey({ status }: Response, origin: string): void {
  if (status === 401)
    throw new CodedError('auth-required', `${origin} wants a valid key`, {
      hint: `Set ${keyVariable}=ID:SECRET in the environment.`,
    });
}
