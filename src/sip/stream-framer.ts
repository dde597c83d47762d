// Owns: messages out of a byte stream (RFC 3261 7.5, 18.3), and the CRLF keep-alives between them (RFC 5626 3.5.1).
// Memory is bounded by one message; time is the connection's to bound (`pending`). Never throws.
// Does not: answer or close; it says that the stream is lost (`closes`) and then takes nothing more.
import type { MessageFault, SipMessage } from './message.ts';
import { decodeText, fault, finishMessage } from './parse.ts';
import { findHeadEnd, type Head, MAX_MESSAGE_BYTES, parseHead } from './parse-head.ts';

export type Framed =
  | { readonly kind: 'message'; readonly message: SipMessage | MessageFault; readonly closes: boolean }
  /** A double CRLF: answer with one. */
  | { readonly kind: 'ping' };

export interface StreamFramer {
  push(chunk: Uint8Array, emit: (framed: Framed) => void): void;
  /** A message has begun and is not complete. */
  readonly pending: boolean;
}

const CR = 13;
const LF = 10;

export function createStreamFramer(maxMessageBytes = MAX_MESSAGE_BYTES): StreamFramer {
  let buffer = new Uint8Array(2048);
  let start = 0;
  let end = 0;
  let searchFrom = 0;
  let head: Head | null = null;
  let bodyStart = 0;
  let closed = false;

  function append(chunk: Uint8Array): void {
    if (end + chunk.length > buffer.length) {
      const held = end - start;
      // Doubling keeps the copying linear even when the bytes come one by one.
      const grown = held + chunk.length > buffer.length ? new Uint8Array(2 * (held + chunk.length)) : buffer;
      grown.set(buffer.subarray(start, end));
      buffer = grown;
      searchFrom -= start;
      bodyStart -= start;
      start = 0;
      end = held;
    }
    buffer.set(chunk, end);
    end += chunk.length;
  }

  /** Between messages. False: nothing to frame yet. */
  function skipKeepAlives(emit: (framed: Framed) => void): boolean {
    while (start < end) {
      if (buffer[start] === CR && buffer[start + 1] === LF && end - start >= 2) {
        if (end - start >= 4 && buffer[start + 2] === CR && buffer[start + 3] === LF) {
          start += 4;
          emit({ kind: 'ping' });
        } else if (end - start >= 4 || (end - start === 3 && buffer[start + 2] !== CR)) start += 2;
        else return false;
      } else if (buffer[start] === LF) start += 1;
      else if (buffer[start] === CR && end - start === 1) return false;
      else {
        searchFrom = Math.max(searchFrom, start);
        return true;
      }
    }
    return false;
  }

  function lose(emit: (framed: Framed) => void, message: SipMessage | MessageFault): void {
    closed = true;
    buffer = new Uint8Array(0);
    start = end = 0;
    emit({ kind: 'message', message, closes: true });
  }

  /** False: more bytes are needed, or the stream is lost. */
  function readHead(emit: (framed: Framed) => void): boolean {
    const headEnd = findHeadEnd(buffer.subarray(0, end), searchFrom);
    if (headEnd < 0) {
      searchFrom = Math.max(start, end - 3);
      if (end - start > maxMessageBytes) {
        lose(emit, fault(parseHead(decodeText(buffer, start, end)), 513, 'Message too large'));
      }
      return false;
    }
    const found = parseHead(decodeText(buffer, start, headEnd));
    const tooLarge = headEnd - start + (found.contentLength ?? 0) > maxMessageBytes;
    if (found.badFraming || found.contentLength === null || tooLarge) {
      const refused = found.fault ?? {
        status: tooLarge ? 513 : 400,
        reason: tooLarge ? 'Message too large' : 'Missing Content-Length',
      };
      lose(emit, fault(found, refused.status, refused.reason));
      return false;
    }
    head = found;
    bodyStart = headEnd;
    return true;
  }

  return {
    get pending() {
      return head !== null || (start < end && buffer[start] !== CR && buffer[start] !== LF);
    },
    push(chunk, emit) {
      if (closed) return;
      append(chunk);
      while (!closed) {
        if (head === null && !(skipKeepAlives(emit) && readHead(emit))) break;
        const complete: Head = head!;
        const bodyEnd = bodyStart + complete.contentLength!;
        if (end < bodyEnd) break;
        // A copy: the buffer is written over by what comes next.
        const body = buffer.slice(bodyStart, bodyEnd);
        head = null;
        start = searchFrom = bodyEnd;
        emit({ kind: 'message', message: finishMessage(complete, body), closes: false });
      }
      if (start === end) start = end = searchFrom = 0;
    },
  };
}
