import { describe, expect, it } from 'vitest';
import { signallingWords } from './signalling-words.ts';

const told = (said: Readonly<Record<string, string>>) => JSON.parse(JSON.stringify(signallingWords(said)));

describe('what initiate tells of an INVITE', () => {
  it('is nothing when it says nothing', () => {
    expect(told({ 'Call-ID': 'a', From: 'sip:1@a.example' })).toEqual({});
  });

  it('is the newest diversion, with whatever stands behind it', () => {
    const Diversion =
      '"Front, desk" <sip:+15558884444@a.example;user=phone>;reason="unavailable" ;privacy=off;Counter=2, <sip:9@b>;reason=away';
    expect(told({ Diversion })).toEqual({
      diversion: { origTo: '+15558884444', reason: 'unavailable', privacy: 'off', counter: '2' },
    });
    expect(told({ Diversion: '<tel:+1555>' })).toEqual({ diversion: { origTo: '+1555' } });
    expect(told({ Diversion: 'nonsense' })).toEqual({});
  });

  it('is User-to-User data, and what the carrier says of the caller', () => {
    expect(
      told({
        'User-to-User': '6869;encoding=hex',
        'P-Asserted-Identity': '<sip:+1555;verstat=TN-Validation-Passed@a.example>',
        'P-Attestation-Indicator': 'A',
        'P-Origination-ID': '99759086-1335-11ed-9bcf-5f7d464e91af',
      }),
    ).toEqual({
      uui: '6869;encoding=hex',
      stirShaken: {
        verstat: 'TN-Validation-Passed',
        attestationIndicator: 'A',
        originatingId: '99759086-1335-11ed-9bcf-5f7d464e91af',
      },
    });
    expect(told({ From: 'sip:+1555@a.example;verstat=No-TN-Validation' })).toEqual({
      stirShaken: { verstat: 'No-TN-Validation' },
    });
  });
});
