import { describe, expect, it } from 'vitest';
import { listTokens } from './capabilities.ts';
import { formatMessage } from './format.ts';
import { getHeader, getHeaders } from './header.ts';
import type { MessageFault, SipRequest, SipResponse } from './message.ts';
import { parseMessage } from './parse.ts';
import { MAX_HEADERS } from './parse-head.ts';

const start = 'INVITE sip:bob@192.0.2.1 SIP/2.0';
const needed = [
  'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1',
  'From: <sip:a@192.0.2.9>;tag=1',
  'To: <sip:bob@192.0.2.1>',
  'Call-ID: one',
  'CSeq: 1 INVITE',
];
const parseText = (text: string) => parseMessage(Buffer.from(text, 'utf8'));
const message = (...lines: string[]) => parseText(`${[start, ...needed, ...lines].join('\r\n')}\r\n\r\n`);
const ok = (...lines: string[]) => message(...lines) as SipRequest;
const faultOf = (...lines: string[]) => message(...lines) as MessageFault;

describe('parseMessage', () => {
  it('reads a request with its headers in order and a body', () => {
    const parsed = parseText(`${[start, ...needed, 'Content-Length: 4'].join('\r\n')}\r\n\r\nbody`) as SipRequest;
    expect(parsed).toMatchObject({ kind: 'request', method: 'INVITE', uri: 'sip:bob@192.0.2.1' });
    expect(parsed.headers.map((header) => header.name)).toEqual(['Via', 'From', 'To', 'Call-ID', 'CSeq']);
    expect(Buffer.from(parsed.body).toString()).toBe('body');
  });

  it('expands compact names and keeps the spelling of unknown ones', () => {
    const parsed = ok('k: timer', 'X-Odd_Name: ;;,,;;');
    expect(getHeader(parsed, 'Supported')).toBe('timer');
    expect(parsed.headers.at(-1)).toEqual({ name: 'X-Odd_Name', value: ';;,,;;' });
  });

  it('unfolds lines into one space', () => {
    expect(getHeader(ok('Subject: a', '\t b', '  ', '  c'), 'Subject')).toBe('a b c');
  });

  it('splits list headers outside of quotes and brackets', () => {
    const parsed = ok('Contact: "a, \\" b" <sip:a@h;x=1,2>;q=1 , <sip:c@h>', 'Reason: one,, two ,');
    expect(getHeaders(parsed, 'contact')).toEqual(['"a, \\" b" <sip:a@h;x=1,2>;q=1', '<sip:c@h>']);
    expect(getHeaders(parsed, 'Reason')).toEqual(['one', 'two']);
  });

  it('leaves lists of words joined, for listTokens to read', () => {
    const parsed = ok('Supported: one,, Two ,', 'k: three');
    expect(getHeaders(parsed, 'Supported')).toEqual(['one,, Two ,', 'three']);
    expect(listTokens(parsed, 'supported')).toEqual(['one', 'two', 'three']);
  });

  it('does not split headers that are no lists', () => {
    expect(
      getHeaders(ok('Date: Sat, 13 Nov 2010 23:29:00 GMT', 'Authorization: Digest a="1", b=2'), 'Authorization'),
    ).toHaveLength(1);
  });

  it.each([
    ['more promised than there is', 'Content-Length: 5', 400],
    ['negative', 'Content-Length: -1', 400],
    ['not a number', 'Content-Length: 1a', 400],
    ['beyond 32 bits', 'Content-Length: 99999999999999999999', 400],
  ])('refuses a Content-Length that is %s', (_, line, status) => {
    expect(faultOf(line)).toMatchObject({ kind: 'fault', status });
  });

  it('refuses a second Content-Length, even an equal one', () => {
    expect(faultOf('Content-Length: 0', 'l: 0')).toMatchObject({ status: 400 });
  });

  it('cuts a datagram at Content-Length, and takes all of it without one', () => {
    const head = [start, ...needed].join('\r\n');
    expect((parseText(`${head}\r\nl: 2\r\n\r\nabcd`) as SipRequest).body).toHaveLength(2);
    expect((parseText(`${head}\r\n\r\nabcd`) as SipRequest).body).toHaveLength(4);
  });

  it('keeps UTF-8 in values', () => {
    expect(getHeader(ok('Subject: приве́т'), 'Subject')).toBe('приве́т');
  });

  it.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])('refuses a request without %s', (name) => {
    const rest = needed.filter((line) => !line.startsWith(`${name}:`));
    // Without Via there is nobody to answer.
    expect(parseText(`${[start, ...rest].join('\r\n')}\r\n\r\n`)).toMatchObject({
      kind: 'fault',
      status: name === 'Via' ? null : 400,
    });
  });

  it.each(['From: <sip:a@b>', 'To: <sip:a@b>', 'Call-ID: two', 'CSeq: 2 INVITE'])('refuses a second %s', (line) => {
    expect(faultOf(line)).toMatchObject({ status: 400 });
  });

  it.each([
    ['a bare CR', 'Subject: a\rb'],
    ['no colon', 'Subject'],
    ['a space in the name', 'Sub ject: a'],
    ['an unbalanced Contact', 'Contact: "a <sip:b@c>, <sip:d@e>'],
    ['an empty Contact element', 'Contact: <sip:b@c>,,'],
  ])('refuses a header with %s', (_, line) => {
    expect(faultOf(line)).toMatchObject({ kind: 'fault', status: 400 });
  });

  it('quotes what it could read of a bad request, so that the answer finds its way', () => {
    const { partial } = faultOf('Broken');
    expect(getHeader(partial!, 'Via')).toContain('z9hG4bK1');
    expect(getHeader(partial!, 'Call-ID')).toBe('one');
  });

  it('says 505 to another version', () => {
    expect(parseText(`${['OPTIONS sip:a@b SIP/3.0', ...needed].join('\r\n')}\r\n\r\n`)).toMatchObject({ status: 505 });
  });

  it('never answers a bad ACK, a bad response, or what is no SIP', () => {
    expect(parseText(`${['ACK sip:a@b SIP/2.0', ...needed].join('\r\n')}\r\n\r\n`)).toMatchObject({
      kind: 'fault',
      status: null,
    });
    expect(parseText('SIP/2.0 999 No\r\n\r\n')).toMatchObject({ kind: 'fault', status: null });
    expect(parseText('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toMatchObject({ kind: 'fault', status: null });
    expect(parseText('\r\n\r\n')).toMatchObject({ kind: 'fault', status: null });
  });

  it('refuses more headers than it wants to hold', () => {
    const many = Array.from({ length: MAX_HEADERS }, (_, at) => `X-${at}: 1`);
    expect(faultOf(...many)).toMatchObject({ status: 400, reason: 'Too many headers' });
    expect(faultOf(`Reason: ${'a,'.repeat(5000)}`)).toMatchObject({ reason: 'Too many headers' });
  });

  it('is not moved by names of object properties', () => {
    const parsed = ok('__proto__: 1', 'constructor: 2', 'toString: 3');
    expect(getHeader(parsed, 'constructor')).toBe('2');
    expect(getHeader(parsed, 'hasOwnProperty')).toBeUndefined();
  });

  it('reads a response with an empty reason', () => {
    const parsed = parseText(`${['SIP/2.0 100 ', ...needed].join('\r\n')}\r\n\r\n`) as SipResponse;
    expect(parsed).toMatchObject({ kind: 'response', status: 100, reason: '' });
  });
});

describe('formatMessage', () => {
  it('writes Content-Length from the body, whatever a header says', () => {
    const text = formatMessage({
      ...ok(),
      headers: [...ok().headers, { name: 'Content-Length', value: '99' }],
      body: Buffer.from('ä'),
    }).toString();
    expect(text.match(/Content-Length: \d+/g)).toEqual(['Content-Length: 2']);
  });

  it('lets no line break out of a value', () => {
    const text = formatMessage({ ...ok(), headers: [{ name: 'Subject', value: 'a\r\nRoute: <sip:evil>' }] }).toString();
    expect(text).not.toContain('\nRoute');
  });
});
