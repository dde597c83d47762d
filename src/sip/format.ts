// Owns: messages to bytes (RFC 3261 7, 18.3). Content-Length is always written from the body, never from a header.
// Does not: fold or compact. A line break inside a value is turned into a space, so that no header can be injected.
import type { SipMessage } from './message.ts';

export function formatMessage(message: SipMessage): Buffer {
  let head =
    message.kind === 'request'
      ? `${oneLine(message.method)} ${oneLine(message.uri)} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${oneLine(message.reason)}\r\n`;
  for (const { name, value } of message.headers) {
    if (name === 'Content-Length') continue;
    head += `${oneLine(name)}: ${oneLine(value)}\r\n`;
  }
  head += `Content-Length: ${message.body.length}\r\n\r\n`;
  if (message.body.length === 0) return Buffer.from(head, 'utf8');
  const headBytes = Buffer.byteLength(head, 'utf8');
  const bytes = Buffer.allocUnsafe(headBytes + message.body.length);
  bytes.write(head, 0, 'utf8');
  bytes.set(message.body, headBytes);
  return bytes;
}

function oneLine(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replaceAll('\r', ' ').replaceAll('\n', ' ') : text;
}
