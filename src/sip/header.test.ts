import { describe, expect, it } from 'vitest';
import { addHeader, getHeader, getHeaders, knownHeader, parseCSeq, parseUnsigned, withHeader } from './header.ts';

const message = {
  headers: [
    { name: 'Via', value: '1' },
    { name: 'X-a', value: 'x' },
    { name: 'Via', value: '2' },
  ],
};
const names = (changed: typeof message) => changed.headers.map(({ name, value }) => `${name}=${value}`);

describe('headers of a message', () => {
  it('are found in any case', () => {
    expect(getHeader(message, 'via')).toBe('1');
    expect(getHeaders(message, 'VIA')).toEqual(['1', '2']);
    expect(getHeader(message, 'x-A')).toBe('x');
    expect(getHeader(message, 'Vi')).toBeUndefined();
  });

  it('are replaced in place and added at either end, in a copy', () => {
    expect(names(withHeader(message, 'via', '3'))).toEqual(['via=3', 'X-a=x']);
    expect(names(withHeader(message, 'New', 'n', 'm'))).toEqual(['Via=1', 'X-a=x', 'Via=2', 'New=n', 'New=m']);
    expect(names(addHeader(message, 'Via', '0', 'first'))[0]).toBe('Via=0');
    expect(message.headers).toHaveLength(3);
  });

  it('have one name whatever the form', () => {
    expect(['i', 'I', 'call-id', 'CALL-ID', 'x', 'X-Own'].map((name) => knownHeader(name)?.name)).toEqual([
      'Call-ID',
      'Call-ID',
      'Call-ID',
      'Call-ID',
      'Session-Expires',
      undefined,
    ]);
  });
});

describe('numbers', () => {
  it('of CSeq are read with leading zeros and any white space', () => {
    expect(parseCSeq('0009  INVITE')).toEqual({ number: 9, method: 'INVITE' });
  });

  it.each([undefined, '', '1', 'INVITE', '-1 INVITE', '4294967296 INVITE', '1 IN VITE', '1 '])(
    'of CSeq are refused in %j',
    (text) => {
      expect(parseCSeq(text)).toBeNull();
    },
  );

  it('are digits and stay below their maximum', () => {
    expect(parseUnsigned('4294967295')).toBe(4294967295);
    expect(['', '+1', '1 ', '٣', '4294967296', '9'.repeat(400)].map((text) => parseUnsigned(text))).toEqual(
      Array(6).fill(null),
    );
  });
});
