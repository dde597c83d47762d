// Owns: what went wrong with an outbound request, as a coded error. Messages name the URL without query, fragment and
// credentials: a query holds the caller's digits.
import { CodedError } from '../base/errors.ts';

export function publicUrl(url: URL | string): string {
  const parsed = typeof url === 'string' ? URL.parse(url) : url;
  if (parsed === null) return '(not a URL)';
  return parsed.protocol === 'file:' ? `file://${parsed.pathname}` : `${parsed.origin}${parsed.pathname}`;
}

const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'ETIMEDOUT',
]);
const timedOut: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** `fetch-unreachable` promises that no byte of the request was sent, so that asking again repeats nothing. */
export function describeFault(fault: unknown, url: URL): CodedError {
  if (fault instanceof CodedError) return fault;
  const name = publicUrl(url);
  const code = String((fault as { code?: unknown } | null)?.code ?? 'unknown');
  if (fault instanceof AggregateError && fault.errors.length > 0) return describeFault(fault.errors[0], url);
  if (unreachable.has(code)) return new CodedError('fetch-unreachable', `${name} cannot be reached (${code}).`);
  if (timedOut.has(code)) return new CodedError('fetch-timeout', `${name} did not answer in time.`);
  // Only the code of an unknown fault: its text may quote a header or the query.
  return new CodedError('fetch-failed', `The exchange with ${name} failed (${code}).`);
}
