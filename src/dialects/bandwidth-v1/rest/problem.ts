// Owns: what goes wrong with a request to the REST interface of v1: the vendor's statuses, categories and codes, and the form
// in which they are told.
import { CodedError } from '../../../base/errors.ts';
import type { RestFault, RestReply, RestRequest } from '../../rest.ts';

interface Kind {
  readonly status: number;
  readonly category: string;
}

const badRequest: Kind = { status: 400, category: 'bad-request' };
const forbidden: Kind = { status: 403, category: 'forbidden' };
const notFound: Kind = { status: 404, category: 'not-found' };
const conflict: Kind = { status: 409, category: 'conflict' };
const unavailable: Kind = { status: 503, category: 'unavailable' };

export const kinds = {
  'validation-error': badRequest,
  'missing-property': badRequest,
  'callback-url-invalid': badRequest,
  'bridge-invalid-operation': badRequest,
  'user-access-denied': { status: 401, category: 'authorization' },
  'invalid-credentials': { status: 401, category: 'authentication' },
  'call-rate-limit': { status: 403, category: 'limit' },
  'conference-max-members': { status: 403, category: 'limit' },
  'bridge-callIds-overflow': { status: 403, category: 'limit' },
  'call-id-not-found': forbidden,
  'call-audio-invalid-state': forbidden,
  'call-invalid-state': forbidden,
  'conference-error': forbidden,
  'invalid-recording-state': forbidden,
  'media-size-overflow': forbidden,
  'configured-elsewhere': forbidden,
  'call-not-found': notFound,
  'bridge-not-found': notFound,
  'conference-not-found': notFound,
  'conference-member-not-found': notFound,
  'recording-not-found': notFound,
  'transcription-not-found': notFound,
  'application-not-found': notFound,
  'domain-not-found': notFound,
  'endpoint-not-found': notFound,
  'number-not-found': notFound,
  'media-not-found': notFound,
  'user-error-not-found': notFound,
  'resource-not-found': notFound,
  'method-not-allowed': { status: 405, category: 'bad-request' },
  'call-duplicate-gather-error': conflict,
  'call-update-conflict': conflict,
  'conference-update-conflict': conflict,
  'application-update-conflict': conflict,
  'domain-update-conflict': conflict,
  'number-update-conflict': conflict,
  'endpoint-update-conflict': conflict,
  'too-many-requests': { status: 429, category: 'too-many-requests' },
  'internal-error': { status: 500, category: 'backend' },
  'call-unavailable': unavailable,
  'call-creation-failure': unavailable,
  'service-unavailable': unavailable,
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof kinds;

export interface Detail {
  readonly name: string;
  readonly value: string;
}

/** Thrown by a route; its words are for the client. */
export class RequestProblem extends Error {
  readonly code: ProblemCode;
  readonly details: readonly Detail[];

  constructor(code: ProblemCode, message: string, ...details: readonly Detail[]) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** As it is told, and as it is kept for `GET /errors`. */
export interface ProblemBody {
  readonly category: string;
  readonly code: string;
  readonly message: string;
  readonly details: readonly Detail[];
}

export function bodyOf({ code, message, details }: RequestProblem, request: RestRequest): ProblemBody {
  const known = [
    { name: 'requestMethod', value: request.method },
    { name: 'remoteAddress', value: request.remoteAddress },
    { name: 'requestPath', value: request.path.replace(/^\/v1\//, '') },
  ];
  return { category: kinds[code].category, code, message, details: [...details, ...known] };
}

export const replyOf = (code: ProblemCode, body: ProblemBody): RestReply => ({
  status: kinds[code].status,
  headers: { 'content-type': 'application/json', ...(code === 'invalid-credentials' && challenge) },
  body: JSON.stringify(body),
});

const challenge = { 'www-authenticate': 'Basic realm="Catapult"' };

const ofFaults: Readonly<Record<RestFault['kind'], ProblemCode>> = {
  unauthenticated: 'invalid-credentials',
  'not-yours': 'user-access-denied',
  'no-route': 'resource-not-found',
  'wrong-method': 'method-not-allowed',
  'too-large': 'media-size-overflow',
  fault: 'internal-error',
  unavailable: 'service-unavailable',
};

export function faultReply({ kind, words }: RestFault, request: RestRequest): RestReply {
  const code = ofFaults[kind];
  return replyOf(code, bodyOf(new RequestProblem(code, words), request));
}

/** What the server itself refused, in the vendor's words; null for what is no refusal. */
export function problemOf(error: unknown): RequestProblem | null {
  if (error instanceof RequestProblem) return error;
  if (!(error instanceof CodedError)) return null;
  const code = refusals[error.code];
  return code === undefined ? null : new RequestProblem(code, error.message);
}

const refusals: Readonly<Record<string, ProblemCode>> = {
  'call-queue-full': 'call-rate-limit',
  'call-not-placed': 'call-creation-failure',
  'call-not-found': 'call-not-found',
  'call-over': 'call-invalid-state',
  'conference-not-found': 'conference-not-found',
  'conference-over': 'conference-error',
  'conference-exists': 'conference-update-conflict',
  'app-configured': 'configured-elsewhere',
  'app-not-found': 'application-not-found',
  'app-invalid': 'validation-error',
  'app-name-taken': 'application-update-conflict',
  'number-taken': 'number-update-conflict',
  'number-invalid': 'validation-error',
  'phone-taken': 'endpoint-update-conflict',
  'phone-invalid': 'validation-error',
};
