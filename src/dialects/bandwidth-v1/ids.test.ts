import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId } from '../../base/ids.ts';
import {
  callIdOf,
  conferenceIdOf,
  freshId,
  mediaNameOf,
  memberIdOf,
  namedCall,
  namedConference,
  namedMedia,
  namedRecording,
  recordingIdOf,
  transcriptionIdOf,
  transferIdOf,
} from './ids.ts';

const ids = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url'));

describe('ids', () => {
  it('have the vendor’s form and lead back to our own', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 9999 }), (id, count) => {
        expect(callIdOf(id)).toMatch(/^c-[a-z2-7]{26}$/);
        expect(namedCall(callIdOf(id))).toEqual({ call: id, transfer: 0 });
        expect(namedCall(transferIdOf(id, count))).toEqual({ call: id, transfer: count });
        expect(namedConference(conferenceIdOf(id))).toBe(id);
        const recording = `recording-${count}`;
        expect(namedRecording(recordingIdOf(id, recording))).toEqual({ call: id, recording });
        expect(namedMedia(mediaNameOf(id, recording))).toEqual({ call: id, recording, kind: 'wav' });
        expect(namedMedia(mediaNameOf(id, recording, 'txt'))).toEqual({ call: id, recording, kind: 'txt' });
        expect(transcriptionIdOf(id, recording)).toMatch(/^tr-[a-z2-7]{26}-\d+$/);
      }),
    );
  });

  it('are taken as they are when they are something else', () => {
    expect(namedCall('call-1')).toEqual({ call: 'call-1', transfer: 0 });
    expect(callIdOf('call-1')).toBe('call-1');
    expect([namedRecording('r-1'), namedMedia('hello.wav')]).toEqual([null, null]);
  });

  it('are new each time, or the same for the same words', () => {
    expect(freshId('gtr')).toMatch(/^gtr-[a-z2-7]{26}$/);
    expect(freshId('gtr')).not.toBe(freshId('gtr'));
    const [conference, call] = [newId(), newId()];
    expect(memberIdOf(conference, call)).toBe(memberIdOf(conference, call));
    expect(memberIdOf(conference, call)).not.toBe(memberIdOf(call, conference));
  });
});
