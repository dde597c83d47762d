import { describe, expect, it } from 'vitest';
import type { SipRequest } from './message.ts';
import { createResponse, fromTag, toTag } from './response.ts';

const request: SipRequest = {
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:b@h',
  headers: [
    { name: 'Via', value: 'SIP/2.0/UDP a;branch=z9hG4bK1' },
    { name: 'Via', value: 'SIP/2.0/UDP b;branch=z9hG4bK2' },
    { name: 'Record-Route', value: '<sip:p;lr>' },
    { name: 'From', value: '<sip:a@h>;tag=f' },
    { name: 'To', value: '<sip:b@h>' },
    { name: 'Call-ID', value: 'c' },
    { name: 'CSeq', value: '1 INVITE' },
    { name: 'Timestamp', value: '54' },
  ],
  body: new Uint8Array(0),
};

describe('createResponse', () => {
  it('takes over what RFC 3261 8.2.6.2 names, in order', () => {
    const response = createResponse(request, 486);
    expect(response.reason).toBe('Busy Here');
    expect(response.headers.map((header) => header.name)).toEqual(['Via', 'Via', 'From', 'To', 'Call-ID', 'CSeq']);
  });

  it('puts the tag on To unless there is one, or the status is 100', () => {
    expect(toTag(createResponse(request, 200, undefined, { toTag: 'mine' }))).toBe('mine');
    expect(toTag(createResponse(request, 100, undefined, { toTag: 'mine' }))).toBeUndefined();
    const tagged = { ...request, headers: [{ name: 'To', value: '<sip:b@h>;tag=theirs' }] };
    expect(toTag(createResponse(tagged, 200, undefined, { toTag: 'mine' }))).toBe('theirs');
    expect(fromTag(createResponse(request, 200))).toBe('f');
  });

  it('copies Timestamp into a 100', () => {
    expect(createResponse(request, 100).headers.at(-1)).toEqual({ name: 'Timestamp', value: '54' });
  });

  it('answers a request that lacks almost everything', () => {
    expect(createResponse({ ...request, headers: request.headers.slice(0, 1) }, 400).headers).toHaveLength(1);
  });
});
