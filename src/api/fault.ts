// Owns: the form of every answer that is an error, `{"error":{"code","message","hint"}}`, and the status of each code.
// Does not: show a client what is wrong inside: faults of our own are logged whole and answered with one sentence.
import type { FastifyReply } from 'fastify';
import { type ErrorCode, errorCodes } from '../base/codes.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

const statuses: Partial<Record<ErrorCode, number>> = {
  'http-bad-request': 400,
  'auth-required': 401,
  'http-cross-site': 403,
  'account-configured': 409,
  'account-full': 409,
  'auth-too-many': 429,
  'http-not-found': 404,
  'http-method-not-allowed': 405,
  'http-request-timeout': 408,
  'outbox-not-dead': 409,
  'http-too-large': 413,
  'http-range-unsatisfiable': 416,
  'http-host-refused': 421,
  'store-unusable': 503,
};

export interface FaultAnswer {
  readonly status: number;
  readonly body: { readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string } };
}

/** `status` is for a code that stands for several. */
export function formatFault(error: CodedError, status = statuses[error.code] ?? 500): FaultAnswer {
  const hint = error.hint ?? errorCodes[error.code].fix;
  return { status, body: { error: { code: error.code, message: error.message, hint } } };
}

export function sendFault(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const { status, body } = judge(error, log);
  if (status === 401) reply.header('www-authenticate', 'Basic realm="keytone", charset="UTF-8"');
  if (status === 429) reply.header('retry-after', '3');
  return reply.code(status).type('application/json; charset=utf-8').send(body);
}

/** What Fastify refuses by itself, in our words: its own quote the address, query string and all. */
const fastifyFaults: Readonly<Record<string, readonly [status: number, code: ErrorCode, message: string]>> = {
  FST_ERR_BAD_URL: [400, 'http-bad-request', 'The address has a % that no two hexadecimal digits follow'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'http-too-large', 'A part of the address is too long'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'http-too-large', 'The body is too long'],
  FST_ERR_HANDLER_TIMEOUT: [503, 'store-unusable', 'The database did not answer in time'],
};

function judge(error: unknown, log: Log): FaultAnswer {
  if (error instanceof CodedError && statuses[error.code] !== undefined) {
    if (error.code === 'store-unusable') log.warn({ err: error }, 'An HTTP request could not be answered');
    return formatFault(error);
  }
  const { code, statusCode = 500 } = error as { code?: string; statusCode?: number };
  const known = code === undefined ? undefined : fastifyFaults[code];
  if (known !== undefined) return formatFault(new CodedError(known[1], known[2]), known[0]);
  if (code?.startsWith('FST_ERR_') && statusCode >= 400 && statusCode < 500)
    return formatFault(new CodedError('http-bad-request', 'The request cannot be understood'), statusCode);
  log.error({ err: error }, 'An HTTP request failed');
  return formatFault(new CodedError('http-internal', 'The server failed to answer this request'));
}

/** What Node refuses before there is a request. */
export function clientFault(nodeCode: string | undefined): FaultAnswer {
  if (nodeCode === 'ERR_HTTP_REQUEST_TIMEOUT')
    return formatFault(new CodedError('http-request-timeout', 'The request did not arrive completely in time'));
  if (nodeCode === 'HPE_HEADER_OVERFLOW')
    return formatFault(new CodedError('http-too-large', 'The headers are too long'), 431);
  return formatFault(new CodedError('http-bad-request', 'This is not a request in HTTP/1.1'));
}
