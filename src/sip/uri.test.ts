import { describe, expect, it } from 'vitest';
import { escapeUser, formatUri, parseUri, type SipUri } from './uri.ts';
import { sameUri, unescapeUri } from './uri-compare.ts';

const sip = (text: string) => parseUri(text) as SipUri;

describe('parseUri', () => {
  it('reads user, password, host, port, parameters and headers', () => {
    expect(sip('sips:al:pw@Example.com:5061;transport=TCP;lr?Subject=x&a=b')).toEqual({
      kind: 'sip',
      secure: true,
      user: 'al',
      password: 'pw',
      host: 'Example.com',
      port: 5061,
      params: [
        { name: 'transport', value: 'TCP' },
        { name: 'lr', value: null },
      ],
      headers: 'Subject=x&a=b',
    });
  });

  it('keeps separators inside the user part', () => {
    expect(sip('sip:user;par=u%40example.net@example.com').user).toBe('user;par=u%40example.net');
  });

  it('takes IPv6 hosts in brackets only, and reads the port behind them', () => {
    expect(sip('sip:[2001:db8::10]:5070')).toMatchObject({ host: '2001:db8::10', port: 5070 });
    expect(sip('sip:[2001:db8::10:5070]')).toMatchObject({ host: '2001:db8::10:5070', port: null });
    expect(parseUri('sip:2001:db8::10')).toBeNull();
    expect(parseUri('sip:[2001:db8::10')).toBeNull();
  });

  it.each([
    '',
    'sip:',
    'sip:@host',
    'sip:a@',
    'sip:a@h:99999',
    'sip:a@h:',
    'sip:a b@h',
    'sip:a@h;',
    'sip:a@h;=1',
    '<sip:a@h>',
    ':a',
    'x',
  ])('refuses %j', (text) => {
    expect(parseUri(text)).toBeNull();
  });

  it('gives other schemes their name in lower case', () => {
    expect(parseUri('TEL:+1201')).toEqual({ kind: 'other', scheme: 'tel', rest: '+1201' });
  });

  it.each(['sip:a@h', 'sips:a:b@[::1]:1;x=y;z?h=1', 'tel:+1;ext=2'])('formats %s back', (text) => {
    expect(formatUri(parseUri(text)!)).toBe(text);
  });
});

describe('escapes', () => {
  it('are resolved once', () => {
    expect(unescapeUri('v%61lue%25%34%31')).toBe('value%41');
    expect(unescapeUri('100%')).toBe('100%');
    expect(unescapeUri('nul%00l')).toBe('nul\0l');
  });

  it('are made for what a user part may not hold', () => {
    expect(escapeUser('a@b é#')).toBe('a%40b%20%C3%A9#');
    expect(unescapeUri(escapeUser('a%@b é'))).toBe('a%@b é');
  });
});

describe('sameUri', () => {
  // RFC 3261 19.1.4's own examples
  it.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp', true],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5', true],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;newparam=5', true],
    ['sip:biloxi.com;method=REGISTER', 'sip:biloxi.com', false],
    ['sip:alice@atlanta.com?subject=a&priority=b', 'sip:alice@atlanta.com?priority=b&subject=a', true],
    ['SIP:ALICE@AtLanTa.CoM', 'sip:alice@AtLanTa.CoM', false],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060', false],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp', false],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(sameUri(parseUri(a)!, parseUri(b)!)).toBe(same);
  });
});
