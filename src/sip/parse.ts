// Owns: bytes to a message, or to the fault it deserves (RFC 3261 7, 8.1.1, 18.3, 25; RFC 4475 for the cases). Never throws.
// Checked here: framing, start line, and that the headers every message needs (8.1.1) are there, once, and readable.
// Does not: judge method, scheme, extensions or media types; that is the user agent's.
//
//   bytes ─ skip CRLF ─ head (parse-head.ts) ─ Content-Length ─ body ─ checks ─► SipRequest | SipResponse | MessageFault
//   datagram: body to Content-Length, or to the end; less than promised is a fault.   stream: exactly Content-Length.
import { getHeader, parseCSeq } from './header.ts';
import type { Header, MessageFault, SipMessage, SipRequest } from './message.ts';
import { parseNameAddress } from './name-address.ts';
import { findHeadEnd, type Head, MAX_MESSAGE_BYTES, parseHead } from './parse-head.ts';
import { parseUri } from './uri.ts';
import { parseVia } from './via.ts';

const noBody = new Uint8Array(0);

/** One datagram. */
export function parseMessage(bytes: Uint8Array): SipMessage | MessageFault {
  if (bytes.length > MAX_MESSAGE_BYTES) return silent('Message too large');
  let start = 0;
  while (bytes[start] === 13 || bytes[start] === 10) start += 1;
  if (start === bytes.length) return silent('Empty');
  const end = findHeadEnd(bytes, start);
  const head = parseHead(decodeText(bytes, start, end < 0 ? bytes.length : end));
  if (end < 0) return fault(head, 400, 'No end of headers');
  const available = bytes.length - end;
  const length = head.contentLength ?? available;
  if (length > available) return fault(head, 400, 'Content-Length beyond the datagram');
  return finishMessage(head, length === 0 ? noBody : bytes.subarray(end, end + length));
}

/** The head of one message, from the start line to behind the blank line, as text. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

/** A head that was framed already, with its body. */
export function finishMessage(head: Head, body: Uint8Array): SipMessage | MessageFault {
  if (head.fault !== null) return fault(head, head.fault.status, head.fault.reason);
  if (head.kind === 'unknown') return silent('Not SIP');
  const problem = checkHeaders(head);
  if (problem !== null) return fault(head, 400, problem);
  if (head.kind === 'response') {
    return { kind: 'response', status: head.status, reason: head.reason, headers: head.headers, body };
  }
  return { kind: 'request', method: head.method, uri: head.uri, headers: head.headers, body };
}

function checkHeaders(head: Head): string | null {
  let via = false;
  let from = false;
  let to = false;
  let callId = false;
  let cseq: string | null = null;
  let maxForwards = false;
  for (const { name, value } of head.headers) {
    switch (name) {
      case 'Via': {
        if (via) break;
        via = true;
        const top = parseVia(value);
        if (top === null || top.protocol.toUpperCase() !== 'SIP/2.0') return 'Malformed Via';
        break;
      }
      case 'From':
        if (from) return 'From repeated';
        if (parseNameAddress(value) === null) return 'Malformed From';
        from = true;
        break;
      case 'To':
        if (to) return 'To repeated';
        if (parseNameAddress(value) === null) return 'Malformed To';
        to = true;
        break;
      case 'Call-ID':
        if (callId) return 'Call-ID repeated';
        if (value === '') return 'Malformed Call-ID';
        callId = true;
        break;
      case 'CSeq': {
        if (cseq !== null) return 'CSeq repeated';
        const parsed = parseCSeq(value);
        if (parsed === null) return 'Malformed CSeq';
        cseq = parsed.method;
        break;
      }
      case 'Max-Forwards':
        if (maxForwards) return 'Max-Forwards repeated';
        maxForwards = true;
        break;
      case 'Contact':
        if (value !== '*' && parseNameAddress(value) === null) return 'Malformed Contact';
        break;
      case 'Record-Route':
      case 'Route':
        if (parseNameAddress(value) === null) return `Malformed ${name}`;
        break;
      default:
    }
  }
  if (!via) return 'Missing Via';
  if (!from) return 'Missing From';
  if (!to) return 'Missing To';
  if (!callId) return 'Missing Call-ID';
  if (cseq === null) return 'Missing CSeq';
  if (head.kind === 'request') {
    if (cseq !== head.method) return 'CSeq method does not match';
    const uri = parseUri(head.uri);
    // Embedded headers have no meaning in a Request-URI (RFC 3261 19.1.5) and are a way to smuggle a Route in.
    if (uri === null || (uri.kind === 'sip' && uri.headers !== null)) return 'Malformed Request-URI';
  }
  return null;
}

function silent(reason: string): MessageFault {
  return { kind: 'fault', status: null, reason, partial: null };
}

/** A response is dropped, an ACK is never answered, and nothing goes out without a Via to copy. */
export function fault(head: Head, status: number, reason: string): MessageFault {
  if (head.kind !== 'request') return silent(reason);
  const headers: readonly Header[] = head.headers;
  const partial: SipRequest = { kind: 'request', method: head.method, uri: head.uri, headers, body: noBody };
  const answerable = head.method !== 'ACK' && getHeader(partial, 'Via') !== undefined;
  return { kind: 'fault', status: answerable ? status : null, reason, partial };
}
