import { describe, expect, it } from 'vitest';
import { formatNameAddress, parseNameAddress, tagOf } from './name-address.ts';

describe('parseNameAddress', () => {
  it.each([
    ['"J Rosenberg \\\\\\"" <sip:j@e.com> ; tag = 98asjd8', 'J Rosenberg \\"', 'sip:j@e.com', '98asjd8'],
    ['caller<sip:caller@example.com>;tag=323', 'caller', 'sip:caller@example.com', '323'],
    ['token1~` token2 <sip:m@e.com>;p="a;tag=no";tag=x', 'token1~` token2', 'sip:m@e.com', 'x'],
    ['sip:a@h;tag=7', '', 'sip:a@h', '7'],
    ['<sip:a@h;tag=inner>', '', 'sip:a@h;tag=inner', undefined],
    ['tel:+1201', '', 'tel:+1201', undefined],
  ])('reads %s', (text, displayName, uri, tag) => {
    expect(parseNameAddress(text)).toMatchObject({ displayName, uri });
    expect(tagOf(text)).toBe(tag);
  });

  it.each([
    '',
    '"a <sip:b@c>',
    'Bell, A <sip:b@c>',
    '<sip:b@c',
    '<sip:b@c>x',
    '<sip:b@c>;',
    'sip:b@c?Route=x',
    '"a" sip:b@c',
  ])('refuses %j', (text) => {
    expect(parseNameAddress(text)).toBeNull();
  });

  it('quotes the display name when formatting', () => {
    const text = formatNameAddress({ displayName: 'a "b" \\', uri: 'sip:a@h', params: [{ name: 'tag', value: '1' }] });
    expect(text).toBe('"a \\"b\\" \\\\" <sip:a@h>;tag=1');
    expect(parseNameAddress(text)).toMatchObject({ displayName: 'a "b" \\' });
  });
});
