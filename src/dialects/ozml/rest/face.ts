// Owns: the HTTP API of Ozeki as a command face: `/api?command=…` of its second generation and `/?command=…` of XE, by GET or as a
// form by POST. Username and Password are a key of an account. Everything is answered with HTTP 200 and a code.
import { CodedError } from '../../../base/errors.ts';
import type { CommandFace, RestRequest } from '../../rest.ts';
import { answer, replyOf } from './answer.ts';
import { isForm, readApiParameters } from './api-parameters.ts';
import { noOptions, type OzmlOptions } from './command.ts';
import { runByUrl } from './commands.ts';

const paths: ReadonlySet<string> = new Set(['/', '/api', '/api/']);

export function createOzmlFace(options: OzmlOptions = noOptions): CommandFace {
  return {
    dialect: 'ozml',
    takes(request) {
      if (!paths.has(request.path) || (request.method !== 'GET' && request.method !== 'POST')) return false;
      return hasCommand(request.query) || (isForm(request) && (request.path !== '/' || commandInBody(request)));
    },
    async answer(request, signIn) {
      const parameters = readApiParameters(request);
      const { username, password } = parameters;
      if (!username || !password) return replyOf(answer(304));
      const voice = await signIn(username, password).catch(tooOften);
      if (voice === null) return replyOf(answer(305));
      return replyOf(await runByUrl(parameters, voice, options));
    },
  };
}

const hasCommand = (pairs: URLSearchParams): boolean =>
  [...pairs.keys()].some((name) => name.toLowerCase() === 'command');

const commandInBody = ({ body }: RestRequest): boolean => hasCommand(new URLSearchParams(body.toString('utf8')));

/** Who has failed too often is refused with the same words, in the form that clients of this interface read. */
function tooOften(error: unknown): null {
  if (error instanceof CodedError && error.code === 'auth-too-many') return null;
  throw error;
}
