// Owns: the token endpoint: OAuth 2.0 client credentials (RFC 6749 4.4, 5.1, 5.2). The client is a key: its id and secret by
// Basic or in the form. Does not: make tokens (they are handed in), know scopes.
import type { IncomingMessage } from 'node:http';
import { CodedError } from '../base/errors.ts';
import type { RestReply } from '../dialects/rest.ts';
import { type Keys, sourceOf } from './access.ts';
import { parseAuthorization, parsePair } from './credentials.ts';
import { readBody } from './request-body.ts';

export const tokenPath = '/api/v1/oauth2/token';
const longestForm = 8 * 1024;

export async function answerToken(request: IncomingMessage, keys: Keys): Promise<RestReply> {
  if (request.method !== 'POST')
    return {
      status: 405,
      headers: { allow: 'POST' },
      body: refusal('invalid_request', 'Tokens are asked for by POST.'),
    };
  const body = await readBody(request, longestForm).catch(() => Buffer.alloc(0));
  if (body === null) return json(413, refusal('invalid_request', 'The form is too long.'));
  const form = new URLSearchParams(body.toString('utf8'));
  const header = request.headers.authorization;
  const client =
    header === undefined
      ? parsePair(`${form.get('client_id') ?? ''}:${form.get('client_secret') ?? ''}`)
      : parseAuthorization(header);
  if (form.get('grant_type') !== 'client_credentials')
    return json(
      400,
      form.has('grant_type')
        ? refusal('unsupported_grant_type', 'The grant type is client_credentials.')
        : refusal('invalid_request', 'grant_type=client_credentials is missing.'),
    );
  if (client?.kind !== 'basic') return invalidClient();
  try {
    const account = await keys.signIn(client.id, client.secret, sourceOf(request));
    if (account === null) return invalidClient();
    const { token, expiresInSeconds } = keys.issueToken(account);
    return json(200, { access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds, scope: '' });
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'auth-too-many') throw error;
    return json(429, refusal('invalid_client', error.message), { 'retry-after': '3' });
  }
}

function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): RestReply {
  const common = { 'content-type': 'application/json; charset=utf-8', pragma: 'no-cache' };
  return {
    status,
    headers: { ...common, ...headers },
    body: typeof value === 'string' ? value : JSON.stringify(value),
  };
}

const refusal = (error: string, words: string): string => JSON.stringify({ error, error_description: words });

const invalidClient = (): RestReply =>
  json(401, refusal('invalid_client', 'The client id and the client secret are nobody’s.'), {
    'www-authenticate': 'Basic realm="keytone", charset="UTF-8"',
  });
