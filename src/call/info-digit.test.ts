import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInfoDigit } from './info-digit.ts';

const relay = 'application/dtmf-relay';
const plain = 'application/dtmf';
const event = 'audio/telephone-event';

describe('a key in SIP INFO', () => {
  it.each([
    [relay, 'Signal=5\r\nDuration=160\r\n', '5', 160],
    [relay, 'Signal= 5 \nDuration= 250 ', '5', 250],
    [relay, 'duration=80\r\nsignal=*', '*', 80],
    [relay, 'Signal=#', '#', 160],
    [relay, 'Signal=10\r\nDuration=100', '*', 100],
    [relay, 'Signal=11', '#', 160],
    [relay, 'Signal=12', 'A', 160],
    [relay, 'Signal=15', 'D', 160],
    [relay, 'Signal=d', 'D', 160],
    [relay, 'Signal=16', 'flash', 160],
    [relay, 'Signal=!', 'flash', 160],
    [relay, 'Signal=hf', 'flash', 160],
    [relay, 'SIGNAL = FLASH\nDURATION = 90', 'flash', 90],
    [relay, 'Signal=none\r\nSignal=1', 'none', 0],
    [relay, '\r\n  signal : 0\rduration : 70\r', '0', 70],
    [relay, 'Signal=5\r\nDuration=\r\n', '5', 160],
    [relay, 'Signal=5\r\nDuration=0\r\n', '5', 0],
    [plain, '7', '7', 160],
    [plain, ' 7\r\n', '7', 160],
    [plain, '11', '#', 160],
    [plain, 'Signal=3\r\nDuration=90', '3', 90],
    [plain, '16', 'flash', 160],
    [plain, 'c\n', 'C', 160],
    [event, '5', '5', 160],
    [event, '11', '#', 160],
    [event, 'd=9\nduration=120', '9', 120],
    [event, 'Signal=*\r\n', '*', 160],
    ['Application/DTMF-Relay;charset=utf-8', 'Signal=1', '1', 160],
  ])('%s %j is %s for %d ms', (type, body, digit, durationMs) => {
    expect(readInfoDigit(type, body)).toEqual(digit === 'none' ? 'malformed' : { digit, durationMs });
  });

  it.each(['', 'Signal=', 'Signal=17', 'Signal=99', 'Signal=55', 'Duration=100', 'Z'])(
    'is refused when it is %j',
    (body) => {
      expect(readInfoDigit(relay, body)).toBe('malformed');
    },
  );

  it('is not looked for in other bodies', () => {
    for (const type of ['', 'text/plain', 'application/sdp', 'application/dtmf-relayed'])
      expect(readInfoDigit(type, 'Signal=1')).toBe('unknown-type');
  });

  it('with an absurd duration lasts a minute at most, and the usual time when it is no number', () => {
    expect(readInfoDigit(relay, 'Signal=1\r\nDuration=999999')).toMatchObject({ durationMs: 60_000 });
    expect(readInfoDigit(relay, 'Signal=1\r\nDuration=-5')).toMatchObject({ durationMs: 160 });
    expect(readInfoDigit(relay, 'Signal=1\r\nDuration=9999999')).toMatchObject({ durationMs: 160 });
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.constantFrom(relay, plain), fc.string(), (type, body) => {
        const read = readInfoDigit(type, body);
        if (typeof read !== 'string') expect(read.digit).toMatch(/^([0-9*#A-D]|flash)$/);
      }),
    );
  });
});
