// Owns: a response made from its request (RFC 3261 8.2.6), and the reason phrases of section 21.
// Does not: copy Record-Route or add Contact: that is the dialog's.
import { getHeader } from './header.ts';
import type { Header, SipRequest, SipResponse } from './message.ts';
import { tagOf } from './name-address.ts';

const reasons: Record<number, string> = {
  100: 'Trying',
  180: 'Ringing',
  181: 'Call Is Being Forwarded',
  182: 'Queued',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  204: 'No Notification',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Moved Temporarily',
  305: 'Use Proxy',
  380: 'Alternative Service',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  410: 'Gone',
  412: 'Conditional Request Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  421: 'Extension Required',
  422: 'Session Interval Too Small',
  423: 'Interval Too Brief',
  429: 'Provide Referrer Identity',
  430: 'Flow Failed',
  433: 'Anonymity Disallowed',
  439: 'First Hop Lacks Outbound Support',
  469: 'Bad Info Package',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  483: 'Too Many Hops',
  484: 'Address Incomplete',
  485: 'Ambiguous',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  489: 'Bad Event',
  491: 'Request Pending',
  493: 'Undecipherable',
  494: 'Security Agreement Required',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Server Time-out',
  505: 'Version Not Supported',
  513: 'Message Too Large',
  580: 'Precondition Failure',
  600: 'Busy Everywhere',
  603: 'Decline',
  604: 'Does Not Exist Anywhere',
  606: 'Not Acceptable',
  607: 'Unwanted',
  608: 'Rejected',
};

export function reasonPhrase(status: number): string {
  return reasons[status] ?? 'Unknown';
}

export interface ResponseParts {
  /** Added to To when it has no tag yet and the status is not 100. */
  readonly toTag?: string;
  readonly headers?: readonly Header[];
  readonly body?: Uint8Array | string;
}

/** Content-Length is written by formatMessage; Content-Type is the caller's, in `headers`. */
export function createResponse(
  request: SipRequest,
  status: number,
  reason?: string,
  parts: ResponseParts = {},
): SipResponse {
  const headers: Header[] = [];
  let from = false;
  let to = false;
  let callId = false;
  let cseq = false;
  for (const header of request.headers) {
    switch (header.name) {
      case 'Via':
        headers.push(header);
        break;
      case 'From':
        if (!from) headers.push(header);
        from = true;
        break;
      case 'To':
        if (!to) headers.push(status > 100 ? withToTag(header, parts.toTag) : header);
        to = true;
        break;
      case 'Call-ID':
        if (!callId) headers.push(header);
        callId = true;
        break;
      case 'CSeq':
        if (!cseq) headers.push(header);
        cseq = true;
        break;
      case 'Timestamp':
        if (status === 100) headers.push(header);
        break;
      default:
    }
  }
  if (parts.headers) headers.push(...parts.headers);
  const body = parts.body ?? '';
  return {
    kind: 'response',
    status,
    reason: reason ?? reasonPhrase(status),
    headers,
    body: typeof body === 'string' ? Buffer.from(body, 'utf8') : body,
  };
}

function withToTag(to: Header, tag: string | undefined): Header {
  if (tag === undefined || tagOf(to.value) !== undefined) return to;
  return { name: to.name, value: `${to.value};tag=${tag}` };
}

/** The To tag of a message, or undefined. */
export function toTag(message: SipRequest | SipResponse): string | undefined {
  return tagOf(getHeader(message, 'To'));
}

/** The From tag of a message, or undefined. */
export function fromTag(message: SipRequest | SipResponse): string | undefined {
  return tagOf(getHeader(message, 'From'));
}
