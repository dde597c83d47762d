// Owns: garbage and damaged session descriptions against the offer/answer exchange. None may throw; what is answered must be
// a description that a peer can read.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptAnswer, answerOffer, createOffer, type LocalAudio } from '../../src/media/sdp.ts';

const local: LocalAudio = { address: '192.0.2.1', port: 4000, codecs: ['PCMU', 'PCMA'], sessionId: '1', version: 1 };

const good = [
  'v=0',
  'o=phone 1 1 IN IP4 192.0.2.9',
  's=-',
  'c=IN IP4 192.0.2.9',
  't=0 0',
  'm=audio 5004 RTP/AVP 0 8 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=ptime:20',
  'a=rtcp:5005',
  'm=video 0 RTP/AVP 31',
];

const line = fc.oneof(
  fc.constantFrom(...good),
  fc.constantFrom(
    'm=',
    'm=audio',
    'm=audio 1',
    'c=',
    'c=IN IP4',
    'a=',
    'a=rtpmap:',
    'a=fmtp:',
    'a=ptime:-1',
    'a=__proto__:1',
  ),
  fc.constantFrom(
    'm=audio 5004 RTP/AVP __proto__ constructor',
    'a=rtpmap:0 /',
    'a=rtpmap:101 telephone-event/0',
    't=x',
  ),
  fc
    .tuple(fc.constantFrom('v', 'o', 's', 'c', 't', 'm', 'a', 'b', 'k'), fc.string())
    .map(([key, text]) => `${key}=${text}`),
  fc.string({ unit: 'binary' }),
);
const damaged = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.boolean(), fc.constantFrom('\r\n', '\n', '\r'))
  .map(([lines, whole, end]) => [...(whole ? good : ['v=0']), ...lines].join(end));
/** The good one with some characters put in place of others. */
const mutated = fc
  .array(fc.tuple(fc.nat(250), fc.string({ maxLength: 3 })), { maxLength: 6 })
  .map((edits) =>
    edits.reduce((text, [at, put]) => text.slice(0, at) + put + text.slice(at + 1), `${good.join('\r\n')}\r\n`),
  );
const any = fc.oneof(fc.string({ unit: 'binary' }), damaged, mutated);

describe('garbage', () => {
  it('is answered with a status, or with a description as long as the offer', () => {
    let ok = 0;
    fc.assert(
      fc.property(any, (text) => {
        const result = answerOffer(text, local);
        if (!result.ok) {
          expect([400, 488]).toContain(result.status);
          expect(result.reason).toMatch(/^[\x20-\x7e]+$/);
          return;
        }
        ok++;
        const count = (sdp: string) => sdp.split(/\r\n|\r|\n/).filter((one) => one.startsWith('m=')).length;
        expect(count(result.sdp)).toBe(count(text));
        expect(result.audio.ptimeMs).toBeGreaterThanOrEqual(10);
        expect(result.audio.remotePort).toBeGreaterThan(0);
        // Whatever we answer, our own other side can read.
        expect(acceptAnswer(result.sdp, { ...local, address: '192.0.2.9' }, text).ok).toBe(true);
        createOffer(local, result.sdp);
      }),
      { numRuns: 5000 },
    );
    expect(ok).toBeGreaterThan(100);
  });

  it('is no answer', () => {
    const offer = createOffer(local);
    fc.assert(
      fc.property(any, (text) => {
        const result = acceptAnswer(text, local, offer);
        expect(result.ok || result.reason !== '').toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('long and hostile is read in time that grows with its length', () => {
    for (const part of [
      'a=rtpmap:0 ',
      'a=rtpmap:0\t/',
      'm=audio 1 RTP/AVP 0\r\na=',
      ' ',
      'a=candidate:1 1 ',
      'a=ssrc:1 ',
    ]) {
      const text = `v=0\r\nm=audio 1 RTP/AVP 0\r\n${part.repeat(60_000 / part.length)}`;
      expect(answerOffer(text, local).ok).toBe(false);
    }
  });
});
