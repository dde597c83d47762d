import { describe, expect, it } from 'vitest';
import { formatDtmfRelay, parseInfoDigit } from './phone-info.ts';

describe('keys in SIP INFO', () => {
  it('are read as they are written', () => {
    for (const digit of '0123456789*#ABCD')
      expect(parseInfoDigit('application/dtmf-relay', formatDtmfRelay(digit, 100))).toBe(digit);
  });

  it.each([
    ['application/dtmf-relay', 'Signal= 5\r\nDuration= 160\r\n', '5'],
    ['Application/DTMF-Relay;charset=utf-8', 'duration=250\nsignal=#', '#'],
    ['application/dtmf-relay', 'Signal=11\r\n', '#'],
    ['application/dtmf', ' 7\r\n', '7'],
    ['application/dtmf', 'd', 'D'],
  ])('are read from %s %j', (type, body, digit) => {
    expect(parseInfoDigit(type, body)).toBe(digit);
  });

  it.each([
    ['text/plain', '5'],
    ['application/dtmf', '55'],
    ['application/dtmf', ''],
    ['application/dtmf-relay', 'Duration=100'],
    ['application/dtmf-relay', 'Signal=16'],
  ])('are not read from %s %j', (type, body) => {
    expect(parseInfoDigit(type, body)).toBeNull();
  });
});
