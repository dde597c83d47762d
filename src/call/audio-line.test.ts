import { describe, expect, it } from 'vitest';
import type { NegotiatedAudio } from '../media/sdp.ts';
import { createAudioLine, openAudioLine, type SavedAudio } from './audio-line.ts';

function open(onSaved?: (saved: SavedAudio) => void) {
  const agreements: NegotiatedAudio[] = [];
  const line = createAudioLine({
    address: '192.0.2.1',
    port: 10_000,
    codecs: ['PCMU', 'PCMA'],
    sessionId: '42',
    onAgreed: (audio) => agreements.push(audio),
    ...(onSaved === undefined ? {} : { onSaved }),
  });
  return { line, agreements };
}

function theirs({ payloads = '0 101', direction = 'sendrecv', port = 4000, version = 1 } = {}): string {
  return [
    'v=0',
    `o=- 7 ${version} IN IP4 192.0.2.9`,
    's=-',
    'c=IN IP4 192.0.2.9',
    't=0 0',
    `m=audio ${port} RTP/AVP ${payloads}`,
    'a=rtpmap:101 telephone-event/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

const versionOf = (sdp: string) => /^o=\S+ 42 (\d+) /m.exec(sdp)?.[1];
const directionOf = (sdp: string) => /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(sdp)?.[1] ?? 'sendrecv';
const sdpOf = (described: ReturnType<ReturnType<typeof createAudioLine>['answer']>): string => {
  if (!described.ok) throw new Error(described.reason);
  return described.sdp;
};

describe('the audio line of a leg', () => {
  it('answers an offer and tells what was agreed on', () => {
    const { line, agreements } = open();
    const sdp = sdpOf(line.answer(theirs()));
    expect(sdp).toContain('m=audio 10000 RTP/AVP 0 101');
    expect(agreements).toMatchObject([{ codec: 'PCMU', remoteAddress: '192.0.2.9', remotePort: 4000 }]);
    expect(line.agreed).toBe(agreements[0]);
  });

  it('repeats its description with its version when the same is offered again, as a session refresh does', () => {
    const { line } = open();
    const first = sdpOf(line.answer(theirs()));
    expect(sdpOf(line.answer(theirs()))).toBe(first);
    expect(versionOf(first)).toBe('1');
  });

  it('raises the version by one for each description that differs', () => {
    const { line, agreements } = open();
    line.answer(theirs());
    const held = sdpOf(line.answer(theirs({ direction: 'sendonly', version: 2 })));
    expect([versionOf(held), directionOf(held)]).toEqual(['2', 'recvonly']);
    const back = sdpOf(line.answer(theirs({ version: 3 })));
    expect([versionOf(back), directionOf(back)]).toEqual(['3', 'sendrecv']);
    expect(agreements.map(({ direction }) => direction)).toEqual(['sendrecv', 'recvonly', 'sendrecv']);
  });

  it('changes nothing for an offer that it cannot meet', () => {
    const { line, agreements } = open();
    const first = sdpOf(line.answer(theirs()));
    expect(line.answer(theirs({ payloads: '9 101' }))).toMatchObject({ ok: false, status: 488 });
    expect(line.answer('rubbish')).toMatchObject({ ok: false, status: 400 });
    expect(agreements).toHaveLength(1);
    expect(sdpOf(line.answer(theirs()))).toBe(first);
  });

  it('offers, and agrees with the answer only', () => {
    const { line, agreements } = open();
    expect(line.offer()).toContain('m=audio 10000 RTP/AVP 0 8 101');
    expect(line.agreed).toBeNull();
    expect(line.accept(theirs({ payloads: '8 101' }))).toBeNull();
    expect(agreements).toMatchObject([{ codec: 'PCMA' }]);
  });

  it('says what is wrong with an answer, and keeps what was agreed on', () => {
    const { line, agreements } = open();
    line.answer(theirs());
    line.offer();
    expect(line.accept(theirs({ port: 0 }))).toMatch(/no audio/);
    expect(line.accept('rubbish')).toMatch(/malformed/);
    expect(line.agreed).toBe(agreements[0]);
  });

  it('holds and resumes by offers whose versions rise, and stays held for a refresh in between', () => {
    const { line, agreements } = open();
    line.answer(theirs());
    const hold = line.offer('sendonly');
    expect([versionOf(hold), directionOf(hold)]).toEqual(['2', 'sendonly']);
    expect(line.accept(theirs({ direction: 'recvonly' }))).toBeNull();
    expect(agreements.at(-1)).toMatchObject({ direction: 'sendonly' });
    expect(directionOf(sdpOf(line.answer(theirs({ version: 2 }))))).toBe('sendonly');
    const resume = line.offer('sendrecv');
    expect(directionOf(resume)).toBe('sendrecv');
    expect(Number(versionOf(resume))).toBeGreaterThan(2);
    expect(line.accept(theirs())).toBeNull();
    expect(agreements.at(-1)).toMatchObject({ direction: 'sendrecv' });
  });

  it('takes a refused offer back in its next description', () => {
    const { line } = open();
    line.answer(theirs());
    line.offer('sendonly');
    const next = line.offer('sendrecv');
    expect([versionOf(next), directionOf(next)]).toEqual(['3', 'sendrecv']);
  });

  it('goes on after a restart as it was: the same description, and the next version for another', () => {
    const kept: SavedAudio[] = [];
    const { line } = open((saved) => kept.push(saved));
    const first = sdpOf(line.answer(theirs()));
    const again = openAudioLine(JSON.parse(JSON.stringify(kept.at(-1))), { onAgreed() {} });
    expect(again.agreed).toEqual(line.agreed);
    expect(sdpOf(again.answer(theirs()))).toBe(first);
    expect(versionOf(again.offer('sendonly'))).toBe('2');
  });
});
