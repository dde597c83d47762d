import { describe, expect, it } from 'vitest';
import { createDialogRequest, type Dialog, dialogOfRequest, dialogOfResponse, takeRemoteCSeq } from './dialog.ts';
import { getHeader, getHeaders } from './header.ts';
import type { SipRequest, SipResponse } from './message.ts';
import { parseMessage } from './parse.ts';

const source = { transport: 'udp', address: '10.0.0.9', port: 5060 } as const;
function parse<M extends SipRequest | SipResponse>(lines: readonly string[]): M {
  return parseMessage(Buffer.from(`${lines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`)) as M;
}
const invite = parse<SipRequest>([
  'INVITE sip:us@10.0.0.1 SIP/2.0',
  'Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1',
  'From: "Bob ""x""" <sip:bob@example.com>;tag=b'.replace('""x""', '\\"x\\"'),
  'To: sip:us@example.com',
  'Call-ID: c',
  'CSeq: 7 INVITE',
  'Max-Forwards: 70',
  'Contact: <sip:bob@10.0.0.9;ob>',
  'Record-Route: <sip:p1;lr>, <sip:p2;lr>',
]);
const parts = { contact: null, userAgent: 'x' };

describe('a dialog', () => {
  it('of the called side takes the route set in order and keeps both tags', () => {
    const dialog = dialogOfRequest(invite, 'ours', source)!;
    const { request, hop } = createDialogRequest(dialog, 'BYE', parts);
    expect(getHeaders(request, 'Route')).toEqual(['<sip:p1;lr>', '<sip:p2;lr>']);
    expect(hop).toBe('sip:p1;lr');
    expect(request.uri).toBe('sip:bob@10.0.0.9;ob');
    expect(getHeader(request, 'From')).toBe('<sip:us@example.com>;tag=ours');
    expect(getHeader(request, 'To')).toBe('"Bob \\"x\\"" <sip:bob@example.com>;tag=b');
    expect(getHeader(request, 'CSeq')).toBe('1 BYE');
  });

  it('of the calling side takes the route set in reverse and counts on from the INVITE', () => {
    const response = parse<SipResponse>([
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1',
      'From: <sip:bob@example.com>;tag=b',
      'To: sip:us@example.com;tag=them',
      'Call-ID: c',
      'CSeq: 7 INVITE',
      'Contact: sip:far@10.0.0.2',
      'Record-Route: <sip:p1;lr>, <sip:p2;lr>',
    ]);
    const dialog = dialogOfResponse(invite, response, source)!;
    const { request } = createDialogRequest(dialog, 'INFO', parts);
    expect(getHeaders(request, 'Route')).toEqual(['<sip:p2;lr>', '<sip:p1;lr>']);
    expect(request.uri).toBe('sip:far@10.0.0.2');
    expect(getHeader(request, 'CSeq')).toBe('8 INFO');
    expect(getHeader(createDialogRequest(dialog, 'ACK', { ...parts, cseq: 7 }).request, 'CSeq')).toBe('7 ACK');
  });

  it('takes rising numbers of the peer only', () => {
    const dialog: Dialog = dialogOfRequest(invite, 'ours', source)!;
    const numbered = (number: number) => ({ ...invite, headers: [{ name: 'CSeq', value: `${number} INFO` }] });
    expect([7, 6, 9, 8, 9, 10].map((number) => takeRemoteCSeq(dialog, numbered(number)))).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it('is none without a readable From', () => {
    const broken = { ...invite, headers: invite.headers.filter(({ name }) => name !== 'From') };
    expect(dialogOfRequest(broken, 'ours', source)).toBeNull();
  });
});
