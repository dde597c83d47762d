import { describe, expect, it } from 'vitest';
import { CodedError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createLiveTranscript, type LiveTrack } from './live-transcript.ts';
import type { TranscriptionEngine } from './transcription-engine.ts';

/** Answers when it is told to, in any order. */
function createRig(tracks: readonly LiveTrack[] = ['inbound']) {
  const clock = createVirtualClock();
  const asked: PromiseWithResolvers<string>[] = [];
  const heard: string[] = [];
  const engine: TranscriptionEngine = {
    name: 'test',
    async transcribe(samples) {
      const answer = Promise.withResolvers<string>();
      asked.push(answer);
      const text = await answer.promise;
      return { language: 'english', parts: [{ startMs: 0, endMs: samples.length / 8, text, confidence: 0.5 }] };
    },
    async close() {},
  };
  const transcript = createLiveTranscript({
    ...{ tracks, engine, language: null, clock, log: silentLog },
    onPart: (track, { text }) => heard.push(`${track} ${text}`),
  });
  return {
    ...{ clock, asked, heard, transcript },
    /** A second of speech and a pause. */
    speak(track: LiveTrack = 'inbound') {
      for (let n = 0; n < 100; n++) transcript.hear(track, new Int16Array(160).fill(n < 50 ? 3000 : 0));
    },
    async settle() {
      for (let n = 0; n < 20; n++) await new Promise(setImmediate);
    },
  };
}
const away = new CodedError('transcription-failed', 'not now');

describe('what is said on a live call', () => {
  it('is asked for one after the other on each track, and put in the order in which it was said', async () => {
    const { asked, heard, transcript, speak, settle } = createRig(['inbound', 'outbound']);
    speak();
    speak('outbound');
    speak();
    await settle();
    expect(asked).toHaveLength(2);
    asked[1]!.resolve('Second.');
    asked[0]!.resolve('First.');
    await settle();
    expect(asked).toHaveLength(3);
    const end = transcript.end();
    asked[2]!.resolve('Third.');
    const whole = await end;
    expect(heard).toEqual(['outbound Second.', 'inbound First.', 'inbound Third.']);
    expect(whole).toMatchObject({
      language: 'english',
      parts: [
        { channel: 0, text: 'First.' },
        { channel: 1, text: 'Second.' },
        { channel: 0, text: 'Third.' },
      ],
    });
    expect(whole!.parts[2]!.startMs).toBeGreaterThan(whole!.parts[0]!.endMs);
  });

  it('is asked for once more when the engine is away, and lost when it stays so', async () => {
    const { asked, transcript, speak, settle, clock } = createRig();
    speak();
    speak();
    await settle();
    asked[0]!.reject(away);
    await settle();
    expect(asked).toHaveLength(1);
    clock.advance(1000);
    await settle();
    asked[1]!.reject(away);
    await settle();
    asked[2]!.resolve('The rest goes on.');
    expect((await transcript.end())!.parts.map(({ text }) => text)).toEqual(['The rest goes on.']);
  });

  it('has failed when nothing of it could be written down, and not when nobody spoke', async () => {
    const refused = createRig();
    refused.speak();
    await refused.settle();
    refused.asked[0]!.reject(new CodedError('transcription-refused', 'never'));
    expect(await refused.transcript.end()).toBeNull();
    expect(refused.asked).toHaveLength(1);
    expect(await createRig().transcript.end()).toMatchObject({ parts: [] });
  });

  it('does not fill the memory when the engine does not keep up', async () => {
    const { asked, transcript, speak, settle } = createRig();
    for (let n = 0; n < 50; n++) speak();
    const end = transcript.end();
    for (let n = 0; n < 20; n++) {
      await settle();
      asked[n]!.resolve(`${n}`);
    }
    expect((await end)!.parts).toHaveLength(20);
    expect(asked).toHaveLength(20);
  });
});
