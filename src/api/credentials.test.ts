import { describe, expect, it } from 'vitest';
import { parseAuthorization, parsePair } from './credentials.ts';

const basic = (text: string | Uint8Array): string => `Basic ${Buffer.from(text as string).toString('base64')}`;

describe('credentials of a request', () => {
  it.each([
    ['id:secret', 'id', 'secret'],
    ['id:', 'id', ''],
    ['id:a:b::c', 'id', 'a:b::c'],
    ['schlüssel:pässwort 🔑', 'schlüssel', 'pässwort 🔑'],
    ['id: with spaces ', 'id', ' with spaces '],
  ])('are the pair of Basic: %s', (text, id, secret) => {
    expect(parseAuthorization(basic(text))).toEqual({ kind: 'basic', id, secret });
    expect(parseAuthorization(basic(text).replace('Basic', 'bAsIc'))).toEqual({ kind: 'basic', id, secret });
  });

  it('are the token of Bearer', () => {
    expect(parseAuthorization('Bearer abc-_.~+/=')).toEqual({ kind: 'bearer', token: 'abc-_.~+/=' });
  });

  it.each([
    ['nothing', ''],
    ['a scheme alone', 'Basic'],
    ['another scheme', 'Digest username="id"'],
    ['no base64', 'Basic !!!!'],
    ['base64 with a gap', `${basic('id:secret').slice(0, 10)} ${basic('id:secret').slice(10)}`],
    ['two of them', `${basic('id:secret')}, ${basic('id:secret')}`],
    ['no colon', basic('idsecret')],
    ['no id', basic(':secret')],
    ['a NUL', basic('id\0:secret')],
    ['a NUL in the secret', basic('id:sec\0ret')],
    ['a line break', basic('id:secret\r\nx: y')],
    ['bytes that are no UTF-8', basic(Uint8Array.of(0x69, 0x3a, 0xff, 0xfe))],
    ['what is huge', basic(`id:${'x'.repeat(100_000)}`)],
    ['an empty token', 'Bearer '],
    ['a token with a space', 'Bearer a b'],
    ['a long row of spaces', `Basic${' '.repeat(4000)}x y`],
  ])('are none when there is %s', (_, header) => {
    expect(parseAuthorization(header)).toBeNull();
  });

  it('are a pair in a form too', () => {
    expect(parsePair('id:secret')).toEqual({ kind: 'basic', id: 'id', secret: 'secret' });
    for (const text of ['', ':', ':x', 'x', 'a\nb:c']) expect(parsePair(text)).toBeNull();
  });
});
