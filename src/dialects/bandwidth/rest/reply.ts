// Owns: the answers of the REST interface: JSON, nothing, and faults as the vendor words them: `{type, description, id}`.
// Does not: decide when one is due.
import { CodedError } from '../../../base/errors.ts';
import type { RestFault, RestReply } from '../../rest.ts';

type FaultType =
  | 'validation'
  | 'authentication-error'
  | 'authorization-error'
  | 'error'
  | 'internal-error'
  | 'system-overloaded';

/** What a route throws: the answer that the request deserves. */
export class Refusal extends Error {
  readonly reply: RestReply;
  constructor(status: number, description: string, type: FaultType = 'validation', headers = {}) {
    super(description);
    this.reply = refuse(status, description, type, headers);
  }
}

export const invalid = (description: string): Refusal => new Refusal(400, description);
export const notFound = (what: string): Refusal => new Refusal(404, `${what} not found`);
export const callNotFound = (id: string): Refusal => notFound(`Call [${id}]`);
export const notNow = (callId: string): Refusal =>
  new Refusal(409, `Call [${callId}] cannot be modified in its current state`);

export function refuse(
  status: number,
  description: string,
  type: FaultType = 'validation',
  headers: Readonly<Record<string, string>> = {},
): RestReply {
  const body = JSON.stringify({ type, description, id: null });
  return { status, headers: { 'Content-Type': 'application/json;charset=UTF-8', ...headers }, body };
}

export const reply = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): RestReply => ({
  status,
  headers: { 'Content-Type': 'application/json;charset=UTF-8', ...headers },
  body: JSON.stringify(body),
});

export const empty = (status: 200 | 204): RestReply => ({ status });

/** What a route threw, when it is somebody's answer; everything else is thrown on. */
export function replyTo(error: unknown, callId: string): RestReply {
  if (error instanceof Refusal) return error.reply;
  if (!(error instanceof CodedError)) throw error;
  switch (error.code as string) {
    case 'call-not-found':
      return callNotFound(callId).reply;
    case 'call-over':
      return notNow(callId).reply;
    case 'call-queue-full':
      return tooMany('Account call creation rate limit exceeded');
    // What was asked for has been checked: the server takes no more calls now.
    case 'call-not-placed':
      return tooMany(`Could not create call: ${error.message}`, 5);
    default:
      throw error;
  }
}

const tooMany = (words: string, seconds = 1): RestReply =>
  refuse(429, words, 'error', { 'Retry-After': String(seconds) });

export function replyToFault({ kind, words }: RestFault): RestReply {
  switch (kind) {
    case 'unauthenticated':
      return refuse(401, 'The credentials provided were invalid', 'authentication-error');
    case 'not-yours':
      return refuse(403, 'Access is denied', 'authorization-error');
    case 'no-route':
      return refuse(404, 'Not Found');
    case 'wrong-method':
      return refuse(405, 'Method Not Allowed');
    case 'too-large':
      return refuse(413, words);
    case 'unavailable':
      return refuse(503, words, 'system-overloaded', { 'Retry-After': '1' });
    case 'fault':
      return refuse(500, 'Internal Server Error', 'internal-error');
  }
}
